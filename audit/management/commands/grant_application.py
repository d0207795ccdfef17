"""`manage.py grant_application ROLE`: what a deployment does where `bootstrap` does not do it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from audit import grants


class Command(BaseCommand):
    """Run as the owner of the tables. Doing it twice does nothing twice."""

    help = "Grant a database role what the site needs, and no right to change the record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role in DATABASE_URL of web, workers and beat")

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        try:
            grants.give(role)
        except grants.NotForTheApplication as refused:
            raise CommandError(
                f"{refused}\n请用一个不拥有任何表的角色 / take a role that owns no table: "
                "docs/operations.md"
            ) from None
        closed = len(grants.append_only())
        self.stdout.write(
            f"{role}: 已授权 / granted; {closed} 张只增表 / tables only to be added to"
        )
