"""Retention and legal holds in the timeline of a case, in words."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import retention
from complaints.models import Event
from complaints.views.words import Words

CODES = ("legal_hold_placed", "legal_hold_released", "retention_set")


def change(event: Event) -> Words:
    """One of `CODES`."""
    detail = event.detail
    if event.code == "retention_set":
        title = _("保管类别改为“{name}”，保管至 {day}")
        title = title.format(name=class_name(detail.get("to", "")), day=detail.get("until", ""))
        return Words(title, event.text)
    matter = detail.get("matter", "")
    if event.code == "legal_hold_placed":
        return Words(_("纳入诉讼保留：{matter}").format(matter=matter), event.text, tone="legal")
    return Words(_("解除诉讼保留：{matter}").format(matter=matter), event.text, tone="legal")


def class_name(code: str) -> str:
    """The class in the language of the screen; its code when there is none of it any more."""
    known = retention.classes().get(code)
    return known.title.in_(get_language() or "zh-hans") if known else code
