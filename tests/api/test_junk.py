"""Whatever is sent, the answer is a refusal that names the field, never a defect."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api.paging import PARAMS
from complaints.actions import holds
from complaints.api.cases import CasesView
from complaints.lifecycle import STEPS, Field
from complaints.models import Complaint
from tests import factories as f
from tests.api.conftest import Caller, complaint, program
from tests.cast import Cast

JUNK: list[Any] = [
    *(None, True, 0, -1, 2**63, 10**30, -(10**400), 1.5, 1e308),
    *("", " ", "x" * 60_000, "💥", "²", "１２", "NaN", "1e5", "3.999", "9" * 400, "\u202e\ufeff"),
    *("2026-13-45", "0000-00-00", "9999-12-31T23:59:59-23:59", "TS26-000001"),
    *("'; DROP TABLE complaints_complaint; --", "\\u0000", "a\u0000b", "\ud800"),
    *([], [[[["a"]]]], [None], ["refund", 5], ["x"] * 1000, [[1, 2], [3]]),
    *({}, {"a": {"b": [1]}}, {"": ""}, {str(n): n for n in range(600)}, {"value": {"a": []}}),
]
FACTS = ["tx_price_paid", "tx_contract_date", "tx_living_consumption", "fr_intent", "mn_age"]
STEP_FIELDS: dict[str, Any] = {
    field.value: {"tx_channel": "无法查明"}
    if field == Field.CANNOT_BE_ESTABLISHED
    else [1]
    if field == Field.EVIDENCE
    else "文字"
    for field in Field
}


# Of the values that a field may be sent it gets every third, the next field the next; `make junk`
# sends them all. That each field withstands values of every type is known from these: what checks
# a kind of field is the same for all fields of the kind, and each kind stands in many bodies.
STEP = 1 if os.environ.get("WHOLE_JUNK") else 3
STEPS_WITH_EVERY_FIELD = {
    *("decline", "conclude", "sign", "consumer_accepts", "refer_out", "external_decision"),
    *("withdraw", "merge"),
}


def _promises(number: str, promise: int) -> list[tuple[str, str, dict[str, Any]]]:
    of = f"complaints/{number}/commitments"
    rests_on = {"evidence": 1, "communication": 1}
    made = {"text": "回电", "due": "2099-01-01", "source": "call", "strength": "offered"}
    return [
        ("post", f"{of}/", {**made, **rests_on, "owner": "agent", "amount": "1.00"}),
        ("post", f"{of}/{promise}/keep/", {"proof": "流水", "evidence": 1, "kept_at": ""}),
        ("post", f"{of}/{promise}/break/", {"reason": "忘了"}),
        ("post", f"{of}/{promise}/release/", {"words": "不用", **rests_on}),
        ("post", f"{of}/{promise}/due/", {"due": "2099-01-01", "reason": "改期", **rests_on}),
    ]


def targets(cast: Cast) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, a body that could be taken) of everything that takes one."""
    executing = f.executing(cast)
    promise = executing.commitments.get().pk
    asking, drafting = f.investigating(cast), f.drafted(cast)
    held = f.investigating(cast)
    hold = holds.start(held.number, {"reason": "consumer", "note": "等"}, by=cast.agent)
    of = f"complaints/{asking.number}"
    steps = [
        ("post", f"{of}/steps/", {"step": s.code, **{x: STEP_FIELDS[x] for x in names}})
        for s in STEPS.values()
        if (names := (*s.fields, *s.optional)) and s.code in STEPS_WITH_EVERY_FIELD
    ]
    measure = {"kind": "refund", "amount": "1.00", "formula": "1", "description": "退", "due": ""}
    fact = {"value": True, "source": "consumer", "note": "", "evidence": None}
    return [
        *steps,
        ("post", "complaints/", {**complaint(), "team": "客服一组", "received_at": ""}),
        ("patch", f"{of}/", {**complaint(), "title": "事由", "version": 2}),
        ("put", f"{of}/owner/", {"user": "agent", "team": "客服一组", "note": "交接"}),
        ("put", f"{of}/facts/", dict.fromkeys(FACTS[:1], fact)),
        ("put", f"{of}/facts/", dict.fromkeys(FACTS, True)),
        ("post", f"{of}/communications/", {"kind": "reply", "channel": "phone", "text": "好"}),
        ("post", f"{of}/holds/", {"reason": "consumer", "note": "等", "expected_end": ""}),
        ("delete", f"complaints/{held.number}/holds/{hold.pk}/", {}),
        (
            "post",
            f"complaints/{executing.number}/commitments/{promise}/",
            {"state": "kept", "proof": "流水", "evidence": 1},
        ),
        *_promises(executing.number, promise),
        (
            "post",
            f"complaints/{drafting.number}/resolutions/",
            {**f.proposal(), "measures": [measure], "version": drafting.version},
        ),
        ("post", "legal/evaluate/", {"as_of": "2026-03-01", "facts": {"mn_age": 7}}),
        (
            "post",
            "legal/suggest-facts/",
            {"narrative": "花了98元", "received_on": "2026-03-01", "category": "price"},
        ),
        ("post", "legal/suggest-category/", {"narrative": "乱收费", "received_on": "2026-03-01"}),
    ]


def spoiled(body: Any, turn: int = 0) -> Iterator[Any]:
    """The body with one value, at any depth, or the whole of it, replaced by junk."""
    yield from JUNK if turn == 0 else JUNK[turn % STEP :: STEP]
    inside = body.items() if isinstance(body, dict) else enumerate(body)
    for place, (name, value) in enumerate(inside, turn + 1):
        nested = isinstance(value, dict | list) and value
        for bad in spoiled(value, place) if nested else JUNK[place % STEP :: STEP]:
            changed = copy.copy(body)
            changed[name] = bad
            yield changed


def refused_well(answer: Any, sent: Any) -> str:
    """Nothing when the answer is fine, else what is wrong with it."""
    what = f"{answer.status_code} for {json.dumps(sent, ensure_ascii=False)[:300]}"
    if answer.status_code >= 500:
        return what
    if answer.status_code < 400:
        return ""
    body = answer.json()
    named = body["errors"] or answer.status_code != 400 or "code" in body
    fits = answer["Content-Type"] == "application/problem+json" and body["detail"]
    return "" if fits and named and body["status"] == answer.status_code else f"shape of {what}"


@pytest.mark.usefixtures("unlimited")
def test_no_value_in_any_field_breaks_anything(cast: Cast) -> None:
    callers = {name: program(getattr(cast, name)) for name in ("supervisor", "counsel")}
    for caller in callers.values():
        caller.checks = False  # thousands of calls; what they are answered is checked elsewhere
    wrong = []
    for method, path, body in targets(cast):
        caller = callers["counsel" if path.endswith("facts/") else "supervisor"]
        before = Complaint.objects.count()
        for sent in spoiled(body):
            with transaction.atomic():
                problem = refused_well(caller(method, path, sent), sent)
                transaction.set_rollback(True)
            if problem:
                wrong.append(f"{method} {path}: {problem}")
        assert Complaint.objects.count() == before
    assert not wrong, "\n".join(wrong[:30])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.usefixtures("unlimited")
@settings(
    max_examples=150 if STEP == 1 else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_nothing_that_is_json_breaks_anything(cast_of_junk: Any, data: st.DataObject) -> None:
    caller, goals = cast_of_junk
    method, path, body = data.draw(st.sampled_from(goals))
    sent = {**body, **data.draw(st.dictionaries(st.sampled_from([*body, "version"]), json_values))}
    with transaction.atomic():
        problem = refused_well(caller(method, path, json.dumps(sent, allow_nan=True)), sent)
        transaction.set_rollback(True)
    assert not problem, f"{method} {path}: {problem}"


@pytest.mark.usefixtures("unlimited")
def test_no_parameter_of_a_list_breaks_anything(cast: Cast) -> None:
    case, caller = f.investigating(cast), program(cast.auditor)
    wrong = []
    paging = [*PARAMS, "subject", "format", ""]
    lists = {
        "complaints/": [*CasesView.params, "nothing"],
        "audit/": paging,
        f"complaints/{case.number}/timeline/": paging,
    }
    texts = [x for x in JUNK if isinstance(x, str) and len(x) < 1000]
    texts += ["-1", "1" * 30, "WyJpZCIsMCwxLDFd", "eyJ9"]
    for path, names in lists.items():
        for turn, name in enumerate(names):
            # the paging of every list is the same code
            for text in texts if path == "complaints/" else texts[turn % STEP :: STEP]:
                query = urlencode({name: text.encode("utf-8", "surrogatepass")})
                answer = caller.get(f"{path}?{query}")
                if answer.status_code not in (200, 400):
                    wrong.append(f"{path}?{query}: {answer.status_code}")
    assert not wrong, "\n".join(wrong[:30])


@pytest.mark.usefixtures("unlimited")
def test_no_form_breaks_the_taking_of_evidence(cast: Cast) -> None:
    case, caller = f.investigating(cast), program(cast.agent)
    path, wrong = f"complaints/{case.number}/evidence/", []
    file = {"file": SimpleUploadedFile("a.txt", b"text")}
    for name in ("title", "obtained_from", "obtained_at", "proves", "is_original", "nothing"):
        for text in [x for x in JUNK if isinstance(x, str) and x != "\ud800"]:
            with transaction.atomic():
                answer = caller.form(path, {**file, name: text})
                transaction.set_rollback(True)
            wrong += [w] if (w := refused_well(answer, {name: text})) else []
    odd = "multipart/form-data; boundary=x"
    for body in (b"", b"--x", b"--x\r\n\r\n--x--", b"\xff" * 100, b"--x\r\nContent-Disposition: x"):
        answer = caller("post", path, body, Content_Type=odd)
        wrong += [w] if (w := refused_well(answer, repr(body))) else []
        assert answer.status_code == 400
    assert not wrong, "\n".join(wrong[:30])


@pytest.fixture
def cast_of_junk(cast: Cast) -> tuple[Caller, list[Any]]:
    return program(cast.supervisor), targets(cast)


def test_the_targets_are_really_taken_when_nothing_is_spoiled(cast: Cast) -> None:
    """Otherwise the tests above would prove nothing."""
    caller, taken = program(cast.supervisor), []
    for method, path, body in targets(cast):
        answer = caller(method, path, body)
        assert answer.status_code < 500, answer.content
        taken.append(answer.status_code < 300)
    assert taken.count(True) >= 8
