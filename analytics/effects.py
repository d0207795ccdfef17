"""Whether a corrective action helped: the weeks after it against those before, with an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import CauseGiven, CorrectiveAction, Signal
from analytics.series import REST, orders_of, received, tidy, volumes
from analytics.signal_life import Kind
from analytics.signal_words import COLUMNS, number
from complaints.workdays import SHANGHAI

if TYPE_CHECKING:
    from analytics.detection.effect import Week

BEFORE, WEEK = 26, 7  # weeks before the alarm that are looked at; days
_EFFECT = {
    "fell": CorrectiveAction.Effect.FELL,
    "rose": CorrectiveAction.Effect.ROSE,
    "undecided": CorrectiveAction.Effect.UNCLEAR,
}


@dataclass(frozen=True)
class Measured:
    """`early`: fewer than two whole weeks are over, so that the answer waits. `words`: it in a
    sentence. `numbers`: from what it can be computed again.
    """

    effect: str
    ratio: float | None
    low: float | None
    high: float | None
    early: bool
    words: str
    numbers: dict[str, Any] = field(default_factory=dict)


def of(action: CorrectiveAction, now: datetime) -> Measured:
    """Measure an action that was done. Three statements at most."""
    from analytics.detection import effect as model  # scipy: not for every process

    done = action.done_on or timezone.localdate(now)
    alarm = _alarm(action)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    weeks = _weeks(action, alarm[0], yesterday)
    found = model.effect(weeks, alarm=alarm, action=done)
    verdict = str(getattr(found.verdict, "value", found.verdict))
    effect = _EFFECT[verdict]
    numbers = {
        "weeks": [[w.start.isoformat(), w.observed, w.exposure] for w in weeks],
        "alarm": [day.isoformat() for day in alarm],
        "done": done.isoformat(),
        "model": model.MODEL,
        "reason": found.reason,
        "against": found.against,
        "level": found.level,
        "observed": found.observed,
        "expected": found.expected,
        "weeks_before": found.weeks_before,
        "weeks_after": found.weeks_after,
    }
    for name in ("usual", "problem"):
        beside = getattr(found, name)
        numbers[name] = None if beside is None else asdict(beside)
    early = found.reason == "too_early"
    words = in_words(effect, found.ratio, found.low, found.high, found.reason, found.level)
    return Measured(effect, found.ratio, found.low, found.high, early, words, numbers)


def in_words(
    effect: str,
    ratio: float | None,
    low: float | None,
    high: float | None,
    reason: str,
    level: float,
) -> str:
    """The ratio with its interval (`level`: of how many in 1), or why nobody can tell."""
    numbers = {"ratio": number(ratio, 2), "low": number(low, 2), "high": number(high, 2)}
    numbers["level"] = f"{100 * level:g}%"
    if effect == CorrectiveAction.Effect.UNCLEAR or ratio is None or low is None or high is None:
        why = {
            "too_early": _("完成后还不足两个整周；请等到满两周再核查"),
            "too_few": _("投诉太少，分不清是效果还是偶然"),
            "no_baseline": _("完成以前的数据不足，没有可以比较的基准"),
            "still_high": _("没有再升高，但仍明显高于报警以前"),
        }
        said = why.get(reason, _("变化在偶然波动的范围以内"))
        if ratio is None or low is None or high is None:
            return said
        span = _("{why}（是之前的 {ratio} 倍，{level} 区间 {low}–{high}）")
        return span.format(why=said, **numbers)
    words = _("降到之前的 {ratio} 倍（{level} 区间 {low}–{high}）")
    if effect == CorrectiveAction.Effect.ROSE:
        words = _("升到之前的 {ratio} 倍（{level} 区间 {low}–{high}）")
    return words.format(**numbers)


def said(action: CorrectiveAction) -> str:
    """What was measured, in a sentence; "" before."""
    if not action.effect:
        return ""
    reason = str(action.numbers.get("reason", ""))
    level = float(action.numbers.get("level", 0.95))
    return in_words(action.effect, action.ratio, action.low, action.high, reason, level)


def _alarm(action: CorrectiveAction) -> tuple[date, date]:
    """The days that raised the alarm; of a cause the month before the action was entered."""
    signal = action.signal
    if signal is not None:
        return signal.started_on, signal.alarmed_on
    entered = timezone.localdate(action.at)
    return entered - timedelta(days=28), entered - timedelta(days=1)


def _weeks(action: CorrectiveAction, alarm: date, until: date) -> list[Week]:
    """Whole weeks from half a year before the alarm up to yesterday."""
    from analytics.detection.effect import Week

    done = action.done_on or until
    first = done - timedelta(days=WEEK * (BEFORE + (done - alarm).days // WEEK + 1))
    whole = max((until - first).days + 1, 0) // WEEK
    starts = [first + timedelta(days=WEEK * n) for n in range(whole)]
    if not starts:
        return []
    last = starts[-1] + timedelta(days=WEEK - 1)
    counted = _counted(action, first, last)
    days = [first + timedelta(days=n) for n in range(WEEK * whole)]
    path = _path(action.signal) if action.signal else ()
    orders = orders_of(path, volumes(first, last), days)
    return [
        Week(
            start,
            sum(counted[start + timedelta(days=d)] for d in range(WEEK)),
            sum(orders[WEEK * n : WEEK * n + WEEK]) if orders else 1.0,
        )
        for n, start in enumerate(starts)
    ]


def _path(signal: Signal) -> tuple[str, ...]:
    return signal.category, tidy(signal.product), signal.region


def _counted(action: CorrectiveAction, first: date, last: date) -> Counter[date]:
    signal = action.signal
    if signal is not None:
        return by_day(signal, first, last)
    given = CauseGiven.objects.filter(cause=action.cause, withdrawn_at=None)
    given |= CauseGiven.objects.filter(cause__parent=action.cause, withdrawn_at=None)
    cases = received(first, last).filter(pk__in=given.values("complaint"))
    return _daily(cases)


def _daily(cases: QuerySet[Any]) -> Counter[date]:
    rows = cases.annotate(day=TruncDate("received_at", tzinfo=SHANGHAI)).order_by()
    return Counter(dict(rows.values_list("day").annotate(n=Count("pk"))))


def by_day(signal: Signal, first: date, last: date) -> Counter[date]:
    """Cases of a signal's series on each local day: of its category, product and region, with its
    word, or of its shared origin. One statement.
    """
    cases = received(first, last).filter(**_wanted(signal))
    if signal.region == REST:
        cases = cases.exclude(region__in=signal.numbers.get("regions", []))
    if not signal.product:
        return _daily(cases)
    rows = cases.annotate(day=TruncDate("received_at", tzinfo=SHANGHAI)).order_by()
    counted: Counter[date] = Counter()
    apart = set(signal.numbers.get("apart", []))
    for product, day, n in rows.values_list("product_name", "day").annotate(n=Count("pk")):
        if _is(product, signal.product, apart):
            counted[day] += n
    return counted


def _wanted(signal: Signal) -> dict[str, Any]:
    """What can be asked of the database as it stands there."""
    wanted: dict[str, Any] = {"category": signal.category} if signal.category else {}
    if signal.region not in ("", REST):
        wanted["region"] = signal.region
    if signal.word:
        wanted["narrative__contains"] = signal.word
    if signal.kind == Kind.CAUSE and signal.causes:
        wanted |= {COLUMNS.get(a, a): v for a, v in signal.causes[0]["values"]}
    if signal.kind == Kind.COPIES:
        wanted["signal_cases__signal"] = signal
    return wanted


def _is(product: str, wanted: str, apart: Iterable[str]) -> bool:
    return tidy(product) not in apart if wanted == REST else tidy(product) == tidy(wanted)
