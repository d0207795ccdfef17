"""`manage.py evaluate FACTS.yaml`: the legal analysis of the facts in a file, to be read or piped.

Answers 0, and 2 for a file that cannot be taken: each mistake with file, line, key and remedy.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from legal_rules import fact_file, report, rulebook, signatures
from legal_rules.nearest import nearest
from legal_rules.reasoning.source import LawError
from legal_rules.vocabulary import CATEGORIES

SHOWN = 20  # mistakes that are spelt out
W = {
    "day": (
        "--on {given}：不是日历上的日期；请写成 2026-03-01。",
        "--on {given}: not a day of the calendar; write it like 2026-03-01.",
    ),
    "category": (
        "--category {given}：没有这个类别；{meant}可用：{known}。",
        "--category {given}: there is no such category; {meant}known: {known}.",
    ),
    "meant": ("是否指 {meant}？", "did you mean {meant}? "),
    "more": ("另有 {n} 处错误。", "{n} more mistakes."),
}


class Command(BaseCommand):
    help = "Evaluates the facts of a YAML file (fact: value, one a line) and prints the analysis."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("facts", type=Path, help="YAML file: fact: value")
        parser.add_argument("--on", help="date of the conduct, YYYY-MM-DD; today")
        parser.add_argument("--category", help="what the complaint is about")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")
        parser.add_argument("--json", action="store_true", help="the whole analysis as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        lang: str = options["lang"]
        day, dated = _day(options["on"], lang), options["on"] is not None
        category = _category(options["category"], lang)
        try:
            facts = fact_file.read(options["facts"])
            found = rulebook.analyse(facts, day, category, lang, dated)
        except fact_file.BadFacts as bad:
            raise CommandError(_shortened(bad.lines(lang), lang), returncode=2) from bad
        except LawError as bad:
            raise CommandError(str(bad)) from bad
        with suppress(DatabaseError):  # without a database the files say what is signed
            found = signatures.mark(found)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for line in report.lines(found, facts, lang):
            self.stdout.write(line)


def _say(key: str, lang: str, **names: object) -> str:
    return W[key][lang == "en"].format(**names)


def _day(given: str | None, lang: str) -> date:
    if given is None:
        return timezone.localdate()
    try:
        if len(given) == len("2026-03-01"):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise CommandError(_say("day", lang, given=given[:40]), returncode=2)


def _category(given: str | None, lang: str) -> str | None:
    if given is None or given in CATEGORIES:
        return given
    close = nearest(given, CATEGORIES)
    meant = _say("meant", lang, meant=close) if close else ""
    known = ", ".join(CATEGORIES)
    raise CommandError(_say("category", lang, given=given[:40], meant=meant, known=known),
                       returncode=2)  # fmt: skip


def _shortened(lines: list[str], lang: str) -> str:
    rest = [_say("more", lang, n=len(lines) - SHOWN)] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *rest])
