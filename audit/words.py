"""What verifying found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from audit.faults import Place, What

WHAT: Mapping[What, str | Promise] = {
    What.ALTERED: gettext_lazy("被改动"),
    What.DELETED: gettext_lazy("被删除"),
    What.INSERTED: gettext_lazy("未经封存插入"),
    What.REORDERED: gettext_lazy("被换了位置"),
    What.BROKEN: gettext_lazy("链条断开"),
    What.CUT_OFF: gettext_lazy("末尾被截去"),
    What.REBUILT: gettext_lazy("与外部锚定不符，被重建"),
    What.WAITING: gettext_lazy("超过 5 分钟未封存"),
    What.UNGUARDED: gettext_lazy("失去防护：触发器被停用或删除"),
}
KINDS: Mapping[str, str | Promise] = {
    "action_file": gettext_lazy("整改措施的证据文件"),
    "alarm": gettext_lazy("告警"),
    "analysis": gettext_lazy("法律分析快照"),
    "anchor": gettext_lazy("外部锚定"),
    "block": pgettext_lazy("audit", "区块"),
    "custody": gettext_lazy("证据保管记录"),
    "destroyed": gettext_lazy("销毁登记"),
    "disposal_review": gettext_lazy("销毁复核"),
    "entry": gettext_lazy("审计记录"),
    "event": pgettext_lazy("audit", "时间线"),
    "export": gettext_lazy("交出的案卷"),
    "export_consent": gettext_lazy("对导出的同意"),
    "export_request": gettext_lazy("导出完整版的申请"),
    "file": gettext_lazy("证据文件"),
    "held_case": gettext_lazy("纳入诉讼保留的案件"),
    "item": pgettext_lazy("audit", "证据"),
    "link": gettext_lazy("证据证明什么"),
    "mass_opinion": gettext_lazy("共同认定的签署"),
    "opinion": gettext_lazy("法务意见与签署"),
    "package": gettext_lazy("封存的案卷"),
    "package_file": gettext_lazy("封存案卷的文件"),
    "pending": gettext_lazy("等待封存的清单"),
    "reading": gettext_lazy("查阅记录"),
    "reveal": gettext_lazy("查看号码"),
    "stamp": gettext_lazy("时间戳"),
    "tail": gettext_lazy("链条末尾"),
    "tail_check": gettext_lazy("核对尾号"),
    "transition": gettext_lazy("流程步骤"),
    "verification": gettext_lazy("校验结果"),
    "voiding": gettext_lazy("签署失效"),
    "withdrawal": gettext_lazy("撤回的证据"),
}


OF_EVIDENCE = {"custody", "file", "item", "link", "withdrawal"}  # numbered as the evidence is


def kind(name: str) -> str:
    """A kind of rows; one that has no words stands as it is."""
    return str(KINDS.get(name, name))


def where(place: Place) -> str:
    """The first place of a fault."""
    parts = []
    if place.subject and place.sequence and place.kind in OF_EVIDENCE:
        words = _("{subject} 证据 {n}")
    elif place.subject and place.sequence:
        words = _("{subject} 第 {n} 条")
    else:
        words = "{subject}"
    if place.subject:
        parts.append(words.format(subject=place.subject, n=place.sequence))
    if place.row is not None:
        parts.append(_("编号 {row}").format(row=place.row))
    if place.block is not None:
        parts.append(_("第 {n} 区块").format(n=place.block))
    if place.note:
        parts.append(place.note)
    return " · ".join(parts)


def sentence(what: What, place: Place, count: int) -> str:
    """One sort of fault: what, how many, the first of them."""
    words = _("{kind}{what}：{count} 处，第一处：{where}")
    return words.format(
        kind=kind(place.kind), what=WHAT[what], count=count, where=where(place) or "?"
    )


def summary(rows: int, blocks: int, chains: int, waiting: int) -> str:
    """What was looked at."""
    words = ngettext(
        "{blocks} 个区块、{rows} 行、{chains} 条链；{waiting} 行等待封存",
        "{blocks} 个区块、{rows} 行、{chains} 条链；{waiting} 行等待封存",
        blocks,
    )
    return words.format(rows=rows, blocks=blocks, chains=chains, waiting=waiting)


def unnamed(count: int) -> str:
    """Files in the store that are none of the evidence."""
    words = ngettext(
        "存储中有 {n} 个文件不属于任何证据（上传未完成留下的），不影响校验",
        "存储中有 {n} 个文件不属于任何证据（上传未完成留下的），不影响校验",
        count,
    )
    return words.format(n=count)
