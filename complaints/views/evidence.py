"""Evidence: taking a file in, and handing it out with a record of who had it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import same_file
from complaints.actions import evidence as evidence_actions
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint
from complaints.views import evidence_form
from complaints.views.act_forms import EvidenceForm
from complaints.views.case import load
from complaints.views.lookup import case_of
from complaints.views.sheets import Sheet, done, readable, refused, show
from evidence.models import Item
from evidence.store import HASH, store

ABOUT = (
    *("title", "obtained_from", "obtained_at", "how", "obtained_by", "proves"),
    *("is_original", "from_consumer", "still_waiting"),
)
LATE = gettext_lazy(
    "案件已经办结：新增的证据留在案卷里，但不在已经封存的证据包中；"
    "要纳入证据包，请重新启动案件并再次归档。"
)


@require_http_methods(["GET", "POST"])
@needs("add_evidence")
@keeps_what_was_typed
def add_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a file; refused, everything but the file itself is still there."""
    page = load(request, number)
    posted, unreadable = readable(request.POST)
    form = EvidenceForm(
        posted if request.method == "POST" else None, waiting=page.waits_for_consumer
    )
    sheet = Sheet(page.complaint, _("添加证据"), request.path, form, _("上传"), files=True)
    sheet.draft, sheet.template = f"evidence:{number}", "case/evidence_fields.html"
    sheet.intro = "" if page.complaint.is_open else LATE
    opened = request.method == "GET"
    sheet.extra = evidence_form.page_of(number, None if opened else posted, person(request))
    if opened:
        return show(request, sheet)
    about: dict[str, Any] = {n: posted[n] for n in ABOUT if posted.get(n)}
    try:
        if unreadable:
            raise Invalid(unreadable)
        taken = evidence_form.take(number, request.FILES, posted, about, person(request))
        if taken.refused:
            sheet.extra = evidence_form.page_of(number, posted, person(request))
            raise Invalid({"file": taken.sentences})
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    for sentence in same_file.told(taken.items, person(request), number):
        messages.warning(request, sentence)
    return done(request, number, taken.message, sheet.draft, "?show=evidence")


@require_GET
@never_cache
@needs("see_complaints")
def known_evidence(request: HttpRequest, number: str) -> JsonResponse:
    """Where the file with this hash is already, in words, before it is added a second time."""
    case_of(request, number)
    sha256 = request.GET.get("sha256", "")
    found = same_file.same_file(sha256, person(request)) if HASH.fullmatch(sha256) else []
    words = _("与{places}是同一份文件").format(places=same_file.in_words(found, number))
    return JsonResponse({"words": words if found else ""})


@require_POST
@never_cache
@needs("see_complaints")
def evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """The file itself, as a download that no browser runs. A POST, because it is recorded."""
    try:
        found = evidence_actions.hand_out(number, item, by=person(request))
        handle = store().open(found.sha256)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except (Complaint.DoesNotExist, Item.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(
        handle, as_attachment=True, filename=found.file_name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return cast(HttpResponse, response)  # a stream: Django types it apart
