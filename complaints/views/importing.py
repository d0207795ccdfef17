"""导入投诉: choose a file, say which column is what, look, start, watch, see what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from complaints.actions import importing
from complaints.errors import Invalid, NotAllowed
from complaints.models import ImportRun
from complaints.views import import_pages
from evidence.receive import FileRefused

State = ImportRun.State


def _own(request: HttpRequest, run: int) -> ImportRun:
    try:
        return importing.find(run, person(request))
    except ImportRun.DoesNotExist as error:
        raise Http404 from error


def _page(request: HttpRequest, page: import_pages.Page, status: int = 200) -> HttpResponse:
    return render(request, page.template, page.context, status=status)


@require_http_methods(["GET", "POST"])
@needs("import_complaints")
def upload(request: HttpRequest) -> HttpResponse:
    """The way in, and earlier imports."""
    refused = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise FileRefused(_("请先选择一个文件"))
            run = importing.upload(file.chunks(), file.name or "", by=person(request))
            return redirect("import_run", run.pk)
        except (FileRefused, NotAllowed) as refusal:
            refused = refusal.message
    page = import_pages.upload_page(person(request), refused)
    return _page(request, page, 422 if refused else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("import_complaints")
def run(request: HttpRequest, run: int) -> HttpResponse:
    """One import, wherever it stands; POST says which column is what."""
    found = _own(request, run)
    try:
        if request.method == "POST":
            _choose(request, found)
            if not request.headers.get("HX-Request"):
                return redirect("import_run", found.pk)
            return _page(request, import_pages.preview(found))
        return _page(request, import_pages.page_of(found, request.GET))
    except FileRefused as gone:
        messages.error(request, gone.message)
        return redirect("import_complaints")


def _choose(request: HttpRequest, found: ImportRun) -> None:
    columns, fields = request.POST.getlist("column"), request.POST.getlist("field")
    chosen = dict(zip(columns, fields, strict=False))
    importing.choose(found, chosen, request.POST.get("team", ""))


@require_POST
@needs("import_complaints")
def start(request: HttpRequest, run: int) -> HttpResponse:
    """Begin, or go on after a stop."""
    found = _own(request, run)
    try:
        if found.state == State.UPLOADED:
            _choose(request, found)
        importing.start(found, by=person(request))
    except Invalid as refusal:
        if found.state == State.UPLOADED:
            return _page(request, import_pages.mapping_page(found), 422)
        messages.error(request, refusal.message)
    return redirect("import_run", found.pk)


@require_POST
@needs("import_complaints")
def stop(request: HttpRequest, run: int) -> HttpResponse:
    """Stop after the row that is being written."""
    found = _own(request, run)
    importing.stop(found)
    return redirect("import_run", found.pk)


@require_POST
@needs("import_complaints")
def discard(request: HttpRequest, run: int) -> HttpResponse:
    """Throw an upload away that was not started."""
    found = _own(request, run)
    try:
        importing.discard(found)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("import_run", found.pk)
    messages.success(request, _("已放弃，上传的文件已删除"))
    return redirect("import_complaints")


@never_cache
@require_GET
@needs("import_complaints")
def progress(request: HttpRequest, run: int) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is drawn anew."""
    found = _own(request, run)
    if not request.headers.get("HX-Request"):
        return redirect("import_run", found.pk)
    if found.state != State.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _page(request, import_pages.progress(found))


@never_cache
@require_GET
@needs("import_complaints")
def rejected(request: HttpRequest, run: int) -> HttpResponse:
    """The file of rejected rows, for the person who imported."""
    found = _own(request, run)
    try:
        data = importing.rejected_rows(found, by=person(request))
    except FileRefused as gone:
        messages.error(request, gone.message)
        return redirect("import_run", found.pk)
    return import_pages.download(found, data)
