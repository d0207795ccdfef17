"""What belongs to a case: facts, texts, promises, stopped clocks, proposals, owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from complaints.models import Communication, Complaint, FactAnswer, Hold
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


# --- facts


def test_facts_are_answered_and_superseded_never_overwritten(cast: Cast, agent: Caller) -> None:
    path = f"complaints/{f.investigating(cast).number}/facts/"
    assert ok(agent.get(path)) == {}
    first = agent(
        "put",
        path,
        {"tx_channel": "电话营销", "tx_price_paid": {"value": "1,280", "source": "verified"}},
    )
    given = ok(first)
    assert given["tx_price_paid"]["value"] == "1280.00"
    assert given["tx_channel"]["by"]["username"] == "agent"
    second = agent("put", path, {"tx_price_paid": "99.00"}, If_Match=first["ETag"])
    assert ok(second)["tx_price_paid"]["value"] == "99.00"
    assert ok(second)["tx_channel"] == given["tx_channel"]
    assert FactAnswer.objects.filter(fact="tx_price_paid").count() == 2
    assert agent("put", path, {"tx_channel": "实体店"}, If_Match=first["ETag"]).status_code == 412


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("colour_of_the_sky", True),
        ("tx_price_paid", 3980.5),
        ("tx_price_paid", "-1"),
        ("tx_living_consumption", "maybe"),
        ("fr_intent", "也许"),
        ("tx_contract_date", "soon"),
        ("tx_price_paid", None),
        ("tx_price_paid", {"value": "1", "colour": "red"}),
        ("tx_price_paid", {"cannot_be_established": True, "note": "  "}),
    ],
)
def test_a_wrong_answer_is_refused_by_the_fact_and_the_others_are_not_taken(
    cast: Cast, agent: Caller, fact: str, value: Any
) -> None:
    path = f"complaints/{f.investigating(cast).number}/facts/"
    refused = agent("put", path, {"tx_channel": "电话营销", fact: value})
    assert refused.status_code == 400
    assert [e["field"] for e in refused.json()["errors"]] == [fact]
    assert not FactAnswer.objects.exists()


def test_the_analysis_speaks_of_the_facts_as_they_are_now(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    before = ok(agent.get(f"complaints/{number}/analysis/"))
    facts = {"pr_extra_charge": True, "pr_overpaid": "46.00"}
    ok(agent("put", f"complaints/{number}/facts/", facts))
    after = ok(agent.get(f"complaints/{number}/analysis/"))
    amounts = {r["remedy"]: r["amount"] for r in after["remedies"]}
    assert amounts["price_overpaid"] == "46.00"
    assert "price_overpaid" not in {r["remedy"] for r in before["remedies"]}


def test_the_analysis_names_the_windows_of_the_law_with_their_days(
    cast: Cast, agent: Caller
) -> None:
    number = f.investigating(cast, category="prepaid").number
    before = ok(agent.get(f"complaints/{number}/analysis/"))["windows"]
    assert {w["id"]: w["state"] for w in before}["prepaid_cooling_7d"] == "unknown"
    facts = {"tx_payment_date": "2026-03-02", "rt_demand_date": "2026-03-09"}
    ok(agent("put", f"complaints/{number}/facts/", facts))
    after = {w["id"]: w for w in ok(agent.get(f"complaints/{number}/analysis/"))["windows"]}
    found = after["prepaid_cooling_7d"]
    assert (found["from"], found["until"], found["state"]) == ("2026-03-02", "2026-03-09", "kept")
    assert found["citation"] == {"instrument": "spc_prepaid_2025", "article": "14", "paragraph": 1}


# --- texts, promises, stops


def test_a_reply_a_note_and_a_call_are_three_things(cast: Cast, agent: Caller) -> None:
    path = f"complaints/{f.investigating(cast).number}/communications/"
    reply = ok(agent.post(path, {"kind": "reply", "channel": "email", "text": "您好"}), 201)
    assert reply["leaves_at"] is not None
    note = ok(agent.post(path, {"kind": "internal_note", "text": "备注"}), 201)
    assert note["leaves_at"] is None
    kinds = [c["kind"] for c in ok(agent.get(path))["results"]]
    assert kinds == ["reply", "internal_note"]
    assert program(cast.auditor).post(path, {"kind": "reply", "text": "x"}).status_code == 403
    assert Communication.objects.count() == 2


def test_the_clocks_stop_and_run_again(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    path = f"complaints/{number}/holds/"
    answer = agent.post(path, {"reason": "consumer", "note": "请补充付款截图"})
    hold = ok(answer, 201)
    assert hold["pauses"] == ["investigate"]
    states = {
        d["kind"]: d["state"] for d in ok(agent.get(f"complaints/{number}/deadlines/"))["results"]
    }
    assert states == {"accept": "met", "general_reply": "running", "investigate": "held"}
    assert agent.post(path, {"reason": "consumer", "note": "又"}).status_code == 409
    assert [h["id"] for h in ok(agent.get(f"complaints/{number}/"))["holds"]] == [hold["id"]]
    ended = ok(agent("delete", answer["Location"], If_Match=answer["ETag"]))
    assert ended["ended_at"] is not None
    assert agent("delete", answer["Location"]).status_code == 409
    assert agent("delete", f"{path}{hold['id'] + 1}/").status_code == 404
    assert not Complaint.objects.get(number=number).on_hold


def test_a_hold_of_another_case_is_not_found(cast: Cast, agent: Caller) -> None:
    one, other = f.investigating(cast), f.investigating(cast)
    hold = ok(
        agent.post(f"complaints/{one.number}/holds/", {"reason": "expert", "note": "检"}), 201
    )
    assert agent("delete", f"complaints/{other.number}/holds/{hold['id']}/").status_code == 404
    assert Hold.objects.get().ended_at is None


def test_a_promise_is_kept_with_proof(cast: Cast, agent: Caller) -> None:
    case = f.executing(cast)
    path = f"complaints/{case.number}/commitments/"
    [promise] = ok(agent.get(path))["results"]
    assert (promise["amount"], promise["state"]) == ("3980.00", "open")
    one = f"{path}{promise['id']}/"
    assert agent.step(case.number, "complete").status_code == 409
    assert agent.post(one, {"state": "kept", "proof": " "}).status_code == 400
    assert agent.post(one, {"state": "waived", "proof": "书面"}).status_code == 400
    assert agent.post(one, {"state": "kept", "proof": "流水", "colour": "x"}).status_code == 400
    assert agent.post(one, {"state": "kept", "proof": "付款流水 P-1"}).status_code == 400
    paid = agent.post(
        f"complaints/{case.number}/payments/",
        {
            "commitment": promise["id"],
            "amount": "3980.00",
            "paid_on": str(timezone.localdate()),
            "way": "bank",
            "reference": "P-1",
        },
    )
    assert paid.status_code == 201, paid.content.decode()
    kept = agent.get(path)
    assert [c["state"] for c in ok(kept)["results"]] == ["kept"]
    assert agent.post(one, {"state": "kept", "proof": "再一次"}).status_code == 409
    closed = agent.post(
        f"complaints/{case.number}/steps/", {"step": "complete"}, If_Match=kept["ETag"]
    )
    assert (ok(closed)["state"], ok(closed)["outcome"]) == ("closed", "resolved")


def test_the_timeline_is_everything_in_order(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    codes = [e["code"] for e in ok(agent.get(f"complaints/{number}/timeline/"))["results"]]
    assert codes[:2] == ["registered", "accept"]
    newest = ok(agent.get(f"complaints/{number}/timeline/?ordering=-at"))["results"]
    assert [e["code"] for e in newest] == codes[::-1]


# --- proposals


def test_a_proposal_is_drafted_and_edited_until_it_is_submitted(cast: Cast, agent: Caller) -> None:
    case = f.resolving(cast)
    path = f"complaints/{case.number}/resolutions/"
    first = agent.post(path, f.proposal(), If_Match=f'"{Complaint.objects.get().version}"')
    assert ok(first, 201)["measures"][0]["amount"] == "3980.00"
    assert (ok(first, 201)["version"], ok(first, 201)["status"]) == (1, "draft")
    assert agent.post(path, {"explanation": "x"}, If_Match='"1"').status_code == 412
    edited = ok(agent.post(path, {"explanation": "补充"}, If_Match=first["ETag"]), 201)
    assert (edited["version"], edited["explanation"]) == (1, "补充")
    ok(agent.step(case.number, "submit"))
    refused = agent.post(path, {"explanation": "再改"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    ok(program(cast.counsel).step(case.number, "send_back", comments="请补金额依据"))
    assert ok(agent.post(path, {"explanation": "第二版"}), 201)["version"] == 2
    [returned, draft] = ok(agent.get(path))["results"]
    assert returned["opinions"][0]["text"] == "请补金额依据"
    assert draft["measures"] == returned["measures"]


def test_a_void_signature_says_since_when_and_what_changed(cast: Cast, agent: Caller) -> None:
    case = f.in_review(cast)
    f.step(case, "sign", cast.counsel, opinion="同意", conditions=["核对收款渠道"])
    path = f"complaints/{case.number}/resolutions/"
    [signed] = ok(agent.get(path))["results"][0]["opinions"]
    assert (signed["voided_at"], signed["changed"]) == (None, [])
    f.with_evidence(case, cast.agent, "签署以后才收到的录音")
    [void] = ok(agent.get(path))["results"][0]["opinions"]
    assert void["voided_at"]
    assert void["changed"] == ["evidence.2"]


def test_a_wrong_measure_is_named_by_its_place(cast: Cast, agent: Caller) -> None:
    case = f.resolving(cast)
    measures = [{"kind": "refund", "amount": "1.00"}, {"kind": "gold", "amount": 1.5}]
    refused = agent.post(f"complaints/{case.number}/resolutions/", {"measures": measures})
    assert refused.status_code == 400
    assert {e["field"] for e in refused.json()["errors"]} == {
        "measures.1.kind",
        "measures.1.amount",
    }


# --- owner


def test_a_case_is_handed_to_a_colleague_and_back_to_the_queue(cast: Cast, agent: Caller) -> None:
    path = f"complaints/{f.registered(cast).number}/owner/"
    given = ok(agent("put", path, {"user": "colleague", "note": "周五前可接听"}))
    assert given["owner"] == {"username": "colleague", "name": "何静"}
    assert agent("put", path, {"user": "agent", "note": "拿回"}).status_code == 403
    back = ok(program(cast.supervisor)("put", path, {"user": None, "note": "退回待分配"}))
    assert back["owner"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user": "nobody", "note": "x"}, "user"),
        ({"user": "outsider", "note": "x"}, "user"),
        ({"user": "counsel", "note": "x"}, "user"),
        ({"user": 7, "note": "x"}, "user"),
        ({"team": "客服二组", "note": "x"}, "team"),
        ({"team": 10**30, "note": "x"}, "team"),
        ({"user": "colleague"}, "note"),
        ({"note": "x"}, "user"),
        ({"user": "colleague", "note": ["x"]}, "note"),
        ({"user": "colleague", "note": "x", "colour": "red"}, "colour"),
    ],
)
def test_a_receiver_who_cannot_work_on_it_is_refused(
    cast: Cast, agent: Caller, body: dict[str, Any], field: str
) -> None:
    case = f.registered(cast)
    refused = agent("put", f"complaints/{case.number}/owner/", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert Complaint.objects.get().owner == cast.agent


def test_a_confidential_case_given_away_is_out_of_sight(cast: Cast, agent: Caller) -> None:
    path = f"complaints/{f.registered(cast, confidential=True).number}/owner/"
    assert agent("put", path, {"user": "colleague", "note": "保密案件"}).status_code == 204
    assert agent("put", path, {"user": "agent", "note": "拿回"}).status_code == 404


def test_a_case_is_made_confidential_with_a_reason_together_with_other_changes_or_not_at_all(
    cast: Cast, agent: Caller
) -> None:
    number = f.registered(cast).number
    supervisor = program(cast.supervisor)
    path, private = f"complaints/{number}/", {"confidential": True, "priority": "critical"}
    for missing, at in (
        ({}, "confidential"),
        ({"confidential_reason": " "}, "confidential_reason"),
    ):
        refused = agent("patch", path, {**private, **missing})
        found = [error["field"] for error in refused.json()["errors"]]
        assert (refused.status_code, found) == (400, [at])
    assert (Complaint.objects.get().confidential, Complaint.objects.get().version) == (False, 1)
    made = agent("patch", path, {**private, "confidential_reason": "涉及未成年人", "version": 1})
    assert (made.status_code, made.json()["confidential"]) == (200, True)
    assert (made.json()["priority"], made.json()["version"]) == ("critical", 3)
    opened = {"confidential": False, "confidential_reason": "家长同意"}
    assert agent("patch", path, opened).status_code == 403
    assert supervisor("patch", path, {**opened, "version": 1}).status_code == 409
    assert supervisor("patch", path, opened).json()["confidential"] is False
    given = {"user": "colleague", "note": "转给何静"}
    assert supervisor("put", f"{path}owner/", given).status_code == 200
    gone = agent("patch", path, {"confidential": True, "confidential_reason": "涉及健康信息"})
    assert (gone.status_code, agent.get(path).status_code) == (204, 404)
