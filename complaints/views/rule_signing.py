"""Counsel's word on a rule, from the page: signed, taken back, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts import reauthentication
from complaints.views.rule_history import Paragraphs
from complaints.views.rule_page import RulePage
from complaints.views.signing import TOO_MANY, confirmed_until
from legal_rules import signatures
from legal_rules.models import RuleText
from legal_rules.signatures import SignatureRefused

__all__ = ["ACTS", "STATUS", "Outcome", "Word", "confirmed_until", "unconfirmed"]
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
    """`done` says what was done; else `refused` says why not, `changed` what is otherwise now."""

    word: Word
    done: str = ""
    refused: str = ""
    status: int = 422
    act: str = ""
    changed: Paragraphs = field(default_factory=list)


def sign(request: HttpRequest, desk: RulePage, word: Word) -> Outcome:
    """Sign what was read, by the person whose password was given in these minutes."""
    refusal = unconfirmed(request, word, "sign")
    if refusal:
        return refusal
    try:
        signatures.sign(desk.rule.id, read=word.read, by=desk.user, comment=word.comment)
    except SignatureRefused as refused:
        return _refused(refused, desk, word, "sign")
    title = desk.rule.title.in_(desk.lang)
    return Outcome(word, done=_("已签署“{title}”").format(title=title))


def revoke(request: HttpRequest, desk: RulePage, word: Word) -> Outcome:
    """Take the signature back with a reason."""
    refusal = unconfirmed(request, word, "revoke")
    if refusal:
        return refusal
    try:
        signatures.revoke(desk.rule.id, by=desk.user, reason=word.reason)
    except SignatureRefused as refused:
        return _refused(refused, desk, word, "revoke")
    title = desk.rule.title.in_(desk.lang)
    return Outcome(word, done=_("已撤销“{title}”的签署，它又是草稿").format(title=title))


def unconfirmed(request: HttpRequest, word: Word, act: str) -> Outcome | None:
    """The refusal of somebody whose password was not given in these minutes; else None."""
    if confirmed_until(request) is not None:
        return None
    wrong = reauthentication.confirm(request, request.POST.get("password", ""))
    if wrong is None:
        return None
    status = TOO_MANY if wrong.locked else 422
    return Outcome(word, refused=wrong.message, status=status, act=act)


def _refused(refused: SignatureRefused, desk: RulePage, word: Word, act: str) -> Outcome:
    status = STATUS.get(refused.code, 422)
    outcome = Outcome(word, refused=refused.message, status=status, act=act)
    if refused.code == "changed":
        texts = RuleText.objects.filter(rule=desk.rule.id, sha256=word.read)
        read = texts.order_by("-id").first()
        outcome.changed = desk.since(read) if read else []
    return outcome


ACTS: dict[str, Callable[[HttpRequest, RulePage, Word], Outcome]] = {
    "sign": sign,
    "revoke": revoke,
}
