"""Comments of counsel on a place of the proposal, and where they stand in later versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import resolution as resolutions
from complaints.advance import lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Comment, Resolution

MOST = 200  # comments on one version


def text_of(resolution: Resolution, part: str) -> str | None:
    """The text of a part; None where there is no such part."""
    name, _colon, rest = part.partition(":")
    if part in ("letter", "explanation"):
        return str(getattr(resolution, part))
    if name == "measure" and rest.isascii() and rest.isdecimal():
        found = [m for m in resolution.measures.all() if m.position == int(rest[:4])]
        return found[0].description if found else None
    return None


@dataclass(frozen=True)
class Placed:
    """A comment on the version that is shown: where its quote stands, None where the text there is
    another by now (原文已改).
    """

    comment: Comment
    start: int | None

    @property
    def end(self) -> int | None:
        """Behind its last character."""
        return None if self.start is None else self.start + len(self.comment.quote)


def placed(resolution: Resolution) -> list[Placed]:
    """The unresolved comments on this version and those before, in reading order of the making."""
    rows = Comment.objects.filter(
        resolution__complaint=resolution.complaint_id,
        resolution__version__lte=resolution.version,
        resolved_at=None,
    )
    return [Placed(c, _place(c, resolution)) for c in rows.select_related("by", "resolution")]


def _place(comment: Comment, resolution: Resolution) -> int | None:
    """The place of the quote that is nearest to where it stood."""
    text = text_of(resolution, comment.part) or ""
    found, at = [], text.find(comment.quote)
    while at >= 0:
        found.append(at)
        at = text.find(comment.quote, at + 1)
    return min(found, key=lambda place: abs(place - comment.start), default=None)


def add(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> Comment:
    """`{part, start, end, quote, text}` on the version that lies with counsel.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid: also where the quote does not stand there.
    """
    now, v = now or timezone.now(), validation
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以批注方案"))
    data = v.clean(
        {"part": None, "start": None, "end": None, "quote": None, "text": None, **values},
        {
            "part": lambda x: v.text(x, 70, required=True),
            "start": _offset,
            "end": _offset,
            "quote": _quote,
            "text": lambda x: v.text(x, 2000, required=True, lines=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        resolution = resolutions.current(complaint)
        if complaint.state != State.IN_REVIEW or resolution is None:
            raise Invalid({"state": [_("只有“法务审核”阶段可以批注方案")]})
        text = text_of(resolution, data["part"])
        if text is None:
            raise Invalid({"part": [_("方案没有“{part}”这一部分").format(part=data["part"])]})
        if not data["quote"] or text[data["start"] : data["end"]] != data["quote"]:
            raise Invalid({"quote": [_("引用的原文与现在的方案不一致；请重新选取")]})
        if resolution.comments.count() >= MOST:
            raise Invalid({"text": [_("一份方案最多 {n} 条批注").format(n=MOST)]})
        comment = Comment.objects.create(resolution=resolution, by=by, at=now, **data)
        detail = {"comment": comment.pk, "part": comment.part}
        record("resolution.commented", complaint.subject, by, now, detail)
    return comment


def resolve(number: str, comment_id: int, *, by: User, now: datetime | None = None) -> Comment:
    """It is settled: said by whoever drafts or reviews.

    Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not (by.may("draft_resolutions") or by.may("sign_resolutions")):
        raise NotAllowed(_("您的角色不能处理批注"))
    with transaction.atomic():
        complaint = lock(number, by)
        comment = Comment.objects.filter(
            pk=comment_id, resolution__complaint=complaint, resolved_at=None
        ).first()
        if comment is None:
            raise Invalid({"comment": [_("本案没有这条待处理的批注")]})
        comment.resolved_by, comment.resolved_at = by, now
        comment.save(update_fields=["resolved_by", "resolved_at"])
        record("resolution.comment_resolved", complaint.subject, by, now, {"comment": comment.pk})
    return comment


def _offset(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= validation.TEXT_LIMIT:
        raise validation.Refused(_("请给出批注在原文中的起止位置"))
    return number


def _quote(value: Any) -> str:
    """As it stands, white space too."""
    if not isinstance(value, str) or not value or len(value) > 2000:
        raise validation.Refused(_("请选取要批注的原文"))
    return value
