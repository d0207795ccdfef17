"""证据文件 of a corrective action: added, handed out, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from analytics import proving
from analytics.models import ActionFile, CorrectiveAction
from analytics.signal_life import MAY
from analytics.views import cure
from analytics.views.forms import FileForm, WithdrawForm
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.views.sheets import SheetForm, readable
from evidence.receive import FileRefused
from evidence.store import store
from evidence.uploads import content_of


@require_POST
@needs(MAY)
def add(request: HttpRequest, action: int) -> HttpResponse:
    """One file, by the rules of evidence."""
    user, sent = person(request), request.FILES.get("file")

    def take() -> str:
        if sent is None:
            raise Invalid({"file": [_("请选择文件")]})
        made = proving.add(action, content_of(sent), str(sent.name), by=user)
        return _("已添加证据文件：{name}").format(name=made.file_name)

    return _acted(request, action, take, lambda: {"file_form": FileForm(request.POST)})


@never_cache
@require_POST
@needs("see_analytics")
def hand_out(request: HttpRequest, action: int, action_file: int) -> HttpResponse:
    """The file itself, as a download that no browser runs. A POST, because it is recorded."""
    try:
        found = proving.hand_out(action, action_file, by=person(request))
        handle = store().open(found.sha256)
    except (CorrectiveAction.DoesNotExist, ActionFile.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    answer = FileResponse(
        handle, as_attachment=True, filename=found.file_name, content_type=found.content_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return cast(HttpResponse, answer)  # a stream: Django types it apart


@require_POST
@needs(MAY)
@keeps_what_was_typed
def withdraw(request: HttpRequest, action: int, action_file: int) -> HttpResponse:
    """Strike it out for a reason; the content is destroyed."""
    user = person(request)
    posted, unreadable = readable(request.POST)

    def take() -> str:
        if unreadable:
            raise Invalid(unreadable)
        proving.withdraw(action, action_file, posted.get("reason", ""), by=user)
        return _("已撤回，文件内容已经销毁")

    def forms() -> dict[str, Any]:
        return {"withdraw_form": WithdrawForm(action_file, posted), "withdrawing": action_file}

    return _acted(request, action, take, forms)


def _acted(
    request: HttpRequest,
    action: int,
    does: Callable[[], str],
    forms: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Back to the action; refused, its page with the sentences at the form that was sent."""
    try:
        messages.success(request, does())
    except (CorrectiveAction.DoesNotExist, ActionFile.DoesNotExist) as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except FileRefused as error:
        return _again(request, action, forms(), {"file": [error.message]}, error.status)
    except CaseError as error:
        named = dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}
        return _again(request, action, forms(), named, 422)
    return redirect("action", action)


def _again(
    request: HttpRequest,
    action: int,
    context: dict[str, Any],
    named: dict[str, list[str]],
    status: int,
) -> HttpResponse:
    form: SheetForm = next(one for one in context.values() if isinstance(one, SheetForm))
    problems = form.refuse(named)
    return cure.shown(request, cure.load(request, action), status, problems=problems, **context)
