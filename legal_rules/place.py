"""Where the law lies. A process that reads other law says so here before anything is loaded."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
STATUTES = PACKAGE / "statutes"
ARCHIVED = False  # that law is out of the archive, and was checked when it ran
