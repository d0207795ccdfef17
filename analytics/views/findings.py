"""What is wrong and what to do first: findings in the order in which they press."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from analytics.addresses import Addresses
from analytics.charts.trend import Trend
from analytics.figures import Figure
from analytics.findings import Finding as Signal
from analytics.findings import open_findings
from analytics.overview import Load, Overview
from analytics.views.kpis import number, target_words
from config.numerals import plain

SIGNALS = 3  # that wait for somebody
SHOWN = 2  # at once; the others behind a line
LATE = 3  # youngest points of the line in which what is beyond is news
DANGER, WARN = "danger", "warn"


@dataclass(frozen=True)
class Act:
    """What can be done about it. `sheet`: in a dialog. `n`: how many rows it opens."""

    words: Any
    url: str
    sheet: bool = False
    n: int | None = None


@dataclass(frozen=True)
class Finding:
    """One sentence that says what is wrong, the rows behind it and what to do."""

    code: str
    kind: str
    title: Any
    words: str
    rows: Act | None = None
    act: Act | None = None


def findings(
    overview: Overview, line: Trend, user: User, limit: int, waiting: Iterable[Signal]
) -> list[Finding]:
    """All of them; none is no mistake. Two stand on top: what is overdue is not to be hidden by a
    second signal. `waiting`: those signals that wait (`signals_of`).
    """
    signals = list(_of_signals(waiting))
    return [
        *signals[:1],
        *_overdue(overview, user),
        *signals[1:],
        *_statutory(overview),
        *_beyond(overview, line),
        *_over_limit(overview.load, user, limit),
        *_unassigned(overview.load, user),
        *_targets(overview),
    ]


def _see(n: int, url: str) -> Act:
    return Act(ngettext("查看 {n} 件", "查看 {n} 件", n).format(n=plain(n)), url, n=n)


def signals_of(user: User) -> tuple[Signal, ...]:
    """Signals that wait for somebody, as many as are shown."""
    return tuple(open_findings(user, most=SIGNALS))


def _of_signals(signals: Iterable[Signal]) -> Iterable[Finding]:
    """What models found and people confirmed comes before what follows from targets."""
    for each in signals:
        yield Finding(
            f"signal-{each.signal}",
            DANGER if each.tone == DANGER else WARN,
            _("{kind}：").format(kind=each.kind_words),
            each.sentence,
            _see(each.count, each.rows_address) if each.count else None,
            Act(_("处理信号"), each.address),
        )


def _overdue(overview: Overview, user: User) -> Iterable[Finding]:
    figure = overview.figures["overdue"]
    if not figure.n:
        return
    act = Act(_("今日告急"), reverse("danger")) if user.may("take") else None
    words = ngettext(
        "{n} 件的最近期限已经过去，需今天清零", "{n} 件的最近期限已经过去，需今天清零", figure.n
    ).format(n=plain(figure.n))
    yield Finding("overdue", DANGER, _("已超时："), words, _see(figure.n, figure.rows_url), act)


def _statutory(overview: Overview) -> Iterable[Finding]:
    figure = overview.figures["clocks_missed"]
    if not figure.n:
        return
    words = ngettext(
        "所选日期内 {n} 个法定期限没有按期完成",
        "所选日期内 {n} 个法定期限没有按期完成",
        figure.n,
    ).format(n=plain(figure.n))
    see = ngettext("查看 {n} 次", "查看 {n} 次", figure.n).format(n=plain(figure.n))
    yield Finding(
        "clocks_missed", DANGER, _("法定期限："), words, Act(see, figure.rows_url, n=figure.n)
    )


def _beyond(overview: Overview, line: Trend) -> Iterable[Finding]:
    """The last run beyond the limits, if it is of these days."""
    runs = [run for run in line.runs if run.beyond == "above"]
    young = {id(mark) for mark in line.marks[-LATE:]}
    if not runs or id(runs[-1].last) not in young or not line.limits:
        return
    run = runs[-1]
    marks = line.marks[line.marks.index(run.first) : line.marks.index(run.last) + 1]
    total = int(sum(mark.value for mark in marks))
    ends = {"from": run.first.observed.days[0], "to": run.last.observed.days[1]}
    url = Addresses(overview.asked).of("received", **ends)
    title = _("{first} 起新增异常升高：").format(first=run.first.observed.label)
    words = ngettext(
        "{count} 个点共 {n} 件，通常每点 {mean}，上限 {upper}",
        "{count} 个点共 {n} 件，通常每点 {mean}，上限 {upper}",
        run.count,
    ).format(
        count=plain(run.count),
        n=plain(total),
        mean=number(line.limits.mean),
        upper=number(line.limits.upper),
    )
    yield Finding("beyond", DANGER, title, words, _see(total, url))


def _over_limit(load: list[Load], user: User, limit: int) -> Iterable[Finding]:
    over = [each for each in load if limit and each.owner and each.open > limit]
    for each in sorted(over, key=lambda each: -each.open)[:3]:
        url = reverse("analytics_hand_over", args=[each.owner])
        act = Act(_("转派"), url, sheet=True) if user.may("assign") else None
        words = _("{name} 在办 {n} 件，超出上限 {over} 件").format(
            name=each.name, n=plain(each.open), over=plain(each.open - limit)
        )
        see = _see(each.open, each.rows_url)
        yield Finding(f"load-{each.owner}", WARN, _("负荷："), words, see, act)


def _unassigned(load: list[Load], user: User) -> Iterable[Finding]:
    nobody = next((each for each in load if each.owner is None and each.open), None)
    if nobody is None:
        return
    act = None
    if user.may("assign"):
        act = Act(pgettext("button", "分派"), reverse("analytics_hand_over", args=[0]), sheet=True)
    words = ngettext("{n} 件还没有责任人", "{n} 件还没有责任人", nobody.open).format(
        n=plain(nobody.open)
    )
    see = _see(nobody.open, nobody.rows_url)
    yield Finding("unassigned", WARN, _("待分配："), words, see, act)


def _targets(overview: Overview) -> Iterable[Finding]:
    """What misses its target, the furthest first; overdue ones were said above."""
    missed = [
        f
        for code, f in overview.figures.items()
        if f.met is False and code not in ("overdue", "clocks_missed")
    ]
    for figure in sorted(missed, key=_distance, reverse=True):
        words = _("{title} {value} {unit}，目标 {target}").format(
            title=figure.measure.title,
            value=figure.shown,
            unit=figure.measure.unit,
            target=target_words(figure.measure),
        )
        see = Act(_("查看明细"), figure.rows_url, n=figure.n)
        yield Finding(figure.measure.code, WARN, _("未达标："), words, see)


def _distance(figure: Figure) -> Decimal:
    target = figure.measure.target or Decimal(1)
    return abs(Decimal(figure.value or 0) - target) / target
