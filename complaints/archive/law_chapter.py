"""The chapters of the dossier on law, outcome and signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from complaints import suggestion
from complaints.archive.case_file import CaseFile
from complaints.choices import CommitmentState, CommitmentStrength
from complaints.models import Commitment, Opinion
from complaints.snapshots import FILED
from complaints.workdays import SHANGHAI
from letters.dossier import Table, Words

Blocks = Iterator[Words | Table]
_STATUS = {"applies": "成立", "open": "待查明", "displaced": "由特别规定代替"}


def law(file: CaseFile) -> Blocks:
    """The basis that was named, and what the last frozen analysis came to."""
    signed = file.signature
    if signed:
        yield Words("方案所列法律依据：" + "；".join(signed.resolution.legal_basis or ["—"]) + "。")
    analysis = file.analyses[-1] if file.analyses else None
    if analysis is None:
        yield Words("本案没有留存法律分析。", "quiet")
        return
    rows = [
        [
            "\n".join(suggestion.cited(c, FILED) for c in rule["citations"][:3]),
            rule["title"],
            _STATUS[rule["status"]],
        ]
        for rule in analysis.result.get("rules", [])
        if rule["status"] in _STATUS
    ]
    if rows:
        yield Table(("条文", "规则", "结论"), (3, 3, 0), rows)
    yield from _remedies(analysis.result)
    yield Words(
        f"分析以行为发生日 {analysis.as_of.isoformat()} 的法律为准；"
        f"规则库 {analysis.result.get('rule_set', '—')}，SHA-256 {analysis.rulebook_sha256}。"
        "全文与条文原文见 data/analysis、data/law。",
        "quiet",
    )


def _remedies(result: Mapping[str, Any]) -> Blocks:
    titles = {rule["id"]: rule["title"] for rule in result.get("rules", [])}
    rows = [
        [titles.get(r["rule"], r["remedy"]), r.get("formula") or "—", r["amount"]]
        for r in result.get("remedies", [])
        if r.get("amount")
    ]
    if rows:
        yield Words("依法应给付的金额", "sub")
        yield Table(("请求", "算式", "金额（元）"), (3, 3, 0), rows)


def outcome(file: CaseFile) -> Blocks:
    """What was agreed or offered last, and how it was kept."""
    signed = file.signature
    if signed is None:
        yield Words(f"处理结果：{file.complaint.get_outcome_display() or '—'}。没有签署过方案。")
    else:
        yield Words(signed.resolution.explanation or "—")
        rows = [
            [
                str(m.get_kind_display()),
                f"{m.amount:,.2f}" if m.amount is not None else "—",
                m.description or "—",
                m.due.isoformat() if m.due else "—",
            ]
            for m in signed.resolution.measures.all()
        ]
        yield Table(("措施", "金额（元）", "说明", "期限"), (0, 0, 1, 0), rows)
    kept = [_kept(c, file.at) for c in file.commitments]
    if kept:
        yield Words("承诺与兑现", "sub")
        yield Table(("承诺", "金额（元）", "效力", "兑现", "凭证"), (3, 0, 0, 0, 3), kept)


def _kept(c: Commitment, until: datetime) -> list[str]:
    at = c.kept_at or c.settled_at
    day = at.astimezone(SHANGHAI).strftime("%Y-%m-%d") if at else ""
    standing = [p for p in c.payments.all() if not p.reversed_at or p.reversed_at > until]
    paid = [f"{p.paid_on.isoformat()} {p.reference}" for p in standing]
    return [
        c.text,
        f"{c.amount:,.2f}" if c.amount is not None else "—",
        str(CommitmentStrength(c.strength).label),
        f"{CommitmentState(c.state).label}\n{day}".strip(),
        "\n".join(part for part in (c.proof, *paid) if part) or "—",
    ]


def proofs(file: CaseFile) -> Blocks:
    """Who signed what, with which key, and where that is checked."""
    for opinion in file.opinions:
        yield Words(_heading(opinion), "sub")
        yield Table(("项目", "内容"), (0, 1), _particulars(opinion, file))
    if not file.opinions:
        yield Words("本案没有法务的签署。", "quiet")
    yield Words(
        f"本卷宗的审计记录共 {len(file.entries)} 条，每一条都含有前一条的哈希；"
        f"末条的哈希为 {file.audit_head}，印在每一页的页脚。"
        "证据包中的 README.txt 说明怎样用通用工具校验全部文件、记录与签署。"
    )


def _heading(opinion: Opinion) -> str:
    act = "签署" if opinion.signed else "退回"
    return f"{act}方案第 {opinion.resolution.version} 版"


def _particulars(opinion: Opinion, file: CaseFile) -> list[list[str]]:
    void = getattr(opinion, "voided", None)
    rows = [
        ["法务", opinion.by.name],
        ["时间", opinion.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")],
        ["意见", opinion.text or "—"],
        ["内容哈希", opinion.content_hash or "—"],
    ]
    if opinion.key_id:
        rows.append(["签署公钥", opinion.key_id])
    if opinion.below_minimum_reason:
        rows.append(["低于最低额的理由", opinion.below_minimum_reason])
    if void is not None and void.at <= file.at:
        rows.append(["失效", void.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")])
    return rows
