"""Loads the demo's people and cases into a database that was begun as a demo."""

from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_date

from complaints.workdays import SHANGHAI
from quickstart import beginning
from quickstart.demo.load import load
from quickstart.models import Beginning


class Command(BaseCommand):
    """`manage.py load_demo [--today 2026-11-25]`. Doing it twice does nothing twice."""

    help = "Load the demo's cases, once; continue after an interruption."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="anchor at 16:30 of this past day (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        if beginning.of_this_database(empty=False).beginning != Beginning.DEMO:
            raise CommandError(
                "此数据库不是演示数据库，不载入演示案件 / this database was not begun as a demo"
            )
        beginning.demo_people()
        loaded = load(self.say, self.anchor(options["today"]))
        if loaded.done_before:
            self.say("演示数据早已载入 / the demo data was loaded before")
        for refusal in loaded.refused:
            self.stderr.write(refusal)

    def say(self, text: str) -> None:
        """A line at once, also through a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def anchor(self, day: str | None) -> datetime | None:
        """The moment to anchor at; None: now. Raises CommandError."""
        if not day:
            return None
        try:
            wanted = parse_date(day)
        except ValueError:
            wanted = None
        if wanted is None or wanted >= datetime.now(SHANGHAI).date():
            raise CommandError(f"--today {day}: a past day as YYYY-MM-DD")
        return datetime.combine(wanted, time(16, 30), SHANGHAI)
