"""Files that somebody sends to do harm, or that happen, by every way in: the form of the page, the
form of the API, and in pieces. Each refusal is a sentence, nothing is kept, what was typed stays.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from evidence import store as stores
from evidence.models import Item
from tests import factories as f
from tests.api.conftest import program
from tests.cast import Cast
from tests.evidence.test_kinds import OLE, PDF, PNG, bomb, nested, two_directories, zipped
from tests.evidence.test_names import NAMES

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "a page called PDF": ("合同.pdf", b"<html><script>alert(1)</script>", "不能接收"),
    "a picture called PDF": ("合同.pdf", PNG, "内容却是 image/png"),
    "a program called picture": ("图.png", b"MZ\x90\0" + b"\0" * 90, "不能接收"),
    "a page in a picture": ("图.png", PNG + b"<script>alert(1)</script>", "藏着另一种文件"),
    "PDF and zip": ("合同.pdf", PDF + zipped({"a.exe": b"MZ"}), "藏着另一种文件"),
    "a drawing with a script": ("图.svg", b"<svg onload='alert(1)'/>", "不能接收"),
    "a bomb": ("证据.zip", bomb(), "压缩炸弹"),
    "a zip in a zip in a zip": ("证据.zip", nested(6), "压缩炸弹"),
    "two lists": ("证据.zip", two_directories(100), "不完整"),
    "half a zip": ("证据.zip", zipped({"a.txt": b"x" * 999})[:-30], "不完整"),
    "a document with a password": ("合同.docx", OLE, "去掉密码"),
    "a program behind a turned name": ("\u202egnp.exe", PNG, "[.]exe"),
    "nothing": ("空.txt", b"", "0 字节"),
}


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Any) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path / "evidence"


# Of the names those that a form can carry in different ways; tests/evidence/test_names.py has all.
SENT = ("path up", "NUL", "lines", "separators of lines", "right to left", "device", "only spaces")
SENT += ("emoji", "percent", "300 Chinese", "quotes", "wildcards and a pipe")

Sent = tuple[int, str]  # the status, and what was said
Way = Callable[[Cast, Complaint, str, bytes], Sent]


def by_page(cast: Cast, case: Complaint, name: str, content: bytes) -> Sent:
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent)
    about = {"title": "外呼录音", "proves": "疗效保证"}
    file = SimpleUploadedFile("x", content)
    file._name = name  # Django would clean it before it is sent
    place = reverse("add_evidence", args=[case.number])
    answer = client.post(place, {"file": file, **about})
    text = answer.content.decode()
    assert answer.status_code == 302 or all(words in text for words in about.values())
    return answer.status_code, text


def by_api(cast: Cast, case: Complaint, name: str, content: bytes) -> Sent:
    file = SimpleUploadedFile("x", content)
    file._name = name
    answer = program(cast.agent).form(f"complaints/{case.number}/evidence/", {"file": file})
    return answer.status_code, answer.content.decode()


def in_pieces(cast: Cast, case: Complaint, name: str, content: bytes) -> Sent:
    agent, place = program(cast.agent), f"complaints/{case.number}/evidence/uploads/"
    answer = agent.post(place, {"name": name, "size": len(content)})
    if answer.status_code == 201:
        path = f"{place}{answer.json()['id']}/"
        kind = "application/octet-stream"
        answer = agent("patch", path, content, Content_Type=kind, Upload_Offset="0")
        if answer.status_code == 200:
            answer = agent.post(f"{path}finish/", {"title": "录音"})
        if answer.status_code >= 400:
            agent("delete", path)
    return answer.status_code, answer.content.decode()


WAYS = pytest.mark.parametrize("way", [by_page, by_api, in_pieces])


@WAYS
def test_what_does_harm_is_refused_with_a_sentence_and_leaves_nothing(
    cast: Cast, own_store: Path, way: Way
) -> None:
    case = f.investigating(cast)
    for what, (name, content, says) in REFUSED.items():
        status, said = way(cast, case, name, content)
        assert status in (400, 413, 415, 422), what
        assert re.search(says, said), (what, said[:300])
    assert not Item.objects.exists()
    assert [p for p in own_store.rglob("*") if p.is_file()] == []


@WAYS
def test_no_name_does_harm_on_its_way_in_and_out(cast: Cast, way: Way) -> None:
    case = f.investigating(cast)
    taken = 0
    for given in (NAMES[what][0] for what in SENT):
        content = {"pdf": PDF, "png": PNG}.get(given[-3:], "文字".encode())
        status, said = way(cast, case, given, content)
        assert status < 500, (given, said[:300])
        taken += status < 400
    assert taken >= len(SENT) - 3  # JSON takes no control characters, a form no name of spaces
    for item in Item.objects.all():
        assert "/" not in item.file_name
        assert item.file_name.isprintable()
        assert 0 < len(item.file_name) <= 200
        answer = program(cast.agent).get(f"complaints/{case.number}/evidence/{item.number}/file/")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")


@WAYS
@pytest.mark.parametrize("call", ["write", "fsync", "link", "replace"])
def test_a_disk_that_fills_at_any_point_is_said_and_leaves_nothing(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch, way: Way, call: str
) -> None:
    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    case, content = f.investigating(cast), PDF + os.urandom(3_000_000)
    place = (stores.Incoming, "write") if call == "write" else (os, call)
    with monkeypatch.context() as patched:
        patched.setattr(*place, full)
        status, said = way(cast, case, "合同.pdf", content)
    assert status in (422, 507)
    assert "存储空间不足" in said
    assert not Item.objects.exists()
    assert [p for p in own_store.rglob("*") if p.is_file()] == []
    assert way(cast, case, "合同.pdf", content)[0] in (201, 302)


def test_more_files_than_a_form_takes_are_refused_with_a_sentence(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent)
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(101)]
    place = reverse("add_evidence", args=[f.investigating(cast).number])
    answer = client.post(place, {"file": many})
    assert (answer.status_code, "分几次添加" in answer.content.decode()) == (400, True)
    assert not Item.objects.exists()
