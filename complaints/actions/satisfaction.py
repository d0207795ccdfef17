"""Asking the consumer after the case was closed, taking the answer, and what follows from a bad
one.

The answer comes from the consumer by a link that works once, or is written down by a colleague who
had no hand in the case; whoever handled it can do neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import satisfied, validation
from complaints.actions import assignment, steps
from complaints.advance import check_version, lock, step_taken
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Event, Feedback, Invitation, Outbox, Transition
from complaints.models.satisfaction import HIGHEST, LOWEST

COMMENT_LIMIT = 2000
Answer = dict[str, Any]


class NoInvitation(CaseError):
    """The link is unknown or too old; which of the two is not said."""

    code = "no_invitation"


class Superseded(CaseError):
    """The case went on after the closing that the link asks about."""

    code = "superseded"


class AlreadyGiven(CaseError):
    """There is feedback on this closing."""

    code = "already_given"


def invite(
    complaint: Complaint, closing: Transition, channel: str, now: datetime
) -> tuple[Invitation, str]:
    """The invitation of a closing by this way, and the token of its link ("" when somebody will
    call); the same when asked again. In the caller's transaction, with the letter.
    """
    invitation = _of_closing(complaint, closing, channel, now)
    by_link = channel != Invitation.Channel.CALL
    token = satisfied.token_of(invitation) if by_link else ""
    invitation.channel = channel
    invitation.token_hash = satisfied.hash_of(token) if by_link else None
    invitation.save(update_fields=["channel", "token_hash"])
    return invitation, token


def _of_closing(
    complaint: Complaint, closing: Transition, channel: str, now: datetime
) -> Invitation:
    asked = {"complaint": complaint, "channel": channel, "asked_at": now}
    found, _new = Invitation.objects.get_or_create(
        closing=closing, defaults={**asked, "expires_at": now + satisfied.VALID}
    )
    return found


def open_invitation(token: str, now: datetime) -> Invitation:
    """The invitation of a link that may still be answered. Changes nothing, one statement whatever
    the link.

    Raises NoInvitation (unknown or too old), AlreadyGiven, Superseded.
    """
    later = Transition.objects.filter(complaint=OuterRef("complaint"), pk__gt=OuterRef("closing"))
    known = Invitation.objects.select_related("complaint", "feedback")
    known = known.annotate(closed_again=Exists(later.filter(to_state=State.CLOSED)))
    found = known.filter(token_hash=satisfied.hash_of(token)).first()
    if found is not None and hasattr(found, "feedback"):
        raise AlreadyGiven(_("您的评价我们已经收到，谢谢。同一个链接只能评价一次。"))
    if found is None or found.expires_at <= now:
        raise NoInvitation(
            _("这个链接不存在或者已经过期。您仍然可以直接回复我们的邮件，或者来电告诉我们。")
        )
    if found.complaint.is_open:
        raise Superseded(_("您的投诉已经重新办理，这个链接不再使用。办结以后会再请您评价。"))
    if found.closed_again:
        raise Superseded(_("您的投诉后来又办结过一次，请用最近一次邀请里的链接评价。"))
    return found


def returned(closing: Transition | None) -> None:
    """The letter with the link came back: a colleague calls instead. The link is left as it is, in
    case that it did arrive. In the caller's transaction.
    """
    waiting = Invitation.objects.filter(closing=closing, feedback=None)
    waiting.update(channel=Invitation.Channel.CALL)


def cleaned(values: Mapping[str, Any]) -> Answer:
    """`{score, solved, comment?}` checked. Raises Invalid."""
    v = validation
    return v.clean(
        {"score": None, "solved": None, **values},
        {
            "score": _score,
            "solved": _solved,
            "comment": lambda x: v.text(x, COMMENT_LIMIT, lines=True),
        },
    )


def _score(value: Any) -> int:
    marks = {str(n): n for n in range(LOWEST, HIGHEST + 1)}
    if isinstance(value, bool) or str(value).strip() not in marks:
        raise validation.Refused(_("请选择 1 至 5 分"))
    return marks[str(value).strip()]


def _solved(value: Any) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    answer = known.get(str(value).lower()) if isinstance(value, (bool, str)) else None
    if answer is None:
        raise validation.Refused(_("请选择问题是否已经解决"))
    return answer


def answer(token: str, values: Mapping[str, Any], now: datetime | None = None) -> Feedback:
    """What the consumer says by the link; of two at once one is taken.

    Raises NoInvitation, AlreadyGiven, Superseded, Invalid.
    """
    now = now or timezone.now()
    number = open_invitation(token, now).complaint.number
    data = cleaned(values)
    with transaction.atomic():
        complaint = lock(number, None)
        invitation = open_invitation(token, now)
        return _take(complaint, invitation, data, Feedback.Source.LINK, None, now)


def latest_closing(complaint: Complaint) -> Transition | None:
    """The step that closed the case with everything done; None while there is none to be asked
    about.
    """
    if complaint.is_open:
        return None
    ended = Transition.objects.filter(complaint=complaint, to_state="closed").order_by("-id")
    last = ended.first()
    return last if last is not None and last.step in satisfied.CALLED else None


def check_closed(complaint: Complaint) -> Transition:
    """The closing that the consumer is asked about. Raises Invalid where there is none."""
    closing = latest_closing(complaint)
    if closing is None:
        words = _("只有办结的案件才回访；未办结、撤回、并案或者不予受理的不登记评价")
        raise Invalid({"state": [words]})
    return closing


def call_back(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Feedback:
    """What the consumer said on the telephone, `{score, solved, comment?}`, written down by
    somebody who had no hand in the case.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, AlreadyGiven, Invalid.
    """
    now = now or timezone.now()
    data = cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        check_caller(complaint, by)
        closing = check_closed(complaint)
        invitation = _of_closing(complaint, closing, Invitation.Channel.CALL, now)
        if Feedback.objects.filter(invitation=invitation).exists():
            raise AlreadyGiven(_("消费者对这次办结已经评价过，不能再登记"))
        return _take(complaint, invitation, data, Feedback.Source.CALLBACK, by, now)


def check_caller(complaint: Complaint, by: User) -> None:
    """Raises NotAllowed for a role that does not call consumers, and for whoever had a hand in the
    case.
    """
    if not by.may("communicate"):
        raise NotAllowed(_("您的角色不能回访消费者"))
    if not satisfied.is_apart(complaint, by):
        raise NotAllowed(
            _(
                "您办理过这件案件（承办、拟订、签署或者与消费者沟通），评价须由没有办理过的同事回访登记"
            )
        )


def _take(
    complaint: Complaint,
    invitation: Invitation,
    data: Answer,
    source: Feedback.Source,
    by: User | None,
    now: datetime,
) -> Feedback:
    sealed = complaint.consumer.seal_words(f"feedback|{invitation.pk}", data.get("comment", ""))
    feedback = Feedback.objects.create(
        invitation=invitation,
        source=source,
        score=data["score"],
        solved=data["solved"],
        comment_sealed=sealed,
        by=by,
        at=now,
    )
    detail = {"source": str(source.value), "score": feedback.score, "solved": feedback.solved}
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.COMMUNICATION,
        code="feedback",
        detail=detail,
        visible_to_consumer=True,
    )
    record("complaint.feedback", complaint.subject, by, now, detail)
    if feedback.dissatisfied:
        _tell(complaint, invitation, detail, now)
    return feedback


def _tell(complaint: Complaint, invitation: Invitation, detail: Answer, now: datetime) -> None:
    """The supervisors hear of it at once."""
    Outbox.objects.create(
        complaint=complaint,
        effect="tell_dissatisfied",
        key=f"{complaint.number}.dissatisfied.{invitation.pk}",
        payload=detail,
        created_at=now,
        not_before=now,
    )
    transaction.on_commit(lambda: step_taken.send(sender=Complaint, transition_id=None))


def reopen_to_another(
    number: str,
    user: User | None,
    reason: Any,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """重新办理: the consumer is not satisfied, so the case begins again with somebody who did not
    handle it. The step `reopen` and the hand-over, both or neither.

    Raises what the two raise, and Invalid for whoever handled the case.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        if user is None:
            raise Invalid({"user": [_("请选择由谁重新办理")]})
        if User.objects.filter(satisfied.handled_by(complaint), pk=user.pk).exists():
            words = _("{name} 办理过本案；消费者不满意的案件须由另一位同事重新办理")
            raise Invalid({"user": [words.format(name=user.name)]})
        # said within the term of the question, which counts from the closing too
        why = {"reason": reason, "ground": _("消费者评价不满意，要求另一位同事重新办理")}
        steps.take(number, "reopen", why, by=by, version=version, now=now)
        return assignment.assign(number, by=by, user=user, note=str(reason), now=now)
