"""人员对比: the page. It has no order but that of the names, and no file to take away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from analytics import folding
from analytics.asking import Asked, asked
from analytics.charts import interval
from analytics.comparing import THINGS, Compared, Thing, compare
from analytics.measures import PERMISSION
from analytics.views.looked import teams_of
from complaints.errors import Invalid
from complaints.workdays import SHANGHAI

USUAL = 180  # days
FIELDS = ("from", "to", "team")


@dataclass
class Asking:
    """What the address asks for; what cannot be read is left out and said."""

    thing: Thing
    asked: Asked
    problems: list[str] = field(default_factory=list)
    wrong: frozenset[str] = frozenset()

    @classmethod
    def read(cls, params: Mapping[str, str], user: User, today: date) -> Asking:
        """Never raises."""
        code = params.get("thing", "") or next(iter(THINGS))
        problems = []
        if code not in THINGS:
            words = _("没有“{value}”这项对比；请重新选择")
            problems.append(words.format(value=code[:40]))
            code = next(iter(THINGS))
        sent = {name: params.get(name, "").strip() for name in FIELDS}
        wrong: frozenset[str] = frozenset()
        try:
            found = asked(_with_usual(sent, today), user, today)
        except Invalid as error:
            problems += [sentence for said in error.errors.values() for sentence in said]
            wrong = frozenset(str(name) for name in error.errors)
            kept = {} if "team" in wrong else {"team": sent["team"]}
            days = {} if wrong & {"from", "to"} else sent
            found = asked(_with_usual({**days, "team": "", **kept}, today), user, today)
        return cls(THINGS[code], found, problems, wrong)


def _with_usual(sent: Mapping[str, str], today: date) -> dict[str, str]:
    """Half a year until the last day, where the first is not given."""
    if sent.get("from"):
        return dict(sent)
    try:
        until = date.fromisoformat(sent.get("to", "")) if sent.get("to") else today
        since = until - timedelta(days=USUAL - 1)
    except (ValueError, OverflowError):
        return dict(sent)  # it is told that the last day cannot be read
    return {**sent, "from": since.isoformat()}


@dataclass(frozen=True)
class Line:
    """A person, and the bar (None: too little is expected)."""

    one: Compared
    bar: interval.Interval | None


def _line(one: Compared) -> Line:
    found = one.standing
    if found.low is None or found.ratio is None or found.high is None:
        return Line(one, None)
    return Line(one, interval.interval(found.low, found.ratio, found.high))


@never_cache
@require_GET
@needs(PERMISSION)
def people(request: HttpRequest) -> HttpResponse:
    """People of the teams led (an auditor: all), beside what their cases made likely."""
    user, now = person(request), timezone.now()
    behind = folding.catch_up()
    asking = Asking.read(request.GET.dict(), user, now.astimezone(SHANGHAI).date())
    found = compare(user, asking.asked, asking.thing, now)
    context = {
        "asking": asking,
        "things": THINGS.values(),
        "teams": teams_of(user),
        "team": str(asking.asked.team or ""),
        "lines": [_line(one) for one in found],
        "flagged": sum(one.standing.flagged for one in found),
        "ticks": interval.TICKS,
        "width": interval.WIDTH,
        "middle": interval.ONE,
        "behind": behind,
        "teamless": asking.asked.teams == (),
    }
    return render(request, "analytics/people.html", context)
