"""What became of a letter, as an entry of the timeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import clock_words, delivery
from complaints.leaving import letter_name
from complaints.models import Complaint, Event
from complaints.signing import differences
from complaints.views.words import Words

_LETTERS = {
    "letter_withheld": (gettext_lazy("撤回了待发的{name}，没有发出"), "warn"),
    "letter_released": (gettext_lazy("发出撤回过的{name}"), "ok"),
    "letter_discarded": (gettext_lazy("不再发出{name}"), "warn"),
    "letter_again": (gettext_lazy("再次发送{name}"), "ok"),
    "letter_by_hand": (gettext_lazy("{name}改由人工送达"), "warn"),
    "letter_bounced": (gettext_lazy("{name}被退回，消费者没有收到"), "warn"),
    "letter_arrived": (gettext_lazy("对方邮件服务器确认收到{name}"), "ok"),
}


def notice(event: Event, complaint: Complaint) -> Words:
    """An entry of the kind `notice`."""
    detail = event.detail
    if event.code == "delivered":
        return Words(_("函件已由人工送达"), event.text, tone="ok", lines=_brought(detail))
    if event.code == "letter_stopped":
        why = differences.sentence(detail.get("changed", []))
        return Words(_("回复函没有发出：{why}").format(why=why), tone="warn")
    if event.code in _LETTERS:
        said, tone = _LETTERS[event.code]
        name, cause = letter_name(detail.get("effect", "")), detail.get("cause", "")
        lines = (delivery.cause_in_words(cause),) if cause else ()
        return Words(str(said).format(name=name), event.text, tone=tone, lines=lines)
    if event.code == "nobody_to_tell":
        clock = clock_words.title_of_row(detail.get("kind") or "")
        words = _("“{clock}”的提醒没有人可以接收；请安排责任人或者代理人")
        return Words(words.format(clock=clock), tone="warn")
    by_hand = detail.get("way") == "manual"
    title = _("函件待人工送达：{subject}") if by_hand else _("已发函：{subject}")
    draft = detail.get("letter", {}).get("draft")
    below: tuple[str, ...] = (_("函件模板还是草稿，未经法务签署"),) if draft else ()
    if until := detail.get("letter", {}).get("answer_until"):
        below += (_("附有在线答复的链接，{day} 前有效").format(day=until),)
    tone = "warn" if by_hand else "ok"
    return Words(title.format(subject=event.text), tone=tone, lines=below)


def _brought(detail: dict[str, Any]) -> tuple[str, ...]:
    how = str(delivery.WAYS.get(detail.get("how", ""), ""))
    if not how:
        return ()
    number = detail.get("reference", "")
    if not number:
        return (_("方式：{how}").format(how=how),)
    return (_("方式：{how}，邮件号码 {number}").format(how=how, number=number),)
