"""Signing several proposals with one password: only what this person has read in its present
content, and nothing that asks for more than a signature. Each is a signature of its own, through
the one door, in its own transaction; what is not signed is named with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import legal_hold
from complaints.actions import signature, steps
from complaints.advance import find
from complaints.errors import CaseError
from complaints.lifecycle import State
from complaints.models import Complaint, Condition, Resolution, SeenVersion
from complaints.signing import differences, parts, policy
from complaints.signing.canonical import content, hash_of

MOST = 50


@dataclass(frozen=True)
class Result:
    """What became of one case; `sentence` says why it was not signed."""

    number: str
    signed: bool
    sentence: str = ""


def sign(
    numbers: Iterable[str],
    values: Mapping[str, Any],
    *,
    by: User,
    reauthenticated_at: datetime | None,
    now: datetime | None = None,
) -> list[Result]:
    """`values`: `{opinion, checklist}` for each of them. Raises nothing: each has its result."""
    chosen = list(dict.fromkeys(numbers))
    found = [_one(number, values, by, reauthenticated_at, now) for number in chosen[:MOST]]
    too_many = _("一次最多签署 {n} 件；请分批").format(n=MOST)
    return found + [Result(number, False, too_many) for number in chosen[MOST:]]


def _one(
    number: str,
    values: Mapping[str, Any],
    by: User,
    reauthenticated_at: datetime | None,
    now: datetime | None,
) -> Result:
    now = now or timezone.now()
    try:
        case = find(number, by)
    except Complaint.DoesNotExist:
        return Result(number, False, _("没有这个案件，或者它不在您可以查看的范围内"))
    resolution = signature.as_it_would_be_signed(case)
    if case.state != State.IN_REVIEW or resolution is None:
        words = _("案件现处于“{state}”，不在法务手里")
        return Result(number, False, words.format(state=case.get_state_display()))
    if why := legal_hold.why_not_among_many(case):
        return Result(number, False, why)
    covered = content(resolution)
    read = hash_of(covered)
    why = _unread(case, covered, read, by) or _alone(case, resolution)
    if why:
        return Result(number, False, why)
    try:
        steps.take(
            number,
            "sign",
            values,
            by=by,
            version=case.version,
            read=read,
            reauthenticated_at=reauthenticated_at,
            now=now,
        )
    except CaseError as refused:
        return Result(number, False, refused.message)
    except Complaint.DoesNotExist:
        return Result(number, False, _("没有这个案件，或者它不在您可以查看的范围内"))
    return Result(number, True)


def _unread(case: Complaint, covered: Mapping[str, Any], read: str, by: User) -> str:
    """Why the person has not read what would be signed; "" where the person has."""
    seen = SeenVersion.objects.filter(user=by, resolution__complaint=case)
    if seen.filter(content_hash=read).exists():
        return ""
    last = seen.order_by("-at", "-id").first()
    if last is None:
        return _("您还没有打开并读完；请先读完，再签署")
    changed = differences.in_words(parts.changed(last.parts, parts.parts_of(covered)))
    return _("您读过以后有变动（{parts}）；请读完现在的内容，再签署").format(
        parts=changed or differences.in_words(["version"])
    )


def _alone(case: Complaint, resolution: Resolution) -> str:
    """Why it is signed on its own page. What else a signature asks for (a reason below the minimum,
    draft rules, approvals) the guards of the step say.
    """
    if policy.signatures_needed(case, resolution) > 1:
        return _("{why}；请在案件的审核页签署").format(why=policy.why_two())
    if Condition.objects.filter(opinion__resolution=resolution).exists():
        return _("这份方案附有签署条件；请在案件的审核页处理")
    return ""
