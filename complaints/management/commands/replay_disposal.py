"""manage.py replay_disposal register.jsonl: destroy again what a restored backup brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from complaints.actions import shredding

AS_OWNER = (
    "Nothing more was destroyed. Run it as the owner of the database: "
    'DATABASE_URL="$OWNER_DATABASE_URL" python manage.py replay_disposal FILE'
)


class Command(BaseCommand):
    """Needs the connection of the database's owner."""

    help = "Destroy again the files that the register names; run it after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        """The register, as `disposal_register` or the page wrote it."""
        parser.add_argument("register", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when a line could not be done; the others are."""
        path: Path = options["register"]
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        try:
            done, problems = shredding.replay(lines)
        except DatabaseError as error:
            raise CommandError(f"{str(error).strip().splitlines()[0]}\n{AS_OWNER}") from error
        self.stdout.write(f"{done} of {len(lines)} destroyed again")
        if problems:
            raise CommandError("\n".join(problems))
