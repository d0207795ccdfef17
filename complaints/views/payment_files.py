"""批量登记付款: choose a list, look at what becomes of each row, start, watch, fetch."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from complaints.actions import payment_file as lists
from complaints.errors import Invalid, NotAllowed
from complaints.models import PaymentFile
from complaints.views import payment_pages
from evidence.receive import FileRefused

State = PaymentFile.State


def _own(request: HttpRequest, file: int) -> PaymentFile:
    try:
        return lists.find(file, person(request))
    except PaymentFile.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
@needs("reconcile_payments")
def files(request: HttpRequest) -> HttpResponse:
    """The way in, and earlier lists."""
    refused, way = "", request.POST.get("way", "")
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is None:
                raise FileRefused(_("请先选择一个文件"))
            name = sent.name or ""
            made = lists.upload(sent.chunks(), name, by=person(request), way=way)
            return redirect("payment_file", made.pk)
        except (FileRefused, NotAllowed, Invalid) as refusal:
            refused = refusal.message
    context = payment_pages.upload_page(person(request), refused, way)
    return render(request, "payments/upload.html", context, status=422 if refused else 200)


@require_GET
@needs("reconcile_payments")
def template(request: HttpRequest) -> HttpResponse:
    """An empty list to fill."""
    return payment_pages.template()


@never_cache
@require_GET
@needs("reconcile_payments")
def file(request: HttpRequest, payment_file: int) -> HttpResponse:
    """One list, wherever it stands."""
    found = _own(request, payment_file)
    return render(request, "payments/file.html", payment_pages.file_page(found, request.GET))


@require_POST
@needs("reconcile_payments")
def start(request: HttpRequest, payment_file: int) -> HttpResponse:
    """Begin, or go on after a stop."""
    return _acted(request, payment_file, "start")


@require_POST
@needs("reconcile_payments")
def stop(request: HttpRequest, payment_file: int) -> HttpResponse:
    """Stop after the rows that are being written."""
    return _acted(request, payment_file, "stop")


@require_POST
@needs("reconcile_payments")
def discard(request: HttpRequest, payment_file: int) -> HttpResponse:
    """Throw a list away that was not started."""
    return _acted(request, payment_file, "discard")


def _acted(request: HttpRequest, number: int, what: str) -> HttpResponse:
    found = _own(request, number)
    try:
        if what == "start":
            lists.start(found, by=person(request))
        elif what == "stop":
            lists.stop(found)
        else:
            lists.discard(found)
            messages.success(request, _("已放弃，没有登记任何付款"))
            return redirect("payment_files")
    except Invalid as refusal:
        messages.error(request, refusal.message)
    return redirect("payment_file", number)


@never_cache
@require_GET
@needs("reconcile_payments")
def progress(request: HttpRequest, payment_file: int) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is drawn anew."""
    found = _own(request, payment_file)
    if not request.headers.get("HX-Request"):
        return redirect("payment_file", found.pk)
    if found.state != State.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "payments/progress.html", payment_pages.progress(found))


@never_cache
@require_GET
@needs("reconcile_payments")
def result(request: HttpRequest, payment_file: int) -> HttpResponse:
    """Every row with what became of it."""
    return payment_pages.result(_own(request, payment_file))
