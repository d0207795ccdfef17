"""Comments, other counsel, conditions, and who has no part in a case, by a program."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from complaints.models import Comment, Complaint, Consult, NamedPerson, Recusal
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.in_review(cast)


@pytest.fixture
def counsel(cast: Cast) -> Caller:
    return program(cast.counsel)


def below(case: Complaint, rest: str) -> str:
    return f"complaints/{case.number}/{rest}/"


def test_a_comment_is_made_listed_and_settled(cast: Cast, case: Complaint, counsel: Caller) -> None:
    place = below(case, "comments")
    made = ok(counsel.post(place, {"part": "letter", "quote": "退还价款", "text": "多少"}), 201)
    at = f.LETTER.index("退还价款")
    assert (made["start"], made["end"], made["stands_at"]) == (at, at + 4, at)
    whole = ok(counsel.post(place, {"part": "measure:1", "text": "写明依据"}), 201)
    assert whole["quote"] == "退还价款"
    found = ok(counsel.post(place, {"part": "fact:tx_living_consumption", "text": "?"}), 201)
    assert "个人或家庭生活消费" in found["quote"]
    assert ok(program(cast.auditor).get(place))["results"] == [made, whole, found]
    settled = program(cast.agent).post(below(case, f"comments/{made['id']}/resolve"))
    assert ok(settled)["resolved_by"]["username"] == "agent"
    f.step(case, "send_back", cast.counsel)
    assert ok(counsel.get(place))["results"][1]["stands_at"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "?"}, "part"),
        ({"part": "letter"}, "text"),
        ({"part": "title", "text": "?"}, "part"),
        ({"part": "measure:9", "text": "?"}, "part"),
        ({"part": "fact:nonsense", "text": "?"}, "part"),
        ({"part": "letter", "text": "?", "quote": "没有的话"}, "quote"),
        ({"part": "letter", "text": "?", "quote": "的"}, "quote"),
        ({"part": "letter", "text": "?", "quote": "尊敬", "start": 3, "end": 5}, "quote"),
        ({"part": "letter", "text": "?", "start": 5, "end": 3}, "quote"),
        ({"part": "letter", "text": "?", "start": "x"}, "start"),
        ({"part": "letter", "text": "?", "start": float("inf"), "end": 3}, "start"),
        ({"part": "letter", "text": "?", "start": 1.5, "end": 3}, "start"),
        ({"part": "letter:", "text": "?"}, "part"),
        ({"part": "letter", "text": "?", "quote": 7}, "quote"),
        ({"part": "letter", "text": "?", "by": "counsel"}, "by"),
    ],
)
def test_a_bad_comment_is_400_and_names_the_field(
    case: Complaint, counsel: Caller, body: dict[str, Any], field: str
) -> None:
    sent = json.dumps(body).replace("Infinity", "1e999")  # what JSON allows and Python reads as inf
    refused = counsel.post(below(case, "comments"), sent)
    assert refused.status_code == 400, refused.content.decode()
    assert [e["field"] for e in refused.json()["errors"]] == [field]
    assert not Comment.objects.exists()


def test_another_counsel_is_asked_answers_and_the_question_is_taken_back(
    cast: Cast, case: Complaint, counsel: Caller
) -> None:
    place, other = below(case, "consults"), program(cast.counsel2)
    asked = ok(counsel.post(place, {"user": "counsel2", "question": "可以吗？"}), 201)
    assert (asked["user"]["username"], asked["answer"]) == ("counsel2", "")
    answer = below(case, f"consults/{asked['id']}/answer")
    assert counsel.post(answer, {"answer": "我自己答"}).status_code == 403
    assert ok(other.post(answer, {"answer": "可以"}))["answered_at"]
    assert other.post(answer, {"answer": "再答"}).status_code == 400
    again = ok(counsel.post(place, {"user": "counsel2", "question": "还有？"}), 201)
    withdraw = below(case, f"consults/{again['id']}/withdraw")
    assert other.post(withdraw).status_code == 403
    assert ok(counsel.post(withdraw))["withdrawn_at"]
    assert len(ok(other.get(place))["results"]) == 2


@pytest.mark.parametrize("user", ["counsel", "agent", "nobody", "", None, 7, ["counsel2"]])
def test_only_another_counsel_is_asked(case: Complaint, counsel: Caller, user: Any) -> None:
    refused = counsel.post(below(case, "consults"), {"user": user, "question": "?"})
    assert [e["field"] for e in refused.json()["errors"]] == ["user"]
    assert refused.status_code == 400
    assert not Consult.objects.exists()


def test_counsel_who_left_is_not_asked_nor_for_a_day_that_is_over(
    cast: Cast, case: Complaint, counsel: Caller
) -> None:
    place, day = below(case, "consults"), timezone.localdate() - timedelta(days=1)
    late = counsel.post(place, {"user": "counsel2", "question": "?", "due": day.isoformat()})
    assert late.json()["errors"][0]["message"] == "答复期限不能早于今天"
    cast.counsel2.is_active = False
    cast.counsel2.save()
    left = counsel.post(place, {"user": "counsel2", "question": "?"})
    assert "不是在用的法务账号" in left.json()["errors"][0]["message"]
    assert not Consult.objects.exists()


def test_conditions_are_listed_and_met(cast: Cast, case: Complaint, counsel: Caller) -> None:
    f.step(
        case, "sign", cast.counsel, opinion="同意", below_minimum_reason="x", conditions=["核对"]
    )
    place = below(case, "conditions")
    one = ok(counsel.get(place))["results"][0]
    assert (one["text"], one["set_by"]["username"], one["met_at"]) == ("核对", "counsel", None)
    meet = below(case, f"conditions/{one['id']}/meet")
    assert counsel.post(meet, {"note": "已办"}).status_code == 403
    assert program(cast.agent).post(meet, {"note": " "}).status_code == 400
    assert ok(program(cast.agent).post(meet, {"note": "已办"}))["met_by"]["username"] == "agent"


def test_a_colleague_is_named_and_cleared_and_counsel_steps_back(
    cast: Cast, case: Complaint, counsel: Caller
) -> None:
    place, supervisor = below(case, "named-people"), program(cast.supervisor)
    body = {"user": "colleague", "why": "消费者投诉其态度"}
    assert program(cast.agent).post(place, body).status_code == 403
    assert ok(supervisor.post(place, body), 201)["user"]["username"] == "colleague"
    assert program(cast.colleague).get(place).status_code == 404
    assert len(ok(counsel.get(place))["results"]) == 1
    clear = below(case, "named-people/colleague/clear")
    assert supervisor.post(clear, {}).status_code == 400
    assert supervisor.post(clear, {"reason": "同名"}).status_code == 204
    assert supervisor.post(clear, {"reason": "同名"}).status_code == 404
    assert not NamedPerson.objects.exists()
    recusals = below(case, "recusals")
    assert supervisor.post(recusals, {"reason": "x"}).status_code == 403
    assert ok(counsel.post(recusals, {"reason": "相识"}), 201)["reason"] == "相识"
    assert ok(supervisor.get(recusals))["results"][0]["user"]["username"] == "counsel"


WRITES = {
    "comments": {"part": "letter", "text": "?"},
    "consults": {"user": "counsel2", "question": "?"},
    "named-people": {"user": "colleague", "why": "?"},
    "recusals": {"reason": "?"},
}


@pytest.mark.parametrize("what", WRITES)
def test_an_old_version_is_412_a_foreign_case_404_and_nothing_is_written(
    what: str, cast: Cast, case: Complaint, counsel: Caller
) -> None:
    stale = counsel.post(below(case, what), WRITES[what], If_Match='"1"')
    assert stale.status_code == 412
    for who in (cast.outsider, cast.outside_supervisor):
        assert program(who).post(below(case, what), WRITES[what]).status_code == 404
        assert program(who).get(below(case, what)).status_code == 404
    assert program(cast.auditor).post(below(case, what), WRITES[what]).status_code == 403
    for model in (Comment, Consult, NamedPerson, Recusal):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    "act", ["comments/{}/resolve", "consults/{}/answer", "consults/{}/withdraw"]
)
def test_what_belongs_to_another_case_is_404(
    act: str, cast: Cast, case: Complaint, counsel: Caller
) -> None:
    other = f.in_review(cast, order_number="SO-2")
    comment = ok(counsel.post(below(case, "comments"), WRITES["comments"]), 201)["id"]
    consult = ok(counsel.post(below(case, "consults"), WRITES["consults"]), 201)["id"]
    of = comment if act.startswith("comments") else consult
    body = {"answer": "x"} if act.endswith("answer") else {}
    assert counsel.post(below(other, act.format(of)), body).status_code == 404


def test_counsel_who_has_no_part_in_it_comments_on_nothing(cast: Cast, case: Complaint) -> None:
    counsel = program(cast.counsel)
    ok(counsel.post(below(case, "recusals"), {"reason": "相识"}), 201)
    refused = counsel.post(below(case, "comments"), WRITES["comments"])
    assert refused.status_code == 403
    assert "您已回避本案" in refused.json()["detail"]
