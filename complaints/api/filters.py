"""What the list of cases can be narrowed by: one allow-list; anything else is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.api.paging import Order, refuse
from accounts.models import User
from complaints import places, search
from complaints.choices import Channel, Risk
from complaints.enumeration import Stopped
from complaints.lifecycle import OPEN_STATES, PHASE_OF, Outcome, Phase, State
from complaints.models.person_search import Door
from complaints.querysets import ComplaintQuerySet
from complaints.workdays import SHANGHAI
from legal_rules.vocabulary import CATEGORIES

# The first is the default. Each is a range of an index.
ORDERS = {
    "-created_at": Order("created_at", newest_first=True),
    "created_at": Order("created_at"),
    "next_due_at": Order("next_due_at", nullable=True),
    "-next_due_at": Order("next_due_at", newest_first=True, nullable=True),
    "-received_at": Order("received_at", newest_first=True),
    "received_at": Order("received_at"),
    "-number": Order("id", newest_first=True),
    "number": Order("id"),
}


def _listed(name: str, text: str, known: Iterable[str]) -> list[str]:
    """Codes divided by commas. Raises ValidationError that names those that exist."""
    allowed = list(known)
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    for one in chosen:
        if one not in allowed:
            raise refuse(
                name,
                _("“{value}”不在可选范围内（{options}）").format(
                    value=one[:40], options=", ".join(allowed)
                ),
            )
    return chosen


def _state(text: str, user: User, now: datetime) -> Q:
    chosen = _listed("state", text, [*State.values, "open"])
    states = {s for one in chosen for s in (OPEN_STATES if one == "open" else (one,))}
    return Q(state__in=sorted(states))


def _phase(text: str, user: User, now: datetime) -> Q:
    chosen = _listed("phase", text, Phase.values)
    return Q(state__in=[s for s, p in PHASE_OF.items() if p in chosen])


def _owner(text: str, user: User, now: datetime) -> Q:
    return {"me": Q(owner=user.pk), "none": Q(owner=None)}.get(text) or Q(owner__username=text)


def _team(text: str, user: User, now: datetime) -> Q:
    if text.isascii() and text.isdigit() and len(text) < 18:
        return Q(team=int(text))
    return Q(team__name=text)


def _risk(text: str, user: User, now: datetime) -> Q:
    return Q(risk_flags__overlap=_listed("risk", text, Risk.values))


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("1", "true", "0", "false"):
        raise refuse(name, _("这里应是 true 或 false"))
    return text.lower() in ("1", "true")


def _overdue(text: str, user: User, now: datetime) -> Q:
    late = Q(state__in=OPEN_STATES, next_due_at__lte=now)
    return late if _flag("overdue", text) else ~late


def _on_hold(text: str, user: User, now: datetime) -> Q:
    return Q(on_hold=_flag("on_hold", text))


def _instant(name: str, text: str) -> datetime:
    """ISO 8601; without an offset it is Shanghai time, a date is its first minute."""
    text = text.replace(" ", "+")  # an unescaped + in an address arrives as a blank
    try:
        found = parse_datetime(text) or datetime.combine(date.fromisoformat(text), time.min)
        aware = found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
        if not 1900 <= aware.year <= 2200:
            raise ValueError
    except ValueError as error:
        raise refuse(
            name,
            _("“{value}”不是有效时间；请按 2026-11-23 或 2026-11-23T14:40:00+08:00 填写").format(
                value=text[:40]
            ),
        ) from error
    return aware


FILTERS: dict[str, Callable[[str, User, datetime], Q]] = {
    "state": _state,
    "phase": _phase,
    "owner": _owner,
    "team": _team,
    "category": lambda text, user, now: Q(category__in=_listed("category", text, CATEGORIES)),
    "risk": _risk,
    "channel": lambda text, user, now: Q(channel__in=_listed("channel", text, Channel.values)),
    "region": lambda text, user, now: Q(region__in=_listed("region", text, places.NAMES)),
    "outcome": lambda text, user, now: Q(outcome__in=_listed("outcome", text, Outcome.values)),
    "due_before": lambda text, user, now: Q(
        state__in=OPEN_STATES, next_due_at__lt=_instant("due_before", text)
    ),
    "overdue": _overdue,
    "on_hold": _on_hold,
    "received_after": lambda text, user, now: Q(received_at__gte=_instant("received_after", text)),
}


def narrowed(
    cases: ComplaintQuerySet, params: QueryDict, user: User, now: datetime
) -> ComplaintQuerySet:
    """The cases that the parameters ask for; an empty one asks for nothing. No statement runs,
    unless `q` may be a value of a person. Raises ValidationError, Stopped.
    """
    for name, condition in FILTERS.items():
        text = params.get(name, "").strip()
        if text:
            cases = cases.filter(condition(text, user, now))
    answer = search.matching(cases, params.get("q", ""), by=user, door=Door.API)
    if answer.hits.free is not None:
        raise Stopped(answer.hits.free, now)
    if answer.problems:
        raise refuse("q", " ".join(answer.problems))
    return answer.cases
