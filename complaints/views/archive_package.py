"""The sealed package of an archived case: made, handed out for a purpose; its dossier printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import reauthentication
from accounts.access import needs, person
from complaints.actions import exporting, sealing
from complaints.archive import handing_out
from complaints.errors import CaseError, Gone, Invalid, NotAllowed
from complaints.models import Complaint, Edition, Export, ExportRequest, Package
from complaints.views.lookup import case_of
from complaints.views.sheets import Sheet, SheetForm, done, readable, refused, show
from complaints.views.signing import confirmed_until
from evidence.models import Item


class ExportForm(SheetForm):
    """For what, for whom, and which package."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("用途"), choices=Export.Purpose.choices, widget=forms.RadioSelect
    )
    recipient = forms.CharField(
        label=gettext_lazy("接收方与文号"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("例如：杭州市西湖区人民法院（2026）浙0106民初0000号"),
    )
    package = forms.ChoiceField(label=gettext_lazy("个人信息"), widget=forms.RadioSelect)
    field_order = ("purpose", "package", "recipient")

    def __init__(self, found: list[Package], data: Any = None) -> None:
        found = sorted(found, key=lambda p: p.sealing.edition == Edition.FULL)  # redacted first
        first = {"package": str(found[0].pk)} if found else {}
        super().__init__(data, initial=first)
        chosen = cast(forms.ChoiceField, self.fields["package"])
        chosen.choices = [(str(package.pk), offered(package)) for package in found]
        if all(package.sealing.edition == Edition.FULL for package in found):
            chosen.help_text = _("还没有脱敏版；在档案页“生成脱敏版”后可以选它，不须同意。")


class RedactionForm(SheetForm):
    """What a redacted edition leaves out."""

    words = forms.CharField(
        label=gettext_lazy("遮盖的词"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000}),
        help_text=gettext_lazy(
            "一行一个，例如第三人的姓名、车牌、地址；卷宗、函件和全部文字都会遮盖。"
        ),
    )
    shown = forms.MultipleChoiceField(
        label=gettext_lazy("附上的证据文件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("请先看过再勾选：文件内容不能遮盖，没有勾选的只列出哈希。"),
    )

    def __init__(self, complaint: Complaint, data: Any = None) -> None:
        super().__init__(data)
        items = Item.objects.filter(folder=complaint.folder_id).order_by("number")
        chosen = cast(forms.MultipleChoiceField, self.fields["shown"])
        chosen.choices = [(str(item.number), f"{item.number} {item.title}") for item in items]


def named(package: Package) -> str:
    """What a package is called on a page."""
    sealing = package.sealing
    said = _("第 {number} 个，{edition}").format(
        number=sealing.number, edition=sealing.get_edition_display()
    )
    return said if sealing.edition == Edition.FULL else f"{said} {sealing.revision}"


def offered(package: Package) -> str:
    """The same, with what choosing it takes."""
    if package.sealing.edition == Edition.FULL:
        return _("完整（需主管与法务同意）：{package}").format(package=named(package))
    return _("保持脱敏：{package}").format(package=named(package))


@require_POST
@needs("export_packages")
def make(request: HttpRequest, number: str) -> HttpResponse:
    """A package where there is none yet, or another go after one that failed."""
    case_of(request, number)
    try:
        sealing.ask(number, by=person(request))
        messages.success(request, _("正在生成证据包，稍后刷新本页即可看到"))
    except CaseError as error:
        messages.error(request, error.message)
    return redirect("archive_case", number)


@require_http_methods(["GET", "POST"])
@needs("export_packages")
def export(request: HttpRequest, number: str) -> HttpResponse:
    """The form of an export; done, the archive page has the file for a week."""
    complaint = case_of(request, number)
    posted, unreadable = readable(request.POST)
    form = ExportForm(exporting.packages(complaint), posted if request.method == "POST" else None)
    sheet = Sheet(complaint, _("导出证据包"), request.path, form, _("提交"))
    sheet.intro = _(
        "包内含原始文件、清单、审计链与离线校验程序，并附一份每页印有经手人和接收方的卷宗。"
        "导出写入审计记录，七天内由您本人下载。完整版先请主管与法务各一位同事同意。"
    )
    if request.method == "GET":
        return show(request, sheet)
    try:
        if unreadable:
            raise Invalid(unreadable)
        values = {name: posted.get(name, "") for name in ("package", "purpose", "recipient")}
        asked = exporting.ask(number, values, by=person(request))
    except CaseError as error:
        return refused(request, sheet, error)
    said = _("可以下载了，七天内有效")
    if isinstance(asked, ExportRequest):
        said = _("已请主管与法务决定，两位都同意后会通知您；七天内没有答复即过期")
    return done(request, number, said, back="archive_case")


@require_http_methods(["GET", "POST"])
@needs("export_packages")
def redact(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a redacted edition; a worker makes it."""
    complaint = case_of(request, number)
    posted, unreadable = readable(request.POST)
    form = RedactionForm(complaint, posted if request.method == "POST" else None)
    sheet = Sheet(complaint, _("生成脱敏版"), request.path, form, _("生成"))
    sheet.intro = _("完整版保持不变。脱敏版另成一个证据包，其中列明遮盖了几处、哪些文件没有附上。")
    if request.method == "GET":
        return show(request, sheet)
    try:
        if unreadable:
            raise Invalid(unreadable)
        values = {"words": posted.get("words", ""), "shown": posted.getlist("shown")}
        sealing.ask_redacted(number, values, by=person(request))
    except CaseError as error:
        return refused(request, sheet, error)
    said = _("正在生成证据包，稍后刷新本页即可看到")
    return done(request, number, said, back="archive_case")


@require_POST
@never_cache
@needs("export_packages")
def fetch(request: HttpRequest, number: str, export: int) -> HttpResponse:
    """The file of an export. A POST, because it is recorded."""
    case_of(request, number)
    try:
        at = _confirmed_at(request)
        found = exporting.fetch(number, export, by=person(request), reauthenticated_at=at)
        file = handing_out.written(found)
    except (Export.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    except CaseError as error:
        messages.error(request, error.message)
        return redirect("archive_case", number)
    return attached(file, f"{number}-export-{found.pk}.zip", "application/zip")


def _confirmed_at(request: HttpRequest) -> datetime | None:
    """When the person gave the password, now or a moment ago. Raises NotConfirmed."""
    password = request.POST.get("password", "")
    if password and confirmed_until(request) is None:
        undone = _("%(what)s，没有下载。%(left)s")
        wrong = reauthentication.confirm(request, password, undone)
        if wrong is not None:
            raise exporting.NotConfirmed(wrong.message)
    return reauthentication.confirmed_at(request)


@require_POST
@never_cache
@needs("see_complaints")
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    """The dossier to read or print, with the name of whoever asked. A POST: it is recorded."""
    try:
        pages = exporting.printed(number, by=person(request))
    except (Complaint.DoesNotExist, Gone) as missing:
        raise Http404 from missing
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return attached(pages, f"{number}-dossier.pdf", "application/pdf")


def attached(content: Any, name: str, kind: str) -> HttpResponse:
    """A download that no browser runs."""
    response: Any = (
        HttpResponse(content, content_type=kind)
        if isinstance(content, bytes)
        else FileResponse(content, content_type=kind)
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return cast(HttpResponse, response)
