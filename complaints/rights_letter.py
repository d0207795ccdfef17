"""What a letter about a request for personal data says, from the template `rights`: who asks is to
be shown first, more time is needed, or the answer (PIPL Arts. 15, 44–50).

The words of a refusal are those of counsel's decision; nobody writes others into the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from complaints import letter_sets, rights, rights_words
from complaints.letter_values import DEFAULT, Values, known, locale_of, of_case
from complaints.letter_writing import Written, written
from complaints.models import Complaint, RightsLetter, RightsRequest
from complaints.models.rights import Outcome, Requester, RightKind
from letters import library
from letters.rendering import Rendered, again, render

TEMPLATE = "rights"
Kind = RightsLetter.Kind
# What each letter says besides what all say.
_SAYS: dict[str, frozenset[str]] = {
    Kind.IDENTITY: frozenset({"identity"}),
    Kind.DELAY: frozenset({"delay"}),
    Kind.ANSWER: frozenset({"done", "delivery", "explained", "refused"}),
}
_ALL = frozenset().union(*_SAYS.values())


def draft(
    row: RightsRequest,
    kind: str,
    given: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Written:
    """The letter as it would leave now, in the language of the letters to the person. `given`:
    `{delivery, explanation}` of an answer, `{reason, until}` of a delay, `{more}` of the letter
    about the identity.
    """
    lang = row.complaint.consumer.language
    values = of_request(row, kind, given or {}, lang, now)
    return written(TEMPLATE, values, lang=lang, without=_ALL - _SAYS[kind])


def of_request(
    row: RightsRequest,
    kind: str,
    given: Mapping[str, Any],
    lang: str = DEFAULT,
    now: datetime | None = None,
) -> Values:
    """The values of the template."""
    values = of_case(row.complaint, lang, now)
    if row.requester != Requester.SELF:
        values.pop("salutation", None)  # another person writes
    with translation.override(locale_of(lang)):
        asked = {
            "rights_asked": [_asked(str(RightKind(k).label), lang) for k in row.kinds],
            "rights_asked_on": row.received_on,
        }
        return values | known(asked) | known(_OF[kind](row, given))


def _asked(words: str, lang: str) -> str:
    """Within a sentence: “查阅、复制个人信息”, for the name is a list itself."""
    return words[:1].lower() + words[1:] if lang.startswith("en") else f"“{words}”"


def _identity(row: RightsRequest, given: Mapping[str, Any]) -> Values:
    how = [
        _(
            "回复本函约定时间，我们用登记的联系方式与您联系，核对登记号码的最后四位，或者发送一次性验证码"
        ),
        _("持身份证件原件当面办理，或者在视频通话中出示"),
    ]
    proof = {
        Requester.GUARDIAN: _("请另附监护关系的证明"),
        Requester.PROXY: _("请另附本人签名的授权委托书"),
        Requester.RELATIVE: _("请另附死亡证明和亲属关系证明"),
    }.get(Requester(row.requester))
    if row.requester == Requester.RELATIVE:
        del how[0]  # the number on file is that of the deceased
    return {"identity_how": [*how, *filter(None, (proof, given.get("more")))]}


def _delay(row: RightsRequest, given: Mapping[str, Any]) -> Values:
    until: date | None = given.get("until")
    return {"delay_reason": str(given.get("reason", "")).rstrip("。；;. "), "new_reply_by": until}


def _answer(row: RightsRequest, given: Mapping[str, Any]) -> Values:
    decision = getattr(row, "decision", None)
    if decision is None or decision.outcome == Outcome.WITHDRAWN:
        return {}
    found: Values = {}
    if decision.outcome != Outcome.GRANTED:
        found["rights_refused"] = f"{_sentence(decision.get_ground_display())}\n\n{decision.reason}"
    if decision.outcome != Outcome.REFUSED:
        found |= {
            "rights_done": rights_words.done(row),
            "rights_basis": rights_words.basis(row),
            "rights_delivery": str(given.get("delivery", "")).rstrip("。；;. "),
            "rights_explained": given.get("explanation"),
        }
    return found


def as_kept(kept: RightsLetter, number: str) -> Rendered:
    """A letter that left, exactly as it stands."""
    lang = "en" if kept.template.endswith(".en") else "zh"
    head = render(library.current().template(TEMPLATE, lang), {"number": number}, ())
    letter = again(head.title, kept.letter, lang)
    return Rendered(**{**vars(letter), "subject": head.subject})


def _sentence(words: str) -> str:
    return _("{words}。").format(words=words)


_OF: dict[str, Callable[[RightsRequest, Mapping[str, Any]], Values]] = {
    Kind.IDENTITY: _identity,
    Kind.DELAY: _delay,
    Kind.ANSWER: _answer,
}


def of_latest(complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None) -> Values:
    """Of the last request of a case, for previews: the answer once it is decided, else the letter
    that asks who it is.
    """
    row = letter_sets.last(complaint, letter_sets.RIGHTS)
    if row is None:
        return of_case(complaint, lang, now)
    row.complaint = complaint
    undecided = getattr(row, "decision", None) is None and not rights.passed(row)
    return of_request(row, Kind.IDENTITY if undecided else Kind.ANSWER, {}, lang, now)
