"""Whether a corrective action helped: the weeks after it against those before, with an interval.

How often a cause came up is known only of complaints of which somebody said why. So the weeks of an
action on a cause count in the measure in which that was said, and where it was said much more often
on one side than on the other nothing is decided: fewer labels are no cure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import CauseGiven, CorrectiveAction, Signal
from analytics.series import REST, orders_alone, received, tidy
from analytics.signal_life import Kind
from analytics.signal_words import COLUMNS, number
from complaints.workdays import SHANGHAI

if TYPE_CHECKING:
    from analytics.detection.effect import Week

BEFORE, WEEK = 26, 7  # weeks before the alarm that are looked at; days
UNEVEN = 1.5  # times the share of complaints with a cause on one side of that on the other
LEAST = 2  # whole weeks after, as the model asks for (`detection/effect.py`)
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
    """Measure an action that was done. A few statements."""
    from analytics.detection import effect as model  # scipy: not for every process

    done = action.done_on or timezone.localdate(now)
    alarm = _alarm(action)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    weeks, said_why = _weeks(action, alarm[0], yesterday)
    found = model.effect(weeks, alarm=alarm, action=done)
    if said_why is not None and not said_why.is_even(done):
        found = replace(
            found,
            verdict=model.Verdict.UNDECIDED,
            reason="not_said",
            ratio=None,
            low=None,
            high=None,
        )
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
            "not_said": _(
                "完成前后登记了原因的投诉比例相差太大，数量不可比；请先给完成以后的投诉登记原因，再核查"
            ),
            "no_baseline": _("完成以前的数据不足，没有可以比较的基准"),
            "still_high": _("没有再升高，但仍明显高于报警以前"),
        }
        said = why.get(reason, _("变化在偶然波动的范围以内"))
        if reason == "too_few" or ratio is None or low is None or high is None:
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


@dataclass(frozen=True)
class SaidWhy:
    """Of the complaints of each week (by its first day): how many there were, and of how many
    somebody said why.
    """

    received: dict[date, int]
    told: dict[date, int]

    def share(self, starts: Iterable[date]) -> float | None:
        """The part with a cause; None where there were no complaints."""
        weeks = list(starts)
        of = sum(self.received[week] for week in weeks)
        return sum(self.told[week] for week in weeks) / of if of else None

    def weight(self, start: date) -> float:
        """How much a week counts; one without complaints as much as the others, before the first
        of all nothing.
        """
        own = self.share([start])
        if own is not None:
            return own
        begun = any(n for week, n in self.received.items() if week < start)
        return (self.share(self.received) or 0.0) if begun else 0.0

    def is_even(self, done: date) -> bool:
        """Whether both sides can be compared; also while it is too early to say anything."""
        after = [week for week in self.received if week >= done]
        untold = [week for week in after if self.received[week] and not self.told[week]]
        if len(after) < LEAST:
            return True
        before = self.share(week for week in self.received if week < done and self.told[week])
        now = self.share(after)
        if not before or len(after) - len(untold) < LEAST:
            return False
        return now is None or 1 / UNEVEN <= now / before <= UNEVEN


def _weeks(action: CorrectiveAction, alarm: date, until: date) -> tuple[list[Week], SaidWhy | None]:
    """Whole weeks from half a year before the alarm up to yesterday; of a cause also how often one
    was given.
    """
    from analytics.detection.effect import Week

    done = action.done_on or until
    first = done - timedelta(days=WEEK * (BEFORE + (done - alarm).days // WEEK + 1))
    whole = max((until - first).days + 1, 0) // WEEK
    starts = [first + timedelta(days=WEEK * n) for n in range(whole)]
    if not starts:
        return [], None
    days = [first + timedelta(days=n) for n in range(WEEK * whole)]
    counted = _by_week(_counted(action, first, days[-1]), starts)
    said_why = None if action.signal else _said_why(starts, days[-1])
    orders = orders_alone(_path(action.signal) if action.signal else (), days)
    weeks = []
    for n, start in enumerate(starts):
        exposure = sum(orders[WEEK * n : WEEK * n + WEEK]) if orders else 1.0
        exposure *= said_why.weight(start) if said_why else 1.0
        weeks.append(Week(start, counted[start], exposure))
    return weeks, said_why


def _by_week(daily: Counter[date], starts: Sequence[date]) -> dict[date, int]:
    return {s: sum(daily[s + timedelta(days=d)] for d in range(WEEK)) for s in starts}


def _said_why(starts: Sequence[date], last: date) -> SaidWhy:
    """Two statements."""
    cases = received(starts[0], last)
    given = CauseGiven.objects.filter(withdrawn_at=None, complaint__isnull=False)
    told = cases.filter(pk__in=given.values("complaint"))
    return SaidWhy(_by_week(_daily(cases), starts), _by_week(_daily(told), starts))


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
        letters = signal.word.upper() != signal.word  # words are found in small ones
        wanted["narrative__icontains" if letters else "narrative__contains"] = signal.word
    if signal.kind == Kind.CAUSE and signal.causes:
        wanted |= {COLUMNS.get(a, a): v for a, v in signal.causes[0]["values"]}
    if signal.kind == Kind.COPIES:
        wanted["signal_cases__signal"] = signal
    return wanted


def _is(product: str, wanted: str, apart: Iterable[str]) -> bool:
    return tidy(product) not in apart if wanted == REST else tidy(product) == tidy(wanted)
