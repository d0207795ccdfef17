"""Counsel's word on the deadlines of a regime, from the page: signed, taken back, or refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from complaints.views.deadline_page import RegimePage
from complaints.views.rule_signing import STATUS, Outcome, Word, unconfirmed
from legal_rules import regime_signatures
from legal_rules.models import RuleText
from legal_rules.signatures import SignatureRefused


def sign(request: HttpRequest, desk: RegimePage, word: Word) -> Outcome:
    """Sign what was read, by the person whose password was given in these minutes."""
    refusal = unconfirmed(request, word, "sign")
    if refusal:
        return refusal
    try:
        regime_signatures.sign(desk.regime.id, read=word.read, by=desk.user, comment=word.comment)
    except SignatureRefused as refused:
        return _refused(refused, desk, word, "sign")
    return Outcome(word, done=_("已签署“{title}”的期限").format(title=desk.title))


def revoke(request: HttpRequest, desk: RegimePage, word: Word) -> Outcome:
    """Take the signature back with a reason."""
    refusal = unconfirmed(request, word, "revoke")
    if refusal:
        return refusal
    try:
        regime_signatures.revoke(desk.regime.id, by=desk.user, reason=word.reason)
    except SignatureRefused as refused:
        return _refused(refused, desk, word, "revoke")
    words = _("已撤销“{title}”的签署，它们又是草稿")
    return Outcome(word, done=words.format(title=desk.title))


def _refused(refused: SignatureRefused, desk: RegimePage, word: Word, act: str) -> Outcome:
    status = STATUS.get(refused.code, 422)
    outcome = Outcome(word, refused=refused.message, status=status, act=act)
    if refused.code == "changed":
        name = regime_signatures.name_of(desk.regime.id)
        read = RuleText.objects.filter(rule=name, sha256=word.read).order_by("-id").first()
        outcome.changed = desk.since(read) if read else []
    return outcome


ACTS: dict[str, Callable[[HttpRequest, RegimePage, Word], Outcome]] = {
    "sign": sign,
    "revoke": revoke,
}
