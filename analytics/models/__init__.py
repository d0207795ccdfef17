"""What is counted of cases: made anew from the cases at any time (`manage.py rebuild_figures`)."""

from analytics.models.counted import CaseFigures, Cell, Occurrence, Touched

__all__ = ["CaseFigures", "Cell", "Occurrence", "Touched"]
