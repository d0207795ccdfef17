"""What became of a letter to the consumer, in words: whether it waits, left, arrived or came back,
why, and what to do then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.leaving import INSTEAD, NOBODYS, OVERTAKEN, TO_CONSUMER, letter_name
from complaints.models import Complaint, Outbox

WAITING, RETRYING, WITHHELD, STOPPED = "waiting", "retrying", "withheld", "stopped"
BY_HAND, SENT, DELIVERED, BOUNCED, REPLACED = "by_hand", "sent", "delivered", "bounced", "replaced"
SKIPPED = "skipped"
MOST = 200  # letters of one case that are shown

# state → words, icon, tone
STATES: dict[str, tuple[str | Promise, str, str]] = {
    WAITING: (gettext_lazy("等待发出"), "clock", "info"),
    RETRYING: (gettext_lazy("暂时没有送出，将自动重试"), "refresh", "warn"),
    WITHHELD: (gettext_lazy("已撤回，没有发出"), "undo", "warn"),
    STOPPED: (gettext_lazy("没有发出"), "stop", "warn"),
    SKIPPED: (gettext_lazy("没有另发，后来的函件已经说明"), "minus", "info"),
    BY_HAND: (gettext_lazy("待人工送达"), "user", "warn"),
    SENT: (gettext_lazy("已发出"), "out", "info"),
    DELIVERED: (gettext_lazy("已送达"), "check", "ok"),
    BOUNCED: (gettext_lazy("被退回，没有送达"), "warn", "danger"),
    REPLACED: (gettext_lazy("被退回，已另行告知"), "arrow", "info"),
}
WAYS: dict[str, str | Promise] = {
    "email": gettext_lazy("电子邮件"),
    "sms": gettext_lazy("短信"),
    "manual": gettext_lazy("人工送达"),
    "phone": gettext_lazy("电话"),
    "letter": gettext_lazy("邮寄"),
    "wechat": gettext_lazy("微信"),
    "in_person": gettext_lazy("当面"),
}
# How a person brings a letter.
BY_PERSON = ("phone", "letter", "sms", "wechat", "in_person")
_CAUSES: tuple[tuple[str, str | Promise], ...] = (
    (r"5\.1\.\d+|SMTP 55[013]", gettext_lazy("收件地址不存在；请核对邮箱，或换一种方式告知")),
    (r"[45]\.2\.2|SMTP 552", gettext_lazy("对方邮箱已满；请换一种方式告知")),
    (r"5\.7\.\d+|SMTP 554", gettext_lazy("对方邮件服务器拒收；请换一种方式告知")),
    (r"4\.4\.\d+", gettext_lazy("对方邮件服务器长时间没有应答；请换一种方式告知")),
    (r"longer than", gettext_lazy("短信超过长度，没有截断发送；请由人工送达")),
    (r"HTTP \d+", gettext_lazy("短信网关拒收；请核对号码，或换一种方式告知")),
    (r"signature", gettext_lazy("签署不再有效，函件被停止；请由法务核对后重新签署，或者退回修改")),
    (r"signed again", gettext_lazy("已由重新签署的函件代替")),
    (r"sent back", gettext_lazy("法务在发出之前退回了方案；修改后的方案签署后另发一封")),
    (r"OpenLetter", gettext_lazy("函件里还有没填上的内容；请补充案件资料，或者检查函件模板")),
    (
        r"limited",
        gettext_lazy(
            "应本人请求，不再处理其个人信息或者撤回了同意，所以没有发出；见本案的权利请求"
        ),
    ),
    (r"no machine", gettext_lazy("没有短信网关或者邮箱可用；请换一种方式核验身份")),
    (r"too late", gettext_lazy("没能在有效期内发出；请另发一个验证码")),
    (r"discarded", gettext_lazy("撤回后决定不再发出")),
    (r"superseded", gettext_lazy("方案已被后来的方案取代，或者案件已重新启动")),
    (
        r"SMTP.*|SSL.*|Connection.*|Timeout.*|OSError|gaierror|NotTaken",
        gettext_lazy(
            "邮件服务器或短信网关暂时没有应答；恢复后自动发出，不必重发；等不及的请换一种方式告知"
        ),
    ),
)


def cause_in_words(code: str) -> str:
    """Why it did not arrive and what to do, from the code that is kept; "" for none."""
    for pattern, words in _CAUSES:
        if code and re.match(pattern, code):
            return str(words)
    return _("没有送达（{code}）；请换一种方式告知").format(code=code[:60]) if code else ""


@dataclass(frozen=True)
class Told:
    """One letter by one way. `notice` is None while nothing was handed over."""

    outbox: Any
    notice: Any = None
    followed: bool = False  # another way was taken after it

    @property
    def name(self) -> str:
        """What the house calls the letter."""
        about_data = "rights" in self.outbox.payload
        return _("权利请求的函件") if about_data else letter_name(self.outbox.effect)

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.notice is None:
            return _without_notice(self.outbox)
        if self.notice.bounced_at is not None:
            return REPLACED if self.followed else BOUNCED
        by_person = self.notice.way == "manual" and self.notice.sent_at is not None
        if self.notice.delivered_at is not None or by_person:
            return DELIVERED
        if self.notice.sent_at is not None:
            return SENT
        return BY_HAND if self.outbox.cancelled_at is None else STOPPED

    @property
    def words(self) -> str:
        """The state in words."""
        return str(STATES[self.state][0])

    @property
    def icon(self) -> str:
        """The state as an icon, beside the words."""
        return STATES[self.state][1]

    @property
    def tone(self) -> str:
        """How it is drawn."""
        return STATES[self.state][2]

    @property
    def cause(self) -> str:
        """Why it did not arrive, and what to do."""
        if self.notice is not None:
            return cause_in_words(self.notice.cause)
        return "" if self.state == SKIPPED else cause_in_words(self.outbox.last_error)

    @property
    def way(self) -> str:
        """By what."""
        if self.notice is None:
            return ""
        return str(WAYS.get(self.notice.brought or self.notice.way, ""))

    @property
    def at(self) -> Any:
        """When that became so."""
        n, row = self.notice, self.outbox
        if n is not None:
            return n.bounced_at or n.delivered_at or n.sent_at or n.created_at
        return row.withheld_at or row.cancelled_at or row.not_before

    @property
    def may_be_brought(self) -> bool:
        """It waits for a machine: a person can bring it instead."""
        waits = self.state in (WAITING, RETRYING) and self.outbox.effect not in NOBODYS
        return waits and not _brought_instead(self.outbox)


def _brought_instead(outbox: Outbox) -> bool:
    return bool(outbox.payload.get("channel") == INSTEAD)


def _without_notice(outbox: Outbox) -> str:
    if outbox.done_at is not None:
        return SKIPPED
    if outbox.cancelled_at is not None:
        return SKIPPED if outbox.last_error == OVERTAKEN else STOPPED
    if outbox.withheld_at is not None:
        return WITHHELD
    return RETRYING if outbox.attempts and not _brought_instead(outbox) else WAITING


def letters(complaint: Complaint) -> QuerySet[Outbox]:
    """The letters of a case, the newest first, each with its notices at hand."""
    rows = Outbox.objects.filter(complaint=complaint, effect__in=TO_CONSUMER)
    return rows.order_by("-id").select_related("withheld_by").prefetch_related("notices")


def of_row(outbox: Any) -> list[Told]:
    """A letter in all the ways in which it was tried, the latest first."""
    notices = sorted((n for n in outbox.notices.all() if n.user_id is None), key=lambda n: -n.pk)
    if not notices:
        return [Told(outbox)]
    return [
        Told(outbox, n, any(later.sent_at for later in notices[:k])) for k, n in enumerate(notices)
    ]


def told(complaint: Complaint) -> list[Told]:
    """Everything that was written to the consumer and what became of it."""
    return [each for row in letters(complaint)[:MOST] for each in of_row(row)]


def reached(rows: Iterable[Told]) -> bool:
    """Whether one of them left and did not come back."""
    return any(each.state in (SENT, DELIVERED) for each in rows)


def of_entry(code: str, row: dict[str, Any] | None) -> tuple[str | Promise, str, str] | None:
    """How the timeline marks the entry of a letter: (words, icon, tone), from a JSON column."""
    if row is None or code not in TO_CONSUMER:
        return None
    if row["bounced"]:
        return STATES[BOUNCED]
    if row["delivered"] or (row["sent"] and row["way"] == "manual"):
        return STATES[DELIVERED]
    if row["sent"]:
        return STATES[SENT]
    return STATES[STOPPED if row["cancelled"] else BY_HAND]
