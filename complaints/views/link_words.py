"""Linked and merged cases in the timeline, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from complaints import clock_words
from complaints.choices import LinkKind
from complaints.linked import WORDS
from complaints.models import Event
from complaints.seen import saw_named
from complaints.views.words import Words
from config.tags import moment

CODES = ("linked", "unlinked")
MERGES = ("merged_in", "merge_undone", "unmerged")


def change(event: Event) -> Words:
    """One of `CODES`. The other case has no number here where not everybody who reads this case
    reads that one.
    """
    detail = event.detail
    saw_named(event.code, detail)
    kind = WORDS.get((detail.get("kind", ""), bool(detail.get("first"))), "")
    other = detail.get("number") or _("另一件案件")
    title = _("取消与 {other} 的关联（{kind}）") if event.code == "unlinked" else ""
    if detail.get("kind") == LinkKind.SPLIT_FROM:
        title = _("由 {other} 拆出") if detail.get("first") else _("拆出 {other}，另案办理")
    title = title or _("关联 {other}（{kind}）")
    return Words(title.format(other=other, kind=str(kind)), event.text)


def merge(event: Event) -> Words:
    """One of `MERGES`. What came in says which terms ended with it: its consumer still has them."""
    number = event.detail.get("number", "")
    saw_named(event.code, event.detail)
    if event.code == "unmerged":
        return Words(_("取消并案：不再并入 {number}").format(number=number), tone="warn")
    if event.code == "merge_undone":
        title = _("取消并案：{number} 恢复单独办理").format(number=number)
        return Words(title, event.text, tone="warn")
    ended = tuple(
        _("随之结束的期限：{clock}，原定 {due}").format(
            clock=clock_words.title_of_row(row["entry"]),
            due=moment(datetime.fromisoformat(row["due"])),
        )
        for row in event.detail.get("clocks", [])
    )
    return Words(_("{number} 并入本案").format(number=number), event.text, lines=ended)
