"""Forms about clocks: longer terms, asking the consumer, moments. The actions check."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints import clock_words
from complaints.choices import HoldReason
from complaints.extending import Offer
from complaints.models import Extension
from complaints.usual_items import USUAL
from complaints.views.case_composer import Way
from complaints.views.sheets import SheetForm
from legal_rules.deadline_names import UNITS


def lines(rows: int = 3, most: int = 2000) -> forms.Textarea:
    """A text of some lines."""
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


class ExtendForm(SheetForm):
    """Why more time is needed, and how much."""

    length = forms.CharField(
        label=_("延长"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1}),
    )
    reason = forms.CharField(label=_("理由"), widget=lines())

    def __init__(self, offer: Offer, data: Any = None) -> None:
        super().__init__(data, initial={"length": offer.most})
        length = self.fields["length"]
        unit = UNITS[offer.unit].in_(clock_words.language())
        label = _("延长至共几{unit}") if offer.total else _("再延长几{unit}")
        length.label = str(label).format(unit=unit)
        length.widget.attrs["max"] = offer.most
        if offer.tell_consumer:
            self.fields["reason"].help_text = _("批准后，理由会写入告知消费者的函。")


class DecideForm(SheetForm):
    """Whether a longer term is approved."""

    decision = forms.ChoiceField(label=_("决定"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("说明"), required=False, widget=lines(2), help_text=_("不批准的，请说明理由。")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen = cast(forms.ChoiceField, self.fields["decision"])
        chosen.choices = [
            (Extension.Decision.APPROVED.value, _("批准")),
            (Extension.Decision.REFUSED.value, _("不批准")),
        ]


class HoldForm(SheetForm):
    """Why the clocks stand still, and until when."""

    reason = forms.ChoiceField(
        label=_("原因"), choices=HoldReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("说明"),
        widget=lines(),
        help_text=_("等谁、等什么；等待消费者的，写明需要补充哪些材料。"),
    )
    expected_end = forms.CharField(
        label=_("预计恢复日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("到期没有恢复的，次日提醒责任人。"),
    )


class PutOffForm(SheetForm):
    """Until when one expects to wait now."""

    expected_end = forms.CharField(
        label=_("预计恢复日期"), widget=forms.DateInput(attrs={"type": "date"})
    )


class AskForm(SheetForm):
    """What the consumer is asked for."""

    items = forms.CharField(
        label=_("需要补充的材料"),
        required=False,
        widget=lines(2),
        help_text=_("每行一项；常用的在下面勾选即可。"),
    )
    usual = forms.MultipleChoiceField(
        label=_("常用材料（勾选即加入清单）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=tuple(USUAL.items()),
    )
    until = forms.CharField(
        label=_("请消费者在哪天之前补充"), widget=forms.DateInput(attrs={"type": "date"})
    )
    channel = forms.ChoiceField(label=_("渠道"))
    text = forms.CharField(
        label=_("开头的话"),
        required=False,
        widget=lines(2, 5000),
        help_text=_("不填则按“请补充材料”模板开头；材料清单、日期和说明由模板接在后面。"),
    )

    def __init__(self, ways: tuple[Way, ...], data: Any = None) -> None:
        super().__init__(data, initial={"channel": ways[0].channel})
        cast(forms.ChoiceField, self.fields["channel"]).choices = [
            (way.channel, way.label) for way in ways
        ]


class MomentForm(SheetForm):
    """Which moment, and when it was."""

    kind = forms.ChoiceField(label=_("时间节点"))
    day = forms.CharField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.CharField(
        label=_("时间"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        help_text=_("依据什么得知，例如物流签收记录。"),
    )

    def __init__(self, groups: list[tuple[str, list[tuple[str, str]]]], **given: Any) -> None:
        super().__init__(given.get("data"), initial=given.get("initial"))
        chosen = cast(forms.ChoiceField, self.fields["kind"])
        chosen.choices = [("", _("请选择")), *groups]
