"""The form of a saved report. The action checks; this says what is asked."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Team, User
from accounts.roles import Role
from analytics import periods, saving
from analytics.asking import LABELS, UNKNOWN, asked
from analytics.models import SavedReport
from analytics.report_values import LONGEST_NAME
from analytics.views.exporting import language
from complaints.choices import Channel
from complaints.errors import Invalid
from complaints.places import AREAS
from complaints.places import CHOICES as PLACES
from complaints.views.sheets import SheetForm
from legal_rules.vocabulary import CATEGORIES

Text = str | Promise
WEEKDAYS: list[tuple[str, Text]] = [
    ("1", gettext_lazy("星期一")),
    ("2", gettext_lazy("星期二")),
    ("3", gettext_lazy("星期三")),
    ("4", gettext_lazy("星期四")),
    ("5", gettext_lazy("星期五")),
    ("6", gettext_lazy("星期六")),
    ("7", gettext_lazy("星期日")),
]
HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(24)]
_ALL: tuple[str, Text] = ("", pgettext_lazy("filter", "全部"))
_UNKNOWN: tuple[str, Text] = (UNKNOWN, gettext_lazy("未填写"))


class ReportForm(SheetForm):
    """What is looked at, who sees it, when it leaves and to whom."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=LONGEST_NAME)
    span = forms.ChoiceField(
        label=gettext_lazy("时间范围"),
        choices=[(k, words) for k, (words, _w) in periods.SPANS.items()],
    )
    team = forms.ChoiceField(label=LABELS["team"], required=False)
    owner = forms.ChoiceField(label=LABELS["owner"], required=False)
    category = forms.ChoiceField(label=LABELS["category"], required=False)
    channel = forms.ChoiceField(
        label=LABELS["channel"], required=False, choices=[_ALL, *Channel.choices]
    )
    area = forms.ChoiceField(
        label=LABELS["area"],
        required=False,
        choices=[_ALL, *((key, name) for key, (name, _codes) in AREAS.items()), _UNKNOWN],
    )
    region = forms.ChoiceField(
        label=LABELS["region"], required=False, choices=[_ALL, *PLACES, _UNKNOWN]
    )
    product = forms.CharField(label=LABELS["product"], required=False, max_length=200)
    brand = forms.CharField(label=LABELS["brand"], required=False, max_length=200)
    shared_with = forms.ChoiceField(
        label=gettext_lazy("共享给"),
        required=False,
        help_text=gettext_lazy("该团队的主管可以查看；每个人看到的都是自己范围内的数字。"),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("定期发送"),
        required=False,
        choices=[("", gettext_lazy("不发送")), *SavedReport.Every.choices],
    )
    weekday = forms.ChoiceField(
        label=gettext_lazy("星期几（每周）"), choices=WEEKDAYS, required=False
    )
    day = forms.IntegerField(
        label=gettext_lazy("几号（每月）"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=gettext_lazy("当月没有这一天的，在最后一天发送。"),
    )
    hour = forms.ChoiceField(label=gettext_lazy("几点（北京时间）"), choices=HOURS, required=False)
    working_days = forms.BooleanField(
        label=gettext_lazy("遇休息日顺延到下一个工作日"), required=False
    )
    recipients = forms.MultipleChoiceField(
        label=pgettext_lazy("report", "收件人"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "在职的主管与合规审计。邮件里是各人自己范围内的主要数字和链接，不附文件。"
        ),
    )

    def __init__(self, user: User, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        teams = teams_of(user)
        _choose(self, "team", [_ALL, *teams])
        _choose(self, "shared_with", [("", pgettext_lazy("report", "不共享，只有我")), *teams])
        _choose(self, "owner", [_ALL, ("none", _("待分配")), *owners_of(user)])
        _keep(self, user)
        lang = language()
        _choose(self, "category", [_ALL, *((c, v.name_for(lang)) for c, v in CATEGORIES.items())])
        people = [(u.username, _person(u)) for u in saving.able()]
        _choose(self, "recipients", people)

    @property
    def window(self) -> list[forms.BoundField]:
        """What is looked at."""
        names = ("team", "owner", "category", "channel", "area", "region", "product", "brand")
        return [self[name] for name in names]

    @property
    def rhythm(self) -> list[forms.BoundField]:
        """When it leaves."""
        return [self[name] for name in ("every", "hour", "weekday", "day")]


def _person(user: User) -> str:
    roles = _("、").join(str(Role(r).label) for r in user.roles)
    words = _("{name}（{roles}）").format(name=user.name, roles=roles)
    return words if user.email else _("{person}：没有邮件地址").format(person=words)


def teams_of(user: User) -> list[tuple[str, Text]]:
    """(id, name) of the teams whose figures the person sees."""
    rows = Team.objects.filter(is_active=True).order_by("name")
    if not user.is_(Role.AUDITOR):
        rows = rows.filter(pk__in=user.led_team_ids)
    return [(str(team.pk), team.name) for team in rows]


def owners_of(user: User) -> list[tuple[str, Text]]:
    """(id, name) of the people whose cases the person sees figures of."""
    rows = User.objects.filter(is_active=True, roles__overlap=[Role.AGENT, Role.SUPERVISOR])
    if not user.is_(Role.AUDITOR):
        rows = rows.filter(membership__team__in=user.led_team_ids)
    return [(str(one.pk), one.name) for one in rows.order_by("name", "pk").distinct()]


def _keep(form: forms.Form, user: User) -> None:
    """An owner who is chosen already stays chosen, also out of the teams since; nobody is told the
    name of others.
    """
    chosen = str(form.data.get("owner") or form.initial.get("owner") or "")
    known: list[tuple[str, Any]] = list(cast(Any, form.fields["owner"]).choices)
    if chosen in dict(known):
        return
    try:
        asked({"owner": chosen}, user, timezone.localdate())
    except Invalid:
        return
    _choose(form, "owner", [*known, (chosen, User.objects.get(pk=chosen).name)])


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices
