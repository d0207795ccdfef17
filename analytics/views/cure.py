"""整改措施: what is done so that it does not happen again, whether it helped; the cause tree.

Longer than others on purpose: each form is refused and shown again by the page that it stands on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from analytics import curing, effects, giving, proving, telling
from analytics.models import Cause, CauseGiven, CorrectiveAction, Signal
from analytics.signal_life import MAY
from analytics.views import pages
from analytics.views.forms import (
    ActionForm,
    CancelForm,
    CauseForm,
    DoneForm,
    FileForm,
)
from analytics.views.lines import lines, told
from analytics.views.pages import Looked, Order
from complaints.errors import CaseError, NotAllowed
from complaints.models import Complaint
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from complaints.views.sheets import SheetForm

A = CorrectiveAction.State
NEWEST = Order("at", newest_first=True)


@require_GET
@needs("see_analytics")
def actions(request: HttpRequest) -> HttpResponse:
    """All that the person may see, newest first; those that wait, unless asked otherwise."""
    user, looked = person(request), Looked(request.GET)
    states = [
        ("waiting", _("未了结")),
        ("overdue", _("已逾期")),
        ("all", _("全部")),
        *A.choices,
    ]
    state = looked.choose("state", _("状态"), states, "waiting")
    owner = looked.choose("owner", pgettext("signal", "负责人"), [("me", _("由我负责"))])
    effect = looked.choose("effect", _("效果"), CorrectiveAction.Effect.choices)
    wanted = {
        "waiting": Q(state__in=[A.OPEN, A.DONE]),
        "overdue": Q(state=A.OPEN, due_on__lt=timezone.localdate()),
        "all": Q(),
    }.get(state, Q(state=state))
    rows = curing.visible_to(user).filter(wanted)
    if owner:
        rows = rows.filter(owner=user)
    if effect:
        rows = rows.filter(effect=effect)
    page = looked.page(rows.select_related("owner", "signal", "cause__parent"), NEWEST)
    context = {"looked": looked, "page": page, "rows": lines(page.rows, user)}
    return render(request, "signals/actions.html", context)


def load(request: HttpRequest, pk: int) -> CorrectiveAction:
    found: CorrectiveAction = pages.found_or_404(
        lambda: curing.find(pk, person(request)), CorrectiveAction.DoesNotExist
    )
    return found


@require_GET
@needs("see_analytics")
def action(request: HttpRequest, action: int) -> HttpResponse:
    """One corrective action, with the files that prove it."""
    return shown(request, load(request, action))


def shown(
    request: HttpRequest, one: CorrectiveAction, status: int = 200, **more: Any
) -> HttpResponse:
    user, now = person(request), timezone.now()
    (line,) = lines([one], user)
    context: dict[str, Any] = {
        "line": line,
        "action": one,
        "may_act": user.may(MAY),
        "problems": [],
        "files": one.files.select_related("by", "withdrawn_by"),
        "may_withdraw": curing.concerns(one, user),
    }
    if proving.takes(one, user):
        context["file_form"] = FileForm()
    if one.state == A.OPEN and curing.concerns(one, user):
        values = {"what": one.what, "owner": one.owner.username, "due_on": one.due_on.isoformat()}
        context |= {
            "done_form": DoneForm(),
            "change_form": ActionForm(curing.may_own(), initial=values),
            "cancel_form": CancelForm(),
        }
    if one.state == A.DONE:
        context["forecast"] = effects.of(one, now)
    if status == 200:
        telling.seen(user, now, actions=[one])
    return render(request, "signals/action.html", {**context, **more}, status=status)


@require_POST
@needs(MAY)
@keeps_what_was_typed
def action_act(request: HttpRequest, action: int, action_act: str) -> HttpResponse:
    """完成, 修改, 取消, 核查效果. Long because it is a table: of each act the form, what it does
    and what is said then.
    """
    user = person(request)
    load(request, action)
    does: dict[str, tuple[str, SheetForm | None, Callable[[Mapping[str, str], Any], Any], str]] = {
        "done": (
            "done_form",
            DoneForm(request.POST),
            lambda sent, v: curing.done(action, sent, by=user, version=v),
            _("已登记完成"),
        ),
        "change": (
            "change_form",
            ActionForm(curing.may_own(), request.POST),
            lambda sent, v: curing.change(action, sent, by=user, version=v),
            _("已保存"),
        ),
        "cancel": (
            "cancel_form",
            CancelForm(request.POST),
            lambda sent, v: curing.cancel(action, sent.get("reason", ""), by=user, version=v),
            _("已取消这项措施"),
        ),
        "check": (
            "",
            None,
            lambda _sent, v: curing.check(action, by=user, version=v),
            _("已核查效果"),
        ),
    }
    if action_act not in does:
        raise Http404
    name, form, doing, message = does[action_act]

    def again(refused: SheetForm | None, loose: list[str], status: int) -> HttpResponse:
        fresh = load(request, action)
        more: dict[str, Any] = {name: refused, "refused": name} if name else {}
        return shown(request, fresh, status, problems=loose, **more)

    def after(_made: Any) -> HttpResponse:
        seen = curing.visible_to(user).filter(pk=action).exists()  # not by whom handed it on
        return redirect("action", action) if seen else redirect("actions")

    try:
        return pages.act(request, form, doing, after, again, message)
    except PermissionDenied as error:  # somebody else's meanwhile: what was typed is not lost
        if form is not None:
            form.refuse({})
        return again(form, [str(error)], 403)


# --- the cause tree


def _counted(user: User) -> tuple[dict[int, int], dict[int, int]]:
    """(cases, signals) of each cause that the person may see. Two statements."""
    given = CauseGiven.objects.filter(withdrawn_at=None).order_by()
    of_cases = given.filter(scope_of(user, "complaint__"), complaint__isnull=False)
    seen = Signal.objects.visible_to(user).values("pk")
    of_signals = given.filter(signal__in=seen)
    by = [rows.values_list("cause").annotate(n=Count("pk")) for rows in (of_cases, of_signals)]
    return dict(by[0]), dict(by[1])


@require_http_methods(["GET", "POST"])
@needs("see_analytics")
@keeps_what_was_typed
def causes(request: HttpRequest) -> HttpResponse:
    """原因树, with how often each was named; POST adds a branch."""
    user = person(request)
    if request.method != "POST":
        return _tree(request, user)
    if not user.may(MAY):
        raise PermissionDenied(_("只有主管可以修改原因树"))
    form = CauseForm([top for top, _below in giving.tree()], request.POST)
    return pages.act(
        request,
        form,
        lambda sent, _version: giving.add(sent, by=user),
        lambda _made: redirect("causes"),
        lambda _form, loose, status: _tree(request, user, status, form=form, problems=loose),
        _("已加入原因树"),
    )


def _tree(request: HttpRequest, user: User, status: int = 200, **more: Any) -> HttpResponse:
    every = giving.tree(closed=True)
    cases, signals = _counted(user)

    def row(cause: Cause) -> tuple[Cause, int, int]:
        return cause, cases.get(cause.pk, 0), signals.get(cause.pk, 0)

    context = {
        "branches": [(row(top), [row(c) for c in below]) for top, below in every],
        "form": CauseForm([top for top, _below in every if top.closed_at is None]),
        "may_act": user.may(MAY),
        **more,
    }
    return render(request, "signals/causes.html", context, status=status)


@require_POST
@needs(MAY)
def plant_causes(request: HttpRequest) -> HttpResponse:
    """The usual tree, where there is none."""
    giving.plant(by=person(request))
    return redirect("causes")


@require_GET
@needs("see_analytics")
def cause(request: HttpRequest, cause: int) -> HttpResponse:
    """One cause: its cases, its signals, what is done about it."""
    return _cause(request, _known(cause))


def _known(pk: int) -> Cause:
    found = Cause.objects.select_related("parent").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _cause(request: HttpRequest, one: Cause, status: int = 200, **more: Any) -> HttpResponse:
    user, looked = person(request), Looked(request.GET)
    given = CauseGiven.objects.filter(cause=one, withdrawn_at=None)
    cases = Complaint.objects.visible_to(user).filter(pk__in=given.values("complaint"))
    count = cases.count()
    rows = cases.select_related("owner").defer("narrative", "findings", "withdrawal_words")
    page = looked.page(rows, Order("received_at", newest_first=True))
    saw_cases(*(case.number for case in page.rows))
    seen = Signal.objects.visible_to(user)
    context = {
        "cause": one,
        "page": page,
        "count": count,
        "looked": looked,
        "signals": told(seen.filter(pk__in=given.values("signal")).order_by("-pk")[:20]),
        "actions": lines(
            curing.visible_to(user).filter(cause=one).select_related("owner").order_by("due_on")
        ),
        "may_act": user.may(MAY),
        "form": ActionForm(curing.may_own(), initial={"owner": user.username}),
        "problems": [],
        **more,
    }
    return render(request, "signals/cause.html", context, status=status)


@require_POST
@needs(MAY)
@keeps_what_was_typed
def cause_action(request: HttpRequest, cause: int) -> HttpResponse:
    """A corrective action for a cause, whatever signal showed it."""
    one, user = _known(cause), person(request)
    form = ActionForm(curing.may_own(), request.POST)
    return pages.act(
        request,
        form,
        lambda sent, _version: curing.open_one(sent, by=user, cause=cause),
        lambda _made: redirect("cause", cause),
        lambda _form, loose, status: _cause(request, one, status, form=form, problems=loose),
        _("已登记整改措施"),
    )


@require_POST
@needs(MAY)
def cause_change(request: HttpRequest, cause: int, cause_act: str) -> HttpResponse:
    """改名, 停用, 重新启用."""
    one, user = _known(cause), person(request)
    try:
        if cause_act == "rename":
            giving.rename(cause, request.POST.get("title", ""), by=user)
        elif cause_act in ("close", "open"):
            giving.close(cause, by=user, again=cause_act == "open")
        else:
            raise Http404
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return _cause(request, one, 422, problems=[error.message])
    messages.success(request, _("已保存"))
    return redirect("cause", cause)
