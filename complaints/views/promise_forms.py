"""Forms of promises. The actions check; these say what is asked."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.actions.commitments import SOURCES, TEXT_LIMIT
from complaints.choices import CommitmentSource, CommitmentStrength
from complaints.models import Communication
from complaints.views.sheets import SheetForm
from config.tags import when
from evidence.models import Item

SHOWN = 40  # characters of a text in a list to choose from


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 2000})


def day_input() -> forms.DateInput:
    """A field for a day."""
    return forms.DateInput(attrs={"type": "date"})


def numbered(items: list[Item]) -> list[tuple[str, Any]]:
    """The pieces of evidence to choose from."""
    return [(str(i.number), f"{i.number} {i.title}") for i in items if not i.is_withdrawn]


def choose(form: SheetForm, name: str, choices: list[tuple[str, Any]]) -> None:
    """Offer these in a field."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class _RestsOn(SheetForm):
    """With a text of the case and a piece of evidence to choose."""

    def __init__(self, items: list[Item], texts: list[Communication], data: Any = None) -> None:
        super().__init__(data)
        nothing = [("", pgettext_lazy("none of a list", "没有"))]
        choose(self, "evidence", [*nothing, *numbered(items)])
        said = [(str(t.pk), _shown(t)) for t in texts]
        choose(self, "communication", [("", pgettext_lazy("none of a list", "没有")), *said])


def _shown(text: Communication) -> str:
    words = " ".join(text.text.split())
    cut = words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"
    return f"{when(text.at)} {text.get_kind_display()}：{cut}"


class MakeForm(_RestsOn):
    """What was promised, until when, where it was said, how firmly, and who keeps it."""

    text = forms.CharField(
        label=_("答应了什么"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": TEXT_LIMIT}),
        help_text=_("照原话写，例如：三个工作日内回电告知核实结果。"),
    )
    due = forms.CharField(label=_("最迟哪一天"), widget=day_input())
    due_time = forms.CharField(
        label=_("几点之前"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("没有说几点的，当天 24 时前都算按时。"),
    )
    source = forms.ChoiceField(
        label=_("在哪里说的"),
        choices=[(s.value, s.label) for s in SOURCES],
        initial=CommitmentSource.CALL.value,
        widget=forms.RadioSelect,
    )
    strength = forms.ChoiceField(
        label=pgettext_lazy("promise", "效力"),
        choices=CommitmentStrength.choices,
        initial=CommitmentStrength.OFFERED.value,
        widget=forms.RadioSelect,
        help_text=_("依法应当履行和双方约定的，即使没有按时做到也仍须履行。"),
    )
    owner = forms.ChoiceField(label=_("由谁兑现"), required=False)
    amount = forms.CharField(
        label=_("金额"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    communication = forms.ChoiceField(label=_("记在哪次沟通里"), required=False)
    evidence = forms.ChoiceField(label=_("证据"), required=False)

    def __init__(
        self,
        items: list[Item],
        texts: list[Communication],
        people: list[User],
        data: Any = None,
    ) -> None:
        super().__init__(items, texts, data)
        choose(self, "owner", [("", _("本案责任人")), *((u.username, u.name) for u in people)])


class KeepForm(SheetForm):
    """That it was kept: the proof, and when if that was not just now."""

    proof = forms.CharField(
        label=_("凭证"),
        widget=_lines(),
        help_text=_("例如：付款流水号、物流单号、签收记录、回电时间和接听人。"),
    )
    kept_at = forms.CharField(
        label=_("实际兑现的时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("不填为现在。是否按时，以实际兑现的时间为准。"),
    )
    evidence = forms.ChoiceField(label=_("证据"), required=False)

    def __init__(self, items: list[Item], data: Any = None) -> None:
        super().__init__(data)
        nothing = [("", pgettext_lazy("none of a list", "没有"))]
        choose(self, "evidence", [*nothing, *numbered(items)])


class BrokenForm(SheetForm):
    """Why it was not kept."""

    reason = forms.CharField(
        label=_("为什么没有兑现"),
        widget=_lines(),
        help_text=_("团队主管会收到通知。以后兑现了的，仍可登记为逾期兑现。"),
    )


class ReleaseForm(_RestsOn):
    """The consumer's written words."""

    words = forms.CharField(
        label=_("消费者的书面表示"), widget=_lines(), help_text=_("照录原话，不要概括。")
    )
    communication = forms.ChoiceField(
        label=_("消费者的来信"), required=False, help_text=_("来信和书面证据，至少选一项。")
    )
    evidence = forms.ChoiceField(label=_("书面证据"), required=False)


class OtherDueForm(_RestsOn):
    """Another day, and why."""

    due = forms.CharField(label=_("改为哪一天"), widget=day_input())
    due_time = forms.CharField(
        label=_("几点之前"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    reason = forms.CharField(label=_("理由"), widget=_lines(2))
    communication = forms.ChoiceField(
        label=_("消费者同意的沟通"),
        required=False,
        help_text=_("改晚的，须选择记载消费者同意的沟通或证据；原来的日期保留在记录里。"),
    )
    evidence = forms.ChoiceField(label=_("证据"), required=False)
