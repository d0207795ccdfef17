"""`create_api_key USERNAME --scope …`: a key for a program, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts import keys
from accounts.models import User


class Command(BaseCommand):
    """Prints the key alone on standard output, so that a script can take it."""

    help = "Makes an API key for a user and prints it, once: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            metavar="SCOPE",
            help="what the key may be used for, repeated for several: " + ", ".join(keys.SCOPES),
        )
        parser.add_argument("--label", default="", help="what the key is for, up to 80 characters")
        parser.add_argument(
            "--expires",
            type=int,
            metavar="DAYS",
            default=keys.LONGEST,
            help="valid for so many days (%(default)s at most, and unless said otherwise)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(_("没有名为“{name}”的用户").format(name=username))
        try:
            _key, text = keys.issue(
                user, options["scope"], label=options["label"], days=options["expires"]
            )
        except keys.KeyRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(text)
