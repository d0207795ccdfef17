"""The goals of the working day at one size beside the floor, in one run: `./run benchmark 100k`.

G1 list, G2 flatness from 10,000 cases on, G3 case, G4 search, G5 registering, G6 a step, G9 import,
G10 statements, G11 memory, G12 eight clients at once, G13 weight of the list. G7, the dashboard,
and G8, the sweep, have runs of their own (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import importing, processes, world
from benchmarks.day import FLOOR, OURS, Day, Taken
from benchmarks.recall import recall
from benchmarks.statements import statements
from quickstart.terminal import say, table
from tests.cast import Cast

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
SMALL = SIZES["10k"]
MEGABYTE = 2**20
FLAT = ("queue of an agent", "queue of a lead", "deep page", "case", "create")
MOST_OF_FLOOR = {
    "queue of an agent": ("G1", 2.0),
    "queue of a lead": ("G1", 2.0),
    "case": ("G3", 2.0),
    "search, rare word": ("G4", 2.0),
    "search, one case of 8": ("G4", 1.5),
    "create": ("G5", 2.0),
    "step": ("G6", 2.0),
}


@dataclass(frozen=True)
class Line:
    """One goal: our figure, the floor's, how many times as much, what was wanted."""

    goal: str
    name: str
    ours: str
    floor: str
    ratio: str
    wanted: str
    kept: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        verdict = "kept" if self.kept else "MISSED"
        return (self.goal, self.name, self.ours, self.floor, self.ratio, self.wanted, verdict)


def run(cast: Cast, ours: str, floor: str, size: int) -> list[Line]:
    """Grow to 10,000 cases and to the size, and take everything. The lines of the table."""
    grow(min(SMALL, size))
    day = Day(cast, ours, floor)
    small = large = day.pages()
    if size > SMALL:
        grow(size)
        large = Day(cast, ours, floor).pages()
    day = Day(cast, ours, floor)
    return [
        *(_of_floor(name, large[name]) for name in MOST_OF_FLOOR),
        _uncommon(large["search, one case of 100"]),
        *_flat(small, large),
        *_recall(cast),
        *_statements(cast),  # before the import, which leaves thousands of cases to be counted
        *_import(cast),
        *_together(day),
        _memory(),
        _weight(day),
    ]


def grow(size: int) -> None:
    """Copy cases until there are so many."""
    say(f"{world.grow_to(size):,} cases …")


def show(size: int, lines: list[Line]) -> None:
    """The table."""
    head = ("", f"{size:,} cases", "ours", "floor", "ratio (processor)", "goal", "")
    say(f"\n{table([head, *(line.cells for line in lines)])}\n")


def _of_floor(name: str, both: Taken) -> Line:
    goal, most = MOST_OF_FLOOR[name]
    cpu = f" ({both.cpu_ratio:.1f})" if both.cpu_ratio else ""
    kept = both.ratio <= most and both.cpu_ratio <= most
    ratio = f"× {both.ratio:.1f}{cpu}"
    return Line(goal, name, _ms(both.ours), _ms(both.floor), ratio, f"≤ × {most}", kept)


def _uncommon(both: Taken) -> Line:
    ratio = f"× {both.ratio:.1f}"
    name = "search, one case of 100"
    return Line("G4", name, _ms(both.ours), _ms(both.floor), ratio, "≤ 50 ms", both.ours <= 50)


def _flat(small: dict[str, Taken], large: dict[str, Taken]) -> Iterator[Line]:
    if small is large:
        return
    for name in FLAT:
        growth = large[name].ours / small[name].ours
        bare = large[name].floor / small[name].floor
        grown = f"× {growth:.2f}"
        title = f"growth from {SMALL:,}: {name}"
        yield Line("G2", title, grown, f"× {bare:.2f}", "", "≤ × 1.25", growth <= 1.25)


def _recall(cast: Cast) -> Iterator[Line]:
    found, true, wrong, words = recall(cast.auditor)
    share = f"{found / true:.2%}" if true else "-"
    name = f"cases found of those that LIKE finds, {words} words"
    kept = found == true and not wrong
    yield Line("G4", name, f"{found:,}", f"{true:,}", share, "100 %, none besides", kept)


def _import(cast: Cast) -> Iterator[Line]:
    ours, bare = importing.rates(cast)
    name = "import, cases a second (floor: COPY)"
    ratio = f"× {ours / bare:.2f}"
    yield Line("G9", name, f"{ours:,.0f}", f"{bare:,.0f}", ratio, "≥ 2,000", ours >= 2_000)


def _statements(cast: Cast) -> Iterator[Line]:
    for name, count, most in statements(cast):
        title = f"statements: {name}"
        yield Line("G10", title, str(count), "", "", f"≤ {most}", count <= most)


def _together(day: Day) -> Iterator[Line]:
    for name, (ours, bare) in day.together().items():
        title = f"{name}, eight clients, requests a second"
        ratio = f"× {ours / bare:.2f}"
        yield Line("G12", title, f"{ours:.0f}", f"{bare:.0f}", ratio, "≥ × 0.5", ours >= bare / 2)


def _memory() -> Line:
    ours, bare = processes.memory(OURS) / MEGABYTE, processes.memory(FLOOR) / MEGABYTE
    name = "memory of the web server with two workers, MB"
    ratio = f"× {ours / bare:.2f}" if bare else "not known"
    kept = bool(bare) and ours <= 1.5 * bare
    return Line("G11", name, f"{ours:.0f}", f"{bare:.0f}", ratio, "≤ × 1.5", kept)


def _weight(day: Day) -> Line:
    kilobytes = day.weight() / 1_000
    name = "weight of the list, KB"
    return Line("G13", name, f"{kilobytes:.0f}", "", "", "≤ 60", kilobytes <= 60)


def _ms(value: float) -> str:
    return f"{value:.1f} ms"
