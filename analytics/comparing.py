"""人员对比: people beside what colleagues would have had with the same mix of cases.

Nobody is ranked and nothing is in the order of a rate (`analytics/detection/fairness.py`). Of own
people exactly the rows that the viewer may open are counted; colleagues of other teams are named
nowhere and count only in what is expected. Cases that name the viewer count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from analytics import rows
from analytics.addresses import Addresses
from analytics.asking import Asked
from analytics.models import Occurrence
from complaints.sight import named
from complaints.workdays import SHANGHAI

if TYPE_CHECKING:
    from analytics.detection.fairness import Standing, Tally

_OWNER = "complaint__figures__owner"
_STRATUM = tuple(f"complaint__figures__{name}" for name in ("category", "channel", "region"))


@dataclass(frozen=True)
class Thing:
    """What is compared. `hits` are so many of `whole`, both codes of `rows.COUNTED`."""

    code: str
    title: str | Promise
    meaning: str | Promise
    hits: str
    whole: str


THINGS: dict[str, Thing] = {
    thing.code: thing
    for thing in (
        Thing(
            "reopened",
            pgettext_lazy("people", "重新启动"),
            _("在所选日期的各次办结中，后来又重新启动的"),
            "reopened",
            "reopened",
        ),
        Thing(
            "overdue",
            _("法定期限逾期"),
            _("在所选日期到期的法定期限中，没有按期完成的；今天到期、还在计时的不算"),
            "clocks_missed",
            "clocks_kept",
        ),
        Thing(
            "sent_back",
            _("法务退回"),
            _("在所选日期法务对方案出具的意见中，退回的"),
            "sent_back",
            "sent_back",
        ),
        Thing(
            "dissatisfied",
            pgettext_lazy("people", "不满意"),
            _("在所选日期发出邀请、已经评价的，评 1 分或 2 分的"),
            "dissatisfied",
            "dissatisfied",
        ),
    )
}


@dataclass(frozen=True)
class Compared:
    """One person of the viewer's, and the addresses of the rows that are counted."""

    user: int
    name: str
    standing: Standing
    whole_url: str
    hits_url: str


def compare(user: User, asked: Asked, thing: Thing, now: datetime) -> list[Compared]:
    """The people of the teams that are looked at who have something counted, by name.

    At most three statements. `asked.team` chooses whom to list; what is counted stays the same.
    """
    from analytics.detection import fairness  # scipy: only where it is needed

    today = now.astimezone(SHANGHAI).date()
    people = _people(asked)
    open_to_viewer = replace(asked, team=None)
    own, others = _rows(user, open_to_viewer, thing, today, people)
    tallies = [*_tallies(own, thing), *(_tallies(others, thing) if others is not None else ())]
    tallies.sort(key=lambda one: (one.person, one.stratum))  # sums of floats depend on the order
    standings = {one.person: one for one in fairness.compare(tallies)}
    if people is None:
        people = _named(User.objects.filter(pk__in=standings))
    runs = rows.COUNTED[thing.whole].due and asked.until >= today
    read = {"at": now.isoformat()} if runs else {}  # else what runs out until then would count too
    return [
        _compared(pk, name, standings[pk], open_to_viewer, thing, read)
        for pk, name in people.items()
        if pk in standings
    ]


def _people(asked: Asked) -> dict[int, str] | None:
    """Who is listed, by name; None: everybody."""
    if asked.of_teams is None:
        return None
    return _named(User.objects.filter(membership__team__in=asked.of_teams).distinct())


def _named(found: QuerySet[User]) -> dict[int, str]:
    return dict(found.order_by("name", "pk").values_list("pk", "name"))


def _rows(
    user: User, asked: Asked, thing: Thing, today: date, people: dict[int, str] | None
) -> tuple[QuerySet[Occurrence], QuerySet[Occurrence] | None]:
    """Of own people, what the viewer may open; of all others, whatever there is."""
    mine = rows.occurrences(user, asked, thing.whole, today, whole=True)
    if people is None:
        return mine.exclude(**{_OWNER: None}), None
    everything = rows.of_everybody(replace(asked, teams=None), thing.whole, today, whole=True)
    theirs = everything.filter(~named(user, "complaint__")).exclude(**{_OWNER: None})
    of_people = Q(**{f"{_OWNER}__in": list(people)})
    return mine.filter(of_people), theirs.exclude(of_people)


def _tallies(found: QuerySet[Occurrence], thing: Thing) -> Iterator[Tally]:
    """One statement."""
    from analytics.detection.fairness import Tally

    hits = Count("pk", filter=rows.COUNTED[thing.hits].which)
    counted: Any = found.order_by().values_list(_OWNER, *_STRATUM)
    for owner, *stratum, cases, events in counted.annotate(cases=Count("pk"), events=hits):
        yield Tally(owner, tuple(stratum), cases, events)


def _compared(
    pk: int, name: str, standing: Standing, asked: Asked, thing: Thing, read: dict[str, str]
) -> Compared:
    to = Addresses(replace(asked, owner=pk))
    whole, hits = to.of(thing.whole, part="of", **read), to.of(thing.hits, **read)
    return Compared(pk, name, standing, whole, hits)
