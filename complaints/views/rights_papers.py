"""Letters about requests for personal data as they are read: what became of each, and on paper,
before they leave and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints import delivery, letter_writing, rights, rights_letter
from complaints.actions import rights_answer
from complaints.delivery import Told
from complaints.errors import Invalid
from complaints.letter_writing import Written
from complaints.models import IdentityCode, RightsLetter, RightsRequest
from complaints.seen import saw_cases
from complaints.views.letter_paper import as_html
from complaints.views.rights_desks import WAYS, desk_of, open_desks
from complaints.views.sheets import readable
from letters.rendering import Rendered


@dataclass(frozen=True)
class Sent:
    """One letter, or one code, and what became of it in each way in which it was tried."""

    words: str
    by: str
    at: Any
    told: Sequence[Told]
    letter: RightsLetter | None = None


def told(row: RightsRequest) -> list[Sent]:
    """Everything that left about a request, the newest first. Five statements at most."""
    letters = {each.number: each for each in row.letters.select_related("by")}
    codes = {each.outbox_id: each for each in row.codes.select_related("by")}
    if not letters and not codes:
        return []
    rows = delivery.letters(row.complaint)
    of_letters = rows.filter(payload__rights=row.pk) if letters else []
    of_codes = rows.filter(pk__in=list(codes)) if codes else []
    became: dict[int, list[Told]] = {}
    for each in of_letters:
        became.setdefault(each.payload["letter"], []).extend(delivery.of_row(each))
    arrived = {each.pk: delivery.of_row(each) for each in of_codes}
    found = [_letter(each, became.get(number, ())) for number, each in letters.items()]
    found += [_code(each, arrived.get(pk, ())) for pk, each in codes.items()]
    return sorted(found, key=lambda sent: sent.at, reverse=True)


def _letter(row: RightsLetter, became: Sequence[Told]) -> Sent:
    return Sent(row.get_kind_display(), row.by.name, row.at, became, row)


def _code(row: IdentityCode, became: Sequence[Told]) -> Sent:
    words = _("验证码，发到{field}").format(field=row.get_field_display())
    return Sent(words, row.by.name, row.at, became)


def answer(row: RightsRequest) -> SafeString:
    """The answer as it would leave now, without what is typed."""
    return as_html(rights_letter.draft(row, RightsLetter.Kind.ANSWER).letter, 3)


def find(request: HttpRequest, pk: int) -> RightsRequest:
    """Raises Http404, the same for a missing one and for one of other people."""
    rows = rights.visible_to(person(request)).select_related(*rights.RELATED)
    found = rows.prefetch_related("checks__by", "acts__by", "acts__complaint").filter(pk=pk).first()
    if found is None:
        raise Http404
    saw_cases(found.complaint.number)
    return found


@never_cache
@require_POST
@needs("see_rights_requests")
def preview(request: HttpRequest, rights_request: int, what: str) -> HttpResponse:
    """What would leave with what is typed, on paper; nothing is kept or sent."""
    row = find(request, rights_request)
    kind = WAYS[what].letter if what in WAYS else ""
    if not kind or what not in open_desks(row, person(request)):
        raise Http404
    posted, _unreadable = readable(request.POST)
    typed = {name: posted.get(name, "") for name in desk_of(what, row).form.fields}
    now = timezone.now()
    try:
        typed = rights_answer.cleaned(kind, typed, now)
    except Invalid:  # what is wrong is said when it is sent; here it stays open
        typed = {}
    written: Written = rights_letter.draft(row, kind, typed, now)
    return _paper(written.letter, row, now, f"{what}.pdf", draft=True)


@never_cache
@require_GET
@needs("see_rights_requests")
def letter(request: HttpRequest, rights_request: int, rights_paper: int) -> HttpResponse:
    """A letter that left, on paper."""
    row = find(request, rights_request)
    kept = row.letters.filter(number=rights_paper).first()
    if kept is None:
        raise Http404
    found = rights_letter.as_kept(kept, row.complaint.number)
    return _paper(found, row, kept.at, f"{kept.kind}.pdf", draft=False)


def _paper(found: Rendered, row: RightsRequest, at: Any, name: str, *, draft: bool) -> HttpResponse:
    number = row.complaint.number
    pdf = letter_writing.on_paper(found, number, at, draft=draft)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{number}-{name}"'
    return response
