"""Counsel's word on a rule, or on the deadlines of a regime, from its page: signed, taken back, or
refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, QueryDict

from accounts import reauthentication
from complaints.actions import half_typed, rule_acts
from complaints.views.rule_history import Paragraphs
from complaints.views.signing import TOO_MANY, confirmed_until
from complaints.views.signing_page import SigningPage
from legal_rules.models import RuleText
from legal_rules.sign_off import Piece, SignatureRefused

STATUS = {"not_allowed": 403, "changed": 409, "signed_by_other": 409, "not_signed": 409}


@dataclass
class Word:
    """What counsel typed, and the fingerprint of what stood on the page."""

    comment: str = ""
    reason: str = ""
    read: str = ""

    @classmethod
    def posted(cls, data: QueryDict) -> Word:
        """As the form sends it."""
        return cls(**{name: data.get(name, "") for name in cls.__dataclass_fields__})


@dataclass
class Outcome:
    """`done`, or `refused` says why not, `changed` what is otherwise now."""

    word: Word
    act: str
    done: bool = False
    refused: str = ""
    status: int = 422
    changed: Paragraphs = field(default_factory=list)


def act(request: HttpRequest, desk: SigningPage[Piece]) -> Outcome:
    """Sign what was read, or take the signature back, as the form says. Raises BadRequest and
    PermissionDenied.
    """
    name, word = request.POST.get("action", ""), Word.posted(request.POST)
    if name not in desk.done:
        raise BadRequest
    if not desk.may_sign:
        raise PermissionDenied
    outcome = _unconfirmed(request, word, name) or _act(desk, word, name)
    if outcome.done:
        half_typed.drop_draft(desk.user, desk.draft_key)
        messages.success(request, str(desk.done[name]).format(title=desk.title))
    return outcome


def _unconfirmed(request: HttpRequest, word: Word, act: str) -> Outcome | None:
    """The refusal of somebody whose password was not given in these minutes; else None."""
    if confirmed_until(request) is not None:
        return None
    wrong = reauthentication.confirm(request, request.POST.get("password", ""))
    if wrong is None:
        return None
    status = TOO_MANY if wrong.locked else 422
    return Outcome(word, act, refused=wrong.message, status=status)


def _act(desk: SigningPage[Piece], word: Word, act: str) -> Outcome:
    sign_off, name = desk.sign_off, desk.piece.id
    try:
        if act == "sign":
            sign_off.sign(name, read=word.read, by=desk.user, comment=word.comment)
        else:
            rule_acts.revoke(sign_off, name, by=desk.user, reason=word.reason)
    except SignatureRefused as refused:
        status = STATUS.get(refused.code, 422)
        changed = _changed(desk, word) if refused.code == "changed" else []
        return Outcome(word, act, refused=refused.message, status=status, changed=changed)
    return Outcome(word, act, done=True)


def _changed(desk: SigningPage[Piece], word: Word) -> Paragraphs:
    """What it says otherwise than what was read."""
    texts = RuleText.objects.filter(rule=desk.sign_off.name_of(desk.piece), sha256=word.read)
    read = texts.order_by("-id").first()
    return desk.since(read) if read else []


def shown(
    request: HttpRequest, desk: SigningPage[Piece], outcome: Outcome | None
) -> dict[str, Any]:
    """What the form of the page needs: what was typed and not done, or begun and not sent."""
    return {
        "word": outcome.word if outcome else _begun(desk),
        "outcome": outcome,
        "confirmed_until": confirmed_until(request),
    }


def _begun(desk: SigningPage[Piece]) -> Word:
    draft = half_typed.load_draft(desk.user, desk.draft_key) if desk.may_sign else None
    return Word(comment=str(draft[0].get("comment", "")) if draft else "")
