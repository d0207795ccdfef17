"""`manage.py rotate_blind_index`: replaces the key of the search indexes, while everything runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.vault import rotating, rotation
from accounts.vault.key_rows import VaultKey


class Command(BaseCommand):
    """As `rotate_keys`. Until it is done a search looks under the former key as well."""

    help = "Make every blind index by the newest key, and say when the old one may go."

    def add_arguments(self, parser: CommandParser) -> None:
        rotating.arguments(parser, "key of the indexes")

    def handle(self, *args: Any, **options: Any) -> None:
        rotating.Rotating(
            VaultKey.Purpose.INDEX, rotation.turn_indexes, "vault.indexes_turned", self.stdout
        ).run(new=options["new"], take_out=options["take_out"])
