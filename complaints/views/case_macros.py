"""宏 on a case: the list, and the preview of one, from which it is carried out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs
from accounts.browser import keeps_what_was_typed
from complaints import macros, quick_values
from complaints.actions import macro_use
from complaints.actions import macros as kept
from complaints.choices import CommunicationKind
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, MacroVersion
from complaints.validation import TEXT_LIMIT
from complaints.views.case import load
from complaints.views.case_composer import ways_of
from complaints.views.case_page import CasePage
from complaints.views.sheets import (
    Mark,
    Sheet,
    SheetForm,
    done,
    nothing_to_do,
    readable,
    refused,
    show,
)


class MacroUseForm(SheetForm):
    """The text that a macro writes, and how a reply travels."""

    text = forms.CharField(
        label=gettext_lazy("要写的文字"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": TEXT_LIMIT}),
    )
    channel = forms.ChoiceField(label=gettext_lazy("发给谁、怎么发"), required=False)

    def __init__(self, kind: str, page: CasePage, data: Any = None, text: str = "") -> None:
        super().__init__(data, initial={"text": text})
        if not kind:
            del self.fields["text"]
        if kind == CommunicationKind.REPLY:
            choices = [
                (way.channel, f"{way.label}（{way.hint}）") for way in ways_of(page.complaint)
            ]
            self.fields["channel"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["channel"]


@require_GET
@needs("write_notes")
def listed(request: HttpRequest, number: str) -> HttpResponse:
    """Those of the case's team: a dialog, or a page without scripts."""
    page = load(request, number)
    rows = list(kept.for_case(page.complaint))
    sheet = Sheet(page.complaint, _("使用宏"), request.path, None, "", always=True)
    sheet.template = "macros/choose.html"
    sheet.extra = {"rows": rows, "writes": page.user.may("share_texts")}
    return show(request, sheet)


@require_http_methods(["GET", "POST"])
@needs("write_notes")
@keeps_what_was_typed
def use(request: HttpRequest, number: str, macro: int) -> HttpResponse:
    """What it would do, item by item; POST {do, text, channel, anyway, version} does it."""
    page = load(request, number)
    row = kept.for_case(page.complaint).filter(macro=macro).first()
    if row is None:
        raise Http404
    if request.method == "GET":
        return show(request, _sheet(request, page, row))
    posted, unreadable = readable(request.POST)
    mark, seen = Mark.read(posted.get("version", "")), Mark.read(posted.get("seen", ""))
    names = ("text", "channel", "anyway")
    try:
        if unreadable:
            raise Invalid(unreadable)
        did = macro_use.use(
            number,
            macro,
            {name: posted.get(name, "") for name in names} | {"do": posted.getlist("do")},
            by=page.user,
            version=mark.version,
            macro_version=seen.version,
        )
    except (Complaint.DoesNotExist, MacroVersion.DoesNotExist) as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return _refused(request, number, macro, error)
    if did is None:
        return nothing_to_do(request, number)
    opened = did.does["step"] if "step" in posted.getlist("do") else ""
    place = f"?next={opened}" if opened else ""
    words = _("已执行宏“{name}”").format(name=did.name)
    return done(request, number, words, _draft(number, macro), place)


def _draft(number: str, macro: int) -> str:
    return f"macro:{number}:{macro}"


def _refused(request: HttpRequest, number: str, macro: int, error: CaseError) -> HttpResponse:
    """The preview again, as things stand now, with what was typed and ticked."""
    page = load(request, number)
    row = kept.for_case(page.complaint).filter(macro=macro).first()
    if row is None:
        raise Http404
    sheet = _sheet(request, page, row, moved=isinstance(error, StaleVersion))
    if isinstance(error, Invalid) and "asked" in error.errors:
        sheet.extra["asked"] = error.errors["asked"]
        return show(request, sheet, 422)
    return refused(request, sheet, error)


def _sheet(
    request: HttpRequest, page: CasePage, row: MacroVersion, *, moved: bool = False
) -> Sheet:
    """The preview. What was posted stands in it; where the case has moved on, without the ticks of
    what has become another question since.
    """
    does, posted = row.does, request.POST if request.method == "POST" else None
    found = macros.items(page.complaint, does, page.user, page.now)
    text = does.get("text", "")
    lang = quick_values.language_of(text)
    values = quick_values.of_case(page.complaint, lang) if "{" in text else {}
    said = quick_values.plain(quick_values.filled(text, values, lang))
    data = readable(posted)[0] if posted is not None else None
    form = MacroUseForm(does.get("kind", ""), page, data, said)
    ticked = (
        set(posted.getlist("do")) if posted is not None else {i.code for i in found if i.ticked}
    )
    title = _("宏：{name}").format(name=row.name)
    sheet = Sheet(page.complaint, title, request.path, form, _("执行勾选的各项"))
    sheet.template, sheet.draft = "macros/use.html", _draft(page.complaint.number, row.macro_id)
    shown = data.get("text", "") if data is not None else said
    sheet.extra = {
        "macro": row,
        "items": [(i, i.code in ticked and not (moved and i.instead)) for i in found],
        "open": quick_values.left_open(shown),
        "kind": does.get("kind", ""),
    }
    return sheet
