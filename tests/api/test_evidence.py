"""Evidence over HTTP: taken with its hash, listed, handed out, or refused before it can do harm."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evidence.models import Custody, Item
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast

TEXT = "通话录音文字稿".encode()


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def text_file(content: bytes = TEXT, name: str = "录音.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")  # what the sender claims is not believed


def test_evidence_is_taken_hashed_listed_and_handed_out(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    sent = {"file": text_file(), "title": "外呼录音", "proves": "疗效保证", "is_original": "true"}
    answer = agent.form(f"complaints/{number}/evidence/", sent)
    item = ok(answer, 201)
    assert item["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert (item["size"], item["content_type"], item["is_original"]) == (
        len(TEXT),
        "text/plain",
        True,
    )
    assert ok(agent.get(answer["Location"])) == item
    assert ok(agent.get(f"complaints/{number}/evidence/"))["results"] == [item]
    file = agent.get(item["file"])
    assert b"".join(file.streaming_content) == TEXT  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment")
    assert (file["X-Content-Type-Options"], file["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox",
    )
    assert list(Custody.objects.values_list("act", flat=True)) == ["received", "downloaded"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"file": "a text"}, 400, "invalid"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, 400, "file_refused"),
        ({"file": SimpleUploadedFile("a.txt", b"MZ\0\0\0\0")}, 415, "file_refused"),
        ({"file": SimpleUploadedFile("a.html", b"<script>")}, 415, "file_refused"),
        ({"file": text_file(), "colour": "red"}, 400, "invalid"),
        ({"file": text_file(), "obtained_at": "2999-01-01"}, 400, "invalid"),
        ({"file": text_file(), "title": "a\0b"}, 400, "parse_error"),
        ({"file": [text_file(), text_file()]}, 400, "invalid"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_written(
    cast: Cast, agent: Caller, fields: dict[str, Any], status: int, code: str
) -> None:
    number = f.investigating(cast).number
    answer = agent.form(f"complaints/{number}/evidence/", fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Item.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    cast: Cast, agent: Caller, settings: Any
) -> None:
    settings.EVIDENCE_LIMIT = 1000
    path = f"complaints/{f.investigating(cast).number}/evidence/"
    inside = agent.form(path, {"file": text_file(b"x" * 1001)})
    announced = agent.form(path, {"file": text_file(b"x" * 2_000_000)})
    assert [inside.status_code, announced.status_code] == [413, 413]
    assert not Item.objects.exists()


def test_a_full_disk_is_said_and_nothing_is_written(
    cast: Cast, agent: Caller, settings: Any
) -> None:
    settings.EVIDENCE_DIR = "/dev/null/evidence"  # nothing can be written there, not even by root
    number = f.investigating(cast).number
    answer = agent.form(f"complaints/{number}/evidence/", {"file": text_file()})
    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    assert "存储空间" in answer.json()["detail"]
    assert not Item.objects.exists()


def test_evidence_comes_as_a_form_only(cast: Cast, agent: Caller) -> None:
    assert agent.post(f"complaints/{f.investigating(cast).number}/evidence/").status_code == 415


def test_what_was_done_with_an_item_is_told_and_done_over_http(cast: Cast, agent: Caller) -> None:
    case = f.with_evidence(f.investigating(cast), cast.agent)
    place = f"complaints/{case.number}/evidence/1/"
    fact = {"kind": "fact", "target": "fr_false_statement"}
    assert ok(agent.post(f"{place}links/", fact))[0]["target"] == "fr_false_statement"
    assert len(ok(agent.get(f"{place}links/"))) == 1
    assert agent.post(f"{place}links/", {"kind": "fact", "target": "no"}).status_code == 400
    assert ok(agent.post(f"{place}check/"))["holds"] is True
    assert agent.post(f"{place}check/", {"colour": "red"}).status_code == 400
    assert ok(agent.get(place))["withdrawn"] is None
    gone = agent.post(f"{place}withdraw/", {"reason": "重复上传"})
    assert ok(gone)["withdrawn"]["reason"] == "重复上传"
    assert agent.post(f"{place}withdraw/", {"reason": "重复上传"}).status_code == 409
    assert ok(agent.get(f"complaints/{case.number}/evidence/"))["results"] == [ok(agent.get(place))]
    hands = ok(agent.get(f"{place}custody/"))["results"]
    assert [hand["act"] for hand in hands] == ["received", "checked"]
    assert program(cast.outsider).get(f"{place}custody/").status_code == 404
    assert program(cast.auditor).post(f"{place}withdraw/", {"reason": "x"}).status_code == 403
