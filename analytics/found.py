"""What the models found in the real cases, before it is written: plain values, and the cases behind
each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from accounts.models import Team
from analytics import series as numbers
from analytics import spoken
from analytics.compared import ATTRIBUTES, Case, cases_of, of_products
from analytics.detection import causes, copies, terms
from analytics.detection.alarm import Alarm
from analytics.detection.watch import watch
from analytics.series import REST, Path, Series, below, midnight, received, tidy
from analytics.signal_life import Kind

ORIGINS = frozenset({"brand", "batch", "supplier", "script_version"})  # no series tells them apart
WINDOW, BEFORE = 14, 90  # days of cases and texts that are compared with the days before
MOST_TEXTS, MOST_BEFORE = 20_000, 40_000  # the newest of each; a night has hours, not days
CHANCE = 0.01
LISTED = 12
AT_LEAST = 5  # cases of a shared origin or of a group of copies


@dataclass
class Found:
    """One thing out of the ordinary. `cases` made the alarm, `later` came since. `fields`: further
    columns of `Signal`.
    """

    kind: str
    series: tuple[str, str, str]  # category, product, region
    started_on: date
    alarmed_on: date
    last_on: date
    cases: list[int]
    later: list[int] = field(default_factory=list)
    word: str = ""
    seed: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The name of its series: spelling and width of a product make no other one."""
        category, product, region = self.series
        parts = (self.kind, category, tidy(product), region, self.word, self.seed)
        return sha256("\x1f".join(parts).encode()).hexdigest()


def look(until: date, budget_of: Callable[[int], float]) -> tuple[list[Found], int, int]:
    """(what is found, how many series, how many cases) up to a day inclusive; `budget_of` so many
    series is the number of false alarms per series and year.
    """
    series = numbers.read(until)
    found: list[Found] = []
    if series.paths:
        until = series.days[-1]
        found += spikes(series, budget_of(len(series.paths)))
    window = cases_of(received(until - timedelta(days=WINDOW - 1), until), MOST_TEXTS)
    start = until - timedelta(days=WINDOW)
    before = cases_of(received(start - timedelta(days=BEFORE - 1), start), MOST_BEFORE)
    explained = {pk for one in found for pk in (*one.cases, *one.later)}
    found += _not_told(origins(window, before, until), explained)
    found += words(window, before, until, explained, set(series.names.values()))
    found += _not_told(alike(window, until), explained)
    return found, len(series.paths), int(series.counts.sum())


def _not_told(found: Iterable[Found], explained: set[int]) -> list[Found]:
    """Without what is mostly told by a spike: its page lists origins, words and copies."""
    return [one for one in found if sum(pk in explained for pk in one.cases) * 2 <= len(one.cases)]


# --- more than expected


def spikes(series: Series, budget: float) -> list[Found]:
    """The alarms of all series, each with its cases, causes, words and copies."""
    watched = watch(
        series.days, series.counts, series.orders, budget=budget, tree=list(series.paths)
    )
    return [_spike(series, alarm) for alarm in watched.alarms]


def _spike(series: Series, alarm: Alarm) -> Found:
    path = tuple(alarm.path)
    cases, history = _behind(series, path, alarm)
    counted = [c for c in cases if c.day <= alarm.day]
    where, apart = called(series, path)
    kept = _compared(counted, history, alarm)
    extra = {**alarm.as_dict(), **apart}
    return Found(
        Kind.SPIKE,
        where,
        alarm.started,
        alarm.day,
        max(alarm.ended, alarm.day),
        [c.pk for c in counted],
        [c.pk for c in cases if c.day > alarm.day],
        fields={
            "expected": alarm.expected,
            "ratio": alarm.ratio,
            "low": alarm.ratio_low,
            "high": alarm.ratio_high,
            "statistic": alarm.statistic,
            "threshold": alarm.threshold,
            "orders": alarm.orders,
            "orders_before": alarm.orders_before,
            "baseline_from": alarm.baseline_from,
            "baseline_until": alarm.baseline_until,
            "model_version": str(alarm.version)[:40],
            "numbers": {**extra, **kept.pop("numbers")},
            **kept,
        },
    )


def called(series: Series, path: Path) -> tuple[tuple[str, str, str], dict[str, list[str]]]:
    """(category, product, region), and which products and regions are counted apart from a rest.
    The rest of what has no other part is all of it.
    """
    category, product, region = (*path, "", "", "")[:3]
    apart: dict[str, list[str]] = {}
    if product == REST:
        apart["apart"] = sorted(name for of, name in series.own if of == category)
        product = REST if apart["apart"] else ""
    if region == REST:
        own = {p[2] for p in series.paths if p[:2] == path[:2] and p[2] != REST}
        apart["regions"] = sorted(own)
        region = REST if own else ""
    return (category, series.names.get(product, product), region), apart


def _behind(series: Series, path: tuple[str, ...], alarm: Alarm) -> tuple[list[Case], list[Case]]:
    """The cases of the series in the episode, and of the time before it. Four statements."""
    last = max(alarm.ended, alarm.day)
    before = alarm.started - timedelta(days=BEFORE), alarm.started - timedelta(days=1)
    found = []
    for (since, until), most in (((alarm.started, last), MOST_TEXTS), (before, MOST_BEFORE)):
        rows = received(since, until).filter(category=path[0])
        cases = cases_of(of_products(series, path, rows), most)
        found.append(
            [c for c in cases if below(path, series.path_of((c.category, c.product, c.region)))]
        )
    return found[0], found[1]


def _compared(cases: Sequence[Case], history: Sequence[Case], alarm: Alarm) -> dict[str, Any]:
    """Where they come from, what is said in them, and which are alike."""
    ranked = causes.scan(
        [c.attributes for c in cases],
        [c.attributes for c in history],
        ATTRIBUTES,
        expected_total=alarm.expected,
        limit=LISTED,
    )
    said = spoken.emerging(cases, history)
    groups = copies.find_copies([(c.pk, c.narrative) for c in cases], at_least=3)
    return {
        "causes": named([asdict(one) for one in ranked]),
        "words": [_word(one, cases) for one in said[:LISTED]],
        "numbers": {"copies": [[m.key for m in g.members] for g in groups[:LISTED]]},
    }


def _word(term: Any, cases: Sequence[Case]) -> dict[str, Any]:
    """A word with its numbers and its cases."""
    kept = {k: v for k, v in asdict(term).items() if k != "rows"}
    return {**kept, "rows": [cases[n].pk for n in term.rows]}


def named(ranked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the names of teams for their numbers, as they are called now. One statement."""
    teams = {v for one in ranked for a, v in one["values"] if a == "team"}
    names = {
        str(pk): name for pk, name in Team.objects.filter(pk__in=teams).values_list("pk", "name")
    }
    for one in ranked:
        one["values"] = [[a, names.get(v, v) if a == "team" else v] for a, v in one["values"]]
    return ranked


# --- one origin, in whatever categories


def origins(window: Sequence[Case], before: Sequence[Case], until: date) -> list[Found]:
    """Batches, suppliers, brands and scripts that stand out among all cases of the last days."""
    ranked = causes.scan(
        [c.attributes for c in window],
        [c.attributes for c in before],
        ATTRIBUTES,
        expected_total=len(before) * WINDOW / BEFORE if len(before) < MOST_BEFORE else None,
        at_least=AT_LEAST,
    )
    found = []
    for one in ranked:
        wanted = dict(one.values)
        if one.chance >= CHANCE or one.within is not None or not ORIGINS & wanted.keys():
            continue
        cases = [c for c in window if all(c.attributes.get(a) == v for a, v in wanted.items())]
        seed = "\x1f".join(f"{a}={v}" for a, v in sorted(wanted.items()))
        fields = {
            "expected": one.expected,
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "statistic": one.score,
            "baseline_from": until - timedelta(days=WINDOW + BEFORE - 1),
            "baseline_until": until - timedelta(days=WINDOW),
            "model_version": causes.MODEL,
            "causes": named([asdict(one)]),
        }
        found.append(_of_days(Kind.CAUSE, cases, until, seed=seed, fields=fields))
    return found


def _of_days(kind: str, cases: Sequence[Case], until: date, **more: Any) -> Found:
    """All that one look over the last days found: the window is the alarm."""
    first = min(c.day for c in cases)
    return Found(kind, ("", "", ""), first, until, until, [c.pk for c in cases], **more)


# --- new words, and the same words again


def words(
    window: Sequence[Case],
    before: Sequence[Case],
    until: date,
    explained: Iterable[int],
    lexicon: set[str],
) -> list[Found]:
    """Words that nobody said before. One whose cases are mostly those of a spike stands there."""
    goods = sorted(name for name in lexicon if 1 < len(name) <= 20)
    known, found, told = set(explained), [], set[int]()
    for one in spoken.emerging(window, before, goods):
        cases = [window[n] for n in one.rows]
        new = [c.pk for c in cases if c.pk not in known and c.pk not in told]
        if not one.alarm or len(new) * 2 < len(cases):
            continue  # the spike tells it, or a word beside it
        told |= {c.pk for c in cases}
        kept = {k: v for k, v in asdict(one).items() if k != "rows"}
        fields = {"model_version": terms.MODEL, "statistic": one.z, "numbers": kept}
        found.append(_of_days(Kind.TERM, cases, until, word=one.word[:60], fields=fields))
    return found


def alike(window: Sequence[Case], until: date) -> list[Found]:
    """Groups of complaints that say nearly the same. A hint for people: it rejects no case."""
    day_of = {c.pk: c for c in window}
    found = []
    for group in copies.find_copies([(c.pk, c.narrative) for c in window], at_least=AT_LEAST):
        cases = [day_of[int(str(m.key))] for m in group.members]
        likeness = min(m.likeness for m in group.members)
        fields = {
            "model_version": copies.MODEL,
            "numbers": {"likeness": round(likeness, 3)},
        }
        found.append(_of_days(Kind.COPIES, cases, until, seed=str(group.seed), fields=fields))
    return found


__all__ = ["Case", "Found", "look", "midnight"]
