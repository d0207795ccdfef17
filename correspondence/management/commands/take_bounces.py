"""Take in what the mail server sent back: `manage.py take_bounces [FILE|-]`. See
docs/transports.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from correspondence import bounces, returned


class Command(BaseCommand):
    """One message from a file or from the pipe of the mail server; without one, the folder."""

    help = "Take in delivery reports (RFC 3464)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument("file", nargs="?", default="", help="a message, - for the pipe")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what it was; an unknown message is no failure."""
        file, now = options["file"], timezone.now()
        if not file:
            found = returned.take_all(now)
            self.stdout.write(" ".join(f"{k}={n}" for k, n in sorted(found.items())) or "nothing")
            return
        try:
            with sys.stdin.buffer if file == "-" else Path(file).open("rb") as handle:
                raw = handle.read(bounces.LARGEST)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(bounces.take(raw, now))
