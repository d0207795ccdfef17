"""Legal holds and disposal over HTTP: what is answered and sent, and what the description says of
them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions import disposal
from complaints.actions import legal_hold as holds
from complaints.api.one_call import call
from complaints.api.review_shapes import NothingSent
from complaints.api.serializers import Person
from complaints.clock_words import local
from complaints.models import Destroyed, DisposalBatch, DisposalRow, HeldCase, LegalHold
from complaints.seen import saw_cases

Shape = s.Serializer[Any]
TAG = "keeping"
PLACED = {"-placed_at": Order("placed_at", newest_first=True), "placed_at": Order("placed_at")}
PROPOSED = {"-proposed_at": Order("proposed_at", newest_first=True)}
BY_TIME = {"-at": Order("at", newest_first=True), "at": Order("at")}
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}
STATES = ("in_force", "release_asked", "released")


def _person(user: Any) -> dict[str, str] | None:
    return {"username": user.username, "name": user.name} if user is not None else None


def _state(hold: LegalHold) -> str:
    if hold.released_at is not None:
        return "released"
    return "release_asked" if hold.release_asked_by_id is not None else "in_force"


def legal_hold(hold: LegalHold) -> dict[str, Any]:
    """One hold; `held` is counted by whoever reads it."""
    return {
        "id": hold.pk,
        "matter": hold.matter,
        "reason": hold.reason,
        "state": _state(hold),
        "cases": getattr(hold, "held", 0),
        "placed_by": _person(hold.placed_by),
        "placed_at": local(hold.placed_at),
        "release_reason": hold.release_reason,
        "release_asked_by": _person(hold.release_asked_by),
        "release_asked_at": local(hold.release_asked_at),
        "released_by": _person(hold.released_by),
        "released_at": local(hold.released_at),
    }


def held_case(row: HeldCase) -> dict[str, Any]:
    """A case under it."""
    saw_cases(row.complaint.number)
    return {
        "complaint": row.complaint.number,
        "state": row.complaint.state,
        "added_by": _person(row.added_by),
        "added_at": local(row.added_at),
    }


def batch(found: DisposalBatch) -> dict[str, Any]:
    """One batch; `files` and `waiting` are those that the reader may see."""
    return {
        "id": found.pk,
        "proposed_at": local(found.proposed_at),
        "due_on": found.due_on.isoformat(),
        "files": getattr(found, "files", 0),
        "waiting": getattr(found, "waiting", 0),
    }


def batch_row(row: DisposalRow) -> dict[str, Any]:
    """One file of a batch with what its reviewers said."""
    case = row.complaint
    saw_cases(case.number)
    kept = getattr(case, "retention", None)
    return {
        "id": row.pk,
        "complaint": case.number,
        "state": row.state,
        "legal_hold": case.legal_hold,
        "class": kept.code if kept else "",
        "until": kept.until.isoformat() if kept and kept.until else None,
        "problem": row.problem,
        "settled_at": local(row.settled_at),
        "reviews": [
            {
                "by": _person(each.by),
                "at": local(each.at),
                "approved": each.approved,
                "reason": each.reason,
                "keep_until": each.keep_until.isoformat() if each.keep_until else None,
            }
            for each in row.reviews.all()
        ],
    }


def destroyed(entry: Destroyed) -> dict[str, Any]:
    """One entry of the register."""
    saw_cases(entry.number)
    return {
        "id": entry.pk,
        "complaint": entry.number,
        "at": local(entry.at),
        "class": entry.code,
        "until": entry.until.isoformat(),
        "law": entry.basis.get("law", []),
        "reviewers": [str(each["name"]) for each in entry.reviews],
        "files": entry.files,
        "key_destroyed": entry.person,
        "replayed": entry.replayed,
    }


class LegalHoldAnswer(Shape):
    id = s.IntegerField()
    matter = s.CharField()
    reason = s.CharField()
    state = s.ChoiceField(STATES)
    cases = s.IntegerField(help_text=_("纳入的案件数，您看不到的也计算在内"))
    placed_by = Person()
    placed_at = s.DateTimeField()
    release_reason = s.CharField(allow_blank=True)
    release_asked_by = Person(allow_null=True)
    release_asked_at = s.DateTimeField(allow_null=True)
    released_by = Person(allow_null=True)
    released_at = s.DateTimeField(allow_null=True)


class HeldCaseAnswer(Shape):
    complaint = s.CharField()
    state = s.CharField()
    added_by = Person()
    added_at = s.DateTimeField()


def _numbers() -> s.ListField:
    return s.ListField(child=s.CharField(), max_length=holds.MOST)


class LegalHoldSent(Shape):
    matter = s.CharField(max_length=120)
    reason = s.CharField(max_length=holds.LONGEST)
    numbers = _numbers()


class NumbersSent(Shape):
    numbers = _numbers()


class NumbersAdded(Shape):
    added = s.ListField(child=s.CharField())


class ReleaseReasonSent(Shape):
    reason = s.CharField(max_length=holds.LONGEST)


class DisposalBatchAnswer(Shape):
    id = s.IntegerField()
    proposed_at = s.DateTimeField()
    due_on = s.DateField(help_text=_("最早销毁日"))
    files = s.IntegerField()
    waiting = s.IntegerField(help_text=_("待复核的案卷数"))


class DisposalReviewAnswer(Shape):
    by = Person()
    at = s.DateTimeField()
    approved = s.BooleanField()
    reason = s.CharField(allow_blank=True)
    keep_until = s.DateField(allow_null=True)


class BatchRowAnswer(Shape):
    id = s.IntegerField()
    complaint = s.CharField()
    state = s.ChoiceField(DisposalRow.State.choices)
    legal_hold = s.BooleanField()
    until = s.DateField(allow_null=True)
    problem = s.CharField(allow_blank=True)
    settled_at = s.DateTimeField(allow_null=True)
    reviews = DisposalReviewAnswer(many=True)


class ReviewSent(Shape):
    rows = s.ListField(child=s.IntegerField(), max_length=disposal.MOST)
    approve = s.BooleanField()
    reason = s.CharField(required=False, allow_blank=True, max_length=2000)
    keep_until = s.DateField(required=False, allow_null=True)


class ReviewedAnswer(Shape):
    reviewed = s.IntegerField()
    refused = s.ListField(child=s.CharField(), help_text=_("没有复核的案卷，一件一句"))


class StoredFile(Shape):
    number = s.JSONField(help_text=_("证据编号，或证据包的名称"))
    sha256 = s.CharField()
    size = s.IntegerField()


class DestroyedAnswer(Shape):
    id = s.IntegerField(help_text=_("登记号"))
    complaint = s.CharField()
    at = s.DateTimeField()
    until = s.DateField()
    law = s.ListField(child=s.CharField())
    reviewers = s.ListField(child=s.CharField())
    files = StoredFile(many=True)
    key_destroyed = s.BooleanField(help_text=_("消费者的数据密钥是否同时销毁"))
    replayed = s.BooleanField(help_text=_("恢复备份后重放"))


for shape in (BatchRowAnswer, DestroyedAnswer):  # a word that Python keeps for itself
    shape._declared_fields["class"] = s.CharField(allow_blank=True, help_text=_("保管类别"))

SHOW = OpenApiParameter("show", str, enum=["all", *STATES])
HOLDS = call(
    "legal_holds",
    _("诉讼保留"),
    paged(LegalHoldAnswer),
    tag=TAG,
    parameters=[*paging(PLACED), SHOW],
)
PLACE = call(
    "legal_hold_place",
    _("设置诉讼保留；只能在本人会话中，五分钟内确认过身份"),
    LegalHoldAnswer,
    status=201,
    tag=TAG,
    request=LegalHoldSent,
)
HOLD = call("legal_hold", _("一项诉讼保留"), LegalHoldAnswer, tag=TAG)
CASES = call(
    "legal_hold_cases",
    _("诉讼保留中的案件"),
    paged(HeldCaseAnswer),
    tag=TAG,
    parameters=paging(BY_ID),
)
ADD = call(
    "legal_hold_add", _("纳入更多案件"), NumbersAdded, status=201, tag=TAG, request=NumbersSent
)
ASK = call(
    "legal_hold_ask_release", _("申请解除"), LegalHoldAnswer, tag=TAG, request=ReleaseReasonSent
)
RELEASE = call(
    "legal_hold_release",
    _("同意解除；不能是申请的人，只能在本人会话中"),
    LegalHoldAnswer,
    tag=TAG,
    request=NothingSent,
)
KEEP = call("legal_hold_keep", _("不解除"), LegalHoldAnswer, tag=TAG, request=NothingSent)
BATCHES = call(
    "disposal_batches",
    _("到期销毁的批次"),
    paged(DisposalBatchAnswer),
    tag=TAG,
    parameters=paging(PROPOSED),
)
BATCH = call("disposal_batch", _("一个批次"), DisposalBatchAnswer, tag=TAG)
ROWS = call(
    "disposal_rows",
    _("批次中的案卷与复核"),
    paged(BatchRowAnswer),
    tag=TAG,
    parameters=paging(BY_ID),
)
REVIEW = call(
    "disposal_review",
    _("复核案卷：同意销毁，或写明理由继续保管"),
    ReviewedAnswer,
    tag=TAG,
    request=ReviewSent,
)
REGISTER = call(
    "disposal_register",
    _("销毁登记"),
    paged(DestroyedAnswer),
    tag=TAG,
    parameters=paging(BY_TIME),
)
