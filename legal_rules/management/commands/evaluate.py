"""`manage.py evaluate FACTS.yaml`: the legal analysis of the facts in a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from legal_rules import rulebook
from legal_rules.analysis import Json
from legal_rules.reasoning import source
from legal_rules.values import FactError
from legal_rules.vocabulary import CATEGORIES


class Command(BaseCommand):
    help = "Evaluates the facts of a YAML file (fact: value, one per line) and prints the analysis."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("facts", type=Path, help="YAML file: fact id: value")
        parser.add_argument("--on", type=date.fromisoformat, help="date of the conduct; today")
        parser.add_argument("--category", choices=list(CATEGORIES))
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")
        parser.add_argument("--json", action="store_true", help="the whole analysis as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["facts"]
        try:
            facts = dict(source.read(path, path.parent))
            day = options["on"] or timezone.localdate()
            dated = options["on"] is not None
            found = rulebook.analyse(facts, day, options["category"], options["lang"], dated)
        except OSError as bad:
            raise CommandError(f"{path}: {bad.strerror}") from bad
        except UnicodeDecodeError as bad:
            raise CommandError(f"{path}: not UTF-8") from bad
        except FactError as bad:
            raise CommandError(f"{path}: {bad.fact_id}: {bad}") from bad
        except source.LawError as bad:
            raise CommandError(str(bad)) from bad
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(found, options["lang"])

    def _print(self, found: Json, lang: str) -> None:
        rows: dict[str, list[dict[str, Any]]] = {
            k: v for k, v in found.items() if isinstance(v, list)
        }
        self.stdout.write(f"{found['rule_set']}  {found['as_of']}")
        for rule in rows["rules"]:
            self.stdout.write(f"[{rule['status']}] {rule['summary']}")
        for exposure in rows["exposure"]:
            words = f"! {exposure['citation']} {exposure['range']} {exposure['note']}"
            self.stdout.write(words.rstrip())
        for asked in rows["missing_facts"]:
            self.stdout.write(f"? {asked['fact']}  {asked['question']}  {asked['why']}")
