"""Mass cases over HTTP: shapes, and what the description says of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints import mass_members
from complaints.actions.mass import LONGEST
from complaints.api.one_call import call, sent
from complaints.api.serializers import Person
from complaints.clock_words import local
from complaints.lifecycle import State
from complaints.models import MassCase, SilentConsumer
from complaints.signing import mass as signing
from complaints.signing.canonical import hash_of
from legal_rules.vocabulary import CATEGORIES

Shape = s.Serializer[Any]
ORDERS = {"-opened_at": Order("opened_at", newest_first=True), "opened_at": Order("opened_at")}
BY_AT = {"-at": Order("at", newest_first=True), "at": Order("at")}
DRAFT_STATES = ("drafted", "left", "waiting")
BY_LISTING = {"-added_at": Order("added_at", newest_first=True), "added_at": Order("added_at")}


def mass_case(mass: MassCase) -> dict[str, Any]:
    """One mass case as the list has it."""
    return {
        "id": mass.pk,
        "title": mass.title,
        "category": mass.category,
        "product_name": mass.product_name,
        "defect": mass.defect,
        "finding": mass.finding,
        "version": mass.version,
        "opened_by": _person(mass.opened_by),
        "opened_at": local(mass.opened_at),
    }


def whole(mass: MassCase, members: dict[str, int], silent: dict[str, int]) -> dict[str, Any]:
    """With counsel's signature that holds, and the figures."""
    signed = signing.live(mass)
    opinion = None
    if signed is not None:
        opinion = {
            "by": _person(signed.by),
            "at": local(signed.at),
            "text": signed.text,
            "content": signed.content_hash,
        }
    content = hash_of(signing.content(mass))
    more = {"content": content, "opinion": opinion, "members": members, "silent": silent}
    return {**mass_case(mass), **more}


def member(row: Any) -> dict[str, Any]:
    """A case that belongs to it."""
    case = row.complaint
    return {
        "complaint": case.number,
        "title": case.title,
        "state": case.state,
        "drafted": row.drafted,
        "at": local(row.at),
    }


def silent(row: Any) -> dict[str, Any]:
    """Somebody who has not complained, masked."""
    listed: SilentConsumer = row
    return {
        "id": listed.pk,
        "name": listed.consumer.name_masked,
        "phone": listed.consumer.phone_masked,
        "complained": row.complained,
        "complaint": row.number,
        "told_at": local(listed.told_at),
        "told_how": listed.told_how,
        "added_at": local(listed.added_at),
    }


def drafts(found: dict[str, Any] | None) -> dict[str, Any]:
    """How far the latest round of drafts is; all nothing where there was none."""
    found = found or {"finished_at": None, "all": 0, "refused": []}
    return {
        "finished_at": local(found["finished_at"]),
        "members": found["all"],
        **{word: found.get(word, 0) for word in DRAFT_STATES},
        "refused": [{"complaint": number, "message": words} for number, words in found["refused"]],
    }


def say_ids(most: int) -> str:
    """What `ids` has to be."""
    return _("请给出名单上的编号，整数，最多 {most} 个").format(most=most)


def _person(user: Any) -> dict[str, str]:
    return {"username": user.username, "name": user.name}


class MassAnswer(Shape):
    id = s.IntegerField()
    title = s.CharField()
    category = s.CharField()
    product_name = s.CharField(allow_blank=True)
    defect = s.CharField()
    finding = s.CharField(allow_blank=True)
    version = s.IntegerField()
    opened_by = Person()
    opened_at = s.DateTimeField()


class MassOpinionAnswer(Shape):
    by = Person()
    at = s.DateTimeField()
    text = s.CharField()
    content = s.CharField(help_text=_("所签内容的 SHA-256"))


def _counts(name: str, known: dict[str, Any]) -> Shape:
    fields = {word: s.IntegerField() for word in known}
    made: type[Shape] = type(name, (s.Serializer,), fields)
    return made()


class MassWhole(MassAnswer):
    content = s.CharField(help_text=_("现在的内容的 SHA-256；签署时原样送回"))
    opinion = MassOpinionAnswer(allow_null=True, help_text=_("仍然有效的法务签署"))
    members = _counts("MassMemberCounts", mass_members.MEMBERS)
    silent = _counts("MassSilentCounts", mass_members.SILENT)


class MassMemberAnswer(Shape):
    complaint = s.CharField()
    title = s.CharField()
    state = s.ChoiceField(State.choices)
    drafted = s.BooleanField(help_text=_("已有方案"))
    at = s.DateTimeField()


class SilentAnswer(Shape):
    id = s.IntegerField()
    name = s.CharField(allow_blank=True)
    phone = s.CharField()
    complained = s.BooleanField(help_text=_("同一电话后来投诉了"))
    complaint = s.CharField(allow_null=True, help_text=_("您可以查看时为案件编号"))
    told_at = s.DateTimeField(allow_null=True)
    told_how = s.CharField(allow_blank=True)
    added_at = s.DateTimeField()


class NewMass(Shape):
    title = s.CharField(max_length=120)
    category = s.ChoiceField(list(CATEGORIES))
    product_name = s.CharField(required=False, allow_blank=True, max_length=200)
    defect = s.CharField(max_length=LONGEST)
    finding = s.CharField(required=False, allow_blank=True, max_length=LONGEST)


class ChangedMass(Shape):
    version = s.IntegerField(required=False)
    title = s.CharField(required=False, max_length=120)
    category = s.ChoiceField(list(CATEGORIES), required=False)
    product_name = s.CharField(required=False, allow_blank=True, max_length=200)
    defect = s.CharField(required=False, max_length=LONGEST)
    finding = s.CharField(required=False, allow_blank=True, max_length=LONGEST)


class SigningMass(Shape):
    opinion = s.CharField(max_length=5000, help_text=_("审核意见"))
    content = s.CharField(max_length=64, help_text=_("您读到的内容的 SHA-256"))


class Joining(Shape):
    complaint = s.CharField(max_length=20)
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class Leaving(Shape):
    reason = s.CharField(max_length=2000)
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class DraftRefused(Shape):
    complaint = s.CharField()
    message = s.CharField()


class MassDraftsAnswer(Shape):
    finished_at = s.DateTimeField(allow_null=True)
    members = s.IntegerField(help_text=_("这一批的成员数"))
    drafted = s.IntegerField()
    left = s.IntegerField(help_text=_("没有拟定的"))
    waiting = s.IntegerField()
    refused = DraftRefused(many=True, help_text=_("没有拟定的，前 20 件及原因"))


class SilentFile(Shape):
    file = s.FileField(help_text=_("CSV 或 .xlsx，第一行是列名：姓名、电话"))


class SilentRefused(Shape):
    row = s.IntegerField()
    message = s.CharField()


class SilentTaken(Shape):
    added = s.IntegerField()
    known = s.IntegerField(help_text=_("已在名单上的"))
    refused = SilentRefused(many=True)


class TellSilent(Shape):
    ids = s.ListField(child=s.IntegerField())
    how = s.CharField(max_length=200)


class ToldAnswer(Shape):
    told = s.IntegerField(help_text=_("这次登记的人数；此前已告知的不再登记"))


_call = partial(call, tag="mass")

LIST = _call("mass_list", _("群体性案件"), paged(MassAnswer), parameters=paging(ORDERS))
OPEN = _call(
    "mass_open",
    _("建立群体性案件"),
    MassWhole,
    status=201,
    request=NewMass,
    examples=sent(
        {"title": "外呼虚假宣传", "category": "telesales_fraud", "defect": "称可根治高血压"},
        "同一话术",
    ),
)
READ = _call("mass_read", _("一件群体性案件，含有效的签署和数字"), MassWhole)
CHANGE = _call(
    "mass_change", _("修改群体性案件；改动使法务的签署失效"), MassWhole, request=ChangedMass
)
SIGN = _call(
    "mass_sign",
    _("法务签署共同认定：仅限本人的会话，5 分钟内确认过密码；程序密钥不能签署"),
    MassWhole,
    status=201,
    request=SigningMass,
    examples=sent({"opinion": "认定成立", "content": "0" * 64}, "签署"),
)
MEMBERS = _call(
    "mass_members",
    _("成员案件"),
    paged(MassMemberAnswer),
    parameters=[OpenApiParameter("show", enum=list(mass_members.MEMBERS)), *paging(BY_AT)],
)
JOIN = _call(
    "mass_join",
    _("案件加入群体性案件"),
    MassWhole,
    status=201,
    request=Joining,
    examples=sent({"complaint": "TS26-900012"}, "加入"),
)
LEAVE = _call("mass_leave", _("案件移出群体性案件"), None, status=204, request=Leaving)
SILENT = _call(
    "mass_silent",
    _("还没有投诉的消费者"),
    paged(SilentAnswer),
    parameters=[OpenApiParameter("show", enum=list(mass_members.SILENT)), *paging(BY_LISTING)],
)
LIST_SILENT = _call(
    "mass_silent_list",
    _("登记还没有投诉的消费者：每个电话只登记一次"),
    SilentTaken,
    status=201,
    request={"multipart/form-data": SilentFile},
)
TELL = _call(
    "mass_silent_told",
    _("登记已告知的消费者"),
    ToldAnswer,
    request=TellSilent,
    examples=sent({"ids": [1, 2], "how": "短信告知可以退货"}, "短信"),
)
DRAFTS = _call("mass_drafts", _("最近一次批量拟定的进度"), MassDraftsAnswer)
DRAFT = _call(
    "mass_draft",
    _("为尚无方案的成员拟定方案；在后台进行"),
    MassDraftsAnswer,
    status=202,
    request={"application/json": {"type": "object", "maxProperties": 0}},
)
