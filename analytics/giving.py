"""The cause tree, and saying why: of a signal, or of the cases that were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import acting, default_causes
from analytics.models import Cause, CauseGiven, Signal
from audit.record import record
from complaints import validation
from complaints.errors import CaseError, Invalid
from complaints.models import Complaint

MOST_CASES = 200  # of one act
_WHY: dict[str, validation.Cleaner] = {
    "why": lambda x: validation.text(x, 2000, required=True, lines=True)
}
_TITLE: dict[str, validation.Cleaner] = {"title": lambda x: validation.text(x, 60, required=True)}


def plant(*, by: User, now: datetime | None = None) -> None:
    """The set that comes with the product, where the tree is empty (a migration has planted it
    once). Twice plants once. Raises NotAllowed.
    """
    now = now or timezone.now()
    acting.allowed(by)
    with transaction.atomic():
        if Cause.objects.exists():
            return
        record("cause.planted", "causes", by, now, {})
        for place, (top, _name, below) in enumerate(default_causes.TREE):
            made, _new = Cause.objects.get_or_create(code=top, defaults={"position": place})
            for n, (code, _title) in enumerate(below):
                Cause.objects.get_or_create(code=code, defaults={"parent": made, "position": n})


def tree(*, closed: bool = False) -> list[tuple[Cause, list[Cause]]]:
    """Each branch with what hangs on it, in order. One statement."""
    rows = Cause.objects.select_related("parent").order_by("position", "pk")
    found = [c for c in rows if closed or c.closed_at is None]
    return [
        (top, [c for c in found if c.parent_id == top.pk]) for top in found if top.parent_id is None
    ]


def _one(pk: Any, *, held: bool = False) -> Cause:
    """Raises Invalid for one that is not there."""
    rows = Cause.objects.select_for_update(of=("self",), no_key=True) if held else Cause.objects
    known = str(pk).isascii() and str(pk).isdecimal() and len(str(pk)) < 18
    found = rows.filter(pk=int(pk)).first() if known else None
    if found is None:
        raise Invalid({"cause": [_("请在原因树里选择一项")]})
    return found


def add(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> Cause:
    """`{title, parent?}`: a branch, or what hangs on one. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    acting.allowed(by)
    title = validation.clean({"title": values.get("title")}, _TITLE)["title"]
    with transaction.atomic():
        _names_alone()
        parent = _one(values["parent"], held=True) if values.get("parent") else None
        if parent is not None and (parent.parent_id is not None or parent.closed_at is not None):
            raise Invalid({"parent": [_("请选择一个在用的一级原因")]})
        beside = Cause.objects.filter(parent=parent)
        _new_name(title, beside)
        last = beside.aggregate(last=Max("position"))["last"]
        made = Cause.objects.create(
            title=title, parent=parent, position=min((last or 0) + 1, 30_000)
        )
        record("cause.added", made.subject, by, now, {"parent": parent and parent.pk})
    return made


def _names_alone() -> None:
    """Nobody else names a cause until the transaction ends: a double click makes one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('analytics:causes', 0))")


def _new_name(title: str, beside: Iterable[Cause]) -> None:
    if any(other.name == title for other in beside):
        raise Invalid(
            {"title": [_("已经有“{title}”；请换一个名称，或者重新启用它").format(title=title)]}
        )


def rename(pk: int, title: Any, *, by: User, now: datetime | None = None) -> Cause:
    """Another name for the same cause; what was given keeps it. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    acting.allowed(by)
    said = validation.clean({"title": title}, _TITLE)["title"]
    with transaction.atomic():
        _names_alone()
        cause = _one(pk, held=True)
        if said == cause.name:
            return cause
        _new_name(said, Cause.objects.filter(parent=cause.parent_id).exclude(pk=cause.pk))
        cause.title = said
        cause.save(update_fields=["title"])
        record("cause.renamed", cause.subject, by, now, {})
    return cause


def close(pk: int, *, by: User, again: bool = False, now: datetime | None = None) -> Cause:
    """Not given any more (`again`: given once more). Closing a branch closes what hangs on it.

    Raises NotAllowed, Invalid.
    """
    now = now or timezone.now()
    acting.allowed(by)
    with transaction.atomic():
        cause = _one(pk, held=True)
        if (cause.closed_at is None) == again:
            return cause
        if again and cause.parent is not None and cause.parent.closed_at is not None:
            raise Invalid({"cause": [_("它所属的一级原因已停用；请先启用那一项")]})
        cause.closed_at = None if again else now
        cause.save(update_fields=["closed_at"])
        if not again:
            Cause.objects.filter(parent=cause, closed_at=None).update(closed_at=now)
        record("cause.opened" if again else "cause.closed", cause.subject, by, now, {})
    return cause


def _chosen(pk: Any) -> Cause:
    cause = _one(pk)
    if cause.closed_at is not None:
        raise Invalid({"cause": [_("“{name}”已停用；请另选一项").format(name=cause.name)]})
    return cause


def of_signal(
    pk: int, cause: Any, why: Any, *, by: User, now: datetime | None = None
) -> CauseGiven:
    """The signal comes from this. Raises Signal.DoesNotExist, NotAllowed, Invalid."""
    now = now or timezone.now()
    acting.allowed(by)
    said = validation.clean({"why": why}, _WHY)["why"]
    with transaction.atomic():
        signal = acting.find(pk, by, held=True)
        chosen = _chosen(cause)
        _not_twice(CauseGiven.objects.filter(signal=signal, cause=chosen))
        made = CauseGiven.objects.create(signal=signal, cause=chosen, by=by, at=now, why=said)
        record("cause.given", signal.subject, by, now, {"cause": chosen.pk})
    return made


def _not_twice(rows: Any) -> None:
    if rows.filter(withdrawn_at=None).exists():
        raise Invalid({"cause": [_("这项原因已经登记过")]})


def of_case(
    number: str, cause: Any, why: Any, *, by: User, now: datetime | None = None
) -> CauseGiven:
    """One case comes from this. A destroyed file takes no more words.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    acting.allowed(by)
    said = validation.clean({"why": why}, _WHY)["why"]
    with transaction.atomic():
        case: Complaint = Complaint.objects.workable_by(by).locked().get(number=number)
        if case.destroyed_at is not None:
            raise Invalid({"cause": [_("案件 {number} 的案卷已经销毁").format(number=number)]})
        chosen = _chosen(cause)
        _not_twice(CauseGiven.objects.filter(complaint=case, cause=chosen))
        made = CauseGiven.objects.create(complaint=case, cause=chosen, by=by, at=now, why=said)
        record("cause.given", case.subject, by, now, {"cause": chosen.pk})
    return made


def of_cases(
    numbers: Iterable[str], cause: Any, why: Any, *, by: User, now: datetime | None = None
) -> tuple[list[str], dict[str, str]]:
    """Each case by itself: (those that took it, number → why another did not). Raises NotAllowed,
    Invalid for what is wrong with all of them.
    """
    acting.allowed(by)
    validation.clean({"why": why}, _WHY)
    _chosen(cause)
    done, refused = [], {}
    for number in list(dict.fromkeys(numbers))[:MOST_CASES]:
        try:
            of_case(number, cause, why, by=by, now=now)
            done.append(number)
        except CaseError as error:
            refused[number] = error.message
        except Complaint.DoesNotExist:
            refused[number[:20]] = _("没有这件案件")
    return done, refused


def withdraw(pk: int, *, by: User, now: datetime | None = None) -> CauseGiven:
    """It was not that after all; what was said stays, crossed out.

    Raises CauseGiven.DoesNotExist (also for what the person may not see), NotAllowed.
    """
    now = now or timezone.now()
    acting.allowed(by)
    with transaction.atomic():
        given = CauseGiven.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        if given.signal_id is not None:
            subject = _seen_signal(given.signal_id, by).subject
        else:
            case = Complaint.objects.workable_by(by).filter(pk=given.complaint_id).first()
            if case is None:
                raise CauseGiven.DoesNotExist
            subject = case.subject
        if given.withdrawn_at is None:
            given.withdrawn_at, given.withdrawn_by = now, by
            given.save(update_fields=["withdrawn_at", "withdrawn_by"])
            record("cause.withdrawn", subject, by, now, {"cause": given.cause_id})
    return given


def _seen_signal(pk: int, by: User) -> Any:
    try:
        return acting.find(pk, by)
    except Signal.DoesNotExist as error:
        raise CauseGiven.DoesNotExist from error
