"""拆案: the sheet in which the second matter is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from accounts.browser import keeps_what_was_typed
from complaints import legal_hold, validation
from complaints.actions import splitting
from complaints.models import Complaint
from complaints.seen import saw_cases
from complaints.views.acting import act, posted_of
from complaints.views.case import load
from complaints.views.case_head import Obstacle
from complaints.views.mass import categories
from complaints.views.sheets import Mark, Sheet, SheetForm

FIELDS = ("title", "category", "product_name", "product_category", "narrative", "reason")


class SplitForm(SheetForm):
    """What the second case says; begun with the words of the first."""

    title = forms.CharField(
        label=gettext_lazy("一句话事由"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("以下各项先照抄原案；请改成只说拆出的这一件事。"),
    )
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    product_name = forms.CharField(label=gettext_lazy("商品或服务"), required=False, max_length=200)
    product_category = forms.CharField(
        label=gettext_lazy("商品类别"), required=False, max_length=100
    )
    narrative = forms.CharField(
        label=gettext_lazy("经过记录"),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": validation.NARRATIVE_LIMIT}),
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么拆案"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": splitting.REASON}),
        help_text=gettext_lazy("两件案件的经过里都会记下这句话。"),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        chosen = [("", _("请选择")), *categories()]
        self.fields["category"].choices = chosen  # type: ignore[attr-defined]

    def refuse(self, errors: Mapping[str, Sequence[str]]) -> list[str]:
        """`product.name` stands at its field too."""
        return super().refuse({name.replace(".", "_"): said for name, said in errors.items()})


@require_http_methods(["GET", "POST"])
@needs("edit_complaints")
@keeps_what_was_typed
def split(request: HttpRequest, number: str) -> HttpResponse:
    """A second case out of this one; afterwards the page of the second."""
    page = load(request, number)
    complaint = page.complaint
    against = splitting.why_not(complaint) or legal_hold.why(complaint)
    ready = request.method == "POST" or not against
    form = SplitForm(posted_of(request), initial=_told(complaint)) if ready else None
    sheet = Sheet(complaint, _("拆案"), request.path, form, _("拆出新案件"))
    sheet.draft = f"split:{number}" if form else ""
    sheet.obstacles = [] if ready else [Obstacle(against)]
    sheet.intro = _(
        "一次投诉其实是两件事时，拆成两件案件分别办理。消费者、订单和渠道照抄原案，"
        "价款和损失请在新案件里分别填写；法定期限仍从首次收到投诉起算。"
        "证据留在原案，从关联案件里查看。"
    )

    def does() -> None:
        version = Mark.read(request.POST.get("version", "")).version
        made = splitting.split(number, _sent(request), by=page.user, version=version)
        saw_cases(made.number)
        sheet.complaint = made

    return act(request, sheet, does, _("已从 {number} 拆出本案；请核对资料").format(number=number))


def _told(complaint: Complaint) -> dict[str, str]:
    return {name: getattr(complaint, name) for name in FIELDS if name != "reason"}


def _sent(request: HttpRequest) -> dict[str, Any]:
    sent: dict[str, Any] = {name: request.POST.get(name, "") for name in FIELDS}
    product = {"name": sent.pop("product_name"), "category": sent.pop("product_category")}
    return {**sent, "product": product}
