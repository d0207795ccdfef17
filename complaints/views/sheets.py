"""Forms of the case: a dialog where scripts work, a page of their own where they do not.

Refused: the same form again, with the sentences and everything that was typed (422, or 409 when the
case moved on meanwhile).
Done: back to the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access import person
from complaints.actions import half_typed
from complaints.errors import CaseError, Invalid, StaleVersion, StepRefused
from complaints.models import Complaint, Event
from complaints.views import own_drafts
from complaints.views.case_head import Obstacle, obstacle
from complaints.views.case_words import in_words
from complaints.views.intake_form import without_control_characters
from complaints.views.words import Words

Text = str | Promise
CHANGES_SHOWN = 20


class SheetForm(forms.Form):
    """Fields of a sheet.

    What is right is the action's business, so that pages and programs hear the same sentences.
    """

    def refuse(self, errors: Mapping[str, Sequence[str]]) -> list[str]:
        """Show the sentences at their fields; answers those that belong to no field."""
        self.full_clean()
        self._errors = ErrorDict()
        loose: list[str] = []
        for name, sentences in errors.items():
            if name in self.fields:
                self.add_error(name, list(sentences))
            else:
                loose += sentences
        return loose


@dataclass(frozen=True)
class Mark:
    """What the person had before the eyes: the case's version and its newest event."""

    version: int | None
    seen: int | None

    @classmethod
    def read(cls, text: str) -> Mark:
        """From the hidden field `version`, "12:345"; anything else counts as not known."""
        parts = [int(p) if p.isdecimal() and len(p) < 18 else None for p in text.split(":")]
        return cls(parts[0], parts[1] if len(parts) == 2 else None)


def readable(posted: QueryDict) -> tuple[QueryDict, dict[str, list[str]]]:
    """What was posted without NUL and its kind, and a sentence for each field that had some."""
    clean, bad = without_control_characters(posted)
    sentence = _("有看不见的控制字符，已经去掉；请核对后再提交")
    return clean or posted, {name: [sentence] for name in bad}


@dataclass
class Sheet:
    """One form before one person: what it is called, where it posts, what stands in its way."""

    complaint: Any
    title: Text
    action: str
    form: SheetForm | None
    button: Text
    intro: Text = ""
    template: str = "case/sheet_fields.html"
    dangerous: bool = False
    files: bool = False
    draft: str = ""
    always: bool = False  # there is something to read although nothing may be sent
    obstacles: list[Obstacle] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    mark: str = ""
    changes: list[tuple[Event, Words]] = field(default_factory=list)


def mark_of(complaint: Complaint) -> str:
    """The hidden field for a form that shows the case as it is now."""
    newest = complaint.events.order_by("-id").values_list("pk", flat=True).first()
    return f"{complaint.version}:{newest or 0}"


def changes_since(complaint: Complaint, mark: Mark) -> list[tuple[Event, Words]]:
    """What happened to the case since the person looked, newest first."""
    if mark.seen is None:
        return []
    newer = complaint.events.filter(pk__gt=mark.seen).select_related("by").order_by("-id")
    return [(event, in_words(event, complaint)) for event in newer[:CHANGES_SHOWN]]


def show(request: HttpRequest, sheet: Sheet, status: int = 200) -> HttpResponse:
    """The form: its inner part for a dialog, a whole page otherwise."""
    sheet.mark = sheet.mark or mark_of(sheet.complaint)
    if sheet.form is not None and not sheet.draft:
        sheet.draft = own_drafts.key_of(sheet.action)
    context = {"sheet": sheet, "case": sheet.complaint, **sheet.extra}
    if request.headers.get("HX-Request"):
        return render(request, "case/sheet.html", context, status=status)
    return render(request, "case/sheet_page.html", context, status=status)


def refused(request: HttpRequest, sheet: Sheet, error: CaseError) -> HttpResponse:
    """The same form with the sentences; what was typed stays."""
    if isinstance(error, StaleVersion):
        fresh = Complaint.objects.select_related("consumer").get(pk=sheet.complaint.pk)
        sheet.changes = changes_since(fresh, Mark.read(request.POST.get("version", "")))
        sheet.complaint = fresh
        if not sheet.changes:  # the form did not say what it showed
            sheet.problems = [error.message]
        return show(request, sheet, 409)
    named = dict(error.errors) if isinstance(error, Invalid) else {}
    if isinstance(error, StepRefused):
        named = _by_field(error, sheet)
    elif not named:
        named = {"": [error.message]}
    if sheet.form is not None:
        sheet.problems = sheet.form.refuse(named)
    return show(request, sheet, 422)


FIELD_OF_CHECK = {
    "reason_is_on_the_decline_list": "reason",
    "explanation_names_other_remedies": "explanation",
    "means_is_known": "means",
    "date_is_not_in_the_future": "date",
    "external_outcome_is_known": "outcome",
    "evidence_is_attached": "evidence",
    "late_reopening_names_its_ground": "ground",
    "target_is_another_case_of_the_same_matter": "into",
    "needed_facts_are_answered": "cannot_be_established",
    "evidence_or_reason": "no_evidence_reason",
}


def _by_field(error: StepRefused, sheet: Sheet) -> dict[str, list[str]]:
    """A refused step's sentences at the fields that mend them; the others become obstacles with a
    way out.
    """
    named: dict[str, list[str]] = {}
    for reason in error.unmet:
        name = FIELD_OF_CHECK.get(reason.code, reason.code)
        if sheet.form is not None and name in sheet.form.fields:
            named.setdefault(name, []).append(reason.message)
        else:
            sheet.obstacles.append(obstacle(sheet.complaint.number, reason))
    return named


def done(
    request: HttpRequest,
    number: str,
    message: Text,
    draft: str = "",
    place: str = "",
    back: str = "case",
) -> HttpResponse:
    """Back to the case, with a word about what was done; the draft of the form is forgotten."""
    if draft:
        half_typed.drop_draft(person(request), draft)
    messages.success(request, str(message))
    return to_case(request, number, place, back)


def to_case(request: HttpRequest, number: str, place: str = "", back: str = "case") -> HttpResponse:
    """The case page, or another page of the case; scripts are told to go there, so that no half of
    the page stays old.
    """
    url = reverse(back, args=[number]) + place
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def nothing_to_do(request: HttpRequest, number: str, message: Text = "") -> HttpResponse:
    """The act was taken a moment ago (a double click, a second tab): say so and show the case."""
    messages.info(request, str(message) or _("这一步刚才已经完成，没有重复进行。"))
    return to_case(request, number)
