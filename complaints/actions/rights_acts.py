"""Carrying out a request about personal data: correcting, deleting single fields, and limiting what
is done with the rest, in every case of the same person.

What a correction replaces stays sealed with the consumer's key, for proof. What is deleted is kept
nowhere. A case under a legal hold stays as it is, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import places, rights, validation
from complaints.actions import disposal
from complaints.actions.rights import LONGEST, Settled, held, permitted, told
from complaints.choices import Limited
from complaints.errors import Invalid
from complaints.models import Complaint, Consumer, RightsAct, RightsRequest
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.models.rights import Outcome, RightKind
from complaints.signing import voiding
from complaints.validation import CONSUMER_FIELDS, Refused

Kind = RightsAct.Kind
# An act carries out one of these.
FOR: dict[str, tuple[str, ...]] = {
    Kind.COPY: (RightKind.ACCESS,),
    Kind.TRANSFER: (RightKind.TRANSFER,),
    Kind.CORRECTION: (RightKind.CORRECTION,),
    Kind.ERASURE: (RightKind.DELETION,),
    Kind.LIMIT: (RightKind.DELETION, RightKind.CONSENT),
    Kind.CONSENT: (RightKind.CONSENT,),
    Kind.LIFT: tuple(RightKind.values),
}


def correct(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> list[RightsAct]:
    """`{field, value, note}`: the right value in every case of the person that is not held; `note`
    says how it was verified (PIPL Art. 46(2)).

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    data = _corrected(values)
    with transaction.atomic():
        row, mine = taken(pk, Kind.CORRECTION, by)
        done = [
            act
            for case in mine
            if not case.legal_hold
            and (act := _changed(row, case, data, Kind.CORRECTION, by, now)) is not None
        ]
        if not done:
            raise Invalid({"value": [_nothing_changed(mine)]})
        _tell(row, done, by, now)
    return done


def _corrected(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"field": None, "value": None, "note": None, **values},
        {
            "field": lambda x: v.choice(x, PERSONAL_FIELDS, required=True),
            "value": lambda x: v.plain(x, 260, required=True),
            "note": lambda x: v.text(x, LONGEST, required=True, lines=True),
        },
    )
    try:
        data["value"] = CONSUMER_FIELDS[data["field"]](data["value"])
    except Refused as refused:
        raise Invalid({"value": [str(refused)]}) from refused
    return data


def _nothing_changed(mine: list[Complaint]) -> str:
    if mine and all(case.legal_hold for case in mine):
        return _("这个人的案件都在诉讼保留之下，不能更正；请法务先决定是否解除")
    return _("登记的就是这个值，没有需要更正的")


def _changed(
    row: RightsRequest,
    case: Complaint,
    data: Mapping[str, Any],
    kind: str,
    by: User,
    now: datetime,
) -> RightsAct | None:
    """One field of the consumer of one case; nothing where it says so already. The province follows
    a corrected address; of one that is erased it stays, for it says nothing of a person any more.
    """
    consumer, name = case.consumer, data["field"]
    before = consumer.clear(name)
    if before == data["value"]:
        return None
    act = RightsAct(
        request=row, kind=kind, complaint=case, consumer=consumer, field=name, by=by, at=now
    )
    act.note = data["note"]
    if kind == Kind.CORRECTION and before:
        act.keep(before)
        act.old_masked = getattr(consumer, f"{name}_masked")
    consumer.save(update_fields=consumer.fill({name: data["value"]}))
    if name == "address" and kind == Kind.CORRECTION and not case.region_chosen:
        case.region = places.of_address(data["value"])
        case.save(update_fields=["region"])
    act.save(force_insert=True)
    return act


def erase(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> list[RightsAct]:
    """`{fields, note}`: delete these fields at once and for good, in the finished cases of the
    person that are not held; `note` says why no law asks to keep them.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    v = validation
    data = v.clean(
        {"fields": None, "note": None, **values},
        {
            "fields": lambda x: v.choices(x, PERSONAL_FIELDS),
            "note": lambda x: v.text(x, LONGEST, required=True, lines=True),
        },
    )
    if not data["fields"]:
        raise Invalid({"fields": [_("请选择要删除的项目")]})
    with transaction.atomic():
        row, mine = taken(pk, Kind.ERASURE, by)
        done = []
        for case in mine:
            if case.legal_hold or case.is_open:
                continue
            for name in data["fields"]:
                gone = {"field": name, "value": "", "note": data["note"]}
                act = _changed(row, case, gone, Kind.ERASURE, by, now)
                done += [act] if act else []
        if not done:
            words = _("没有可以马上删除的：案件尚在办理、在诉讼保留之下，或者这些项目本来就是空的")
            raise Invalid({"fields": [words]})
        _tell(row, done, by, now)
    return done


def limit(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> list[RightsAct]:
    """`{kind, note}`: from now on only store (`limit`, PIPL Art. 47(2)), do nothing that rests on
    consent (`consent`, Art. 15), or go on as before (`lift`). Only storing is for persons none of
    whose cases is still open. Files whose time is over are proposed for disposal.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    v = validation
    data = v.clean(
        {"kind": None, "note": None, **values},
        {
            "kind": lambda x: v.choice(x, (Kind.LIMIT, Kind.CONSENT, Kind.LIFT), required=True),
            "note": lambda x: v.text(x, LONGEST, required=True, lines=True),
        },
    )
    with transaction.atomic():
        row, mine = taken(pk, data["kind"], by)
        done = _limited(row, mine, data, by, now)
        if not done:
            raise Invalid({"kind": [_("已经是这样，没有需要改变的")]})
        _tell(row, done, by, now)
        if data["kind"] == Kind.LIMIT:
            disposal.propose(now)
    return done


_AS: dict[str, str] = {Kind.LIMIT: Limited.STORAGE, Kind.CONSENT: Limited.CONSENT, Kind.LIFT: ""}


def _limited(
    row: RightsRequest, mine: list[Complaint], data: Mapping[str, Any], by: User, now: datetime
) -> list[RightsAct]:
    """Of each consumer's row. The case in which the request stands is open while it is answered: it
    is no obstacle.
    """
    wanted = _AS[data["kind"]]
    working = [c.pk for c in mine if c.is_open and c.pk != row.complaint_id]
    if wanted == Limited.STORAGE and working:
        raise Invalid({"kind": [_still_open(working, by)]})
    done = []
    for case in mine:
        consumer = case.consumer
        if consumer.limited == wanted:
            continue
        consumer.limited = wanted
        consumer.save(update_fields=["limited"])
        done.append(
            RightsAct.objects.create(
                request=row,
                kind=data["kind"],
                complaint=case,
                consumer=consumer,
                note=data["note"],
                by=by,
                at=now,
            )
        )
    return done


def _still_open(working: list[int], by: User) -> str:
    """Which complaints are in the way, as far as the person sees them."""
    seen = Complaint.objects.visible_to(by).filter(pk__in=working).order_by("pk")
    numbers = list(seen.values_list("number", flat=True)[:10])
    words = _("还有投诉在办理（{numbers}），办结以前不能只作存储；请先办结，或者部分办理")
    return words.format(numbers=_("、").join(numbers) or _("不在您可以查看的范围内"))


def taken(pk: int, kind: str, by: User) -> tuple[RightsRequest, list[Complaint]]:
    """The request, which is to be carried out, and every case of the person, all held in one order.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    found = rights.visible_to(by).select_related("complaint__consumer").get(pk=pk)
    consumer: Consumer = found.complaint.consumer
    wanted = [*rights.cases(consumer).values_list("pk", flat=True), found.complaint_id]
    mine = list(
        Complaint.objects.locked()
        .filter(pk__in=wanted, destroyed_at=None)
        .select_related("consumer")
        .order_by("pk")
    )
    row, case = held(pk, by)
    if why := against(row, kind):
        raise Settled(why)
    return row, [case if each.pk == case.pk else each for each in mine]


def against(row: RightsRequest, kind: str) -> str:
    """Why this is not carried out (now); "" where it may be."""
    decision = getattr(row, "decision", None)
    if decision is None:
        return _("法务还没有决定，决定以后才能办理")
    if hasattr(row, "answer"):
        return _("已经答复，不能再办理；再有请求的，请另行登记")
    if decision.outcome not in (Outcome.GRANTED, Outcome.PARTLY):
        return _("这件请求不予办理")
    if not set(FOR[kind]) & set(row.kinds):
        return _("请求里没有这一项")
    return ""


def _tell(row: RightsRequest, done: list[RightsAct], by: User, now: datetime) -> None:
    """Each case that was touched says it; the request's case does in any way."""
    act = done[0]
    fields = sorted({each.field for each in done if each.field})
    touched = {each.complaint_id: each.complaint for each in done}
    touched.setdefault(row.complaint_id, row.complaint)
    for case in sorted(touched.values(), key=lambda each: each.pk):
        said = {"kind": act.kind, "fields": fields, "cases": len({a.complaint_id for a in done})}
        told(case, row, "carried_out", by, now, text=act.note, detail=said)
        if case.is_open:
            voiding.look(case, by, now)
