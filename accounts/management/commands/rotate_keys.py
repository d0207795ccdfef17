"""`manage.py rotate_keys`: replaces the key that wraps the data keys, while everything runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.vault import rotating, rotation
from accounts.vault.key_rows import VaultKey


class Command(BaseCommand):
    """Doing it twice does nothing twice; killed anywhere, the same call goes on. Exit status 1:
    something is left, and it is said what.
    """

    help = "Wrap every data key by the newest vault key, and say when the old one may go."

    def add_arguments(self, parser: CommandParser) -> None:
        rotating.arguments(parser, "vault key, k2 after k1")

    def handle(self, *args: Any, **options: Any) -> None:
        rotating.Rotating(
            VaultKey.Purpose.WRAP, rotation.turn_keys, "vault.data_keys_turned", self.stdout
        ).run(new=options["new"], take_out=options["take_out"])
