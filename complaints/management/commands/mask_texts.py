"""manage.py mask_texts: mask numbers of persons in texts from before they were masked at save."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from complaints.actions import mask_texts


class Command(BaseCommand):
    """Can be stopped and started again at any time."""

    help = "Mask numbers of persons in existing texts; their originals go into the vault."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many rows are one transaction."""
        parser.add_argument("--batch", type=int, default=mask_texts.BATCH)

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each table in which something was found."""
        left = masked = 0
        for counts in mask_texts.run(options["batch"]):
            masked, left = masked + counts.masked, left + counts.left
            if counts.masked or counts.left:
                self.stdout.write(f"{counts.table}: {counts.masked} masked, {counts.left} left")
        self.stdout.write(f"{masked} rows masked, {left} left as they are")
        if left:
            self.stdout.write(
                "Left are rows that are only added to, and texts that were signed, sealed or held: "
                "docs/privacy.md says what protects them."
            )
