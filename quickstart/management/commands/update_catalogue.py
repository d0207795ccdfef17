"""`manage.py update_catalogue`: after a text of a screen was added or changed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from quickstart import catalogue


class Command(BaseCommand):
    """Writes `locale/en/LC_MESSAGES/django.po` anew and names what still has to be translated."""

    help = "Bring the English catalogue up to the sources and list what is not translated."

    def handle(self, *args: Any, **options: Any) -> None:
        po = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
        for text in catalogue.update(settings.BASE_DIR, po):
            self.stdout.write(text)
