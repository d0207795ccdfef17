"""Registering what a page's form holds: one case per form, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import IdempotentRequest, User
from complaints.actions import facts as fact_actions
from complaints.actions import half_typed, intake_links
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


@dataclass
class Unfinished:
    """Registrations that a person began and did not send: key → (what was typed, when), the newest
    first.
    """

    found: dict[str, tuple[Any, datetime]]

    def chosen(self, asked: str) -> str:
        """The key of the form to draw: the one that is asked for, else the newest."""
        return asked or next(iter(self.found), "") or half_typed.new_intake_key()


def unfinished(user: User) -> Unfinished:
    """What the person began to register.

    A draft of a form that was registered since is dropped: its last save was overtaken by the form
    itself, and the next caller must not find this one's words.
    """
    kept = half_typed.begun(user, half_typed.INTAKE)
    tokens = {_form_key(data.get("form_token", "")): key for key, (data, _at) in kept.items()}
    if kept:
        sent = IdempotentRequest.objects.filter(user=user, key__in=[*tokens])
        for done in sent.values_list("key", flat=True):
            half_typed.drop_draft(user, tokens[done])
            del kept[tokens[done]]
    return Unfinished(kept)


def register_form(
    values: Mapping[str, Any],
    token: str,
    *,
    by: User,
    draft: str = "",
    told: Mapping[str, Any] | None = None,
    links: Sequence[str] = (),
    now: datetime | None = None,
) -> Complaint:
    """Register what a page's form holds, owned by the person, and forget the draft under that key.

    `told`: answers to facts that were read from the narrative and accepted. `links`: numbers of
    earlier cases to link it with.

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
        half_typed.end_registration(by, draft)
        if told and by.may("answer_facts"):
            fact_actions.answer(complaint.number, told, by=by, now=now)
        intake_links.link_earlier(complaint, links, by=by, now=now)

    try:
        return register(values, by=by, now=now, owned=True, also=remember)
    except (IntegrityError, Invalid) as error:
        earlier = IdempotentRequest.objects.filter(user=by, key=key).first()
        if earlier is None or not earlier.body:
            raise
        raise AlreadySent(earlier.body["number"], earlier.request_hash == digest) from error
