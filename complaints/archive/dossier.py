"""The dossier 卷宗: the file of a case as one reads it, in the language of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.models import User
from complaints.archive import law_chapter
from complaints.archive.case_file import CaseFile
from complaints.archive.story import told
from complaints.archive.view import View
from complaints.choices import Claim, FactSource
from complaints.models import FactAnswer
from complaints.models.points import Point
from complaints.snapshots import FILED
from complaints.workdays import SHANGHAI
from evidence.models import Item
from legal_rules.vocabulary import CATEGORIES, FACTS
from letters.dossier import Dossier, Section, Table, Words, printed

Blocks = Iterator[Words | Table]
_NUMERALS = "一二三四五六七八九十"


def pdf(file: CaseFile, view: View | None = None, mark: str = "") -> bytes:
    """The pages as a reader of the edition sees them; `mark` names on each whose copy it is."""
    say = (view or View()).saying("data/dossier.pdf")
    with translation.override(FILED):
        return printed(content(file, mark), file.at, say)


def content(file: CaseFile, mark: str = "") -> Dossier:
    """What stands on them."""
    chapters = (
        ("投诉内容", _complaint(file)),
        ("查明的事实", _facts(file)),
        ("证据", _evidence(file)),
        ("争点与认定", _points(file)),
        ("法律适用", law_chapter.law(file)),
        ("处理结果", law_chapter.outcome(file)),
        ("函件与沟通", _told(file)),
        ("办理经过", _story(file)),
        ("证据保管链", _custody(file)),
        ("签署与校验", law_chapter.proofs(file)),
    )
    return Dossier(
        title="消费者投诉案件卷宗",
        enterprise=settings.ENTERPRISE_NAME,
        number=file.complaint.number,
        head=file.audit_head,
        facts=_facts_of_the_case(file),
        sections=[
            Section(f"{_NUMERALS[n]}、{title}", list(blocks))
            for n, (title, blocks) in enumerate(chapters)
        ],
        signs=("承办人：", "法务审核：", "主管："),
        mark=mark,
    )


def moment(at: datetime | None) -> str:
    """2026-11-23 14:40, in Beijing."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "—"


def name(user: User | None) -> str:
    """A colleague, or the system."""
    return user.name if user is not None else "系统"


def _facts_of_the_case(file: CaseFile) -> list[tuple[str, str, str, str]]:
    case, signed = file.complaint, file.signature
    masked = [case.consumer.name_masked, case.consumer.phone_masked]
    category = CATEGORIES.get(case.category)
    return [
        ("案件号", case.number, "卷宗序号", str(file.number or "—")),
        ("投诉人", "，".join(part for part in masked if part) or "—", "受理渠道", _channel(case)),
        ("被投诉事项", case.title, "类别", category.name.zh if category else "—"),
        ("收到时间", moment(case.received_at), "办结时间", moment(case.closed_at)),
        ("承办人", name(case.owner), "审核人", name(signed.by) if signed else "—"),
        ("处理结果", case.get_outcome_display() or "—", "归档时间", _archived(file)),
    ]


def _archived(file: CaseFile) -> str:
    return moment(file.at) if file.step else f"未归档，截至 {moment(file.at)}"


def _channel(case: Any) -> str:
    return str(case.get_channel_display())


_CIRCUMSTANCES = {
    "brand": "品牌",
    "batch": "批次",
    "supplier": "供应商",
    "script_version": "话术版本",
}


def _complaint(file: CaseFile) -> Blocks:
    case = file.complaint
    yield Words(case.narrative)
    claims = "、".join(str(Claim(c).label) for c in case.claims if c in Claim.values)
    yield Words(f"诉求：{claims or '—'}。")
    goods = [case.product_name, case.order_number and f"订单号 {case.order_number}"]
    circumstances = file.circumstances
    goods += [
        f"{label} {circumstances[name]}"
        for name, label in _CIRCUMSTANCES.items()
        if circumstances.get(name)
    ]
    if case.price_paid is not None:
        goods.append(f"价款 {case.price_paid:,.2f} 元")
    if case.loss_claimed is not None:
        goods.append(f"主张的损失 {case.loss_claimed:,.2f} 元")
    if said := "；".join(part for part in goods if part):
        yield Words(f"商品或服务：{said}。")
    if case.merged_into is not None:
        yield Words(f"本案已并入 {case.merged_into.number}，后续见该案卷宗。")
    for number, head in file.merged:
        yield Words(f"并入本案的案件：{number}（该案记录指纹 {head}）。")


def _facts(file: CaseFile) -> Blocks:
    if file.complaint.findings:
        yield Words(file.complaint.findings)
    standing = [a for a in file.answers if a.superseded_at is None or a.superseded_at > file.at]
    if not standing:
        yield Words("本案没有登记要件事实。", "quiet")
        return
    rows = [
        [str(n), _question(a), _given(a), str(FactSource(a.source).label), _proof(a)]
        for n, a in enumerate(standing, 1)
    ]
    yield Table(("序号", "要件事实", "查明", "来源", "证据"), (0, 4, 2, 0, 0), rows)


def _question(answer: FactAnswer) -> str:
    fact = FACTS.get(answer.fact)
    return fact.question_for(FILED) if fact else answer.fact


def _given(answer: FactAnswer) -> str:
    fact = FACTS.get(answer.fact)
    if not answer.established:
        said = "无法查明"
    else:
        said = fact.value_for(answer.value, FILED) if fact else str(answer.value)
    return f"{said}\n{answer.note}" if answer.note else said


def _proof(answer: FactAnswer) -> str:
    return str(answer.evidence_number) if answer.evidence_number else "—"


def _evidence(file: CaseFile) -> Blocks:
    if not file.items:
        reason = file.complaint.no_evidence_reason or "—"
        yield Words(f"案卷里没有证据。原因：{reason}", "quiet")
        return
    rows = [[str(i.number), _item(i), _origin(i), i.sha256] for i in file.items]
    yield Table(("编号", "名称与证明内容", "来源与取得", "SHA-256"), (0, 2.4, 1.6, 3), rows)


def _item(item: Item) -> str:
    parts = [item.title, item.proves and f"证明：{item.proves}", f"文件：{item.file_name}"]
    if item.is_withdrawn:
        parts.append(f"已撤回 {moment(item.withdrawal.at)}：{item.withdrawal.reason}")
    return "\n".join(part for part in parts if part)


def _origin(item: Item) -> str:
    kind = "原件" if item.is_original else "复制件"
    at = moment(item.obtained_at) if item.obtained_at else ""
    parts = [str(item.get_how_display()), item.obtained_from, item.obtained_by, at, kind]
    return "\n".join(part for part in parts if part)


def _points(file: CaseFile) -> Blocks:
    signed = file.signature
    points: Sequence[Point] = list(signed.resolution.points.all()) if signed else []
    if not points:
        yield Words("没有经签署的争点认定。", "quiet")
    for number, point in enumerate(points, 1):
        yield Words(f"争点 {number}：{point.title}", "sub")
        finding = point.get_finding_display() or "—"
        yield Table(
            ("项目", "内容"),
            (0, 1),
            [
                ["消费者主张", point.consumer_says or "—"],
                ["我方查明", point.we_found or "—"],
                ["证据", _sides(point)],
                ["举证责任", str(point.get_burden_display())],
                ["认定", f"{finding}：{point.finding_words}"],
            ],
        )


def _sides(point: Point) -> str:
    sides = (("支持", point.for_numbers), ("相反", point.against_numbers))
    said = [f"{side}：{'、'.join(map(str, numbers))}" for side, numbers in sides if numbers]
    return "；".join(said) or "—"


def _told(file: CaseFile) -> Blocks:
    rows = [
        [moment(n.created_at), n.subject, str(n.get_way_display()), n.to or "—", _arrived(n, file)]
        for _row, notices in file.letters
        for n in notices
    ]
    if rows:
        yield Table(("时间", "函件", "方式", "收件地址", "送达"), (0, 3, 0, 2, 0), rows)
    else:
        yield Words("没有发出过函件。", "quiet")
    for text in file.communications:
        way = "消费者来信" if text.inbound else str(text.get_kind_display())
        yield Words(f"{moment(text.at)} {way}（{name(text.by)}）", "sub")
        yield Words(text.text)


def _arrived(notice: Any, file: CaseFile) -> str:
    for at, words in (
        (notice.bounced_at, "退回"),
        (notice.delivered_at, "送达"),
        (notice.sent_at, "发出"),
    ):
        if at is not None and at <= file.at:
            return f"{words} {moment(at)}"
    return "待人工送达"


def _story(file: CaseFile) -> Blocks:
    rows = [[moment(e.at), str(e.get_kind_display()), told(e), name(e.by)] for e in file.events]
    yield Table(("时间", "事项", "经过", "经办"), (0, 0, 1, 0), rows)


def _custody(file: CaseFile) -> Blocks:
    rows = [
        [moment(c.at), f"证据 {i.number}", str(c.get_act_display()), name(c.by)]
        for i in file.items
        for c in i.custody.all()
    ]
    if rows:
        yield Table(("时间", "证据", "行为", "经手人"), (0, 0, 1, 1), rows)
    else:
        yield Words("没有证据，因而没有保管记录。", "quiet")
