"""我的草稿: what a person began and did not send, and what of colleagues they may go on with."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import person
from complaints.actions import drafts
from complaints.errors import Invalid
from complaints.models import Draft
from complaints.seen import saw_cases


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The list. Texts of a case out of sight show what was typed, and nothing of the case."""
    user = person(request)
    own, others = drafts.mine(user), drafts.to_take(user)
    saw_cases(*(kept.number for kept in (*own, *others)))
    context = {
        "own": [(kept, _title(kept), _address(kept)) for kept in own],
        "others": [(kept, _title(kept)) for kept in others],
        "teams": list(user.team_names.items()),
    }
    return render(request, "drafts/mine.html", context)


def _title(kept: drafts.Kept) -> str:
    if kept.is_intake:
        return _("来电登记")
    return kept.title or (_("案件里的文字") if kept.number or kept.hidden else _("未提交的文字"))


def _address(kept: drafts.Kept) -> str:
    """The page where it goes on, "" when there is none for this person any more."""
    if kept.is_intake:
        return f"{reverse('intake')}?form={kept.draft.key}"
    if kept.hidden:
        return ""
    if kept.page and not _posts_only(kept.page):
        return kept.page
    return reverse("case", args=[kept.number]) if kept.number else ""


def _posts_only(page: str) -> bool:
    """Whether nothing of ours lies there."""
    try:
        resolve(page.partition("?")[0])
    except Resolver404:
        return True
    return False


@require_POST
def offer(request: HttpRequest, draft: int) -> HttpResponse:
    """{team}: an id of an own team, or "" to take the offer back."""
    team = request.POST.get("team", "")
    try:
        number = int(team) if team.isdecimal() and len(team) < 10 else None
        drafts.offer(person(request), draft, number)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    except Invalid as refused:
        messages.error(request, refused.message)
    else:
        words = _("已交给团队，同事可以接手") if number else _("已收回，只有您能继续")
        messages.success(request, words)
    return redirect("drafts_mine")


@require_POST
def take(request: HttpRequest, draft: int) -> HttpResponse:
    """Go on with it: leads to the page where it is typed."""
    user = person(request)
    try:
        own = drafts.take(user, draft)
    except Draft.DoesNotExist as error:
        raise Http404(_("这份草稿已经有人接手，或者已经提交、放弃")) from error
    except Invalid as refused:
        messages.error(request, refused.message)
        return redirect("drafts_mine")
    messages.success(request, _("已接手，内容在下面，请核对后继续"))
    return redirect(_address(drafts.before(user, own)) or reverse("drafts_mine"))


@require_POST
def drop(request: HttpRequest, draft: int) -> HttpResponse:
    """Give an own one up; twice is a page that is not there."""
    try:
        drafts.give_up(person(request), draft)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("草稿已放弃"))
    return redirect("drafts_mine")
