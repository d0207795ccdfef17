"""How long a file is kept, as pages show it, and the sheet that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import retention
from complaints.actions import keeping as acts
from complaints.retention import Class
from complaints.views.acting import act, posted_of
from complaints.views.lookup import case_of
from complaints.views.sheets import Mark, Sheet, SheetForm


@dataclass(frozen=True)
class KeptShown:
    """The class of a file with its words in the language of the screen."""

    kept: retention.Kept
    lang: str
    closed_at: datetime | None

    @property
    def until(self) -> date | None:
        """The last day on which it is kept."""
        return self.kept.until

    @property
    def years(self) -> int:
        """From closing; 0 where somebody chose another day."""
        if self.closed_at is None or self.until is None:
            return 0
        by_class = retention.until(self.closed_at, self.kept.years)
        return self.kept.years if self.until == by_class else 0

    @property
    def set(self) -> bool:
        """Not only proposed."""
        return self.kept.row is not None

    @property
    def reason(self) -> str:
        """Why somebody chose another class; "" where the proposed one holds."""
        return self.kept.row.reason if self.kept.row else ""

    @property
    def set_by(self) -> Any:
        """Who chose it."""
        return self.kept.row.set_by if self.kept.row else None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.kept.known.title.in_(self.lang) if self.kept.known else self.kept.code

    @property
    def sure(self) -> bool:
        """Whether its years stand in a text that was read."""
        return self.kept.known is not None and self.kept.known.sure

    @property
    def basis(self) -> list[tuple[str, str, str]]:
        """(law, article, its words)."""
        return self.kept.known.basis(self.lang) if self.kept.known else []

    @property
    def why(self) -> str:
        """How the years came about, and what is not certain."""
        return self.kept.known.why.in_(self.lang) if self.kept.known else ""


def option(found: Class, lang: str) -> str:
    """A class as a choice: what it is called, its years, and whether counsel has to confirm it."""
    words = _("{title}（{n} 年）") if found.sure else _("{title}（{n} 年，待法务确认）")
    return words.format(title=found.title.in_(lang), n=found.years)


class ClassForm(SheetForm):
    """Another class, and why."""

    code = forms.ChoiceField(label=gettext_lazy("保管类别"))
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=gettext_lazy("写明依据的条文或判断。改为更短的保管期只能由法务进行。"),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        lang = get_language() or "zh-hans"
        chosen = [(code, option(found, lang)) for code, found in retention.classes().items()]
        self.fields["code"].choices = chosen  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("set_retention")
@keeps_what_was_typed
def retention_class(request: HttpRequest, number: str) -> HttpResponse:
    """改定保管类别."""
    complaint = case_of(request, number)
    form = ClassForm(posted_of(request), initial={"code": retention.of(complaint).code})
    sheet = Sheet(complaint, _("改定保管类别"), request.path, form, _("改定"))
    sheet.draft = f"retention:{number}"
    values = {name: request.POST.get(name, "") for name in ("code", "reason")}
    mark, by = Mark.read(request.POST.get("version", "")), person(request)
    return act(
        request,
        sheet,
        lambda: acts.choose(number, values, by=by, version=mark.version),
        _("已改定保管类别"),
        back="archive_case",
    )
