from config import garbage

garbage.seldom()  # first: most of what a process ever loads is loaded from here on

from .celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
