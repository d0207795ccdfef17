"""What a signature covers, and signing again and several at once, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.checklist import ITEMS
from complaints.models import Complaint, Opinion, SeenVersion
from complaints.signing import checking
from tests import factories as f
from tests.api.conftest import Caller, ok, person, program
from tests.cast import PASSWORD, Cast

BATCH = "review/batch/"


def confirmed(user: Any) -> Caller:
    caller = person(user)
    ok(caller.post("me/confirm/", {"password": PASSWORD}))
    return caller


def below(case: Complaint, rest: str = "") -> str:
    return f"complaints/{case.number}/review/{rest}"


def sent(*cases: Complaint, **changes: Any) -> dict[str, Any]:
    return {
        "cases": [case.number for case in cases],
        "opinion": "事实清楚，同意",
        "checklist": dict.fromkeys(ITEMS, True),
        **changes,
    }


def voided(cast: Cast) -> Complaint:
    """Signed, and changed before the letter left."""
    case = f.with_evidence(f.offered(cast), cast.agent, "后来收到的证据")
    return Complaint.objects.get(pk=case.pk)


def test_what_would_be_signed_is_answered_and_only_that_is_signed(cast: Cast) -> None:
    case, counsel = f.in_review(cast), confirmed(cast.counsel)
    found = ok(program(cast.auditor).get(below(case)))
    assert (found["waits_for"], found["resolution"], found["signatures"]) == ("signature", 1, [])
    assert found["content"]["letter"] == f.LETTER
    fields = {"opinion": "同意", "take_over": f.taken_over(case)}
    path = f"complaints/{case.number}/steps/"
    for path_of in (path, path + "?dry_run=1"):
        stale = counsel.post(path_of, {"step": "sign", **fields, "content_hash": "0" * 64})
        assert (stale.status_code, stale.json()["code"]) == (409, "content_changed")
    for nonsense in ("", "x", 7, "A" * 64, found["content_hash"] + "\n"):
        refused = counsel.post(path, {"step": "sign", **fields, "content_hash": nonsense})
        assert [e["field"] for e in refused.json()["errors"]] == ["content_hash"]
    other = counsel.step(case.number, "send_back", comments="?", content_hash="0" * 64)
    assert other.status_code == 400
    assert not Opinion.objects.exists()
    ok(counsel.step(case.number, "sign", **fields, content_hash=found["content_hash"]))
    [signed] = ok(counsel.get(below(case)))["signatures"]
    assert (signed["live"], signed["content_hash"]) == (True, found["content_hash"])


def test_a_void_signature_is_given_again_by_a_person_and_never_by_a_key(cast: Cast) -> None:
    case = voided(cast)
    found = ok(program(cast.counsel).get(below(case)))
    assert found["waits_for"] == "another_signature"
    assert [(s["live"], bool(s["why_not"])) for s in found["signatures"]] == [(False, True)]
    body = {"opinion": "仍同意", "take_over": f.taken_over(case), "below_minimum_reason": "x"}
    again = below(case, "sign-again/")
    assert program(cast.agent).post(again, body).status_code == 403
    by_key = program(cast.counsel).post(again, body)
    assert [e["code"] for e in by_key.json()["errors"]] == ["reauthenticated"]
    unconfirmed = person(cast.counsel).post(again, body)
    assert [e["code"] for e in unconfirmed.json()["errors"]] == ["reauthenticated"]
    counsel = confirmed(cast.counsel)
    assert counsel.post(again, {**body, "content_hash": "0" * 64}).status_code == 409
    conditional = counsel.post(again, {**body, "conditions": ["先核对账户"]})
    assert [e["field"] for e in conditional.json()["errors"]] == ["conditions"]
    assert counsel.post(again, {**body, "opinion": " "}).status_code == 409
    assert counsel.post(again, body, If_Match='"1"').status_code == 412
    assert Opinion.objects.count() == 1
    ok(counsel.post(again, {**body, "content_hash": found["content_hash"]}))
    assert [s["live"] for s in ok(counsel.get(below(case)))["signatures"]].count(True) == 1
    twice = counsel.post(again, body)
    assert [e["code"] for e in twice.json()["errors"]] == ["state"]
    assert [found.faults for found in checking.check(checking.signatures())] == [[], []]


def test_several_are_signed_at_once_as_far_as_they_were_read(cast: Cast) -> None:
    read, unread = (f.in_review(cast, order_number=f"SO-{n}") for n in (1, 2))
    counsel = confirmed(cast.counsel)
    assert counsel.post(below(read, "read/"), {}).status_code == 400
    assert counsel.post(below(read, "read/"), {"content_hash": "0" * 64}).status_code == 409
    assert not SeenVersion.objects.exists()
    known = ok(counsel.get(below(read)))["content_hash"]
    assert ok(counsel.post(below(read, "read/"), {"content_hash": known}))["read_at"]
    body = sent(read, unread)
    body["cases"] += ["TS26-999999", read.number]
    found = ok(counsel.post(BATCH, body))
    assert found["signed"] == 1
    assert [(r["number"], r["signed"], bool(r["why_not"])) for r in found["results"]] == [
        (read.number, True, False),
        (unread.number, False, True),
        ("TS26-999999", False, True),
    ]
    again = ok(counsel.post(BATCH, sent(read)))
    assert (again["signed"], Opinion.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cases": []}, "cases"),
        ({"cases": "TS26-000001"}, "cases"),
        ({"cases": [7]}, "cases"),
        ({"cases": [""]}, "cases"),
        ({"cases": ["TS26-000001"] * 501}, "cases"),
        ({"cases": None}, "cases"),
        ({"opinion": " \u3000"}, "opinion"),
        ({"opinion": None}, "opinion"),
        ({"checklist": {}}, "checklist"),
        ({"checklist": None}, "checklist"),
        ({"checklist": {**dict.fromkeys(ITEMS, True), "sums": False}}, "checklist"),
        ({"checklist": "all"}, "checklist"),
        ({"conditions": ["x"]}, "conditions"),
    ],
)
def test_a_bad_batch_is_400_and_names_the_field(
    cast: Cast, changes: dict[str, Any], field: str
) -> None:
    refused = confirmed(cast.counsel).post(BATCH, {**sent(), "cases": ["TS26-1"], **changes})
    assert refused.status_code == 400
    assert [e["field"] for e in refused.json()["errors"]] == [field]


def test_no_key_and_nobody_unconfirmed_signs_several(cast: Cast) -> None:
    case = f.in_review(cast)
    for caller in (program(cast.counsel), person(cast.counsel)):
        refused = caller.post(BATCH, sent(case))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (
            409,
            "reauthenticated",
        )
    assert confirmed(cast.agent).post(BATCH, sent(case)).status_code == 403
    hidden = program(cast.outsider)
    assert hidden.get(below(case)).status_code == 404
    assert not Opinion.objects.exists()
