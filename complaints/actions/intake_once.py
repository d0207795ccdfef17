"""Registering what a page's form holds: one case per form, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import IdempotentRequest, User
from complaints.actions import communication
from complaints.actions import facts as fact_actions
from complaints.actions.intake import register
from complaints.errors import CaseError, Invalid
from complaints.models import Complaint


class AlreadySent(CaseError):
    """This form was registered before, as `number`; `same` says whether with the same content."""

    code = "already_sent"

    def __init__(self, number: str, same: bool) -> None:
        super().__init__(_("这份表单已经登记为 {number}").format(number=number))
        self.number, self.same = number, same


def _form_key(token: str) -> str:
    return f"intake|{token}"


def open_draft(user: User, key: str) -> dict[str, tuple[Any, datetime]]:
    """{key: (what was typed, when)}, empty without a draft.

    A draft of a form that was registered since is dropped: its last save was overtaken by the form
    itself, and the next caller must not find this one's words.
    """
    drafts = communication.load_drafts(user, [key])
    token = drafts[key][0].get("form_token", "") if key in drafts else ""
    if token and IdempotentRequest.objects.filter(user=user, key=_form_key(token)).exists():
        communication.drop_draft(user, key)
        return {}
    return drafts


def register_form(
    values: Mapping[str, Any],
    token: str,
    *,
    by: User,
    draft: str = "",
    told: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Register what a page's form holds, owned by the person, and forget the draft under that key.

    `told`: answers to facts that were read from the narrative and accepted.

    `token` names the form as it was drawn: sent twice, by a double click or a reload, it makes one
    case. Raises AlreadySent for the second time, and what `register` raises.
    """
    now = now or timezone.now()
    key = _form_key(token)
    body = json.dumps({**values, "told": told or {}}, sort_keys=True, default=str)
    digest = salted_hmac("complaints.intake", body, algorithm="sha256").hexdigest()

    def remember(complaint: Complaint) -> None:
        answer = {"status": 201, "body": {"number": complaint.number}, "created_at": now}
        IdempotentRequest.objects.create(user=by, key=key, request_hash=digest, **answer)
        communication.drop_draft(by, draft)
        if told and by.may("answer_facts"):
            fact_actions.answer(complaint.number, told, by=by, now=now)

    try:
        return register(values, by=by, now=now, owned=True, also=remember)
    except (IntegrityError, Invalid) as error:
        earlier = IdempotentRequest.objects.filter(user=by, key=key).first()
        if earlier is None or not earlier.body:
            raise
        raise AlreadySent(earlier.body["number"], earlier.request_hash == digest) from error
