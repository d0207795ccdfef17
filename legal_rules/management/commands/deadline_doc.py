"""Writes docs/deadlines.md from the table of deadlines."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from legal_rules import deadline_table, deadline_telling
from legal_rules.deadline_names import NATURES, OWED_BY, USES
from legal_rules.deadline_table import Table
from legal_rules.deadline_terms import Entry

HEAD = """\
# Legal deadlines

<!-- Written by `python manage.py deadline_doc` from legal_rules/deadlines/. Do not edit. -->

Every time limit of the reference and what this system does with it: {count} entries in {regimes}
files, one a field (领域). Counsel reads them on `/law/deadlines/` and signs them file by file; a
file that was not signed as it stands is a draft, and its clocks say so.

Each entry has exactly one use: a **running clock**; a **window** that the analysis computes from
facts of the case; a **retention** period; or **none**, with the reason. The words of the law that
say it stand in the entry; a limit whose text is not here is never called statutory. How a file is
written: [`general.yaml`](../legal_rules/deadlines/general.yaml) shows it, the loader refuses every
mistake with file, line and remedy.

- **Which clock runs.** Of each kind one runs in a case: the first entry that applies to its trade,
  source, category and claims and is in force on the day that starts it; entries that pick cases
  out come before those for all. So a bank has 15 days that may become 30 and 60, a courier 7,
  others 15.
- **What starts it.** A step of the case, or a *moment* (时间节点): answered as a dated fact, made
  by a step, or recorded by people. A clock that a step starts is counted from its moment where
  that is known and earlier, by the law of that day: the fifteen days run from the consumer's
  demand, not from our acceptance.
- **What stops it.** Only the reasons that the law names hold a clock; extensions are as long and as
  many as it says.
"""
ROW = "| `{id}` {title} | {figure} | {owed} | {use} | {basis} |"
FOUND = """\
## Corrections of the reference

Points C1–C13 of the second reading, and what the statutes themselves put right.

| Point | Entry | What was put right |
|---|---|---|"""


class Command(BaseCommand):
    """`manage.py deadline_doc [--check]`."""

    help = "Write docs/deadlines.md from the table of deadlines; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when stale")

    def handle(self, *args: Any, **options: Any) -> None:
        file = settings.BASE_DIR / "docs" / "deadlines.md"
        text = document()
        if not options["check"]:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandError(f"{file} is not current: run `python manage.py deadline_doc`.")


def document() -> str:
    """The whole page."""
    table = deadline_table.current()
    head = HEAD.format(count=len(table.entries), regimes=len(table.regimes))
    parts = [head, *summary(table), *entries(table), *corrections(table), *moments(table)]
    return "\n".join(parts) + "\n"


def summary(table: Table) -> Iterator[str]:
    """How many of each use."""
    yield "| Use | Entries |\n|---|---|"
    for use, label in USES.items():
        count = sum(entry.use == use for entry in table.entries.values())
        yield f"| {label.en} | {count} |"
    yield ""


def entries(table: Table) -> Iterator[str]:
    """Every entry, field by field."""
    for regime in table.regimes.values():
        yield f"## {regime.title.en}\n"
        yield f"`legal_rules/deadlines/{regime.id}.yaml` {regime.title.zh}\n"
        yield "| Deadline | Length | Owed by | Use | Law |\n|---|---|---|---|---|"
        for name in regime.entries:
            entry = table.entries[name]
            yield ROW.format(
                id=entry.id,
                title=entry.title.zh,
                figure=deadline_telling.figure(entry, "en") or "–",
                owed=f"{OWED_BY[entry.owed_by].en}, {NATURES[entry.nature].en.lower()}",
                use=_use(entry, table),
                basis=deadline_telling.cite(entry, entry.citations[0], "en"),
            )
        yield ""


def _use(entry: Entry, table: Table) -> str:
    """The use, with what starts a clock, computes a window, begins a retention; and the reason."""
    said = f"**{USES[entry.use].en}**"
    if entry.clock is not None:
        begins = [f"with `{entry.clock.with_}`"] if entry.clock.with_ else []
        begins += [table.moments[entry.clock.starts].title.en] if entry.clock.starts else []
        said += f" `{entry.clock.kind}`: {', from '.join(begins)}"
    if entry.window is not None:
        names = (entry.window.from_fact, *entry.window.computed_by)
        said += f": {', '.join(f'`{name}`' for name in names if name)}"
    if entry.retention is not None:
        said += f": {entry.retention.keeps.en}, from {entry.retention.since.en}"
    return f"{said}. {entry.why.en}" if entry.why else said


def corrections(table: Table) -> Iterator[str]:
    """C1–C13 in their order, then those of the statutes."""
    found = [(each, e) for e in table.entries.values() for each in e.corrected]
    yield FOUND
    for each, entry in sorted(found, key=lambda pair: _point(pair[0].by)):
        yield f"| {each.by} | `{entry.id}` | {each.text.en} |"
    yield ""


def _point(by: str) -> int:
    return int(by[1:]) if by[1:].isdecimal() else 99


def moments(table: Table) -> Iterator[str]:
    """What makes each moment."""
    yield "## Moments\n\n| Moment | | Made by |\n|---|---|---|"
    for moment in table.moments.values():
        made = f"fact `{moment.fact}`" if moment.fact else "people"
        made = f"step `{moment.step}`" if moment.step else made
        to = "minute" if moment.precise else "day"
        yield f"| `{moment.id}` {moment.title.zh} | {to} | {made} |"
