"""manage.py disposal_register > register.jsonl: the register of destroyed files, for keeping apart
from the backups.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from complaints.actions import shredding


class Command(BaseCommand):
    """Writes one JSON object a line."""

    help = "Write the register of destroyed files, one JSON object a line."

    def handle(self, *args: Any, **options: Any) -> None:
        """The oldest first."""
        for line in shredding.exported():
            self.stdout.write(line)
