"""领取下一件: the next case that nobody owns, and why just that one came."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from accounts.access import needs, person
from accounts.models import User
from complaints import clock_words, next_case, next_due
from complaints.actions import assignment
from complaints.choices import DeadlineState
from complaints.models import Complaint, Deadline
from complaints.views.queue_row import risk_level
from config.tags import when

GRAVE = 3


@require_POST
@needs("take")
def take(request: HttpRequest) -> HttpResponse:
    """The next case that nobody owns becomes mine, and opens."""
    user = person(request)
    complaint = assignment.take_next(user)
    if complaint is None:
        messages.info(request, _("您的团队现在没有待分配的案件"))
        return redirect("queue")
    words = _("已领取 {number}。为什么是这一件：{why}。")
    messages.success(request, words.format(number=complaint.number, why=why(complaint, user)))
    return redirect("case", complaint.number)


def why(case: Complaint, user: User) -> str:
    """What decided, in the order in which it decides; asks what else has the same term. Two
    statements.
    """
    same = next_case.waiting_for(user).filter(next_statutory_at=case.next_statutory_at)
    other = same.only("priority", "risk_flags").first()
    if other is None:
        return _by_law(case)
    if risk_level(case) == GRAVE > risk_level(other):
        among = _("同一期限中它风险高")
    else:
        among = _("同一期限中它收到最早（{when}）").format(when=when(case.received_at))
    return pgettext("why", "{law}；{among}").format(law=_by_law(case), among=among)


def _by_law(case: Complaint) -> str:
    at = case.next_statutory_at
    if at is None:
        return _("待分配的案件都没有在走的法定期限")
    clocks = Deadline.objects.filter(complaint=case, state=DeadlineState.RUNNING, due_at=at)
    clock = clocks.filter(next_due.STATUTORY).first()
    what = clock_words.title_of(clock) if clock else _("期限")
    return _("法定期限最近（{what}，{when}）").format(what=what, when=when(at))
