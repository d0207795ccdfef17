"""Linked cases in the timeline, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.linked import WORDS
from complaints.models import Event
from complaints.views.words import Words

CODES = ("linked", "unlinked")


def change(event: Event) -> Words:
    """One of `CODES`. The other case has no number here where not everybody who reads this case
    reads that one.
    """
    detail = event.detail
    kind = WORDS.get((detail.get("kind", ""), bool(detail.get("first"))), "")
    other = detail.get("number") or _("另一件案件")
    title = _("取消与 {other} 的关联（{kind}）") if event.code == "unlinked" else ""
    title = title or _("关联 {other}（{kind}）")
    return Words(title.format(other=other, kind=str(kind)), event.text)
