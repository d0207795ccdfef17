"""The same POST twice is done once: `Idempotency-Key` names an attempt of one caller for 24 hours.

Claim, deed and answer are one transaction. A crash at any point leaves neither the deed nor the
answer, so that a retry does it; a second call at the same instant is told to wait.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.masking import masked
from accounts.models import IdempotentRequest

if TYPE_CHECKING:
    from rest_framework.views import APIView

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_HEADERS = ("ETag", "Location")
_SHAPE = re.compile(r"[\x21-\x7e]{1,200}")


class KeyOfAnother(APIException):
    """422: the key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


class InProgress(APIException):
    """409: the first call with this key is not answered yet."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_in_progress"
    wait = 1


def once(
    view: APIView, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Run the handler, or answer what it answered first. Raises KeyOfAnother, InProgress."""
    key = request.headers.get(HEADER, "")
    if not _SHAPE.fullmatch(key):
        raise ParseError(_("幂等键应为 1 至 200 个可见 ASCII 字符"))
    key = masked(key)  # whatever a program makes it of
    fingerprint = _fingerprint(request)
    now = timezone.now()
    with transaction.atomic():
        _claim(request.user.pk, key)
        earlier = IdempotentRequest.objects.filter(
            user=request.user, key=key, created_at__gt=now - KEPT
        ).first()
        if earlier is not None:
            return _again(earlier, fingerprint)
        try:
            response = handler(request, *args, **kwargs)
        except Exception as error:  # refusals are answers too; a defect is raised again and undone
            response = view.handle_exception(error)
        if response.status_code >= 500 or "Retry-After" in response:
            transaction.set_rollback(True)  # nothing was decided: the next try does it afresh
        else:
            _keep(request, key, fingerprint, response, now)
    return response


def _claim(user: int, key: str) -> None:
    """Until the end of the transaction nobody else answers this key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"answer:{user}:{key}"]
        )
        if not cursor.fetchone()[0]:
            raise InProgress(_("带有这个幂等键的上一次调用还没有完成；请稍后重试"))


def _fingerprint(request: Request) -> str:
    """Keyed SHA-256 (hex) of method, address and content, files by their hash: what was sent may
    hold a telephone number, which a plain hash would give away to whoever tries them all.
    """
    sent, files = request.data, request.FILES
    plain = {k: v for k, v in sent.lists() if k not in files} if hasattr(sent, "lists") else sent
    parts = [request.method, request.get_full_path(), plain]
    parts += [[name, file.name, _hash(file)] for name, file in sorted(files.items())]
    text = json.dumps(parts, sort_keys=True)
    return salted_hmac("accounts.idempotency", text, algorithm="sha256").hexdigest()


def _hash(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _again(earlier: IdempotentRequest, fingerprint: str) -> HttpResponse:
    if earlier.request_hash != fingerprint:
        raise KeyOfAnother(_("这个幂等键已用于另一次内容不同的调用；请换一个新的键"))
    headers = {**earlier.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(earlier.body or "", status=earlier.status, headers=headers)


def _keep(request: Request, key: str, fingerprint: str, response: Response, now: datetime) -> None:
    """Remember the answer, its text byte for byte."""
    headers = {name: response[name] for name in _HEADERS if name in response}
    headers["Content-Type"] = response.content_type or JSONRenderer.media_type
    answer = IdempotentRequest(
        user=request.user,
        key=key,
        request_hash=fingerprint,
        status=response.status_code,
        body=JSONRenderer().render(response.data).decode(),
        headers=headers,
        created_at=now,
    )
    IdempotentRequest.objects.bulk_create(
        [answer],
        update_conflicts=True,  # an answer older than 24 hours that was not yet forgotten
        unique_fields=["user", "key"],
        update_fields=["request_hash", "status", "body", "headers", "created_at"],
    )


def forget(now: datetime) -> int:
    """Delete what is older than 24 hours; answers how many."""
    deleted, _by_model = IdempotentRequest.objects.filter(created_at__lte=now - KEPT).delete()
    return deleted
