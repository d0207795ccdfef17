"""Clocks by program: longer terms, moments, holds that ask the consumer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from complaints.models import Complaint, Deadline
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast)


def path_of(case: Complaint, kind: str = "investigate") -> str:
    clock = Deadline.objects.get(complaint=case, kind=kind)
    return f"complaints/{case.number}/deadlines/{clock.pk}/extensions/"


def test_a_longer_term_is_asked_for_and_decided(cast: Cast, case: Complaint) -> None:
    agent, supervisor, path = program(cast.agent), program(cast.supervisor), path_of(case)
    answer = agent.post(path, {"reason": "等检测报告", "length": 2})
    asked = ok(answer, 201)
    assert (asked["text"], asked["decision"]) == ("延长 2 个工作日", None)
    assert asked["terms"] == {"by": 2, "unit": "working_day"}
    place = answer["Location"].removeprefix("/api/v1/")
    assert agent.post(f"{place}decide/", {"decision": "approved"}).status_code == 403
    stale = {"decision": "approved", "version": case.version}
    assert supervisor.post(f"{place}decide/", stale).status_code == 409
    decided = ok(supervisor.post(f"{place}decide/", {"decision": "approved"}))
    assert (decided["decision"], decided["decided_by"]["username"]) == ("approved", "supervisor")
    assert [row["id"] for row in ok(agent.get(path))["results"]] == [asked["id"]]
    clocks = ok(agent.get(f"complaints/{case.number}/deadlines/"))["results"]
    clock = next(c for c in clocks if c["kind"] == "investigate")
    assert clock["extensions"] == 1
    assert "经批准延长 2 个工作日" in clock["explanation"]


@pytest.mark.parametrize(
    ("kind", "sent", "field", "words"),
    [
        ("investigate", {"reason": "等报告", "length": 6}, "length", "超过上限"),
        ("investigate", {"reason": "等报告", "length": -3}, "length", "请填写正整数"),
        ("investigate", {"reason": "等报告", "length": "五"}, "length", "请填写正整数"),
        ("investigate", {"length": 3}, "reason", "请填写此项"),
        ("investigate", {"reason": "x", "unit": "fortnight"}, "unit", "没有“unit”这个字段"),
        ("general_reply", {"reason": "等报告"}, "extension", "法定期限不得延长"),
    ],
)
def test_what_is_refused_names_its_field(
    cast: Cast, case: Complaint, kind: str, sent: dict[str, Any], field: str, words: str
) -> None:
    refused = program(cast.agent).post(path_of(case, kind), sent)
    assert refused.status_code == 400
    [error] = refused.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_others_learn_nothing(cast: Cast, case: Complaint) -> None:
    outsider: Caller = program(cast.outsider)
    assert outsider.get(path_of(case)).status_code == 404
    assert outsider.post(path_of(case), {"reason": "x"}).status_code == 404
    missing = path_of(case).replace("/deadlines/", "/deadlines/9")
    assert program(cast.agent).post(missing, {"reason": "x"}).status_code == 404


def test_a_moment_is_recorded_and_says_what_it_did(cast: Cast) -> None:
    case = f.investigating(cast, category="return_no_reason")
    agent, path = program(cast.agent), f"complaints/{case.number}/moments/"
    done = ok(agent.post(path, {"kind": "goods_returned", "at": "2026-03-10"}), 201)
    assert (done["moment"]["kind"], done["moment"]["precise"]) == ("goods_returned", False)
    clock = done["clocks"][0]
    assert (clock["what"], clock["from"], clock["to"]) == (
        "started",
        None,
        "2026-03-17T23:59:59+08:00",
    )
    moved = ok(agent.post(path, {"kind": "goods_returned", "at": "2026-03-06"}), 201)
    assert moved["clocks"][0]["from"] == "2026-03-17T23:59:59+08:00"
    rows = [r for r in ok(agent.get(path))["results"] if r["kind"] == "goods_returned"]
    assert [bool(r["superseded_at"]) for r in rows] == [True, False]
    refused = agent.post(path, {"kind": "goods_returned", "at": "2126-03-10"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "at"


def test_a_hold_may_ask_the_consumer(cast: Cast, case: Complaint) -> None:
    agent, path = program(cast.agent), f"complaints/{case.number}/holds/"
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    sent = {"ask": {"items": ["付款截图"]}, "expected_end": until}
    hold = ok(agent.post(path, sent), 201)
    assert (hold["reason"], hold["items"], hold["pauses"]) == (
        "consumer",
        ["付款截图"],
        ["investigate"],
    )
    talk = {"kind": "reply", "text": "截图在附件里", "inbound": True, "channel": "email"}
    ok(agent.post(f"complaints/{case.number}/communications/", talk), 201)
    [ended] = ok(agent.get(f"complaints/{case.number}/"))["holds"]
    assert ended["ended_at"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"ask": {"items": []}, "expected_end": "2999-01-01"}, "items"),
        ({"ask": {"items": ["截图"]}}, "until"),
        ({"ask": "截图"}, "ask"),
        ({"ask": {"items": ["截图"], "colour": "red"}}, "ask.colour"),
        ({"ask": {"items": ["截图"]}, "reason": "expert"}, "reason"),
        ({"ask": {"items": ["截图"]}, "note": "x"}, "note"),
    ],
)
def test_a_bad_ask_names_its_field(
    cast: Cast, case: Complaint, sent: dict[str, Any], field: str
) -> None:
    refused = program(cast.agent).post(f"complaints/{case.number}/holds/", sent)
    assert refused.status_code == 400
    assert field in [e["field"] for e in refused.json()["errors"]]
