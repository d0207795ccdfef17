"""What people make of a signal: the steps of its life, and who answers for it.

The only door through which a state changes (`signal_life.STEPS`). Every act is one transaction with
its row of history and its entry in the record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import Role
from analytics import telling
from analytics.models import CorrectiveAction, Signal, SignalNotice, SignalStep
from analytics.signal_life import MAY, OWNER, STEPS, Situation, Step, refusal
from audit.record import record
from complaints import validation
from complaints.errors import Invalid, NotAllowed, StaleVersion

REASON = 2000


def find(pk: int, by: User, *, held: bool = False) -> Signal:
    """Raises Signal.DoesNotExist for a missing and for a foreign one alike."""
    rows = Signal.objects.visible_to(by)
    if held:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found: Signal = rows.get(pk=pk)
    return found


def allowed(by: User) -> None:
    """Raises NotAllowed for people who only read."""
    if not by.may(MAY):
        raise NotAllowed(_("只有主管可以处理信号"))


def may_act(signal: Signal, by: User) -> bool:
    """A supervisor of a team that is concerned; an auditor sees it and does nothing."""
    return by.may(MAY) and Signal.objects.visible_to(by).filter(pk=signal.pk).exists()


def situation(signal: Signal, now: datetime) -> Situation:
    """What the guards look at. One statement."""
    counted = signal.actions.exclude(state=CorrectiveAction.State.CANCELLED)
    return Situation(signal, list(counted), timezone.localdate(now))


def check_version(signal: Signal, seen: int | None) -> None:
    """Raises StaleVersion when somebody was there in between."""
    if seen is not None and seen != signal.version:
        words = _("这个信号刚被他人处理过；您填写的内容没有丢失，请核对后再提交")
        raise StaleVersion(words, signal.version)


def _said(step: Step, reason: Any) -> str:
    cleaners: dict[str, validation.Cleaner] = {
        "reason": lambda x: validation.text(x, REASON, required=step.reason, lines=True)
    }
    return str(validation.clean({"reason": reason}, cleaners)["reason"])


def take(
    pk: int,
    code: str,
    *,
    by: User,
    reason: Any = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Signal:
    """One step of the table.

    Raises Signal.DoesNotExist, NotAllowed, StaleVersion, Invalid (also for a step that is none or
    that a guard refuses).
    """
    now = now or timezone.now()
    allowed(by)
    if code not in STEPS:
        raise Invalid({"step": [_("没有这个步骤")]})
    step = STEPS[code]
    with transaction.atomic():
        signal = find(pk, by, held=True)
        check_version(signal, version)
        if why_not := refusal(step, situation(signal, now)):
            raise Invalid({"step": [why_not]})
        said = _said(step, reason)
        moved(signal, step, by, now, said)
    return signal


def moved(signal: Signal, step: Step, by: User, now: datetime, reason: str) -> None:
    """The step is taken, in the caller's transaction, on a row that is locked."""
    before = signal.state
    signal.state = step.to
    if step.own and signal.owner_id is None:
        signal.owner = by
    signal.version += 1
    signal.save(update_fields=["state", "owner", "version"])
    SignalStep.objects.create(
        signal=signal,
        step=step.code,
        from_state=before,
        to_state=step.to,
        by=by,
        to_owner=signal.owner,
        at=now,
        reason=reason,
    )
    detail = {"step": step.code, "before": before, "after": str(step.to), "version": signal.version}
    record("signal.step", signal.subject, by, now, detail)


def may_own(signal: Signal) -> list[User]:
    """The supervisors of the teams concerned, by name. One statement."""
    teams = signal.cases.order_by().values("complaint__team")
    leads = Membership.objects.filter(team__in=teams, team__is_active=True, leads=True)
    people = User.objects.filter(
        is_active=True, roles__contains=[Role.SUPERVISOR], pk__in=leads.values("user")
    )
    return list(people.order_by("name", "pk"))


def hand_over(
    pk: int,
    username: Any,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Signal:
    """Another supervisor of a team concerned answers for it, and is told.

    Raises Signal.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    allowed(by)
    with transaction.atomic():
        signal = find(pk, by, held=True)
        check_version(signal, version)
        owner = next((u for u in may_own(signal) if u.username == username), None)
        if owner is None or not may_act(signal, owner):
            raise Invalid({"owner": [_("请选择有关团队的一位主管")]})
        if signal.owner_id == owner.pk:
            return signal
        signal.owner, signal.version = owner, signal.version + 1
        signal.save(update_fields=["owner", "version"])
        SignalStep.objects.create(
            signal=signal,
            step=OWNER,
            from_state=signal.state,
            to_state=signal.state,
            by=by,
            to_owner=owner,
            at=now,
        )
        record("signal.owner", signal.subject, by, now, {"owner": owner.username})
        if owner.pk != by.pk:
            telling.tell(SignalNotice.Why.OWNER, [owner], now, signal=signal, anew=True)
    return signal
