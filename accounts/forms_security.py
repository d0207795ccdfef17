"""Forms about training, keys of programs and the end of an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import keys, leaving, training
from accounts.forms_absence import Day
from accounts.models import TrainingRecord, User

MOST_LINES = 200


class LeaveForm(forms.Form):
    """Why the account ends."""

    why = forms.ChoiceField(
        label=_("原因"), choices=leaving.Why.choices, widget=forms.RadioSelect, initial="left"
    )


class KeyForm(forms.Form):
    """A key of one's own: what for, which scopes, how long."""

    label = forms.CharField(
        label=_("用途"), max_length=80, help_text=_("例如“CRM 每晚同步”，便于以后辨认和吊销。")
    )
    scopes = forms.MultipleChoiceField(
        label=_("权限范围"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只列出您的角色已有的；角色调整后，超出的密钥随之失效。"),
    )
    days = forms.IntegerField(
        label=_("有效期（天）"),
        min_value=1,
        max_value=keys.LONGEST,
        initial=90,
        help_text=_("最长 365 天，到期前换一把新的。"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 declared above
        field.choices = list(keys.possible(user).items())


class TrainingForm(forms.Form):
    """One training of one person."""

    kind = forms.ChoiceField(label=_("培训"), choices=TrainingRecord.Kind.choices)
    passed_on = forms.DateField(label=pgettext_lazy("training", "通过日期"), widget=Day())
    valid_until = forms.DateField(label=_("有效期至"), widget=Day())
    certificate_no = forms.CharField(label=_("证书或考核编号"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial.setdefault("passed_on", today)
        self.initial.setdefault("valid_until", today + timedelta(days=365))


class TrainingListForm(forms.Form):
    """Many at once: one line for each person. Wholly taken or not at all."""

    lines = forms.CharField(
        label=pgettext_lazy("training", "名单"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "每行一人：用户名,通过日期,有效期至,编号。日期写成 2026-12-01；编号可以不写。"
            "一次最多 200 行；有一行不对就全部不登记。"
        ),
    )

    def clean_lines(self) -> list[dict[str, Any]]:
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines()]
        numbered = [(n, line) for n, line in enumerate(lines, 1) if line]
        if len(numbered) > MOST_LINES:
            raise ValidationError(_("一次最多 %(n)s 行；请分几次登记。"), params={"n": MOST_LINES})
        names = {line.replace("，", ",").split(",")[0].strip() for _n, line in numbered}
        users = {user.username: user for user in User.objects.filter(username__in=names)}
        rows, wrong = [], []
        for number, line in numbered:
            try:
                rows.append({"line": number, **_row(line, users)})
            except ValueError as error:
                wrong.append(_said(number, str(error)))
        if wrong:
            raise ValidationError(wrong[:20])
        return rows


def _said(number: int, words: str) -> str:
    return _t("第 {n} 行：{words}").format(n=number, words=words)


def _row(line: str, users: dict[str, User]) -> dict[str, Any]:
    """Raises ValueError with a sentence."""
    cells = [cell.strip() for cell in line.replace("，", ",").replace("\t", ",").split(",")]
    if len(cells) not in (3, 4):
        raise ValueError(_t("应有三项或四项，用逗号隔开。"))
    if cells[0] not in users:
        raise ValueError(_t("没有名为“{name}”的用户。").format(name=cells[0][:60]))
    days: list[date] = []
    for cell in cells[1:3]:
        try:
            days.append(date.fromisoformat(cell))
        except ValueError:
            words = _t("“{cell}”不是日期；请写成 2026-12-01。")
            raise ValueError(words.format(cell=cell[:20])) from None
    number = cells[3] if len(cells) > 3 else ""
    if len(number) > 60:
        raise ValueError(_t("编号最长 60 个字。"))
    return {
        "user": users[cells[0]],
        "passed_on": days[0],
        "valid_until": days[1],
        "certificate_no": number,
    }


def enter_all(form: TrainingListForm, by: User) -> int | None:
    """Enter the list in one transaction; None when a line is refused, which stands at the field."""
    wrong = training.enter_all(form.cleaned_data["lines"], by=by)
    if not wrong:
        return len(form.cleaned_data["lines"])
    form.add_error("lines", ValidationError([_said(n, words) for n, words in wrong[:20]]))
    return None
