"""整改措施: somebody does something until a day, proves it, and the effect is measured on the weeks
that follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from analytics import acting, effects, telling
from analytics.models import Cause, CorrectiveAction, Signal, SignalNotice
from analytics.signal_life import MAY, STEPS, State
from audit.record import record
from complaints import validation
from complaints.errors import Invalid, NotAllowed, StaleVersion

A = CorrectiveAction.State
TEXT = 2000
_FIELDS: dict[str, validation.Cleaner] = {
    "what": lambda x: validation.text(x, TEXT, required=True, lines=True),
    "due_on": lambda x: validation.day(x, future=True),
    "owner": lambda x: validation.plain(x, 150, required=True),
}
_DONE: dict[str, validation.Cleaner] = {
    "done_on": lambda x: validation.day(x),
    "evidence": lambda x: validation.text(x, TEXT, required=True, lines=True),
}


def visible_to(user: User) -> QuerySet[CorrectiveAction]:
    """`CorrectiveActionQuerySet.visible_to`."""
    return CorrectiveAction.objects.visible_to(user)


def find(pk: int, by: User, *, held: bool = False) -> CorrectiveAction:
    """Raises CorrectiveAction.DoesNotExist for a missing and for a foreign one alike."""
    rows = visible_to(by)
    if held:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


def may_own() -> QuerySet[User]:
    """Supervisors: they see what they answer for."""
    return User.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR]).order_by(
        "name", "pk"
    )


def _owner(username: str) -> User:
    found = may_own().filter(username=username).first()
    if found is None:
        raise Invalid({"owner": [_("请选择一位在职的主管")]})
    return found


def _due(value: date | None, now: datetime) -> date:
    if value is None:
        raise Invalid({"due_on": [_("请填写完成期限")]})
    if value < timezone.localdate(now):
        raise Invalid({"due_on": [_("完成期限不能早于今天")]})
    return value


def _values(values: Mapping[str, Any], now: datetime) -> tuple[str, date, User]:
    """What, until when, who; every sentence at once. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    known = {name: values.get(name) for name in _FIELDS}
    data: dict[str, Any] = {}
    for name, cleaner in _FIELDS.items():
        try:
            data |= validation.clean({name: known[name]}, {name: cleaner})
            if name == "due_on":
                data[name] = _due(data[name], now)
            if name == "owner":
                data[name] = _owner(data[name])
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return data["what"], data["due_on"], data["owner"]


def open_one(
    values: Mapping[str, Any],
    *,
    by: User,
    signal: int | None = None,
    cause: int | None = None,
    now: datetime | None = None,
) -> CorrectiveAction:
    """`{what, due_on, owner}` for a signal that was confirmed, or for a cause. The first one of a
    signal begins its 整改.

    Raises Signal.DoesNotExist, Cause.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    acting.allowed(by)
    what, due_on, owner = _values(values, now)
    with transaction.atomic():
        of = acting.find(signal, by, held=True) if signal is not None else None
        root = None
        if cause is not None:  # held, so that a double click finds the first one
            root = Cause.objects.select_for_update(no_key=True).get(pk=cause)
        if of is None and root is None:
            raise Invalid({"cause": [_("请说明这项措施针对哪个信号或者哪项原因")]})
        if of is not None and of.state not in (State.CONFIRMED, State.ACTION):
            raise Invalid({"signal": [_("请先确认这个信号属实，再登记整改措施")]})
        _not_twice(of, root, what, owner)
        made = CorrectiveAction.objects.create(
            signal=of, cause=root, what=what, owner=owner, due_on=due_on, by=by, at=now
        )
        detail = {"signal": of and of.pk, "cause": root and root.pk, "due": due_on.isoformat()}
        record("action.opened", made.subject, by, now, {**detail, "owner": owner.username})
        if of is not None and of.state == State.CONFIRMED:
            acting.moved(of, STEPS["act"], by, now, "")
        if owner.pk != by.pk:
            telling.tell(SignalNotice.Why.ACTION, [owner], now, action=made)
    return made


def _not_twice(signal: Signal | None, cause: Cause | None, what: str, owner: User) -> None:
    """A double click makes one."""
    same = CorrectiveAction.objects.filter(
        signal=signal, cause=cause, what=what, owner=owner, state=A.OPEN
    )
    if same.exists():
        raise Invalid({"what": [_("这项措施刚才已经登记，没有重复登记")]})


def _held(pk: int, by: User, version: int | None, state: str) -> CorrectiveAction:
    """The row, locked, in the state that the act begins with."""
    acting.allowed(by)
    action = find(pk, by, held=True)
    if version is not None and version != action.version:
        words = _("这项措施刚被他人更新过；您填写的内容没有丢失，请核对后再提交")
        raise StaleVersion(words, action.version)
    if action.state != state:
        words = _("这项措施现在是“{state}”，不能这样处理；请刷新页面再看")
        raise Invalid({"state": [words.format(state=action.get_state_display())]})
    return action


def done(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> CorrectiveAction:
    """`{evidence, done_on?}`: it was done, and what proves it. By its owner or whoever entered it.

    Raises CorrectiveAction.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        action = _held(pk, by, version, A.OPEN)
        check_concerned(action, by)
        known = {name: values.get(name) for name in _DONE}
        said = validation.clean(known, _DONE)
        on = said["done_on"] or timezone.localdate(now)
        if on < timezone.localdate(action.at):
            raise Invalid({"done_on": [_("完成日期不能早于登记措施的日期")]})
        action.evidence, action.done_on = said["evidence"], on
        action.done_at, action.done_by, action.state = now, by, A.DONE
        action.version += 1
        action.save()
        record("action.done", action.subject, by, now, {"on": on.isoformat()})
    return action


def concerns(action: CorrectiveAction, by: User) -> bool:
    """Its owner, whoever entered it and the owner of its signal; any supervisor who sees it, once
    none of them can act any more.
    """
    of_signal = action.signal.owner if action.signal else None
    people = [person for person in (action.owner, action.by, of_signal) if person is not None]
    if by.pk in (person.pk for person in people):
        return by.may(MAY)
    return by.may(MAY) and not any(person.is_active and person.may(MAY) for person in people)


def check_concerned(action: CorrectiveAction, by: User) -> None:
    if not concerns(action, by):
        words = _("请由负责人 {name} 或登记这项措施的人处理")
        raise NotAllowed(words.format(name=action.owner.name))


def change(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> CorrectiveAction:
    """Another day, owner or wording while it is open.

    Raises CorrectiveAction.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        action = _held(pk, by, version, A.OPEN)
        check_concerned(action, by)
        what, due_on, owner = _values(values, now)
        changed = {
            "what": what != action.what,
            "due_on": due_on != action.due_on,
            "owner": owner.pk != action.owner_id,
        }
        action.what, action.due_on, action.owner = what, due_on, owner
        if changed["due_on"]:  # it is told again when the new day passes
            action.told_overdue_at = None
        action.version += 1
        action.save()
        fields = [name for name, other in changed.items() if other]
        record(
            "action.changed",
            action.subject,
            by,
            now,
            {"fields": fields, "due": due_on.isoformat(), "owner": owner.username},
        )
        if changed["due_on"]:
            SignalNotice.objects.filter(action=action, why=SignalNotice.Why.OVERDUE).delete()
        if changed["owner"] and owner.pk != by.pk:
            telling.tell(SignalNotice.Why.ACTION, [owner], now, action=action, anew=True)
    return action


def cancel(
    pk: int, reason: Any, *, by: User, version: int | None = None, now: datetime | None = None
) -> CorrectiveAction:
    """It is not done after all; why stands where the proof would.

    Raises CorrectiveAction.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        action = _held(pk, by, version, A.OPEN)
        check_concerned(action, by)
        said = validation.clean({"reason": reason}, {"reason": _DONE["evidence"]})["reason"]
        action.evidence, action.state = said, A.CANCELLED
        action.version += 1
        action.save()
        record("action.cancelled", action.subject, by, now, {})
    return action


def check(
    pk: int, *, by: User, version: int | None = None, now: datetime | None = None
) -> CorrectiveAction:
    """Measure the effect on the weeks since. An answer that can still change (too early) is shown
    and leaves the action as it is.

    Raises CorrectiveAction.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    with transaction.atomic():
        action = _held(pk, by, version, A.DONE)
        measured = effects.of(action, now)
        if measured.early:
            raise Invalid({"effect": [measured.words]})
        action.effect, action.ratio = measured.effect, measured.ratio
        action.low, action.high = measured.low, measured.high
        action.numbers, action.measured_at, action.state = measured.numbers, now, A.CHECKED
        action.version += 1
        action.save()
        detail = {"effect": action.effect, "ratio": action.ratio and round(action.ratio, 3)}
        record("action.checked", action.subject, by, now, detail)
    return action


def tell_overdue(now: datetime) -> int:
    """Tell the owners of what is overdue, and those who entered it: once. Answers how many notices
    are new.
    """
    today = timezone.localdate(now)
    late = CorrectiveAction.objects.filter(state=A.OPEN, due_on__lt=today, told_overdue_at=None)
    new = 0
    for action in late.select_related("owner", "by").order_by("due_on", "pk")[:500]:
        people = [u for u in (action.owner, action.by) if u.is_active]
        with transaction.atomic():  # done with also when nobody wishes to hear of it
            if late.filter(pk=action.pk).update(told_overdue_at=now):
                new += telling.tell(SignalNotice.Why.OVERDUE, people, now, action=action)
    return new
