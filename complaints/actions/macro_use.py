"""Using a macro on a case: what the person left ticked, all of it in one transaction or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import macros, quick_values, wording_check
from complaints.actions import communication, editing, snoozing
from complaints.actions import facts as fact_actions
from complaints.actions import macros as kept
from complaints.advance import check_version, lock
from complaints.choices import CommunicationKind
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, Event, MacroVersion

DOUBLE_CLICK = timedelta(seconds=10)


def use(
    number: str,
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    macro_version: int | None = None,
    now: datetime | None = None,
) -> MacroVersion | None:
    """Do what is ticked: `{do: [item], text?, channel?, anyway?}`, the items of `macros.items`.
    None for a second click a moment later.

    Raises Complaint.DoesNotExist, MacroVersion.DoesNotExist (none of the case's team, or put
    aside), StaleVersion (of the case or of the macro), Invalid: item → why it cannot be done, or
    "asked": the wording of the reply is questioned.
    """
    now = now or timezone.now()
    if not by.may("write_notes"):
        raise NotAllowed(_("您的角色不能在案件上使用宏"))
    with transaction.atomic():
        complaint = lock(number, by)
        macro = kept.for_case(complaint).get(macro=pk)
        if _a_moment_ago(complaint, macro, by, now):
            return None
        check_version(complaint, version)
        _check_macro(macro, macro_version)
        wanted = _wanted(complaint, macro, values, by, now)
        _do(complaint, macro, wanted, values, by, now)
        _check_step(number, macro, wanted, by, now)
        _tell(complaint, macro, wanted, by, now)
    return macro


def _a_moment_ago(complaint: Complaint, macro: MacroVersion, by: User, now: datetime) -> bool:
    same = Event.objects.filter(complaint=complaint, code="macro_used", by=by)
    recent = same.filter(at__gt=now - DOUBLE_CLICK).order_by("-id").first()
    return recent is not None and bool(recent.detail.get("macro") == macro.macro_id)


def _check_macro(macro: MacroVersion, seen: int | None) -> None:
    if seen is not None and seen != macro.version:
        words = _("这个宏刚被改为第 {n} 版；下面是现在的内容，您改过的文字还在，请核对后再执行")
        raise StaleVersion(words.format(n=macro.version), macro.version)


def _wanted(
    complaint: Complaint, macro: MacroVersion, values: Mapping[str, Any], by: User, now: datetime
) -> list[str]:
    """The items that are ticked, each of which can be done. Raises Invalid."""
    found = macros.items(complaint, macro.does, by, now)
    ticked = set(values.get("do", ()))
    errors = {  # whether the step is possible is asked once the rest is done
        item.code: [item.why]
        for item in found
        if item.code in ticked and item.why and item.code != "step"
    }
    if ticked - {item.code for item in found}:
        errors[""] = [_("勾选的有一项不在这个宏里；请按下面的内容重新勾选")]
    elif not ticked:
        errors[""] = [_("没有勾选任何一项；请至少勾选一项，或者取消")]
    if errors:
        raise Invalid(errors)
    return [item.code for item in found if item.code in ticked]


def _do(
    complaint: Complaint,
    macro: MacroVersion,
    wanted: Collection[str],
    values: Mapping[str, Any],
    by: User,
    now: datetime,
) -> None:
    """Each by the verb that a person would use; what one of them refuses undoes the others."""
    number, does = complaint.number, macro.does
    if "text" in wanted:
        said = str(values.get("text", ""))
        _ask(does["kind"], said, str(values.get("anyway", "")))
        sent = {"kind": does["kind"], "text": said}
        sent |= {k: values[k] for k in ("channel", "anyway") if values.get(k)}
        communication.write(number, sent, by=by, now=now)
    answers = {c.partition(":")[2]: c for c in wanted if c.startswith("fact:")}
    if answers:
        given = {fact: does["facts"][fact] for fact in answers}
        fact_actions.answer(number, given, by=by, now=now)
    if "priority" in wanted:
        editing.edit(number, {"priority": does["priority"]}, by=by, now=now)
    if "remind" in wanted:
        _put_aside(number, does["remind"], by, now)


def _put_aside(number: str, wanted: Mapping[str, Any], by: User, now: datetime) -> None:
    """What is refused stands at the reminder: the preview has no field for the day."""
    values = {"until": macros.remind_on(wanted, now).isoformat(), "waiting_for": wanted["for"]}
    try:
        snoozing.put_aside(number, values, by=by, now=now)
    except Invalid as refused:
        raise Invalid({"remind": [refused.message]}) from refused


def _ask(kind: str, text: str, anyway: str) -> None:
    """A reply is looked at before it leaves, as in the composer."""
    if kind != CommunicationKind.REPLY or anyway.strip():
        return
    if asked := quick_values.still_open(text) + wording_check.questions(text):
        raise Invalid({"asked": asked})


def _check_step(
    number: str, macro: MacroVersion, wanted: Collection[str], by: User, now: datetime
) -> None:
    """The step that is to be opened next must be possible once the rest is done."""
    if "step" not in wanted:
        return
    after = lock(number, by)
    if why := macros.step_refused(after, macro.does["step"], by, now):
        raise Invalid({"step": [why]})


def _tell(
    complaint: Complaint, macro: MacroVersion, wanted: list[str], by: User, now: datetime
) -> None:
    """In the timeline and the record: which macro, which version, which of its items."""
    detail = {"macro": macro.macro_id, "version": macro.version, "did": wanted}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.CHANGE,
        code="macro_used",
        detail={**detail, "name": macro.name},
    )
    Complaint.objects.filter(pk=complaint.pk).update(updated_at=now)
    record("macro.used", complaint.subject, by, now, detail)
