"""Comments of counsel on a place of the proposal, and where they stand in later versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import resolution as resolutions
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.lifecycle import State
from complaints.models import Comment, Complaint, Resolution
from complaints.quoting import text_of, the_only_place
from complaints.signing_guards import APART
from complaints.situation import CaseSituation

MOST = 200  # comments on one version


def add(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    on: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """`{part, text, quote?, start?, end?}` on the version that lies with counsel. With a place the
    quote has to stand exactly there; with a quote alone it has to stand there once; with neither
    the whole part is meant. `on`: the version of the proposal that was read.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid: also where the quote does not
    stand there.
    """
    now = now or timezone.now()
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以批注方案"))
    data = _cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        resolution = _commentable(complaint, by, now)
        if on is not None and on != resolution.version:
            words = _("方案在您打开之后另有新版本，没有批注；请在新版本上重新选取")
            raise StaleVersion(words, complaint.version)
        place = _place(resolution, data)
        comment = Comment.objects.create(
            resolution=resolution, by=by, at=now, part=data["part"], text=data["text"], **place
        )
        detail = {"comment": comment.pk, "part": comment.part}
        record("resolution.commented", complaint.subject, by, now, detail)
    return comment


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    return v.clean(
        {"part": None, "text": None, **values},
        {
            "part": lambda x: v.plain(x, 70, required=True),
            "start": _offset,
            "end": _offset,
            "quote": _quote,
            "text": lambda x: v.text(x, 2000, required=True, lines=True),
        },
    )


def _commentable(complaint: Complaint, by: User, now: datetime) -> Resolution:
    """What lies with counsel, for one of counsel who may judge it. Raises Invalid, NotAllowed."""
    resolution = resolutions.current(complaint)
    if complaint.state != State.IN_REVIEW or resolution is None:
        raise Invalid({"state": [_("只有“法务审核”阶段可以批注方案")]})
    situation = CaseSituation(complaint, by, now)
    for guard in APART:
        if refused := guard(situation):
            raise NotAllowed(refused)
    if resolution.comments.count() >= MOST:
        raise Invalid({"text": [_("一份方案最多 {n} 条批注").format(n=MOST)]})
    return resolution


def _place(resolution: Resolution, data: Mapping[str, Any]) -> dict[str, Any]:
    """`{start, end, quote}` of what is commented on. Raises Invalid."""
    text, quote = text_of(resolution, data["part"]), data.get("quote") or ""
    start, end = data.get("start"), data.get("end")
    if not text:
        raise Invalid({"part": [_("方案没有“{part}”这一部分").format(part=data["part"])]})
    if start is None and end is None:
        start = the_only_place(text, quote) if quote else 0
        end = start + len(quote) if quote else len(text)
        quote = text[start:end]
    if start is None or end is None or not quote or text[start:end] != quote:
        raise Invalid({"quote": [_("引用的原文与现在的方案不一致；请重新选取")]})
    return {"start": start, "end": end, "quote": quote}


def resolve(
    number: str,
    comment_id: int,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """It is settled: said by whoever drafts or reviews.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not (by.may("draft_resolutions") or by.may("sign_resolutions")):
        raise NotAllowed(_("您的角色不能处理批注"))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        comment = Comment.objects.filter(
            pk=comment_id, resolution__complaint=complaint, resolved_at=None
        ).first()
        if comment is None:
            raise Invalid({"comment": [_("本案没有这条待处理的批注")]})
        comment.resolved_by, comment.resolved_at = by, now
        comment.save(update_fields=["resolved_by", "resolved_at"])
        record("resolution.comment_resolved", complaint.subject, by, now, {"comment": comment.pk})
    return comment


def _offset(value: Any) -> int | None:
    if value in (None, ""):
        return None
    raw = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,6}", raw) or int(raw) > validation.TEXT_LIMIT:
        raise validation.Refused(_("请给出批注在原文中的起止位置"))
    return int(raw)


def _quote(value: Any) -> str:
    """As it stands, white space too; "" for the whole part."""
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or len(value) > 2000:
        raise validation.Refused(_("请选取要批注的原文，最多 2000 字"))
    return value
