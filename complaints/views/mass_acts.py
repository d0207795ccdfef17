"""What is done to a mass case: opened, written, signed, joined and left, drafted for; and its list
of consumers who have not complained.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import reauthentication
from accounts.access import needs, person
from complaints.actions import mass as masses
from complaints.actions import mass_draft, silent
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, MassCase, MassMember
from complaints.views import mass as pages
from complaints.views.acting import act, posted_of
from complaints.views.case import load as load_case
from complaints.views.sheets import Mark, Sheet, SheetForm, readable
from complaints.views.signing import confirmed_until
from evidence.receive import FileRefused

NEWEST = 100  # mass cases to choose from


class MassForm(SheetForm):
    """What the mass case says."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("类别"))
    product_name = forms.CharField(
        label=gettext_lazy("商品或服务"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("与案件资料里的写法一致，便于找出同一商品的投诉。"),
    )
    defect = forms.CharField(
        label=gettext_lazy("共同的问题"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": masses.LONGEST}),
    )
    finding = forms.CharField(
        label=gettext_lazy("共同认定"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": masses.LONGEST}),
        help_text=gettext_lazy("查明的事实，写一次，供全部成员案件引用；改动后法务须重新签署。"),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        chosen = [("", _("请选择")), *pages.categories()]
        self.fields["category"].choices = chosen  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("manage_mass")
def new(request: HttpRequest) -> HttpResponse:
    """建立群体性案件."""
    if request.method != "POST":
        return _form(request, MassForm())
    posted, unreadable = readable(request.POST)
    try:
        if unreadable:
            raise Invalid(unreadable)
        made = masses.open_one(_sent(posted), by=person(request))
    except Invalid as error:
        return _refused(request, MassForm(posted), error)
    messages.success(request, _("已建立，请把同一问题的案件加进来"))
    return redirect(f"{reverse('mass_case', args=[made.pk])}?tab=proposed")


@require_http_methods(["GET", "POST"])
@needs("manage_mass")
def edit(request: HttpRequest, mass: int) -> HttpResponse:
    """What it says, above all the finding."""
    desk = pages.load(request, mass)
    if request.method != "POST":
        values = {name: getattr(desk.mass, name) for name in masses.COVERED}
        return _form(request, MassForm(initial=values), desk.mass)
    posted, unreadable = readable(request.POST)
    seen = posted.get("version", "")
    try:
        if unreadable:
            raise Invalid(unreadable)
        version = int(seen) if seen.isdecimal() and len(seen) < 9 else None
        masses.write(mass, _sent(posted), by=desk.user, version=version)
    except (Invalid, StaleVersion) as error:
        return _refused(request, MassForm(posted), error, desk.mass)
    messages.success(request, _("已保存"))
    return redirect("mass_case", mass)


def _sent(posted: Any) -> dict[str, str]:
    return {name: posted[name] for name in masses.COVERED if name in posted}


def _form(
    request: HttpRequest,
    form: MassForm,
    mass: MassCase | None = None,
    status: int = 200,
    problems: tuple[str, ...] = (),
) -> HttpResponse:
    context = {"form": form, "mass": mass, "problems": problems}
    return render(request, "mass/form.html", context, status=status)


def _refused(
    request: HttpRequest, form: MassForm, error: CaseError, mass: MassCase | None = None
) -> HttpResponse:
    if isinstance(error, Invalid):
        return _form(request, form, mass, 422, tuple(form.refuse(error.errors)))
    return _form(request, form, mass, 409, (error.message,))


@require_POST
@needs("sign_resolutions")
def sign(request: HttpRequest, mass: int) -> HttpResponse:
    """Counsel's opinion over the finding that stood on the page."""
    desk, text = pages.load(request, mass), request.POST.get("text", "")
    if confirmed_until(request) is None:
        wrong = reauthentication.confirm(request, request.POST.get("password", ""))
        if wrong is not None:
            return pages.shown(request, desk, 422, refused=wrong.message, typed=text)
    try:
        masses.sign(
            mass,
            text,
            read=request.POST.get("read", ""),
            by=desk.user,
            reauthenticated_at=reauthentication.confirmed_at(request),
        )
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        status = 409 if isinstance(error, StaleVersion) else 422
        return pages.shown(request, desk, status, refused=error.message, typed=text)
    messages.success(request, _("已签署共同认定"))
    return redirect("mass_case", mass)


@require_POST
@needs("manage_mass")
def add_members(request: HttpRequest, mass: int) -> HttpResponse:
    """Cases that were ticked join, each by itself."""
    desk = pages.load(request, mass)
    numbers = [number[:20] for number in request.POST.getlist("number")[:500]]
    joined, refused = masses.join_many(mass, numbers, by=desk.user)
    if not numbers:
        messages.warning(request, _("请先勾选案件"))
    if joined:
        n = len(joined)
        messages.success(request, ngettext("已加入 %(n)s 件", "已加入 %(n)s 件", n) % {"n": n})
    for sentence in list(refused.values())[:5]:
        messages.warning(request, sentence)
    return redirect("mass_case", mass)


@require_POST
@needs("manage_mass")
def draft(request: HttpRequest, mass: int) -> HttpResponse:
    """A draft for each member, from the analysis of each."""
    desk = pages.load(request, mass)
    try:
        mass_draft.start(mass, by=desk.user)
        messages.success(request, _("已开始为成员拟定方案，进度见本页"))
    except CaseError as error:
        messages.warning(request, error.message)
    return redirect("mass_case", mass)


@require_POST
@needs("manage_mass")
def list_silent(request: HttpRequest, mass: int) -> HttpResponse:
    """A file of consumers who have not complained."""
    desk, file = pages.load(request, mass), request.FILES.get("file")
    try:
        if file is None:
            raise FileRefused(_("请先选择一个文件"))
        taken = silent.take(mass, file.chunks(), by=desk.user)
    except FileRefused as refusal:
        messages.error(request, refusal.message)
        return _to_silent(mass)
    words = _("新增 {added} 位，{known} 位已在名单上，{refused} 行没有导入")
    counted = words.format(added=taken.added, known=taken.known, refused=taken.left)
    told = messages.success if taken.added or taken.known else messages.warning
    told(request, counted)
    for row, sentence in taken.refused[:5]:
        messages.warning(request, _("第 {n} 行：{what}").format(n=row, what=sentence))
    return _to_silent(mass)


@require_POST
@needs("manage_mass")
def tell_silent(request: HttpRequest, mass: int) -> HttpResponse:
    """These consumers were told."""
    desk = pages.load(request, mass)
    rows = [int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 18]
    try:
        whom = None if request.POST.get("all") else rows
        n = silent.tell(mass, whom, request.POST.get("how", ""), by=desk.user)
        if not n:
            raise Invalid({"row": [_("请勾选还没有告知的消费者；已告知的不会重复登记")]})
        words = ngettext("已登记告知 %(n)s 位", "已登记告知 %(n)s 位", n) % {"n": n}
        messages.success(request, words)
    except CaseError as error:
        desk.params = QueryDict("tab=silent")
        typed = {"chosen": rows, "how": request.POST.get("how", "")}
        return pages.shown(request, desk, 422, refused=error.message, **typed)
    return _to_silent(mass)


def _to_silent(mass: int) -> HttpResponse:
    return redirect(f"{reverse('mass_case', args=[mass])}?tab=silent#rows")


# --- from the page of a case


class JoinForm(SheetForm):
    """Of which mass case it is."""

    mass = forms.ChoiceField(label=gettext_lazy("群体性案件"))

    def __init__(self, found: list[MassCase], data: Any = None) -> None:
        super().__init__(data)
        chosen = [("", _("请选择")), *((str(m.pk), m.title) for m in found)]
        self.fields["mass"].choices = chosen  # type: ignore[attr-defined]


class LeaveForm(SheetForm):
    """Why not."""

    reason = forms.CharField(
        label=gettext_lazy("为什么移出"), widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "POST"])
@needs("manage_mass")
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """加入 or 移出群体性案件."""
    page, posted = load_case(request, number), posted_of(request)
    member = MassMember.objects.filter(complaint=page.complaint).select_related("mass").first()
    version = Mark.read(request.POST.get("version", "")).version
    if member is not None:
        return _leave(request, page.complaint, member, posted, version)
    found = list(MassCase.objects.visible_to(page.user).order_by("-opened_at", "-id")[:NEWEST])
    form = JoinForm(found, posted)
    sheet = Sheet(page.complaint, _("加入群体性案件"), request.path, form, _("加入"))
    sheet.intro = _("加入后，共同认定和法务对它的意见会显示在本案；措施仍按本案单独拟定。")
    to = request.POST.get("mass", "")

    def join() -> None:
        chosen = next((m for m in found if str(m.pk) == to), None)
        if chosen is None:
            raise Invalid({"mass": [_("请选择群体性案件；没有的，请先在“群体性案件”里建立")]})
        masses.join(number, chosen.pk, by=page.user, version=version)

    return act(request, sheet, join, _("已加入群体性案件"))


def _leave(
    request: HttpRequest,
    complaint: Complaint,
    member: MassMember,
    posted: Any,
    version: int | None,
) -> HttpResponse:
    title = _("移出“{title}”").format(title=member.mass.title)
    sheet = Sheet(complaint, title, request.path, LeaveForm(posted), _("移出"))
    sheet.draft = f"mass:{complaint.number}"
    reason, by = request.POST.get("reason", ""), person(request)
    return act(
        request,
        sheet,
        lambda: masses.leave(complaint.number, reason, by=by, version=version),
        _("已移出群体性案件"),
    )
