"""Every refusal is problem+json, says what to do next, and leaves nothing half-written."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from complaints.actions import holds
from complaints.models import Complaint
from tests import factories as f
from tests.api.conftest import Caller, complaint, person, program
from tests.cast import PASSWORD, Cast


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "errors"} <= set(body)
    assert body["status"] == status
    return body


def test_every_wrong_field_is_named_at_once(agent: Caller) -> None:
    sent = complaint(
        price_paid=3980.5, category="weather", consumer={"phone": "abc"}, transaction_date="gestern"
    )
    del sent["narrative"]
    body = problem(agent.post("complaints/", sent), 400)
    assert {e["field"] for e in body["errors"]} == {
        *("price_paid", "category", "consumer.phone", "transaction_date", "narrative")
    }
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"narrative": " \n　"}, "narrative"),
        ({"narrative": "投" * 200_000}, "narrative"),
        ({"transaction_date": "2999-01-01"}, "transaction_date"),
        ({"received_at": "2999-01-01T00:00:00+08:00"}, "received_at"),
        ({"price_paid": "-1.00"}, "price_paid"),
        ({"price_paid": "1.005"}, "price_paid"),
        ({"loss_claimed": 12.5}, "loss_claimed"),
        ({"channel": "smoke"}, "channel"),
        ({"claims": ["refund", "gold"]}, "claims"),
        ({"team": "客服二组"}, "team"),
        ({"colour": "red"}, "colour"),
        ({"consumer": {"shoe_size": "42"}}, "consumer.shoe_size"),
    ],
)
def test_a_registration_is_refused_by_the_field(
    agent: Caller, changes: dict[str, Any], field: str
) -> None:
    body = problem(agent.post("complaints/", complaint(**changes)), 400)
    assert [e["field"] for e in body["errors"]] == [field]
    assert not Complaint.objects.exists()


def test_emoji_are_text(agent: Caller) -> None:
    answer = agent.post("complaints/", complaint(narrative="太气人了😡👎🏽，退款！"))
    assert (answer.status_code, answer.json()["narrative"]) == (201, "太气人了😡👎🏽，退款！")


def test_nothing_personal_stands_in_a_refusal(agent: Caller) -> None:
    personal = {
        "name": "玄" * 70,
        "phone": "12098761234这不是电话",
        "email": "12098761234",
        "id_number": "110105194912310021!!",
        "bank_account": "6222 0000 0000 0000 000 但是写错了",
        "address": "某市某路" * 60,
    }
    text = agent.post("complaints/", complaint(consumer=personal)).content.decode()
    assert '"status":400' in text
    assert not [v for v in personal.values() if v[:8] in text]


def test_an_external_number_is_registered_once(cast: Cast, agent: Caller) -> None:
    first = agent.post("complaints/", complaint(external_reference="CRM-9")).json()["number"]
    body = problem(agent.post("complaints/", complaint(external_reference="CRM-9")), 409)
    assert (body["code"], body["number"]) == ("duplicate", first)
    assert first in body["errors"][0]["message"]
    stranger = program(cast.outsider).post("complaints/", complaint(external_reference="CRM-9"))
    hidden = problem(stranger, 409)
    assert hidden["number"] is None
    assert first not in stranger.content.decode()
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "parse_error"),
        ("", 400, "invalid"),
        ('{"narrative": NaN}', 400, "parse_error"),
        (b'{"narrative": "\xff"}', 400, "parse_error"),
        ('"text"', 400, "not_an_object"),
        ("[1]", 400, "not_an_object"),
        ("null", 400, "not_an_object"),
        ("7", 400, "not_an_object"),
        ('{"narrative": "a\\u0000b"}', 400, "parse_error"),
        ('{"narrative": "a\\ud800b"}', 400, "parse_error"),
        ('{"a\\u0007": 1}', 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ('{"a":' * 50 + "1" + "}" * 50, 400, "parse_error"),
        ('{"price_paid": ' + "9" * 5000 + "}", 400, "parse_error"),
        (b"x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), 413, "too_large"),
    ],
)
def test_a_body_that_is_no_object_in_utf8_json_is_refused(
    agent: Caller, body: Any, status: int, code: str
) -> None:
    assert problem(agent.post("complaints/", body), status)["code"] == code


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_taken(agent: Caller, kind: str) -> None:
    body = problem(agent.post("complaints/", "a=b", Content_Type=kind), 415)
    assert body["code"] == "unsupported_media_type"


def test_a_method_that_an_address_does_not_know_is_405(agent: Caller) -> None:
    answer = agent("delete", "complaints/")
    problem(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD"
    problem(agent("options", "complaints/"), 405)


def test_an_address_without_its_last_slash_leads_there_with_method_and_content(
    agent: Caller,
) -> None:
    for method, path in (("post", "complaints"), ("get", "complaints?state=open")):
        answer = agent(method, path, complaint())
        assert answer.status_code == 308
        assert answer["Location"] == f"/api/v1/{path.replace('complaints', 'complaints/')}"


def test_a_body_in_pieces_is_asked_for_its_length(agent: Caller) -> None:
    chunked = agent.client.post(
        "/api/v1/complaints/",
        headers={**agent.headers, "Transfer-Encoding": "chunked"},
        content_type="application/json",
        CONTENT_LENGTH="",
    )
    assert problem(chunked, 411)["code"] == "length_required"


def test_an_address_that_does_not_exist_is_404(agent: Caller) -> None:
    problem(agent.get("nothing/"), 404)
    problem(agent.get("complaints/TS26-999999/holds/abc/"), 404)


@pytest.mark.parametrize("path", ["complaints/", "complaints/TS26-999999/", "me/", "audit/"])
def test_a_parameter_that_is_not_known_is_refused_by_name(cast: Cast, path: str) -> None:
    caller = program(cast.auditor)
    body = problem(caller.get(f"{path}?reveal=phone"), 400)
    assert (body["errors"][0]["field"], body["errors"][0]["code"]) == (
        "reveal",
        "unknown_parameter",
    )


def test_the_limit_is_said_with_the_time_to_wait(cast: Cast, settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"caller": "3/min"},
    }
    caller = program(cast.agent)
    codes = [caller.get("me/").status_code for _n in range(4)]
    refused = caller.get("me/")
    assert codes[:3] == [200] * 3
    assert problem(refused, 429)["code"] == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert program(cast.agent).get("me/").status_code == 200  # another key, another count


UPLOAD = f"evidence/uploads/{UUID(int=0)}/"


def every_call(number: str, hold: int, promise: int) -> list[tuple[str, str, Any]]:
    """Each route of a case with a body that could be taken."""
    of = f"complaints/{number}"
    reads = [
        *("", "steps/", "facts/", "analysis/", "evidence/", "evidence/1/", "evidence/1/file/"),
        *("timeline/", "deadlines/", "commitments/", "communications/", "resolutions/"),
        *("moments/", "deadlines/1/extensions/", "letters/", "payments/", "approvals/"),
        *("comments/", "consults/", "conditions/", "named-people/", "recusals/", "satisfaction/"),
        "team-consults/",
        *("review/", "dossier.pdf", "package.zip", "evidence/1/links/", UPLOAD),
        "evidence/1/custody/",
    ]
    return [
        *[("get", f"{of}/{read}", None) for read in reads],
        ("patch", f"{of}/", {"title": "事由"}),
        ("put", f"{of}/owner/", {"user": None, "note": "交接"}),
        ("post", f"{of}/give-back/", {"note": "不归我"}),
        ("post", f"{of}/urge/", {"note": "请尽快"}),
        ("put", f"{of}/facts/", {"tx_living_consumption": True}),
        ("post", f"{of}/steps/", {"step": "accept"}),
        ("post", f"{of}/steps/?dry_run=1", {"step": "accept"}),
        ("post", f"{of}/communications/", {"kind": "internal_note", "text": "备注"}),
        ("post", f"{of}/holds/", {"reason": "consumer", "note": "等"}),
        ("delete", f"{of}/holds/{hold}/", None),
        ("post", f"{of}/commitments/", {"text": "回电", "due": "2099-01-01", "source": "call"}),
        ("post", f"{of}/commitments/{promise}/", {"state": "kept", "proof": "流水"}),
        ("post", f"{of}/commitments/{promise}/keep/", {"proof": "流水"}),
        ("post", f"{of}/commitments/{promise}/break/", {"reason": "忘了"}),
        ("post", f"{of}/commitments/{promise}/release/", {"words": "不用", "evidence": 1}),
        ("post", f"{of}/commitments/{promise}/due/", {"due": "2099-01-01", "reason": "改"}),
        ("post", f"{of}/moments/", {"kind": "goods_returned", "at": "2026-03-02"}),
        ("post", f"{of}/deadlines/1/extensions/", {"reason": "等检测报告", "length": 5}),
        ("post", f"{of}/deadlines/1/extensions/1/decide/", {"decision": "approved"}),
        ("post", f"{of}/resolutions/", {"explanation": "说明"}),
        ("post", f"{of}/reveal/", {"field": "phone", "purpose": "call_back"}),
        ("post", f"{of}/last-four/", {"field": "phone", "last_four": "0000"}),
        *about_the_offer(of, promise),
        *about_the_folder(of),
        *about_other_cases(of),
    ]


def about_other_cases(of: str) -> list[tuple[str, str, Any]]:
    """What has to do with the case."""
    return [
        ("get", f"{of}/links/", None),
        ("post", f"{of}/links/", {"to": "TS26-000001", "kind": "same_matter"}),
        ("delete", f"{of}/links/1/", {"reason": "并非同一事"}),
    ]


def about_the_folder(of: str) -> list[tuple[str, str, Any]]:
    """Files in pieces, what is done with a piece of evidence, and who read."""
    return [
        ("post", f"{of}/evidence/uploads/", {"name": "a.pdf", "size": 9}),
        ("delete", f"{of}/{UPLOAD}", None),
        ("post", f"{of}/{UPLOAD}finish/", {"title": "录像"}),
        ("post", f"{of}/evidence/1/check/", {}),
        ("post", f"{of}/evidence/1/links/", {"kind": "fact", "target": "fraud"}),
        ("post", f"{of}/evidence/1/withdraw/", {"reason": "与本案无关"}),
        ("get", f"{of}/readings/", None),
        ("get", f"{of}/readings/of-person/?since=2026-01-01&until=2026-01-02", None),
    ]


def about_the_offer(of: str, promise: int) -> list[tuple[str, str, Any]]:
    """Review, approval, letters, money, and what the consumer says."""
    paid = {"commitment": promise, "amount": "1.00", "paid_on": "2026-01-05", "way": "bank"}
    said = {"answer": "accepts", "means": "phone", "note": "同意"}
    return [
        ("post", f"{of}/answers/", said),
        ("post", f"{of}/approvals/", {"approve": True}),
        ("post", f"{of}/comments/", {"part": "letter", "quote": "退还", "text": "请写明"}),
        ("post", f"{of}/comments/1/resolve/", {}),
        ("post", f"{of}/conditions/1/meet/", {"note": "已落实"}),
        ("post", f"{of}/consults/", {"counsel": "counsel2", "question": "可否"}),
        ("post", f"{of}/consults/1/answer/", {"answer": "可以"}),
        ("post", f"{of}/consults/1/withdraw/", {}),
        ("post", f"{of}/team-consults/", {"team": "客服二组", "question": "可否", "length": 1}),
        ("post", f"{of}/team-consults/1/answer/", {"answer": "可以"}),
        ("post", f"{of}/team-consults/1/decline/", {"reason": "不归我们"}),
        ("post", f"{of}/team-consults/1/withdraw/", {}),
        ("post", f"{of}/letters/1/withhold/", {}),
        ("post", f"{of}/mass/leave/", {"reason": "并非同一缺陷"}),
        ("post", f"{of}/named-people/", {"user": "agent", "why": "被点名"}),
        ("post", f"{of}/named-people/agent/clear/", {"why": "并非本人"}),
        ("post", f"{of}/payments/", {**paid, "reference": "T-1"}),
        ("post", f"{of}/payments/1/reverse/", {"reason": "退票"}),
        ("post", f"{of}/recusals/", {"why": "亲属"}),
        ("post", f"{of}/redo/", {"user": "agent", "reason": "不满意"}),
        ("post", f"{of}/review/read/", {"content_hash": "0" * 64}),
        ("post", f"{of}/review/sign-again/", {"opinion": "同意", "content_hash": "0" * 64}),
        ("post", f"{of}/satisfaction/", {"score": 5, "solved": True}),
    ]


def test_another_teams_case_does_not_exist_on_any_route(cast: Cast) -> None:
    case = f.with_evidence(f.executing(cast), cast.agent)
    hold = holds.start(case.number, {"reason": "consumer", "note": "等"}, by=cast.agent)
    promise = case.commitments.get()
    before = Complaint.objects.values().get()
    for user in (cast.outsider, cast.outside_supervisor):
        for caller in (program(user), person(user)):
            for (method, path, body), (_m, missing, _b) in zip(
                every_call(case.number, hold.pk, promise.pk),
                every_call("TS26-999999", hold.pk, promise.pk),
                strict=True,
            ):
                answer, nowhere = caller(method, path, body), caller(method, missing, body)
                status = answer.status_code  # 403: the role alone refuses, whatever the number
                assert status in (403, 404), path
                assert problem(answer, status) == problem(nowhere, status), path
            form = {"file": "", "title": "x"}
            assert caller.form(f"complaints/{case.number}/evidence/", form).status_code == 400
    assert Complaint.objects.values().get() == before


def test_the_route_list_above_is_complete(cast: Cast) -> None:
    from complaints.api.urls import of_one_case

    called = {p for _m, p, _b in every_call("N", 1, 1)}
    walked = {p.removeprefix("complaints/N/").partition("?")[0] for p in called}
    known = {re.sub(r"<int:\w+>", "1", str(p.pattern)) for p in of_one_case}
    words = {"<str:act>": "withhold", "<str:username>": "agent"}
    words["<uuid:upload>"] = UPLOAD.split("/")[2]
    for gap, word in words.items():
        known = {path.replace(gap, word) for path in known}
    assert walked == known


def test_a_session_needs_the_csrf_token_to_change_anything(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    page = client.get("/login/")
    token = page.cookies["csrftoken"].value
    client.post(
        "/login/",
        {"username": "agent", "password": PASSWORD, "csrfmiddlewaretoken": token},
    )
    caller = Caller({}, client)
    refused = problem(caller.post("complaints/", complaint()), 403)
    assert "CSRF" in refused["detail"]
    fresh = client.cookies["csrftoken"].value
    assert caller.post("complaints/", complaint(), X_CSRFToken=fresh).status_code == 201


def test_a_database_that_is_away_is_503_and_comes_back(
    agent: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plug is pulled at the driver: everything above it is real."""
    from django.db import OperationalError
    from django.db.backends.utils import CursorWrapper

    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as plug:
        plug.setattr(CursorWrapper, "execute", away)
        answer = agent.get("complaints/")
    body = problem(answer, 503)
    assert answer["Retry-After"] == "5"
    assert "数据库" in body["detail"]
    assert agent.get("complaints/").status_code == 200
    assert connection.is_usable()
