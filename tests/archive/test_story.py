"""The timeline of the dossier names what happened, not only of which sort it was."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.archive.story import told
from complaints.models import Event


@pytest.mark.parametrize(
    ("kind", "code", "detail", "said"),
    [
        (
            "deadline",
            "tell_escalation",
            {"kind": "investigate"},
            "“调查核实”已超过期限，已通知负责人",
        ),
        ("deadline", "warn", {"kind": "investigate"}, "的期限临近，已提醒"),
        ("deadline", "extension_approved", {"kind": "investigate", "terms": {}}, "批准延长“"),
        ("deadline", "recounted", {"kind": "investigate"}, "的期限重新计算"),
        ("hold", "held", {"reason": "consumer"}, "中止计时：等待消费者"),
        ("hold", "resumed", {"reason": "consumer"}, "恢复计时"),
        ("resolution", "drafted", {"version": 2}, "拟定方案第 2 版"),
        ("resolution", "approval_given", {"version": 1, "amount": "8600.00"}, "金额 8,600.00 元"),
        (
            "commitment",
            "paid",
            {"text": "退款", "amount": "8600.00", "reference": "R1"},
            "付款 8,600.00 元，“退款”，流水号 R1",
        ),
        ("assignment", "assigned", {"owner_name": "何静"}, "转派给何静"),
    ],
)
def test_what_happened_is_named(kind: str, code: str, detail: dict[str, Any], said: str) -> None:
    words = told(Event(kind=kind, code=code, detail=detail, text=""))
    assert said in words
    assert words != Event(kind=kind).get_kind_display()
