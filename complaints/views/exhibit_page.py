"""一份证据: its page, and the same on paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import needs
from complaints.actions import folder
from complaints.advance import refuse_destroyed
from complaints.models import Destroyed
from complaints.views import looking
from complaints.views.case import found
from complaints.views.exhibit import PRINTED_PAGES, Exhibit
from evidence.models import Custody, Item

MOST_PAGES = 100_000
# Kinds that are read into the page itself: what of the exhibit the template takes.
READ = {"text": "text", "mail": "mail", "tables": "book", "list": "listing"}
READ |= {"document": "document"}


def exhibit_of(request: HttpRequest, number: str, item: int) -> Exhibit:
    """The item before this person. Raises Http404, the same for a missing and a foreign one."""
    page = found(request, number)
    try:
        one = folder.item_of(page.complaint, item)
    except Item.DoesNotExist as error:
        raise Http404 from error
    return Exhibit(page, one, request.GET.get("all") == "1")


@require_GET
@never_cache
@needs("see_complaints")
def evidence_item(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """What is known of it; its inside only with the ticket of a recorded look. Of a destroyed one,
    what the register says.
    """
    shown = exhibit_of(request, number, item)
    if shown.page.complaint.destroyed_at is not None:
        gone = Destroyed.objects.get(complaint=shown.page.complaint)
        context = {"x": shown, "case": shown.page.complaint, "item": shown.item, "gone": gone}
        return render(request, "evidence/destroyed.html", context)
    look = request.GET.get("look", "")
    allowed = looking.allows(look, shown.item, shown.page.user, Custody.Act.VIEWED)
    context = {"x": shown, "case": shown.page.complaint, "item": shown.item}
    if allowed:
        context |= inside(shown, look, _page_asked(request))
    return render(request, "evidence/item.html", {**context, "expired": bool(look) and not allowed})


@require_GET
@never_cache
@needs("see_complaints")
def print_evidence(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """On A4 with number, hash and who printed it; without a ticket, back to the page."""
    shown = exhibit_of(request, number, item)
    refuse_destroyed(shown.page.complaint)
    look = request.GET.get("look", "")
    if not looking.allows(look, shown.item, shown.page.user, Custody.Act.PRINTED):
        return redirect("evidence_item", number, item)
    context = {"x": shown, "case": shown.page.complaint, "item": shown.item, "by": shown.page.user}
    context |= inside(shown, look, 1)
    sheets = range(1, min(context.get("count", 0), PRINTED_PAGES) + 1)
    return render(request, "evidence/print.html", {**context, "now": timezone.now(), "n": sheets})


def inside(shown: Exhibit, look: str, page: int) -> dict[str, Any]:
    """What the preview needs, read from the store; a sentence where it cannot be read."""
    context: dict[str, Any] = {"look": look}
    try:
        if shown.kind == "picture":
            context["whole"] = shown.picture is not None
        elif shown.kind in READ:
            name = READ[shown.kind]
            context[name] = getattr(shown, name)
        elif shown.kind == "pages":
            context |= {"count": shown.count, "at": min(page, max(shown.count, 1))}
    except FileNotFoundError:
        context["away"] = _("这份证据的文件不在存储中；请校验哈希，并立即告知管理员")
    except OSError:
        context["away"] = _("暂时读不到存储中的文件，请稍后再试")
    return context


def _page_asked(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 7 else 1
