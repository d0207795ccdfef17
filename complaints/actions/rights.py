"""个人信息权利请求: writing one down, making sure who asks, and the word on it.

Three people: whoever takes it down and whoever checks the identity do not decide. Counsel decides,
and says why where something is refused (PIPL Art. 50(1)).
A little longer than others: that they are three is read in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import refusal
from audit.record import record
from complaints import marking, next_due, rights, validation
from complaints.advance import lock
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import (
    Complaint,
    Event,
    IdentityCheck,
    Moment,
    Outbox,
    RightsDecision,
    RightsRequest,
    TailCheck,
)
from complaints.models.rights import (
    BY_HAND,
    CheckBy,
    Ground,
    Outcome,
    Requester,
    RightKind,
)
from complaints.workdays import SHANGHAI
from evidence.models import Item

LONGEST = 2000
TAIL_COUNTS = timedelta(days=1)
REQUESTED, MET = "pi_requested", "pi_request_met"


class Settled(CaseError):
    """Nothing is left to say on it."""

    code = "settled"


def ask(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsRequest:
    """`{kinds, requester, details, received_on}`: a request in this case; the clock counts from the
    day on which it was received. The same once more, while it is open, is the same request.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "take_rights_requests")
    data = _asked(values, now)
    with transaction.atomic():
        case = open_case(number, by)
        before = RightsRequest.objects.filter(rights.is_open(), complaint=case).first()
        if before is not None:
            return _same(before, data)
        officer = _officer(case)
        row = RightsRequest.objects.create(
            complaint=case, assigned_to=officer, by=by, at=now, **data
        )
        _start_clock(case, row, by, now)
        _share(case, by, now)
        told(case, row, "asked", by, now, text=row.details, detail={"kinds": row.kinds})
        key = f"{case.number}.rights{row.pk}"
        Outbox.objects.create(
            complaint=case,
            effect="tell_rights_asked",
            key=key,
            payload={"request": row.pk},
            created_at=now,
            not_before=now,
        )
    return row


def _asked(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"kinds": None, "requester": None, "details": None, "received_on": None, **values},
        {
            "kinds": lambda x: v.choices(x, RightKind.values),
            "requester": lambda x: v.choice(x, Requester.values, required=True),
            "details": lambda x: v.text(x, LONGEST, required=True, lines=True),
            "received_on": v.day,
        },
    )
    if not data["kinds"]:
        raise Invalid({"kinds": [_("请至少选择一项请求")]})
    data["received_on"] = data["received_on"] or timezone.localdate(now)
    return data


def _same(before: RightsRequest, data: Mapping[str, Any]) -> RightsRequest:
    if all(getattr(before, name) == value for name, value in data.items()):
        return before
    words = _("本案还有一件没有答复的权利请求；请先办完，或者另行登记一件投诉")
    raise Invalid({"kinds": [words]})


def _officer(case: Complaint) -> User | None:
    """个人信息保护负责人 (PIPL Art. 52), where one is named who may have this case."""
    named = settings.DATA_PROTECTION_OFFICER
    return rights.officers(case).filter(username=named).first() if named else None


def _start_clock(case: Complaint, row: RightsRequest, by: User, now: datetime) -> None:
    """A request before this one has had its clock; this one gets its own."""
    if RightsRequest.objects.filter(complaint=case).exclude(pk=row.pk).exists():
        for kind in (MET, REQUESTED):
            marking.unmark(case, kind, now=now)
    _mark(case, REQUESTED, row.received_on, by, now)


def _mark(case: Complaint, kind: str, day: Any, by: User, now: datetime) -> None:
    at = datetime.combine(day, datetime.min.time(), SHANGHAI)
    source = Moment.Source.PERSON
    marking.mark(case, kind, at, now=now, source=source, precise=False, by=by)


def met(case: Complaint, by: User, now: datetime) -> None:
    """The request is over: its clock ends today. The caller holds the case and saves it."""
    _mark(case, MET, timezone.localdate(now), by, now)


def _share(case: Complaint, by: User, now: datetime) -> None:
    """Who is to decide has to see the case. The caller saves it."""
    if not case.shared_with_counsel:
        case.shared_with_counsel = True
        record("complaint.shared_with_counsel", case.subject, by, now, {"for": "rights"})


def check_identity(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> IdentityCheck:
    """`{how, passed, proof, note}`. By last digits: a comparison in this case by the same person
    within a day that matched. Evidence `proof` shows that one may ask for somebody else.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "take_rights_requests")
    data = _checked(values)
    with transaction.atomic():
        row, case = held(pk, by)
        if hasattr(row, "decision"):
            raise Settled(_("已经决定，不能再登记核验"))
        if data["passed"]:
            _refuse_unproven(row, case, data, by, now)
        check = IdentityCheck.objects.create(request=row, by=by, at=now, **data)
        word = "identity_passed" if check.passed else "identity_failed"
        told(case, row, word, by, now, text=check.note, detail={"how": check.how})
    return check


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"how": None, "passed": None, "proof": None, "note": "", **values},
        {
            "how": lambda x: v.choice(x, [str(how) for how in BY_HAND], required=True),
            "passed": lambda x: v.choice(str(x or ""), ["1", "0"], required=True),
            "proof": v.item_number,
            "note": lambda x: v.text(x, LONGEST, lines=True),
        },
    )
    data["passed"] = data["passed"] == "1"
    if not data["note"] and (data["how"] != CheckBy.TAIL or not data["passed"]):
        raise Invalid({"note": [_("请写明何时、怎样核验，结果如何（不要写号码）")]})
    return data


def _refuse_unproven(
    row: RightsRequest, case: Complaint, data: Mapping[str, Any], by: User, now: datetime
) -> None:
    """Raises Invalid."""
    if data["how"] == CheckBy.TAIL:
        since = now - TAIL_COUNTS
        same = TailCheck.objects.filter(complaint=case, by=by, matches=True, at__gt=since)
        if not same.exists():
            words = _("24 小时内您没有在本案核对过一致的尾号；请先在案件里“核对尾号”")
            raise Invalid({"how": [words]})
    refuse_unproven(row, case, data["proof"])


def refuse_unproven(row: RightsRequest, case: Complaint, proof: int | None) -> None:
    """Whoever asks for somebody else shows that they may. Raises Invalid."""
    if proof is not None:
        if not Item.objects.filter(folder=case.folder_id, number=proof).exists():
            raise Invalid({"proof": [_("本案没有这个编号的证据")]})
    elif row.requester != Requester.SELF:
        words = _("不是本人的，请先把监护、委托或者亲属关系（及死亡）的证明收为证据，填写证据编号")
        raise Invalid({"proof": [words]})


def decide(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsDecision:
    """`{outcome, ground, reason}`: granted, partly, refused; or withdrawn by whoever asked, which
    those who took it down may write down too.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    data = _decided(values)
    withdrawn = data["outcome"] == Outcome.WITHDRAWN
    permitted(by, "take_rights_requests" if withdrawn else "decide_rights_requests")
    with transaction.atomic():
        row, case = held(pk, by)
        if hasattr(row, "decision"):
            raise Settled(
                _("这件请求已经决定：{what}").format(what=row.decision.get_outcome_display())
            )
        if not withdrawn:
            if why := against_deciding(row, by):
                raise NotAllowed(why)
            _refuse_unknown(row, data)
        decision = RightsDecision.objects.create(request=row, by=by, at=now, **data)
        if withdrawn:
            met(case, by, now)
        said = {"outcome": decision.outcome, "ground": decision.ground}
        told(case, row, "decided", by, now, text=decision.reason, detail=said)
    return decision


def _refuse_unknown(row: RightsRequest, data: Mapping[str, Any]) -> None:
    """Before it is known who asks nothing is said of what we hold. Raises Invalid."""
    if rights.passed(row):
        return
    if data["outcome"] != Outcome.REFUSED:
        raise Invalid({"outcome": [_("还没有核验请求人的身份；核验以前只能不予办理")]})
    if data["ground"] != Ground.IDENTITY:
        words = _("还没有核验请求人的身份；核验以前只能以“不能核实身份或者资格”为理由")
        raise Invalid({"ground": [words]})


def _decided(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"outcome": None, "ground": "", "reason": "", **values},
        {
            "outcome": lambda x: v.choice(x, Outcome.values, required=True),
            "ground": lambda x: v.choice(x, Ground.values),
            "reason": lambda x: v.text(x, LONGEST, lines=True),
        },
    )
    errors: dict[str, list[str]] = {}
    refuses = data["outcome"] in (Outcome.REFUSED, Outcome.PARTLY)
    if refuses and not data["ground"]:
        errors["ground"] = [_("请选择不予办理或者只部分办理的理由")]
    if not data["reason"] and data["outcome"] != Outcome.GRANTED:
        errors["reason"] = [_("请说明理由；拒绝的，法律要求向请求人说明（个人信息保护法第五十条）")]
    if errors:
        raise Invalid(errors)
    if not refuses:
        data["ground"] = ""
    return data


def against_deciding(row: RightsRequest, by: User) -> str:
    """Why this person does not decide; "" where they do."""
    if row.by_id == by.pk or any(check.by_id == by.pk for check in row.checks.all()):
        return _("登记请求或者核验身份的人不能决定；请另一位法务决定")
    return "" if by.may("decide_rights_requests") else refusal("decide_rights_requests")


# --- shared with what carries it out


def permitted(by: User, permission: str) -> None:
    """Raises NotAllowed."""
    if not by.may(permission):
        raise NotAllowed(refusal(permission))


def open_case(number: str, by: User) -> Complaint:
    """The case, held. Raises Complaint.DoesNotExist, NotAllowed, Invalid for an archived one."""
    case = lock(number, by)
    if case.state == State.ARCHIVED:
        words = _("案件已归档；请为这项请求登记一件新的投诉（类别：个人信息权利请求）")
        raise Invalid({"": [words]})
    return case


def held(pk: int, by: User) -> tuple[RightsRequest, Complaint]:
    """The request and its case, held until the end of the transaction.

    Raises RightsRequest.DoesNotExist (also where the person does not see the case), NotAllowed,
    Invalid.
    """
    number = rights.visible_to(by).values_list("complaint__number", flat=True).get(pk=pk)
    try:
        case = open_case(number, by)
    except Complaint.DoesNotExist as gone:  # since the line before
        raise RightsRequest.DoesNotExist from gone
    row = RightsRequest.objects.select_related("decision", "answer", "by").get(pk=pk)
    row.complaint = case
    return row, case


def told(
    case: Complaint,
    row: RightsRequest,
    act: str,
    by: User,
    now: datetime,
    *,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The case says it in its timeline and its record, and moves on by a version."""
    case.version += 1
    case.updated_at = now
    columns = ("version", "updated_at", *next_due.COLUMNS, "shared_with_counsel")
    case.save(update_fields=list(columns))
    said = {"request": row.pk, **(detail or {})}
    Event.objects.create(
        complaint=case,
        at=now,
        by=by,
        kind=Event.Kind.CHANGE,
        code=f"rights_{act}",
        text=text,
        detail=said,
    )
    record(f"rights.{act}", case.subject, by, now, {**said, "version": case.version})
