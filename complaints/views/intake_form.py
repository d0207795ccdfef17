"""The form of a complaint as pages show it. It shapes what was typed; the actions take it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from complaints import places
from complaints.choices import Channel, Claim, FiledBy, Language, Priority, Protection, Risk
from complaints.told_facts import LEAVE, RESTORE, RETRACT, TAKE, Decisions
from complaints.views import typed
from complaints.workdays import SHANGHAI
from legal_rules.vocabulary import CATEGORIES, RIGHTS

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TOKEN = re.compile(r"[0-9a-f]{32}")
PERSONAL = ("name", "phone", "email", "id_number", "bank_account", "address")
GROUPS = {"consumer": (*PERSONAL, "protection", "language"), "product": ("name", "category")}
CIRCUMSTANCES = ("brand", "batch", "supplier", "script_version")
TICKED, MOST_TICKED = "link", 20  # earlier cases to link the new one with
PRIVATE = {"autocomplete": "off", "spellcheck": "false"}


class Choice(forms.ChoiceField):
    """A choice that the action checks."""

    def validate(self, value: Any) -> None:
        """Nothing here."""


class Choices(forms.MultipleChoiceField):
    """Several choices that the action checks."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        """Nothing here."""


class Problem(NamedTuple):
    """One line of the error summary: where, its label, and the sentence that stands there too."""

    anchor: str
    label: Any
    sentence: str


def _text(label: Any, **attrs: Any) -> forms.Field:
    return forms.Field(label=label, required=False, widget=forms.TextInput(attrs))


def _choice(label: Any, choices: Any, widget: Any = forms.RadioSelect, **more: Any) -> Choice:
    return Choice(label=label, required=False, choices=choices, widget=widget, **more)


def _categories() -> list[Any]:
    """Every category, grouped by what it is about."""
    lang = get_language() or "zh"
    groups: dict[str, list[tuple[str, str]]] = {}
    for c in CATEGORIES.values():
        groups.setdefault(c.parent_for(lang), []).append((c.id, c.name_for(lang)))
    return [("", gettext("请选择类别")), *groups.items()]


def _rights() -> list[tuple[str, str]]:
    lang = get_language() or "zh"
    return [(r.id, r.name_for(lang)) for r in RIGHTS.values()]


class CaseForm(forms.Form):
    """What registering and editing share. Field `consumer_phone` is the API's `consumer.phone`."""

    consumer_name = _text(_("称呼"), **PRIVATE)
    consumer_phone = _text(_("回电号码"), inputmode="tel", **PRIVATE)
    consumer_email = _text(_("电子邮件"), inputmode="email", **PRIVATE)
    filed_by = _choice(_("身份"), FiledBy.choices, initial=FiledBy.CONSUMER)
    consumer_protection = _choice(_("特殊保护"), [("", _("无")), *Protection.choices], initial="")
    consumer_language = _choice(_("函件语言"), Language.choices, initial=Language.ZH)
    consumer_id_number = _text(_("证件号码"), **PRIVATE)
    consumer_bank_account = _text(_("收款账户"), **PRIVATE)
    consumer_address = _text(_("地址"), **PRIVATE)
    region = _choice(_("地区"), [("", _("按地址判断")), *places.CHOICES], forms.Select)
    title = _text(_("一句话事由"), autocomplete="off")
    narrative = forms.Field(
        label=_("经过记录"), required=False, widget=forms.Textarea({"rows": 5, **PRIVATE})
    )
    order_number = _text(_("订单号"), **PRIVATE)
    product_name = _text(_("商品或服务"), autocomplete="off")
    product_category = _text(_("商品类别"), autocomplete="off")
    brand = _text(_("品牌"), autocomplete="off")
    batch = _text(_("批次"), **PRIVATE)
    supplier = _text(_("供应商"), autocomplete="off")
    script_version = _text(_("话术版本"), autocomplete="off")
    price_paid = _text(_("价款（元）"), inputmode="decimal", autocomplete="off")
    transaction_date = _text(_("付款日期"), autocomplete="off")
    loss_claimed = _text(_("主张的损失（元）"), inputmode="decimal", autocomplete="off")
    category = _choice(_("类别"), _categories, forms.Select)
    rights = Choices(label=_("涉及权益"), required=False, choices=_rights)
    claims = Choices(label=_("诉求"), required=False, choices=Claim.choices)
    priority = _choice(_("优先级"), Priority.choices, initial=Priority.NORMAL)
    risk_flags = Choices(label=_("风险标记"), required=False, choices=Risk.choices)
    confidential = forms.Field(label=_("保密"), required=False, widget=forms.CheckboxInput)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        """Control characters leave the form; `unreadable` names the fields that had some."""
        clean, self.unreadable = without_control_characters(data)
        super().__init__(clean, label_suffix="", **options)

    @cached_property
    def typed(self) -> dict[str, Any]:
        """Field → what was typed, "" for a field that was not sent."""
        self.full_clean()
        sent = getattr(self, "cleaned_data", {})
        return {name: "" if sent.get(name) is None else sent[name] for name in self.fields}

    def values(self, now: datetime | None = None) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        result: dict[str, Any] = {name: {} for name in GROUPS}
        for name, value in self.typed.items():
            group, _sep, part = name.partition("_")
            if group in GROUPS:
                result[group][part] = value
            else:
                result[name] = value
        today = (now or timezone.now()).astimezone(SHANGHAI).date()
        result["transaction_date"] = typed.day(result["transaction_date"], today)
        return result

    def refuse(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Put the actions' sentences at the fields; what belongs to no field stands above them."""
        self.typed  # noqa: B018  # taken before a refused field is left out
        for name, sentences in errors.items():
            field = name.replace(".", "_")
            known = field in self.fields
            for sentence in sentences:
                self.add_error(field if known else None, sentence)

    @property
    def problems(self) -> list[Problem]:
        """The error summary, in the order of the form."""
        found = [Problem("", "", str(e)) for e in self.non_field_errors()]
        for name in self.fields:
            bound = self[name]
            suffix = "_0" if isinstance(bound.field.widget, forms.RadioSelect) else ""
            found += [
                Problem(f"{bound.auto_id}{suffix}", bound.label, str(e)) for e in bound.errors
            ]
        return found

    @property
    def more_is_open(self) -> bool:
        """Whether the folded personal fields hold something or are refused."""
        folded = ("consumer_id_number", "consumer_bank_account", "consumer_address", "region")
        other = self["consumer_language"].value() not in (None, "", Language.ZH)
        return other or self._says_something(folded)

    @property
    def deal_is_open(self) -> bool:
        """Whether what is folded under the goods holds something or is refused."""
        return self._says_something(CIRCUMSTANCES)

    def _says_something(self, names: Iterable[str]) -> bool:
        return any(self[name].value() or self[name].errors for name in names)


class IntakeForm(CaseForm):
    """Registering. `form_token` names the form as it was drawn."""

    channel = _choice(_("渠道"), Channel.choices, forms.Select, initial=Channel.PHONE)
    received_at = _text(_("收到时间"), autocomplete="off", placeholder=_("现在"))
    external_reference = _text(_("外部编号"), autocomplete="off")
    team = _choice(_("登记到"), (), forms.Select)
    form_token = forms.Field(required=False, widget=forms.HiddenInput)
    asked = forms.Field(required=False, widget=forms.HiddenInput)
    told = forms.Field(required=False, widget=forms.HiddenInput)  # Decisions of told_facts.py
    linked = forms.Field(required=False, widget=forms.HiddenInput)  # ticks that a draft brings back

    def __init__(self, data: QueryDict | None, user: User) -> None:
        super().__init__(data)
        self.user = user
        if len(user.team_ids) > 1:
            names = [(str(pk), name) for pk, name in user.team_names.items()]
            self.fields["team"].choices = names  # type: ignore[attr-defined]
        else:
            del self.fields["team"]
        self.initial["form_token"] = uuid.uuid4().hex

    @property
    def links(self) -> list[str]:
        """Numbers of the earlier cases that were ticked in the pane beside the form."""
        get = getattr(self.data, "getlist", None)
        ticked = get(TICKED) if get else []
        kept = str(self.data.get("linked", "")).split(",")
        return [n[:20] for n in dict.fromkeys([*ticked, *kept]) if n][:MOST_TICKED]

    def show_ticks_beside(self) -> None:
        """The boxes beside the form say which are ticked; without scripts nothing else would hear
        of one that is taken back.
        """
        self._put("linked", "")

    @property
    def token(self) -> str:
        """Of the form that was sent; a fresh one when it carries none of ours."""
        sent = str(self.data.get("form_token", ""))
        return sent if TOKEN.fullmatch(sent) else uuid.uuid4().hex

    def values(self, now: datetime | None = None) -> dict[str, Any]:
        """As the actions take it. A complaint told in one sentence has it as its narrative."""
        now = now or timezone.now()
        result = super().values(now)
        for name in ("form_token", "asked", "told", "linked"):
            del result[name]
        result["received_at"] = typed.moment(result["received_at"], now)
        result["narrative"] = (result["narrative"]).strip() or result["title"].strip()
        team = result.get("team")
        if team and team in map(str, self.user.team_ids):
            result["team"] = Team(pk=int(team), name=team)  # an own one: nobody has to look it up
        return result

    def name_anew(self) -> None:
        """Make it another form, for a case of its own."""
        self._put("form_token", uuid.uuid4().hex)

    def decide(self) -> bool:
        """Take, leave or take back a suggested fact, as the button that sent the form says.

        False when another button did.
        """
        pressed = next((n for n in (TAKE, LEAVE, RETRACT, RESTORE) if n in self.data), None)
        if pressed:
            decided = Decisions.readable(str(self.data.get("told", "")))
            self._put("told", decided.after(pressed, str(self.data[pressed])).text)
        return bool(pressed)

    def forget_decisions(self) -> None:
        """Those that nobody can read."""
        self._put("told", "")

    def _put(self, name: str, value: str) -> None:
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[name] = value
        self.data = data

    def lacking(self) -> dict[str, list[str]]:
        """What a case cannot be written down without (who, how to reach them, what it is about),
        and what could not be read.
        """
        values = self.values()
        person = values["consumer"]
        errors = {
            name: [gettext("有看不见的控制字符，已经去掉；请核对后再提交")]
            for name in self.unreadable
        }
        if not person["name"].strip():
            errors["consumer.name"] = [gettext("请填写称呼，例如“许女士”；不愿留姓名时填写“匿名”")]
        if not any(person[c].strip() for c in ("phone", "email", "address")):
            errors["consumer.phone"] = [gettext("请填写回电号码；没有电话时填写邮箱或地址")]
        if not values["narrative"]:
            errors["title"] = [gettext("请用一句话写下事由，或者填写经过记录")]
        return errors


def without_control_characters(data: QueryDict | None) -> tuple[QueryDict | None, list[str]]:
    """A copy without NUL and its kind, and the names of the fields that had some."""
    if data is None:
        return None, []
    bad = [n for n, values in data.lists() if any(CONTROL.search(v) for v in values)]
    if not bad:
        return data, []
    clean = data.copy()
    for name in bad:
        clean.setlist(name, [CONTROL.sub("", v) for v in data.getlist(name)])
    return clean, bad
