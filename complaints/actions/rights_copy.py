"""Taking out the copy for the person, or the data to be moved: the only file with numbers in clear.

As with a single number: decided under the locks of the case and of the person, each field counted
in the same quotas, and the rows and the record committed before anything leaves. The file is kept
nowhere. Once per request; again only with a reason. Whoever is refused stands in the record, with
the same alarms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import training
from accounts.models import User
from accounts.vault import VaultError
from complaints import reveal_policy, rights, rights_copy, validation
from complaints.actions import revealing
from complaints.actions.revealing import NotRevealed, Unrecorded
from complaints.actions.rights import LONGEST, Settled, permitted, told
from complaints.actions.rights_acts import taken
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Reveal, RightsAct, RightsRequest
from complaints.models.reveal import Purpose

Kind = RightsAct.Kind
# What is left open in the form is no refusal; these are.
_NO = {"again": "again", "": "archived"}


@dataclass(frozen=True)
class Copy:
    """The file. Never stored, logged or put into a session."""

    row: RightsRequest
    name: str
    content: bytes
    fields: tuple[str, ...]  # in clear
    cases: tuple[str, ...]  # their numbers

    def __repr__(self) -> str:
        return f"<Copy {self.name}>"


def fetch(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    confirmed_at: datetime | None,
    now: datetime | None = None,
) -> Copy:
    """`{kind: copy | transfer, note, again}`: `note` says to whom and how it is handed over,
    `again` why once more, where it was taken before.

    Raises RightsRequest.DoesNotExist, NotAllowed (NotRevealed, QuotaReached), Settled, Invalid,
    Unrecorded; what is refused is recorded.
    """
    now = now or timezone.now()
    try:
        return _fetched(pk, values, by, confirmed_at, now)
    except RightsRequest.DoesNotExist:
        refused(pk, by, "foreign", now)
        raise
    except Invalid as no:
        for name in no.errors.keys() & _NO.keys():
            refused(pk, by, _NO[name], now)
        raise
    except (NotAllowed, Settled) as no:
        refused(pk, by, no.code, now)
        raise


def refused(pk: int, by: User, code: str, now: datetime | None = None) -> None:
    """Somebody did not get the file. Of a request that is not there as of one that is hidden."""
    case = RightsRequest.objects.filter(pk=pk).values_list("complaint__number", flat=True).first()
    told = {"field": Kind.COPY.value, "purpose": Purpose.RIGHTS.value}
    revealing.refused(case or "", told, by, code, now or timezone.now())


def _fetched(
    pk: int, values: Mapping[str, Any], by: User, confirmed_at: datetime | None, now: datetime
) -> Copy:
    permitted(by, "carry_out_rights")
    v = validation
    data = v.clean(
        {"kind": None, "note": None, "again": "", **values},
        {
            "kind": lambda x: v.choice(x, (Kind.COPY, Kind.TRANSFER), required=True),
            "note": lambda x: v.text(x, LONGEST, required=True, lines=True),
            "again": lambda x: v.text(x, LONGEST, lines=True),
        },
    )
    moving = data["kind"] == Kind.TRANSFER
    try:
        with transaction.atomic():
            row, mine = taken(pk, data["kind"], by)
            _refuse(row, mine, by, confirmed_at, now)
            _once(row, data)
            content = rights_copy.of(row, moving=moving, at=now)
            _write(row, mine, data, hashlib.sha256(content).hexdigest(), by, now)
    except (DatabaseError, VaultError) as error:
        words = _("没有生成：这次取走没能记录下来，或者号码暂时打不开。请稍后再试，并告知管理员。")
        raise Unrecorded(words) from error
    name = f"{row.complaint.number}-{data['kind']}.zip"
    fields = tuple(rights_copy.clear_fields(mine))
    return Copy(row, name, content, fields, tuple(each.number for each in mine))


def _refuse(
    row: RightsRequest,
    mine: list[Complaint],
    by: User,
    confirmed_at: datetime | None,
    now: datetime,
) -> None:
    """Raises NotRevealed, NotAllowed."""
    if no := revealing.not_confirmed("session", confirmed_at, now):
        raise NotRevealed(no)
    if not training.valid(by, now):
        raise NotRevealed(revealing.untrained())
    if rights.spoken_of(row.complaint.consumer, by):
        raise NotAllowed(_("请求人的投诉涉及您本人，副本须由另一位同事取走"))
    if len(mine) > rights_copy.MOST:
        raise Invalid({"kind": [_("案件太多，不能一次生成；请联系管理员")]})


def _once(row: RightsRequest, data: dict[str, Any]) -> None:
    """Raises Invalid."""
    before = row.acts.filter(kind=data["kind"]).select_related("by").order_by("-at").first()
    if before is None:
        return
    if not data["again"]:
        words = _("{name} 已在 {time} 取走一次；确需再取的，请说明原因")
        time = f"{timezone.localtime(before.at):%m-%d %H:%M}"
        raise Invalid({"again": [words.format(name=before.by.name, time=time)]})
    data["note"] = f"{data['note']}\n{data['again']}"


def _write(
    row: RightsRequest,
    mine: list[Complaint],
    data: Mapping[str, Any],
    sha256: str,
    by: User,
    now: datetime,
) -> None:
    who = User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time per person
    case = row.complaint
    for name in rights_copy.clear_fields(mine):
        bucket = reveal_policy.bucket_of(name)
        revealing.room(who, bucket, now, case.number)
        Reveal.objects.create(
            complaint=case,
            by=who,
            at=now,
            field=name,
            bucket=bucket,
            purpose=Purpose.RIGHTS,
            basis="rights",
        )
    RightsAct.objects.create(
        request=row,
        kind=data["kind"],
        complaint=case,
        consumer=case.consumer,
        sha256=sha256,
        note=data["note"],
        by=by,
        at=now,
    )
    said = {"kind": data["kind"], "sha256": sha256, "cases": len(mine)}
    told(case, row, "copied", by, now, text=data["note"], detail=said)
