"""`manage.py reevaluate`: after an upgrade, which open cases' frozen analyses the present rulebook
would answer otherwise, and on which rules each case rests now.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from complaints.actions import trials
from complaints.management.working import Watch
from legal_rules import editions


class Command(BaseCommand):
    help = "Looks at all open cases under the present rulebook and lists those that changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="print every case, not the first 50")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            editions.note(timezone.now())
            trial = trials.after_upgrade(None)
            Watch(self.stdout, options["lang"], everything=options["all"]).until_done(trial)
