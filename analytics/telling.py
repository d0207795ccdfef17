"""Telling people of signals and corrective actions: a mark until it is opened, and an e-mail as
the person wishes mails of the family "signals" (quiet hours and digests are kept; what leaves to
the same person at the same moment is one).

A notice that is there already is not written again, so that whoever runs twice tells once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import Role
from analytics import signal_words
from analytics.models import CorrectiveAction, Signal, SignalNotice
from analytics.signal_life import OPEN_STATES
from config.kept import forget, kept
from correspondence import at_once, families, preferences, quiet
from correspondence.models import Preferences
from correspondence.transports import Message, Transport

FAMILY = "signals"
CAP = 99
KEPT_SECONDS = 30


def kept_at(pk: int) -> str:
    return f"signals:{pk}"


def tell(
    why: str,
    users: Iterable[User],
    now: datetime,
    *,
    signal: Signal | None = None,
    action: CorrectiveAction | None = None,
    anew: bool = False,
) -> int:
    """Write the notices in the caller's transaction; answers how many are new. `anew`: also to whom
    was told the same before, because in between it was somebody else's.
    """
    people = {user.pk: user for user in users}
    if anew:
        known = SignalNotice.objects.filter(why=why, signal=signal, action=action)
        known.filter(user__in=people).delete()
    wishes = {w.user_id: w for w in Preferences.objects.filter(user__in=people)}
    rows = []
    for pk, user in people.items():
        wish = wishes.get(pk)
        way = preferences.way_of(wish, FAMILY)
        if way == families.OFF:
            continue
        at = _mail_at(user, wish, way, now)
        rows.append(
            SignalNotice(why=why, signal=signal, action=action, user=user, at=now, not_before=at)
        )
    before = SignalNotice.objects.filter(why=why, signal=signal, action=action, user__in=people)
    told = set(before.values_list("user_id", flat=True))
    fresh = [row for row in rows if row.user_id not in told]
    SignalNotice.objects.bulk_create(fresh, ignore_conflicts=True)
    transaction.on_commit(lambda: _changed(list(people)))
    return len(fresh)


def _changed(people: Iterable[int]) -> None:
    for pk in people:
        forget(kept_at(pk))


def _mail_at(user: User, wish: Preferences | None, way: str, now: datetime) -> datetime | None:
    if not user.email or way not in (families.NOW, families.DIGEST):
        return None
    hours, working = preferences.hours_of(wish), preferences.working_days()
    when = quiet.opens if way == families.NOW else quiet.next_digest
    return when(now, hours, working)


def concerned(signal: Signal) -> list[User]:
    """The supervisors who see it."""
    teams = signal.cases.order_by().values("complaint__team")
    leads = Membership.objects.filter(team__in=teams, team__is_active=True, leads=True)
    people = User.objects.filter(
        is_active=True, roles__contains=[Role.SUPERVISOR], pk__in=leads.values("user")
    )
    seen = Signal.objects.filter(pk=signal.pk)
    return [u for u in people.order_by("pk") if seen.visible_to(u).exists()]


def unseen(user: User) -> int:
    """How many the person was told of, still sees and has not opened, up to one more than `CAP`; at
    most half a minute old.
    """
    if not user.may("see_analytics"):
        return 0
    found = kept(kept_at(user.pk), KEPT_SECONDS, lambda: {"n": _unseen(user)})
    return found["n"]


def _unseen(user: User) -> int:
    signals = Signal.objects.visible_to(user).order_by().values("pk")
    actions = CorrectiveAction.objects.visible_to(user).order_by().values("pk")
    about = Q(signal__in=signals) | Q(action__in=actions)
    return SignalNotice.objects.filter(about, user=user, seen_at=None)[: CAP + 1].count()


def seen(
    user: User,
    now: datetime,
    *,
    signal: Signal | None = None,
    actions: Iterable[CorrectiveAction] = (),
) -> None:
    """The person has opened it, with the actions that stand there."""
    about = Q(action__in=[a.pk for a in actions])
    if signal is not None:
        about |= Q(signal=signal)
    rows = SignalNotice.objects.filter(about, user=user, seen_at=None)
    if rows.update(seen_at=now):
        forget(kept_at(user.pk))


# --- e-mails


def waiting(now: datetime, most: int = at_once.MOST) -> list[int]:
    """Ids of the notices whose e-mail may leave."""
    rows = SignalNotice.objects.filter(not_before__isnull=False)
    return at_once.waiting(rows, now, most)


def send(pk: int, now: datetime, transport: Transport | None = None) -> bool | None:
    """Hand one over; `at_once.send`."""
    rows = SignalNotice.objects.select_related("signal", "action__signal", "action__cause")
    return at_once.send(rows, pk, now, lambda row: _message(row, now), _key, transport)


def _key(row: SignalNotice) -> str:
    return f"signal.{row.pk}"


def _still(row: SignalNotice) -> bool:
    """Whether the person still sees it, and what is told of it is still so."""
    user, why = row.user, SignalNotice.Why
    if row.signal is not None:
        if row.signal.state not in OPEN_STATES:
            return False
        theirs = row.why != why.OWNER or row.signal.owner_id == user.pk
        return theirs and Signal.objects.visible_to(user).filter(pk=row.signal.pk).exists()
    action = row.action
    if action is None or action.state != CorrectiveAction.State.OPEN:
        return False
    if row.why == why.ACTION:
        theirs = action.owner_id == user.pk
    else:
        theirs = user.pk in (action.owner_id, action.by_id)
        theirs = theirs and action.is_overdue(timezone.localdate())
    return theirs and CorrectiveAction.objects.visible_to(user).filter(pk=action.pk).exists()


def _line(row: SignalNotice) -> tuple[str, str] | None:
    """What it is about, and the text with its address; None once the person has opened it or may
    see it no more, it is over, or somebody else's.
    """
    if row.seen_at is not None or not _still(row):
        return None
    signal: Signal | None = row.signal
    if signal is not None:
        subject, page = signal_words.subject_of(signal), reverse("signal", args=[signal.pk])
        text = signal_words.sentence(signal)
    else:
        action: CorrectiveAction | None = row.action
        if action is None:  # the table allows none of both
            return None
        subject = _("整改措施，{day} 前完成").format(day=action.due_on)
        page, text = reverse("action", args=[action.pk]), action.what
    about = f"{SignalNotice.Why(row.why).label}：{subject}"
    return about, f"{text}\n\n{settings.SITE_URL}{page}"


def _together(row: SignalNotice) -> list[SignalNotice]:
    """It and what leaves to the same person at the same moment: a digest, what quiet hours kept, or
    the findings of one night. Those leave with it, in the transaction of the caller.
    """
    others = (
        SignalNotice.objects.select_related("signal", "action__signal", "action__cause", "user")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(user=row.user, not_before=row.not_before, mailed_at=None)
        .exclude(pk=row.pk)
        .order_by("pk")
    )
    return [row, *others]


def _message(row: SignalNotice, now: datetime) -> Message | None:
    """One e-mail, of several when they leave together; None when nothing is left to say."""
    rows = _together(row)
    SignalNotice.objects.filter(pk__in=[r.pk for r in rows[1:]]).update(mailed_at=now)
    lines = [line for line in map(_line, rows) if line is not None]
    if not lines:
        return None
    subject, text = lines[0]
    if len(lines) > 1:
        subject = _("信号与整改措施：{n} 条").format(n=len(lines))
        text = "\n\n".join(f"{about}\n{said}" for about, said in lines)
    return Message(
        event="signal",
        at=row.at,
        to=row.user.email,
        subject=subject,
        text=_("{name}，您好：\n\n{text}").format(name=row.user.name, text=text),
        headers={"X-Kesu-For": f"staff {row.user.username}"},
    )
