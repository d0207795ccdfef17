"""Payments by a program: written down, listed, refused, reversed."""

from typing import Any

import pytest
from django.utils import timezone

from complaints.models import Commitment, Complaint, Payment
from tests import factories as f
from tests.api.conftest import Caller, program
from tests.cast import Cast


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.executing(cast)


def sent(case: Complaint, **changes: Any) -> dict[str, Any]:
    return {
        "commitment": case.commitments.get().pk,
        "amount": "3980.00",
        "paid_on": timezone.localdate().isoformat(),
        "way": "bank",
        "reference": "20261126000831",
        **changes,
    }


def test_a_payment_is_made_listed_and_reversed(agent: Caller, case: Complaint) -> None:
    path = f"complaints/{case.number}/payments/"
    answer = agent.post(path, sent(case))
    [made] = ok(answer, 201)
    assert answer["ETag"] == f'"{Complaint.objects.get().version}"'
    assert (made["amount"], made["currency"], made["reversed_at"]) == ("3980.00", "CNY", None)
    assert ok(agent.get(path))["results"] == [made]
    [promise] = ok(agent.get(f"complaints/{case.number}/commitments/"))["results"]
    assert (promise["paid"], promise["open"], promise["proof_asked"], promise["state"]) == (
        "3980.00",
        "0.00",
        "payment",
        "kept",
    )
    [back] = ok(agent.post(f"{path}{made['id']}/reverse/", {"reason": "银行退票"}))
    assert back["reversed_reason"] == "银行退票"
    assert Commitment.objects.get().state == "open"


def test_without_a_promise_the_transfer_pays_all_that_is_open(
    agent: Caller, case: Complaint
) -> None:
    path = f"complaints/{case.number}/payments/"
    wrong = agent.post(path, sent(case, commitment=None, amount="1"))
    assert wrong.status_code == 400
    assert "各项未付合计 3,980.00 元" in wrong.content.decode()
    assert len(ok(agent.post(path, sent(case, commitment=None)), 201)) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "同一笔付款不能登记两次"), ("en", "")],
)
def test_the_same_reference_is_refused_in_the_callers_language(
    agent: Caller, case: Complaint, language: str, said: str
) -> None:
    path = f"complaints/{case.number}/payments/"
    ok(agent.post(path, sent(case, amount="1.00")), 201)
    again = agent.post(path, sent(case, amount="1.00"), Accept_Language=language)
    assert again.status_code == 400
    assert [e["field"] for e in again.json()["errors"]] == ["reference"]
    assert said in again.content.decode()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"amount": "NaN"}, "amount"),
        ({"amount": 12.5}, "amount"),
        ({"amount": None}, "amount"),
        ({"paid_on": "2026-13-01"}, "paid_on"),
        ({"paid_on": "2999-01-01"}, "paid_on"),
        ({"way": "gold"}, "way"),
        ({"reference": "？！"}, "reference"),
        ({"commitment": "first"}, "commitment"),
        ({"commitment": 10**30}, "commitment"),
        ({"commitment": 999_999}, "commitment"),
        ({"currency": "EUR"}, "currency"),
        ({"payee": "我"}, "payee"),
    ],
)
def test_junk_is_named(agent: Caller, case: Complaint, bad: dict[str, Any], field: str) -> None:
    answer = agent.post(f"complaints/{case.number}/payments/", sent(case, **bad))
    assert answer.status_code in (400, 409), answer.content.decode()
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert not Payment.objects.exists()


def test_a_case_that_one_does_not_see_has_no_payments(cast: Cast, case: Complaint) -> None:
    other = program(cast.outsider)
    assert other.get(f"complaints/{case.number}/payments/").status_code == 404
    assert other.post(f"complaints/{case.number}/payments/", sent(case)).status_code == 404
    paid = f.paid(case.commitments.get(), cast.agent)
    path = f"complaints/{case.number}/payments/{paid.pk}/reverse/"
    assert other.post(path, {"reason": "错"}).status_code == 404
    foreign = f.executing(cast)
    path = f"complaints/{foreign.number}/payments/{paid.pk}/reverse/"
    assert program(cast.agent).post(path, {"reason": "错"}).status_code == 404


# --- lists


def form(text: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {"file": SimpleUploadedFile("list.csv", text.encode())}


def test_a_list_is_uploaded_looked_at_and_started(cast: Cast, case: Complaint) -> None:
    from complaints import tasks

    lead = program(cast.supervisor)
    text = "case,amount,date,reference\n"
    text += f"{case.number},3980,{timezone.localdate()},B-1\nTS26-9,1,{timezone.localdate()},B-2\n"
    answer = lead.form("payment-files/", form(text))
    made = ok(answer, 201)
    path = f"payment-files/{made['id']}/"
    assert answer["Location"].endswith(path)
    assert (made["state"], made["outcomes"]["paid"], made["outcomes"]["unknown_case"]) == (
        "checked",
        1,
        1,
    )
    rows = ok(lead.get(f"{path}rows/"))["results"]
    assert [(r["number"], r["outcome"]) for r in rows] == [(2, "paid"), (3, "unknown_case")]
    assert lead.post(f"{path}start/", {"rows": 3}).status_code == 400
    assert ok(lead.post(f"{path}start/", {"rows": 2}), 202)["state"] == "running"
    tasks.run_payments(made["id"])
    assert ok(lead.get(path))["state"] == "done"
    assert [f["id"] for f in ok(lead.get("payment-files/"))["results"]] == [made["id"]]
    assert Payment.objects.get().reference == "B-1"
    assert program(cast.agent).get("payment-files/").status_code == 403
    assert program(cast.outside_supervisor).get(path).status_code == 404


def test_a_list_that_is_none_is_refused(cast: Cast) -> None:
    lead = program(cast.supervisor)
    answer = lead.form("payment-files/", form("a,b\n1,2\n"))
    assert answer.status_code == 400, answer.content.decode()
    assert "文件里没有这些列" in answer.content.decode()


def test_a_list_is_stopped_and_one_that_nobody_started_thrown_away(
    cast: Cast, case: Complaint
) -> None:
    lead = program(cast.supervisor)
    text = f"case,amount,date,reference\n{case.number},3980,{timezone.localdate()},B-1\n"
    one, other = (ok(lead.form("payment-files/", form(text)), 201)["id"] for _ in range(2))
    assert ok(lead.post(f"payment-files/{one}/start/", {}), 202)["state"] == "running"
    assert ok(lead.post(f"payment-files/{one}/stop/", {}))["state"] == "failed"
    assert lead("delete", f"payment-files/{one}/").status_code == 409
    assert lead("delete", f"payment-files/{other}/").status_code == 204
    assert program(cast.outside_supervisor).post(f"payment-files/{one}/stop/").status_code == 404
    assert not Payment.objects.exists()


def test_what_is_owed_and_paid_is_added_up(agent: Caller, cast: Cast, case: Complaint) -> None:
    ok(agent.post(f"complaints/{case.number}/payments/", sent(case, amount="1000.00")), 201)
    lead = program(cast.supervisor)
    sums = ok(lead.get("reconciliation/"))
    assert (sums["part"]["owed"], sums["part"]["paid"]) == ("3980.00", "1000.00")
    assert (sums["part"]["open"], sums["part"]["cases"]) == ("2980.00", 1)
    team = f"reconciliation/?team={case.team_id}"
    assert ok(lead.get(team))["all"] == sums["all"]
    assert lead.get("reconciliation/?team=客服").status_code == 400
    assert agent.get("reconciliation/").status_code == 403
    assert ok(program(cast.outside_supervisor).get("reconciliation/"))["all"]["cases"] == 0
