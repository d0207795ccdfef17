"""Counsel's word on a proposal, from the page: signed or sent back, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import reauthentication
from complaints.actions import signature, signing_again, steps
from complaints.advance import find
from complaints.checklist import ITEMS
from complaints.errors import ContentChanged, Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.lifecycle import State
from complaints.signing_guards import REAUTHENTICATION_LASTS
from complaints.views.review_desk import Review

TOO_MANY = 429
BELONG_TO_THE_DIALOG = {"below_minimum_has_reason", "draft_rules_are_taken_over"}


@dataclass
class Word:
    """What counsel typed, and what stood on the page: fingerprint, newest event, version."""

    opinion: str = ""
    below_minimum_reason: str = ""
    conditions: str = ""  # one in each line
    read: str = ""
    seen: str = ""
    version: str = ""
    offered: str = ""  # the page had shown an offer whose letter has not left
    take_over: dict[str, str] = field(default_factory=dict)  # draft rule → why counsel takes it on
    checklist: list[str] = field(default_factory=list)  # the items that are ticked

    @classmethod
    def posted(cls, data: QueryDict) -> Word:
        """As the form sends it."""
        texts = ("opinion", "below_minimum_reason", "conditions")
        names = (*texts, "read", "seen", "version", "offered")
        return cls(
            **{name: data.get(name, "") for name in names},
            take_over=_reasons(data),
            checklist=data.getlist("checklist"),
        )

    @classmethod
    def drafted(cls, draft: Mapping[str, Any]) -> Word:
        """As the autosave keeps it; what stood on the page then does not count now."""
        return cls(
            str(draft.get("opinion", "")),
            str(draft.get("below_minimum_reason", "")),
            str(draft.get("conditions", "")),
            take_over=_reasons(draft),
            checklist=_several(draft.get("checklist")),
        )


def _several(value: Any) -> list[str]:
    """The draft keeps one value as a text and several as a list."""
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each]


def _reasons(data: Mapping[str, Any]) -> dict[str, str]:
    """The reasons by rule; their fields are called after the rule."""
    start = "take_over-"
    return {name[len(start) :]: str(data[name]) for name in data if name.startswith(start)}


@dataclass
class Outcome:
    """`done` says what was done and `to` where to go; else `refused` says why not."""

    done: str = ""
    to: tuple[str, ...] = ()
    refused: list[str] = field(default_factory=list)
    status: int = 422
    signing: bool = False
    password: str = ""
    changed: bool = False


def confirmed_until(request: HttpRequest) -> datetime | None:
    """Until when the password that was given counts; None when it has to be given."""
    at = reauthentication.confirmed_at(request)
    until = at + REAUTHENTICATION_LASTS if at else None
    return until if until and until > timezone.now() else None


def prepare(request: HttpRequest, desk: Review, word: Word) -> Outcome:
    """Open what has to be filled in for a signature (a page without scripts comes here)."""
    return _not_as_read(desk, word) or Outcome(signing=True, status=200)


def sign(request: HttpRequest, desk: Review, word: Word) -> Outcome:
    """Sign exactly what was read, by the person whose password was given in these minutes."""
    settled = _already_decided(desk) or _not_as_read(desk, word)
    if settled is not None:
        return settled
    if confirmed_until(request) is None:
        wrong = reauthentication.confirm(request, request.POST.get("password", ""))
        if wrong is not None:
            status = TOO_MANY if wrong.locked else 422
            return Outcome(password=wrong.message, signing=True, status=status)
    ticked = {item: item in word.checklist for item in ITEMS}
    fields: dict[str, Any] = {"opinion": word.opinion, "checklist": ticked}
    if word.below_minimum_reason.strip():
        fields["below_minimum_reason"] = word.below_minimum_reason
    if word.conditions.strip():
        fields["conditions"] = word.conditions.splitlines()
    drafts = {each.rule.id for each in desk.drafts}
    taken_over = {name: why for name, why in word.take_over.items() if name in drafts}
    if taken_over:
        fields["take_over"] = taken_over
    return _taken(
        desk,
        "sign",
        fields,
        read=word.read,
        reauthenticated_at=reauthentication.confirmed_at(request),
        done=_("方案已签署，回复函将发给消费者"),
        to=("review_case", desk.complaint.number),
    )


def send_back(request: HttpRequest, desk: Review, word: Word) -> Outcome:
    """Back to whoever drafted it, with comments on the version that was read; an offer only by
    whoever saw that it was one.
    """
    knew = desk.complaint.state == State.OFFERED and bool(word.offered)
    settled = None if knew else _already_decided(desk)
    if settled is not None:
        return settled
    if desk.resolution is None or word.version != str(desk.resolution.version):
        words = _("方案在您打开之后另有新版本，没有退回；请核对新版本后再退回")
        return Outcome(refused=[words], status=409, changed=True)
    return _taken(
        desk,
        "send_back",
        {"comments": word.opinion},
        version=desk.complaint.version,
        done=_("已退回修改，拟订人会收到您的意见"),
        to=("review",),
    )


def _taken(
    desk: Review, step: str, fields: dict[str, Any], *, done: str, to: tuple[str, ...], **how: Any
) -> Outcome:
    try:
        if step == "sign" and desk.again:
            signing_again.sign(desk.complaint.number, fields, by=desk.user, **how)
        else:
            steps.take(desk.complaint.number, step, fields, by=desk.user, **how)
    except (ContentChanged, StaleVersion) as changed:
        return Outcome(refused=[changed.message], status=409, changed=True)
    except StepRefused as refused:
        return _refused(desk, refused)
    except Invalid as invalid:
        return Outcome(refused=[m for messages in invalid.errors.values() for m in messages])
    except NotAllowed as refused:
        return Outcome(refused=[refused.message], status=403)
    if step == "sign" and _lies_with_counsel(desk):
        done = _("您的签署已记录；还须由另一位法务签署，回复函才会发给消费者")
        if fields.get("conditions"):
            done = _("附条件签署已记录；条件全部落实后会通知您，再由您发出")
    return Outcome(done=done, to=to)


def _lies_with_counsel(desk: Review) -> bool:
    """Whether it was the first of two signatures."""
    return Review(find(desk.complaint.number, desk.user), desk.user).open


def _refused(desk: Review, refused: StepRefused) -> Outcome:
    """Somebody was faster, or something is missing that the form asks for."""
    codes = {u.code for u in refused.unmet}
    if "state" in codes:
        settled = _already_decided(Review(find(desk.complaint.number, desk.user), desk.user))
        if settled is not None:
            return settled
    reasons = [u.message for u in refused.unmet]
    return Outcome(refused=reasons, signing=bool(codes & BELONG_TO_THE_DIALOG))


def _not_as_read(desk: Review, word: Word) -> Outcome | None:
    """A refusal shows the page anew: what changed must not be signed with the next click, unread.

    Under the case's lock the action looks once more.
    """
    if not desk.open or word.read == desk.read:
        return None
    words = signature.changed_since_read(desk.complaint.number)
    return Outcome(refused=[words], status=409, changed=True)


def _already_decided(desk: Review) -> Outcome | None:
    """A clear answer where the case does not lie with counsel any more."""
    if desk.open:
        return None
    number = desk.complaint.number
    signature = desk.signature if desk.complaint.state != State.RESOLVING else None
    if signature is not None and signature.by_id == desk.user.pk:
        words = _("这份方案您已在 {time} 签署，没有重复签署")
        done = words.format(time=f"{timezone.localtime(signature.at):%H:%M}")
        return Outcome(done=done, to=("review_case", number))
    if signature is not None:
        words = _("案件 {number} 的方案已由{name}在 {time} 签署，您的意见没有提交")
        time = f"{timezone.localtime(signature.at):%H:%M}"
        return Outcome(
            refused=[words.format(number=number, name=signature.by.name, time=time)], status=409
        )
    words = _("案件 {number} 现处于“{state}”，已不在法务手里，您的意见没有提交")
    state = desk.complaint.get_state_display()
    return Outcome(refused=[words.format(number=number, state=state)], status=409)


ACTS: dict[str, Callable[[HttpRequest, Review, Word], Outcome]] = {
    "prepare": prepare,
    "sign": sign,
    "send_back": send_back,
}
