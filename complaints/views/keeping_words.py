"""Retention, legal holds and macros in the timeline of a case, in words."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from complaints import retention
from complaints.models import Event, RightsAct, RightsLetter
from complaints.models.rights import Outcome, RightKind
from complaints.views.words import Words

RIGHTS = {
    "rights_asked": gettext_lazy("登记个人信息权利请求：{what}"),
    "rights_identity_passed": gettext_lazy("核验请求人身份：能够确认"),
    "rights_identity_failed": gettext_lazy("核验请求人身份：不能确认"),
    "rights_decided": gettext_lazy("决定权利请求：{what}"),
    "rights_carried_out": gettext_lazy("办理权利请求：{what}"),
    "rights_copied": gettext_lazy("取走个人信息副本"),
    "rights_answered": gettext_lazy("答复个人信息权利请求"),
    "rights_written_to": gettext_lazy("就个人信息权利请求发函：{what}"),
    "rights_code_sent": gettext_lazy("发送身份验证码"),
}
CODES = (*RIGHTS, "macro_used", "legal_hold_placed", "legal_hold_released", "retention_set")


def change(event: Event) -> Words:
    """One of `CODES`."""
    detail = event.detail
    if event.code in RIGHTS:
        return _of_rights(event)
    if event.code == "macro_used":
        words = _("使用宏“{name}”（第 {n} 版），{count} 项")
        count = len(detail.get("did", ()))
        said = words.format(name=detail.get("name", ""), n=detail.get("version", ""), count=count)
        return Words(said, event.text)
    if event.code == "retention_set":
        title = _("保管类别改为“{name}”，保管至 {day}")
        title = title.format(name=class_name(detail.get("to", "")), day=detail.get("until", ""))
        return Words(title, event.text)
    matter = detail.get("matter", "")
    if event.code == "legal_hold_placed":
        return Words(_("纳入诉讼保留：{matter}").format(matter=matter), event.text, tone="legal")
    return Words(_("解除诉讼保留：{matter}").format(matter=matter), event.text, tone="legal")


def _of_rights(event: Event) -> Words:
    """What became of a request about personal data."""
    detail = event.detail
    names: list[str] = []
    if event.code == "rights_asked":
        names = [str(RightKind(k).label) for k in detail.get("kinds", []) if k in RightKind.values]
    elif event.code == "rights_decided" and detail.get("outcome") in Outcome.values:
        names = [str(Outcome(detail["outcome"]).label)]
    elif event.code == "rights_carried_out" and detail.get("kind") in RightsAct.Kind.values:
        names = [str(RightsAct.Kind(detail["kind"]).label)]
    elif event.code == "rights_written_to" and detail.get("letter") in RightsLetter.Kind.values:
        names = [str(RightsLetter.Kind(detail["letter"]).label)]
    title = str(RIGHTS[event.code]).format(what=_("；").join(names))
    return Words(title, event.text, tone="legal")


def class_name(code: str) -> str:
    """The class in the language of the screen; its code when there is none of it any more."""
    known = retention.classes().get(code)
    return known.title.in_(get_language() or "zh-hans") if known else code
