"""Steps over HTTP: what may be done, why not, and both reference cases from the call to review."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.models import Complaint, Opinion, Transition
from tests import factories as f
from tests.api.conftest import Caller, complaint, ok, person, program
from tests.cast import PASSWORD, Cast

CASES: dict[str, dict[str, Any]] = {
    "telesales_fraud": {
        "register": {"category": "telesales_fraud", "claims": ["refund", "increased_damages"]},
        "facts": {
            "tx_living_consumption": {"value": True, "source": "consumer"},
            "tx_channel": {"value": "电话营销", "source": "verified"},
            "fr_false_statement": {"value": True, "source": "evidence", "evidence": 1},
            "fr_intent": {"value": "有证据", "source": "verified", "note": "外呼话术文件"},
            "fr_induced": True,
        },
        "measure": {"kind": "increased_damages", "amount": "11940.00", "formula": "3 × 3980.00"},
    },
    "pi_leak": {
        "register": {
            "category": "pi_leak",
            "claims": ["apology", "compensation"],
            "risk_flags": ["personal_data"],
            "narrative": "注册后第二天就接到诈骗电话，报得出我的证件号和订单。",
            "price_paid": None,
        },
        "facts": {},
        "measure": {"kind": "apology", "description": "书面道歉，并告知已采取的措施"},
    },
}


def to_review(agent: Caller, kind: str) -> dict[str, Any]:
    """One reference case from the call to counsel, by a program."""
    script = CASES[kind]
    case = ok(agent.post("complaints/", complaint(**script["register"])), 201)
    number, path = case["number"], f"complaints/{case['number']}"
    case = ok(agent.step(number, "accept", version=case["version"]))
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("录音.txt", "通话文字稿".encode(), "text/plain")
    item = ok(agent.form(f"{path}/evidence/", {"file": file, "title": "外呼录音"}), 201)
    assert item["number"] == 1
    if script["facts"]:
        ok(agent("put", f"{path}/facts/", script["facts"]))
    analysis = ok(agent.get(f"{path}/analysis/"))
    dry = ok(agent.post(f"{path}/steps/?dry_run=1", {"step": "conclude", "findings": "查明"}))
    assert not dry["allowed"]
    open_facts = {m["fact"]: "经核实仍无法查明" for m in analysis["missing_facts"]}
    mine = {k: v for k, v in open_facts.items() if k not in _of_counsel(analysis)}
    case = ok(
        agent.step(number, "conclude", findings="外呼与资料已核实", cannot_be_established=mine)
    )
    assert case["state"] == "resolving"
    proposal = {**f.proposal(), "measures": [script["measure"]], "version": case["version"]}
    ok(agent.post(f"{path}/resolutions/", proposal), 201)
    case = ok(agent.step(number, "submit"))
    assert case["state"] == "in_review"
    f.approved(Complaint.objects.get(number=number))
    return ok(agent.get(f"{path}/"))


def _of_counsel(analysis: dict[str, Any]) -> set[str]:
    return {m["fact"] for m in analysis["missing_facts"] if m["found_by"] == "counsel"}


@pytest.mark.parametrize("kind", CASES)
def test_a_reference_case_goes_to_review_by_a_program_and_is_signed_by_a_person(
    cast: Cast, kind: str
) -> None:
    case = to_review(program(cast.agent), kind)
    number = case["number"]
    fields = {"opinion": "同意", "below_minimum_reason": "与消费者协商一致"}

    refused = program(cast.counsel).step(number, "sign", **fields)
    assert refused.status_code == 409
    assert "程序密钥不能签署" in refused.json()["detail"]
    assert "reauthenticated" in {e["code"] for e in refused.json()["errors"]}

    counsel = person(cast.counsel)
    unconfirmed = counsel.step(number, "sign", **fields)
    assert {e["code"] for e in unconfirmed.json()["errors"]} == {"reauthenticated"}
    assert not Opinion.objects.exists()

    wrong = counsel.post("me/confirm/", {"password": "not mine"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "password")
    assert wrong.json()["errors"][0]["message"].startswith("密码不正确，没有签署")
    assert counsel.post("me/confirm/", {"password": PASSWORD}).status_code == 200
    assert ok(counsel.step(number, "sign", **fields))["state"] == "offered"
    assert Opinion.objects.get().signed


def test_a_key_confirms_no_password(cast: Cast) -> None:
    refused = program(cast.counsel).post("me/confirm/", {"password": PASSWORD})
    assert refused.status_code == 403


def test_the_steps_of_the_caller_say_what_is_missing(cast: Cast) -> None:
    case = f.registered(cast, consumer={}, claims=[])
    [accept, *others] = ok(program(cast.agent).get(f"complaints/{case.number}/steps/"))
    assert (accept["step"], accept["title"], accept["to"]) == ("accept", "受理", ["investigating"])
    assert not accept["allowed"]
    assert len(accept["unmet"]) == 2
    assert {s["step"] for s in others} == {"withdraw", "merge"}
    decline = ok(program(cast.supervisor).get(f"complaints/{case.number}/steps/"))
    assert "decline" in {s["step"] for s in decline}
    assert ok(program(cast.auditor).get(f"complaints/{case.number}/steps/")) == []


def test_a_refused_step_names_every_unmet_guard_and_writes_nothing(cast: Cast) -> None:
    case = f.registered(cast, consumer={}, claims=[], category="")
    refused = program(cast.agent).step(case.number, "accept")
    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "step_refused")
    assert [e["code"] for e in body["errors"]] == [
        "consumer_is_reachable",
        "claim_is_given",
        "category_is_given",
    ]
    assert all(e["message"] in body["detail"] for e in body["errors"])
    assert Complaint.objects.get().version == 1
    assert not Transition.objects.exists()


def test_a_dry_run_writes_nothing_whatever_it_says(cast: Cast) -> None:
    case = f.registered(cast)
    agent, path = program(cast.agent), f"complaints/{case.number}/steps/?dry_run=1"
    assert ok(agent.post(path, {"step": "accept"})) == {
        "step": "accept",
        "allowed": True,
        "unmet": [],
        "errors": [],
    }
    said = ok(agent.post(path, {"step": "decline", "reason": "x", "explanation": "y"}))
    assert (said["allowed"], said["errors"][0]["code"]) == (False, "role")
    assert agent.post(path, {"step": "accept", "version": 9}).status_code == 409
    assert Complaint.objects.get().state == "registered"


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("agent", {"step": "fly"}, 409, "step_refused"),
        ("agent", {"step": ["accept"]}, 400, "invalid"),
        ("agent", {}, 400, "invalid"),
        ("agent", {"step": "accept", "colour": "red"}, 400, "invalid"),
        ("agent", {"step": "accept", "version": "1"}, 400, "invalid"),
        ("agent", {"step": "accept", "version": 7}, 409, "stale_version"),
        ("agent", {"step": "complete"}, 409, "step_refused"),
        ("agent", {"step": "decline", "reason": "a", "explanation": "b"}, 403, "not_allowed"),
        # an auditor's key has no scope to change anything, whatever it was issued with
        ("auditor", {"step": "accept"}, 403, "permission_denied"),
        (
            "supervisor",
            {"step": "decline", "reason": " ", "explanation": "\n"},
            409,
            "step_refused",
        ),
        ("supervisor", {"step": "escalate"}, 403, "not_allowed"),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_its_reason(
    cast: Cast, who: str, body: dict[str, Any], status: int, code: str
) -> None:
    case = f.registered(cast)
    answer = program(getattr(cast, who)).post(f"complaints/{case.number}/steps/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Complaint.objects.get().state == "registered"


def test_a_step_on_an_older_version_is_412_by_header_and_shows_the_case(cast: Cast) -> None:
    case, agent = f.registered(cast), program(cast.agent)
    seen = agent.get(f"complaints/{case.number}/")["ETag"]
    ok(agent("patch", f"complaints/{case.number}/", {"title": "新事由"}, If_Match=seen))
    path = f"complaints/{case.number}/steps/"
    stale = agent.post(path, {"step": "accept"}, If_Match=seen)
    assert stale.status_code == 412
    assert stale.json()["current"]["title"] == "新事由"
    assert agent.post(path, {"step": "accept"}, If_Match='"nonsense"').status_code == 400
    assert agent.post(path, {"step": "accept", "version": 1}, If_Match='"2"').status_code == 400
    assert agent.post(path, {"step": "accept"}, If_Match=stale["ETag"]).status_code == 200


def test_a_withdrawal_is_asked_by_one_and_confirmed_by_another(cast: Cast) -> None:
    case = f.investigating(cast)
    asked = program(cast.agent).step(case.number, "withdraw", consumers_words="不追究了")
    assert ok(asked)["state"] == "investigating"
    confirmed = program(cast.supervisor).step(case.number, "withdraw", consumers_words="不追究了")
    assert (ok(confirmed)["state"], ok(confirmed)["outcome"]) == ("closed", "withdrawn")
