"""Writes docs/lifecycle.md from the table in `complaints/lifecycle.py`."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import translation

from complaints import regimes
from complaints.lifecycle import OPEN_STATES, PHASE_OF, STEPS, Phase, State, Step
from complaints.own_regimes import Row
from legal_rules.deadline_terms import Traits

HEAD = """\
# The life of a complaint

<!-- Written by `python manage.py lifecycle_doc` from complaints/lifecycle.py. Do not edit. -->

One table says what can happen to a complaint, who may do it and what must hold before:
[`complaints/lifecycle.py`](../complaints/lifecycle.py). `complaints/advance.py` is the only door:
pages, API, imports and clocks take a step through it, in one transaction with the record of the
step, its audit entry, its clocks and what has to be sent. A guard that does not hold answers with a
sentence; the same sentence stands under the grey button, in the API's refusal and in the tests.
"""
FROM_ANY_OPEN = """\
Not drawn, because possible from every open state: {ending}, which lead to `closed`, and {staying},
where the state stays.
"""


class Command(BaseCommand):
    """`manage.py lifecycle_doc [--check]`."""

    help = "Write docs/lifecycle.md from the table of steps; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when stale")

    def handle(self, *args: Any, **options: Any) -> None:
        file = settings.BASE_DIR / "docs" / "lifecycle.md"
        text = document()
        if not options["check"]:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandError(f"{file} is not current: run `python manage.py lifecycle_doc`.")


def document() -> str:
    """The whole page. The Chinese names are the source texts, so no catalogue is needed."""
    with translation.override("zh-hans"):
        parts = [HEAD, *diagram(), *states(), *steps(), *clocks()]
    return "\n".join(parts) + "\n"


def everywhere(step: Step) -> bool:
    """True for a step that is possible from every open state."""
    return set(step.sources) == set(OPEN_STATES)


def diagram() -> Iterator[str]:
    """States and the steps between them, for Mermaid."""
    yield "```mermaid\nstateDiagram-v2"
    for state in State:
        yield f'    state "{state.label} {state.value}" as {state.value}'
    yield "    [*] --> registered"
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in STEPS.values():
        if not everywhere(step):
            for source in step.sources:
                for target in step.to:
                    arrows.setdefault((source.value, target.value), []).append(step.code)
    for (source_name, target_name), codes in arrows.items():
        yield f"    {source_name} --> {target_name}: {', '.join(codes)}"
    yield "```\n"
    common = [s for s in STEPS.values() if everywhere(s)]
    yield FROM_ANY_OPEN.format(
        ending=listed(s.code for s in common if s.to),
        staying=listed(s.code for s in common if not s.to),
    )


def states() -> Iterator[str]:
    """The nine states in their five phases."""
    yield "## States\n\n| phase | state | |\n|---|---|---|"
    for phase in Phase:
        for state in State:
            if PHASE_OF[state] == phase:
                yield f"| {phase.label} {phase.value} | `{state.value}` | {state.label} |"
    yield ""


def steps() -> Iterator[str]:
    """Who may do what, from where to where, and what it asks for."""
    yield "## Steps\n\n| step | from → to | who | must hold | asks for |\n|---|---|---|---|---|"
    for step in STEPS.values():
        sources = "any open state" if everywhere(step) else listed(step.sources)
        targets = listed(step.to) if step.to else "the state stays"
        people = [role.value for role in step.who] + (["the clock"] if step.system else [])
        optional = [f"{field.value}?" for field in step.optional]
        cells = (
            f"`{step.code}` {step.title}",
            f"{sources} → {targets}",
            ", ".join(people),
            "; ".join(in_words(g) for g in (*step.guards, *step.checks)),
            listed([*(field.value for field in step.fields), *optional]),
        )
        yield f"| {' | '.join(cells)} |"
    yield "\nA question mark: may be left out.\n"


def clocks() -> Iterator[str]:
    """Which clock runs when."""
    yield "## Clocks\n\n| clock | length | started by | stopped by | a hold stops it |"
    yield "|---|---|---|---|---|"
    for kind in regimes.kinds():
        row = regimes.row_for(kind, date(2026, 11, 1), Traits())
        if row is None:
            continue
        started = [step.code for step in STEPS.values() if kind in step.starts]
        stopped = [s.code for s in STEPS.values() if kind in (*s.stops, *s.cancels)]
        yield (
            f"| `{kind}` {row.title.zh} | {_length(row)} | "
            f"{listed(started) or 'registration'} | {listed(stopped)} | "
            f"{listed(row.pausable_by) or 'no'} |"
        )


def _length(row: Row) -> str:
    terms = row.terms
    return f"{terms.length} {terms.unit.replace('_', ' ')}{'s' if terms.length > 1 else ''}"


def listed(names: Iterable[Any]) -> str:
    """`a`, `b`."""
    return ", ".join(f"`{name}`" for name in names)


def in_words(guard: Callable[..., str]) -> str:
    """The name of a guard is its promise."""
    return guard.__name__.replace("_", " ")
