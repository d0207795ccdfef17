"""What is done to promises on the page: made, kept, put off, broken, released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from complaints.actions import commitment_ends, commitments, half_typed
from complaints.errors import CaseError, NotAllowed
from complaints.models import Communication, Complaint
from complaints.views.act_forms import receivers_of
from complaints.views.case import load
from complaints.views.case_page import CasePage
from complaints.views.promise_forms import (
    BrokenForm,
    KeepForm,
    MakeForm,
    OtherDueForm,
    ReleaseForm,
)
from complaints.views.sheets import Mark, Sheet, done, refused, show
from config.tags import day, moment

TEXTS = 30  # the newest texts of the case to choose from


def act_on(
    request: HttpRequest, sheet: Sheet, act: Callable[..., object], names: tuple[str, ...]
) -> HttpResponse:
    """GET shows the sheet, POST acts with the fields of these names; refused, the sheet again."""
    if request.method != "POST":
        return show(request, sheet)
    values = {name: request.POST[name] for name in names if request.POST.get(name)}
    if "due" in values and request.POST.get("due_time"):
        values["due"] += f"T{request.POST['due_time']}"
    version = Mark.read(request.POST.get("version", "")).version
    try:
        act(values, by=person(request), version=version)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    return _back(request, sheet)


def _back(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """To the case, or to the list of promises from which the sheet was opened (`list`)."""
    message = _("已登记")
    if "list" not in request.GET:
        return done(request, sheet.complaint.number, message, sheet.draft)
    half_typed.drop_draft(person(request), sheet.draft)
    messages.success(request, message)
    url = f"{reverse('commitments')}?{request.GET['list']}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def posted(request: HttpRequest) -> Any:
    """What was sent; None where the form is only shown."""
    return request.POST if request.method == "POST" else None


def _due(page: CasePage, promise_id: int) -> str:
    """Until when it is promised now."""
    row = next(p for p in page.complaint.promises if p["id"] == promise_id)
    return moment(row["due_at"]) if row["precise"] else day(row["due_at"]) or "—"


def _texts(page: CasePage, **wanted: Any) -> list[Communication]:
    found = Communication.objects.filter(complaint=page.complaint.pk, **wanted)
    return list(found.exclude(kind="internal_note").order_by("-id")[:TEXTS])


def _sheet(request: HttpRequest, page: CasePage, promise_id: int, title: str, form: Any) -> Sheet:
    """A sheet about one promise; its words stand above the fields. Raises Http404."""
    found = next((p for p in page.complaint.promises if p["id"] == promise_id), None)
    if found is None:
        raise Http404
    sheet = Sheet(page.complaint, title, request.get_full_path(), form, title)
    sheet.intro = found["text"]
    name = request.resolver_match.url_name if request.resolver_match else ""
    sheet.draft = f"{name}:{page.complaint.number}:{promise_id}"
    return sheet


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def make_promise(request: HttpRequest, number: str) -> HttpResponse:
    """登记承诺."""
    page = load(request, number)
    people = receivers_of(page.complaint)
    form = MakeForm(page.items, _texts(page), people, posted(request))
    sheet = Sheet(page.complaint, _("登记承诺"), request.get_full_path(), form, _("登记承诺"))
    sheet.template, sheet.draft = "case/promise_fields.html", f"make_promise:{number}"

    def act(values: dict[str, Any], **who: Any) -> None:
        commitments.make(number, values, **who)

    names = (
        *("text", "due", "source", "strength", "owner", "amount"),
        *("communication", "evidence"),
    )
    return act_on(request, sheet, act, names)


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def keep(request: HttpRequest, number: str, promise_id: int) -> HttpResponse:
    """登记兑现."""
    page = load(request, number)
    form = KeepForm(page.items, posted(request))
    sheet = _sheet(request, page, promise_id, _("登记兑现"), form)

    def act(values: dict[str, Any], **who: Any) -> None:
        commitment_ends.keep(number, promise_id, values, **who)

    return act_on(request, sheet, act, ("proof", "kept_at", "evidence"))


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def broken(request: HttpRequest, number: str, promise_id: int) -> HttpResponse:
    """登记未兑现."""
    page = load(request, number)
    sheet = _sheet(request, page, promise_id, _("登记未兑现"), BrokenForm(posted(request)))
    sheet.dangerous = True

    def act(values: dict[str, Any], **who: Any) -> None:
        commitment_ends.mark_broken(number, promise_id, values, **who)

    return act_on(request, sheet, act, ("reason",))


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def release(request: HttpRequest, number: str, promise_id: int) -> HttpResponse:
    """The consumer lets us off in writing."""
    page = load(request, number)
    form = ReleaseForm(page.items, _texts(page, inbound=True), posted(request))
    sheet = _sheet(request, page, promise_id, _("消费者书面放弃"), form)

    def act(values: dict[str, Any], **who: Any) -> None:
        commitment_ends.release(number, promise_id, values, **who)

    return act_on(request, sheet, act, ("words", "communication", "evidence"))


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def other_due(request: HttpRequest, number: str, promise_id: int) -> HttpResponse:
    """更正期限."""
    page = load(request, number)
    form = OtherDueForm(page.items, _texts(page), posted(request))
    sheet = _sheet(request, page, promise_id, _("更正承诺的期限"), form)
    sheet.intro = _("{text}（现定 {due}）").format(text=sheet.intro, due=_due(page, promise_id))

    def act(values: dict[str, Any], **who: Any) -> None:
        commitments.change_due(number, promise_id, values, **who)

    return act_on(request, sheet, act, ("due", "reason", "communication", "evidence"))
