"""What would be signed, as it is answered over HTTP, and what is said of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.models import User
from complaints.actions import signature
from complaints.actions.batch_signing import Result
from complaints.api.one_call import call, sent
from complaints.api.serializers import ComplaintAnswer, Person
from complaints.api.shapes import person
from complaints.checklist import ITEMS
from complaints.clock_words import local
from complaints.lifecycle import State
from complaints.models import Complaint, SeenVersion
from complaints.signing import differences, liveness
from complaints.signing.canonical import content, hash_of

Shape = s.Serializer[Any]
WAITS_FOR = (
    ("signature", _("等待法务签署")),
    ("another_signature", _("签署已失效，等待重新签署")),
)


def review(case: Complaint, by: User) -> dict[str, Any]:
    """What a signature would cover now; `content` is null where there is no proposal."""
    resolution = signature.as_it_would_be_signed(case)
    covered = content(resolution) if resolution is not None else None
    read = hash_of(covered) if covered is not None else ""
    seen = SeenVersion.objects.filter(
        user=by, resolution__complaint=case, content_hash=read
    ).first()
    return {
        "waits_for": _waits_for(case, resolution),
        "resolution": resolution.version if resolution is not None else None,
        "content_hash": read or None,
        "content": covered,
        "read_at": local(seen.at) if seen is not None else None,
        "signatures": [_signed(opinion) for opinion in liveness.standing(case)],
    }


def _waits_for(case: Complaint, resolution: Any) -> str | None:
    if resolution is not None and case.state == State.IN_REVIEW:
        return "signature"
    return "another_signature" if liveness.waits_for_another(case) else None


def _signed(opinion: Any) -> dict[str, Any]:
    reasons = liveness.reasons(opinion)
    return {
        "by": person(opinion.by),
        "at": local(opinion.at),
        "content_hash": opinion.content_hash,
        "key_id": opinion.key_id,
        "signature": opinion.signature,
        "live": not reasons,
        "why_not": differences.sentence(reasons) if reasons else "",
    }


def results(found: Sequence[Result]) -> dict[str, Any]:
    """What became of each."""
    rows = [{"number": r.number, "signed": r.signed, "why_not": r.sentence} for r in found]
    return {"signed": sum(1 for r in found if r.signed), "results": rows}


class OneSignature(Shape):
    by = Person()
    at = s.DateTimeField()
    content_hash = s.CharField()
    key_id = s.CharField(allow_blank=True)
    signature = s.CharField(allow_blank=True, help_text=_("Ed25519，Base64"))
    live = s.BooleanField(help_text=_("现在是否有效；只有有效的签署能发出函件"))
    why_not = s.CharField(allow_blank=True)


class ReviewAnswer(Shape):
    waits_for = s.ChoiceField(WAITS_FOR, allow_null=True)
    resolution = s.IntegerField(allow_null=True, help_text=_("方案版本"))
    content_hash = s.CharField(allow_null=True, help_text=_("签署所覆盖内容的 SHA-256"))
    content = s.JSONField(allow_null=True, help_text=_("签署所覆盖的内容"))
    read_at = s.DateTimeField(allow_null=True, help_text=_("您读完这一内容的时间"))
    signatures = OneSignature(many=True)


class _Hash(s.CharField):
    def __init__(self, **more: Any) -> None:
        words = _("您读到的内容的指纹；内容已变则不签署")
        super().__init__(min_length=64, max_length=64, help_text=words, **more)


class ReadSent(Shape):
    content_hash = _Hash()
    version = s.IntegerField(required=False)


class AgainSent(Shape):
    opinion = s.CharField()
    below_minimum_reason = s.CharField(required=False)
    take_over = s.DictField(child=s.CharField(), required=False)
    checklist = s.DictField(child=s.BooleanField(), required=False)
    content_hash = _Hash(required=False)
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class BatchSent(Shape):
    cases = s.ListField(child=s.CharField(max_length=30), help_text=_("您已读完的案件"))
    opinion = s.CharField()
    checklist = s.DictField(child=s.BooleanField(), help_text=_("核对清单，须全部为 true"))


class BatchResult(Shape):
    number = s.CharField()
    signed = s.BooleanField()
    why_not = s.CharField(allow_blank=True)


class BatchAnswer(Shape):
    signed = s.IntegerField(help_text=_("签署了几件"))
    results = BatchResult(many=True)


REVIEW = call("review_read", _("现在签署会覆盖的内容、它的指纹和已有的签署"), ReviewAnswer)
READ = call(
    "review_mark_read",
    _("法务读完了现在的内容；批量签署只签读完的"),
    ReviewAnswer,
    request=ReadSent,
    examples=sent({"content_hash": "7c41" + "0" * 60}),
)
AGAIN = call(
    "review_sign_again",
    _("签署已失效、函件未发出的方案按现状重新签署；由本人在会话中进行"),
    ComplaintAnswer,
    request=AgainSent,
    examples=sent({"opinion": "变动不影响方案，同意"}),
)
BATCH = call(
    "review_sign_batch",
    _("批量签署您已读完的方案，一次最多 50 件，每件单独签署；由本人在会话中进行"),
    BatchAnswer,
    request=BatchSent,
    examples=sent(
        {
            "cases": ["TS26-000123"],
            "opinion": "事实清楚，同意",
            "checklist": dict.fromkeys(ITEMS, True),
        }
    ),
)
