"""预览函件: a letter of a case as a page on A4, as an e-mail and as a text message."""

from __future__ import annotations

from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.access import needs
from complaints import letter_occasions, letter_writing
from complaints.actions import resolution as resolutions
from complaints.letter_writing import Written
from complaints.models import Complaint, Resolution
from complaints.views.letter_paper import Kept, as_html, open_names
from complaints.views.lookup import case_of
from letters import sms
from letters.rendering import Rendered
from letters.template import CHANNELS, KINDS

WAYS = ("paper", "email", "sms")
LANGUAGES = ("zh", "en")


class Preview:
    """One kind of letter of one case, in one language."""

    def __init__(self, complaint: Complaint, kind: str, lang: str) -> None:
        self.complaint, self.kind = complaint, kind
        self.asked_lang = lang

    @cached_property
    def resolution(self) -> Resolution | None:
        """The version that counts now."""
        return resolutions.current(self.complaint)

    @cached_property
    def kept(self) -> Kept | None:
        """The resolution letter as it was saved; None for other kinds and before there is one."""
        r = self.resolution if self.kind == letter_writing.RESOLUTION else None
        if r is None or not r.letter.strip():
            return None
        number = self.complaint.number
        return Kept(r.letter, r.template, r.template_sha256, tuple(r.options), number)

    @cached_property
    def written(self) -> Written | None:
        """Another kind as the template says it now."""
        if self.kind == letter_writing.RESOLUTION:
            return None
        values = letter_occasions.values_of(self.kind, self.complaint, self.asked_lang)
        return letter_writing.written(self.kind, values, lang=self.asked_lang)

    @property
    def letter(self) -> Rendered | None:
        """What is shown; None where there is nothing yet."""
        if self.kept is not None:
            return self.kept.letter
        return self.written.letter if self.written is not None else None

    @property
    def shown(self) -> SafeString:
        """As HTML."""
        return as_html(self.letter) if self.letter is not None else SafeString()

    @property
    def unresolved(self) -> list[str]:
        """What is open in it."""
        return open_names(self.letter) if self.letter is not None else []

    @property
    def template_is_draft(self) -> bool:
        """Counsel has not signed the template as it is."""
        if self.kept is not None:
            return self.kept.draft
        return self.written is not None and not self.written.signed

    @property
    def final(self) -> bool:
        """It may leave as it is: a signed resolution, or a letter that says everything."""
        if self.kind == letter_writing.RESOLUTION:
            r = self.resolution
            return r is not None and r.status == Resolution.Status.SIGNED
        return not self.unresolved

    @property
    def length(self) -> sms.Length:
        """Of the text message."""
        return sms.length(self.letter.sms if self.letter is not None else "")

    @property
    def title(self) -> str:
        """What the kind is called."""
        return KINDS[self.kind].in_(get_language() or "zh-hans")

    def pdf(self) -> bytes:
        """On paper. Raises Http404 where there is no letter yet."""
        if self.letter is None:
            raise Http404
        r = self.resolution if self.kept is not None else None
        day = r.proposed_at if r is not None else timezone.now()
        number = self.complaint.number
        return letter_writing.on_paper(self.letter, number, day, draft=not self.final)


def _asked(request: HttpRequest, number: str) -> Preview:
    kind, lang = request.GET.get("kind", letter_writing.RESOLUTION), request.GET.get("lang", "")
    known = kind if kind in KINDS else letter_writing.RESOLUTION
    case = case_of(request, number)
    return Preview(case, known, lang if lang in LANGUAGES else case.consumer.language)


@require_GET
@needs("see_complaints")
def letter_preview(request: HttpRequest, number: str) -> HttpResponse:
    """The letter on the screen, and the ways in which it can be read."""
    preview, way, lang = _asked(request, number), request.GET.get("as", ""), get_language()
    context = {
        "p": preview,
        "way": way if way in WAYS else WAYS[0],
        "kinds": [(code, words.in_(lang or "zh-hans")) for code, words in KINDS.items()],
        "channels": CHANNELS,
        "pdf": f"{reverse('letter_pdf', args=[number])}?kind={preview.kind}"
        f"&lang={preview.asked_lang}",
    }
    return render(request, "letters/preview.html", context)


@require_GET
@needs("see_complaints")
def letter_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The letter as PDF/A, shown by the browser."""
    preview = _asked(request, number)
    response = HttpResponse(preview.pdf(), content_type="application/pdf")
    name = f"{number}-{preview.kind}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
