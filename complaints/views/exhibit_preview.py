"""The inside of an item for the browser: sandboxed, without the metadata of a picture, in parts
where a player asks for parts. Nothing leaves without the ticket of a recorded look.
"""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import needs, person
from complaints.actions import folder
from complaints.models import Complaint
from complaints.views import looking
from complaints.views.exhibit_kinds import FILMS, SOUNDS, kind_of
from complaints.views.lookup import case_of
from evidence import pages, pictures, ranges
from evidence.errors import StoreAway
from evidence.models import Custody, Item
from evidence.store import store

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
}


@require_safe
@needs("see_complaints")
def preview_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """A picture, a page of a PDF as a picture, or a part of a recording; 404 for what cannot be
    shown, 503 while the store does not answer, and back to the page of the item without a ticket.
    """
    found = _item(request, number, item)
    look, acts = request.GET.get("look", ""), (Custody.Act.VIEWED, Custody.Act.PRINTED)
    if not looking.allows(look, found, person(request), *acts):
        return redirect("evidence_item", number, item)
    try:
        answer = _shown(request, found)
    except (FileNotFoundError, pictures.Unreadable, pages.Unreadable) as error:
        raise Http404 from error
    except OSError as error:  # a full disk keeps no copy for who draws it
        raise StoreAway from error
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def _item(request: HttpRequest, number: str, item: int) -> Item:
    try:
        return folder.item_of(case_of(request, number), item)
    except (Complaint.DoesNotExist, Item.DoesNotExist) as error:
        raise Http404 from error


def _shown(request: HttpRequest, item: Item) -> HttpResponse:
    """Raises OSError, and Unreadable of pictures and pages."""
    kind = kind_of(item)
    if kind == "picture":
        with store().open(item.sha256) as file:
            data = file.read(pictures.MOST)
        content = pictures.without_metadata(data, item.content_type)
        return HttpResponse(content, content_type=item.content_type)
    if kind == "pages":
        text = request.GET.get("page", "1")
        page = int(text) if text.isdecimal() and len(text) < 7 else 1
        drawn = pages.draw(store().open(item.sha256), max(page, 1))
        return HttpResponse(drawn.content, content_type=drawn.content_type)
    if kind in ("sound", "film"):
        return _part(request, item)
    raise Http404


def _part(request: HttpRequest, item: Item) -> HttpResponse:
    """The recording, or the part for which the player asks (206); 416 for one behind the end. What
    it has a part of is this file, unless `If-Range` says otherwise.
    """
    content_type, tag = {**SOUNDS, **FILMS}[item.content_type], f'"{item.sha256}"'
    asked = request.headers.get("Range", "") if request.method == "GET" else ""
    same = request.headers.get("If-Range", tag).strip() == tag
    try:
        part = ranges.part_of(asked, item.size) if same else None
    except ranges.NotInside:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{item.size}"})
    first, last = part or (0, item.size - 1)
    answer = _bytes(request, item, first, last)
    answer["Content-Type"], answer["ETag"] = content_type, tag
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Length"] = str(last - first + 1)
    if part is not None:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {first}-{last}/{item.size}"
    return answer


def _bytes(request: HttpRequest, item: Item, first: int, last: int) -> HttpResponse:
    """Raises OSError, also where only the head of an answer was asked for."""
    file = store().open(item.sha256)
    if request.method == "HEAD":
        file.close()
        return HttpResponse()
    answer = StreamingHttpResponse(ranges.pieces(file, first, last))
    return cast(HttpResponse, answer)  # a stream: Django types it apart
