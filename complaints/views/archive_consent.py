"""Consent to the export of a complete package: what is asked, how it stands, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.models import User
from complaints.actions import export_consent
from complaints.models import Complaint, ExportConsent, ExportRequest
from complaints.views.acting import act, posted_of
from complaints.views.lookup import case_of
from complaints.views.sheets import Sheet, SheetForm

SHOWN = 10


class ConsentForm(SheetForm):
    """Whether the package may go."""

    agree = forms.ChoiceField(
        label=gettext_lazy("决定"),
        widget=forms.RadioSelect,
        choices=[("1", pgettext_lazy("review", "同意")), ("0", pgettext_lazy("review", "不同意"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": export_consent.LONGEST}),
        help_text=gettext_lazy("不同意的，请说明理由；申请人会看到。"),
    )


@dataclass(frozen=True)
class Asked:
    """A request before one person."""

    complaint: Complaint
    row: ExportRequest
    user: User
    now: datetime

    @cached_property
    def sides(self) -> list[tuple[str, ExportConsent | None]]:
        """Whose consent it needs, and what each of them said."""
        said = {each.side: each for each in self.row.consents.all()}
        return [(str(side.label), said.get(side)) for side in ExportConsent.Side]

    @property
    def refusal(self) -> ExportConsent | None:
        """Who did not agree."""
        return next((each for _side, each in self.sides if each and not each.agreed), None)

    @property
    def granted(self) -> bool:
        """Whether both agreed."""
        return all(each is not None and each.agreed for _side, each in self.sides)

    @property
    def expired(self) -> bool:
        """Whether the days are over in which the two could answer."""
        return not self.granted and self.refusal is None and self.row.expires_at <= self.now

    @property
    def waits(self) -> bool:
        """Whether somebody has still to answer."""
        return not (self.granted or self.refusal or self.expired)

    @property
    def mine(self) -> bool:
        """Whether this person may answer."""
        return self.waits and bool(export_consent.may_answer(self.complaint, self.row, self.user))


def asked_of(complaint: Complaint, user: User, now: datetime) -> list[Asked]:
    """The requests of a case, the newest first. Two statements."""
    rows = ExportRequest.objects.filter(package__sealing__complaint=complaint)
    rows = rows.select_related("by", "package__sealing").prefetch_related("consents__by")
    return [Asked(complaint, row, user, now) for row in rows[:SHOWN]]


@require_http_methods(["GET", "POST"])
@needs("export_packages")
def decide(request: HttpRequest, number: str, export_request: int) -> HttpResponse:
    """同意或不同意导出完整版."""
    complaint, user, now = case_of(request, number), person(request), timezone.now()
    rows = ExportRequest.objects.filter(package__sealing__complaint=complaint)
    rows = rows.select_related("by", "package__sealing").prefetch_related("consents__by")
    row = rows.filter(pk=export_request).first()
    if row is None:
        raise Http404
    asked = Asked(complaint, row, user, now)
    sheet = Sheet(
        complaint, _("导出完整证据包"), request.path, ConsentForm(posted_of(request)), _("提交决定")
    )
    sheet.template, sheet.extra, sheet.always = "archive/consent.html", {"asked": asked}, True
    if request.method == "GET" and not asked.mine:
        sheet.form = None
        sheet.problems = [export_consent.closed(row, user, now) or _others(row, user)]
    sent = {name: request.POST.get(name, "") for name in ("agree", "reason")}

    def answer() -> None:
        export_consent.decide(number, row.pk, sent, by=user)

    return act(request, sheet, answer, _("已登记您的决定"), back="archive_case")


def _others(row: ExportRequest, user: User) -> str:
    if row.by_id == user.pk:
        return _("这是您自己的申请，须由另外两位同事（主管与法务）同意")
    return _("须由负责该团队的主管和法务各一位同意；这里不需要您的答复")
