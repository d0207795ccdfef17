"""What the views of one case have in common."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, etag
from accounts.models import ApiKey, User
from complaints.api import shapes
from complaints.errors import Invalid
from complaints.models import Complaint

READ, WRITE = "complaints:read", "complaints:write"
READ_AND_WRITE: dict[str, str | None] = {"GET": READ, "POST": WRITE}


def caller(request: Request) -> User:
    """Whoever calls; `ScopedPermission` has let nobody else in."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def via(request: Request) -> str:
    """`api` for a key, `session` for a person in a browser: only a person can sign."""
    return "api" if isinstance(request.auth, ApiKey) else "session"


def shown(number: str, by: User) -> Complaint:
    """The case as it is answered. Three statements.

    Raises Complaint.DoesNotExist for a missing and for a foreign case alike.
    """
    cases = shapes.with_relations(Complaint.objects.visible_to(by))
    found: Complaint = cases.get(number=number)
    return found


def bare(number: str, by: User) -> Complaint:
    """Only the case's own row, for lists of what belongs to it. One statement."""
    found: Complaint = Complaint.objects.visible_to(by).get(number=number)
    return found


def answered(number: str, by: User) -> Response:
    """The case after a write, or nothing for whoever gave it out of the own sight."""
    try:
        case = shown(number, by)
    except Complaint.DoesNotExist:
        return Response(status=204)
    return Response(shapes.complaint(case, timezone.now()), headers=etag(case.version))


def hash_sent(data: dict[str, Any], *, required: bool = False) -> str | None:
    """`content_hash`, taken out of what was sent: the fingerprint of what was read.

    Raises Invalid.
    """
    value = data.pop("content_hash", None)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        words = _("请写您读到的内容的指纹：GET review/ 答复的 content_hash，64 位十六进制小写")
        raise Invalid({"content_hash": [words]})
    return value


class CaseView(ApiView):
    """A view of a case, or of something that belongs to it."""

    permission: ClassVar[str | None] = "see_complaints"

    def current_state(self) -> dict[str, Any] | None:
        """The case as it is now, for whoever wrote to an older version of it."""
        number = str(self.kwargs.get("number", ""))
        try:
            case = shown(number, caller(self.request))
        except Complaint.DoesNotExist:  # handed to another team in between
            return None
        return shapes.complaint(case, timezone.now())
