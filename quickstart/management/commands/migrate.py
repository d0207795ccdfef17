"""Django's `migrate`, as the owner of the tables."""

from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate

from audit import grants
from quickstart import owner, quick_states


class Command(migrate.Command):
    """What is new in the database is then opened to the application."""

    def handle(self, *args: Any, **options: Any) -> None:
        with owner.speaking(), quick_states.kept():
            super().handle(*args, **options)
        if options["plan"]:
            return
        try:
            owner.open_tables()
        except grants.NotForTheApplication as refused:
            raise CommandError(str(refused)) from None
