"""The form of a public promise. The action checks; this says what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints import public_promises
from complaints.choices import Channel, Claim
from complaints.models import PublicPromise
from complaints.views.sheets import SheetForm
from legal_rules.deadline_names import SECTORS
from legal_rules.vocabulary import CATEGORIES

LISTS = ("channels", "categories", "sectors", "claims")
SINGLE = (
    *("text_zh", "text_en", "length", "unit", "starts", "stops"),
    *("published", "url", "valid_from", "valid_until"),
)


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


def _several(label: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, required=False, widget=widget)


class PublicPromiseForm(SheetForm):
    """What is promised, how long, from what to what, to whom, where it stands, from when."""

    text_zh = forms.CharField(
        label=_("承诺的内容（中文）"),
        max_length=200,
        help_text=_("照公布的原话写，例如：48 小时内答复。"),
    )
    text_en = forms.CharField(label=_("承诺的内容（英文）"), required=False, max_length=300)
    length = forms.CharField(
        label=_("期限"), widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    unit = forms.ChoiceField(label=_("单位"), choices=PublicPromise.Unit.choices)
    starts = forms.ChoiceField(label=_("从何时起算"))
    stops = forms.ChoiceField(
        label=_("做到什么算兑现"),
        help_text=_("答复指发出的回复、送达的函件或去电；受理通知不算。"),
    )
    published = forms.CharField(
        label=_("在哪里公布"),
        max_length=300,
        help_text=_("例如：官网“服务承诺”页、门店公示牌。"),
    )
    url = forms.CharField(
        label=_("网址"), required=False, widget=forms.URLInput(attrs={"maxlength": 500})
    )
    valid_from = forms.CharField(label=_("自哪一天起"), widget=_day())
    valid_until = forms.CharField(label=_("至哪一天止"), required=False, widget=_day())
    channels = _several(_("渠道"))
    claims = _several(_("诉求"))
    sectors = _several(_("行业"))
    categories = forms.MultipleChoiceField(
        label=_("投诉类别"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        lang = get_language() or "zh"
        moments = list(public_promises.moments().items())
        self._offer("starts", [*public_promises.STARTS.items(), *moments])
        self._offer("stops", [*public_promises.STOPS.items(), *moments])
        self._offer("channels", Channel.choices)
        self._offer("claims", Claim.choices)
        self._offer("sectors", [(code, label.in_(lang)) for code, label in SECTORS.items()])
        self._offer("categories", [(c.id, c.name_for(lang)) for c in CATEGORIES.values()])

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = list(choices)

    @property
    def scope(self) -> list[forms.BoundField]:
        """The fields that narrow the cases."""
        return [self[name] for name in ("channels", "claims", "sectors", "categories")]

    @property
    def narrowed(self) -> bool:
        """Whether some of them are set."""
        return any(bound.value() or bound.errors for bound in self.scope)


def sent(posted: QueryDict) -> dict[str, Any]:
    """What was posted, for the action."""
    values: dict[str, Any] = {name: posted.get(name, "") for name in SINGLE}
    return {**values, **{name: posted.getlist(name) for name in LISTS if posted.getlist(name)}}


def initial_of(promise: PublicPromise) -> dict[str, Any]:
    """The words of a version, to be changed; its days are the new version's own."""
    names = [n for n in (*SINGLE, *LISTS) if not n.startswith("valid")]
    return {name: getattr(promise, name) for name in names}
