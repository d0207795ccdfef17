"""Large files in pieces: they go on where they stopped, are added once, and are one person's."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from evidence import resuming
from evidence.models import Item, Upload
from evidence.store import Incoming, store
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast
from tests.evidence.test_kinds import PDF
from tests.pages.test_case import browser, text_of

FILE = PDF + os.urandom(40_000)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Any) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


def begin(agent: Caller, number: str, content: bytes = FILE, **more: Any) -> str:
    sent = {"name": "录像.pdf", "size": len(content), **more}
    return ok(agent.post(f"complaints/{number}/evidence/uploads/", sent), 201)["id"]


def at(number: str, upload: str) -> str:
    return f"complaints/{number}/evidence/uploads/{upload}/"


def piece(agent: Caller, path: str, offset: int | str, content: bytes) -> Any:
    kind = "application/octet-stream"
    return agent("patch", path, content, Content_Type=kind, Upload_Offset=str(offset))


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_a_file_in_pieces_is_one_item_with_its_hash_and_added_once(
    cast: Cast, agent: Caller, own_store: Path
) -> None:
    number = f.investigating(cast).number
    path = at(number, begin(agent, number))
    assert ok(piece(agent, path, 0, FILE[:15_000]))["received"] == 15_000
    early = agent.post(f"{path}finish/", {"title": "录像"})
    assert (early.status_code, "还没有传完" in early.json()["detail"]) == (409, True)
    assert ok(agent.get(path))["received"] == 15_000
    assert ok(piece(agent, path, 15_000, FILE[15_000:]))["received"] == len(FILE)
    item = ok(agent.post(f"{path}finish/", {"title": "录像", "proves": "现场"}), 201)
    assert (item["sha256"], item["size"]) == (hashlib.sha256(FILE).hexdigest(), len(FILE))
    assert ok(agent.post(f"{path}finish/", {"title": "录像"}), 201) == item
    assert ok(agent.get(path))["item"] == 1
    assert piece(agent, path, len(FILE), b"more").status_code == 409
    assert Item.objects.count() == 1


@pytest.mark.parametrize("offset", [0, 14_999, 15_001, 10**14])
def test_a_piece_that_does_not_fit_is_refused_and_changes_nothing(
    cast: Cast, agent: Caller, offset: int
) -> None:
    number = f.investigating(cast).number
    path = at(number, begin(agent, number))
    piece(agent, path, 0, FILE[:15_000])
    refused = piece(agent, path, offset, FILE[15_000:])
    assert (refused.status_code, "15000" in refused.json()["detail"]) == (409, True)
    assert ok(agent.get(path))["received"] == 15_000


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "x", "9" * 16, "１"])
def test_an_offset_is_a_number(cast: Cast, agent: Caller, offset: str) -> None:
    number = f.investigating(cast).number
    assert piece(agent, at(number, begin(agent, number)), offset, FILE).status_code == 400


def test_the_same_file_goes_on_where_it_stopped(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    first = begin(agent, number, mark="1769")
    piece(agent, at(number, first), 0, FILE[:9000])
    assert begin(agent, number, mark="1769") == first
    assert begin(agent, number, mark="1770") != first
    assert begin(agent, number, mark="") != first
    assert begin(program(cast.supervisor), number, mark="1769") != first


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"name": "a.pdf", "size": 0}, 400),
        ({"name": "a.pdf", "size": "8"}, 400),
        ({"name": "a.pdf", "size": True}, 400),
        ({"name": "a.pdf", "size": 2**60}, 400),
        ({"name": "a.pdf", "size": 600 * 1024 * 1024}, 413),
        ({"name": "a.exe", "size": 9}, 415),
        ({"name": "", "size": 9}, 400),
        ({"size": 9}, 400),
        ({"name": "a.pdf", "size": 9, "colour": "red"}, 400),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(
    cast: Cast, agent: Caller, sent: dict[str, Any], status: int
) -> None:
    place = f"complaints/{f.investigating(cast).number}/evidence/uploads/"
    assert agent.post(place, sent).status_code == status
    assert not Upload.objects.exists()


def test_a_disk_without_room_is_said_before_the_file_is_sent(
    cast: Cast, agent: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "SPARE", 2**62)
    place = f"complaints/{f.investigating(cast).number}/evidence/uploads/"
    assert agent.post(place, {"name": "a.pdf", "size": 9}).status_code == 507


def test_a_program_behind_the_name_of_a_picture_is_refused_with_its_first_piece(
    cast: Cast, agent: Caller, own_store: Path
) -> None:
    number = f.investigating(cast).number
    program_file = b"MZ\x90\0" + os.urandom(20_000)
    path = at(number, begin(agent, number, program_file))
    assert piece(agent, path, 0, program_file[:10_000]).status_code == 415
    assert ok(agent.get(path))["received"] == 0
    assert files(own_store) == []


def test_more_than_was_announced_is_refused(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    path = at(number, begin(agent, number))
    assert piece(agent, path, 0, FILE + b"x").status_code == 413


def test_an_upload_is_its_senders_and_its_cases_alone(cast: Cast, agent: Caller) -> None:
    number, other = f.investigating(cast).number, f.investigating(cast).number
    upload = begin(agent, number)
    for caller, case in (
        (program(cast.supervisor), number),
        (program(cast.outsider), number),
        (agent, other),
    ):
        path = at(case, upload)
        for answer in (
            caller.get(path),
            piece(caller, path, 0, FILE),
            caller.post(f"{path}finish/"),
            caller("delete", path),
        ):
            assert answer.status_code == 404
    refused = program(cast.auditor).post(
        f"complaints/{number}/evidence/uploads/", {"name": "a.pdf", "size": 9}
    )
    assert refused.status_code == 403


def test_what_came_is_shown_when_the_form_is_opened_again_and_to_its_sender_alone(
    cast: Cast, agent: Caller
) -> None:
    case, other = f.investigating(cast), f.investigating(cast)
    whole, half = begin(agent, case.number), begin(agent, case.number, FILE + b"x")
    refused = begin(agent, case.number, b"MZ" * 9000)
    assert piece(agent, at(case.number, refused), 0, b"MZ" * 9000).status_code == 415
    piece(agent, at(case.number, whole), 0, FILE)
    piece(agent, at(case.number, half), 0, FILE[:15_000])
    place = reverse("add_evidence", args=[case.number])
    page = text_of(browser(cast.agent).get(place))
    assert page.count("data-upload=") == 2
    assert f'name="upload" value="{whole}"' in page  # goes along with the form
    assert f'name="upload" value="{half}"' not in page
    assert "没有传完，请重新选择同一个文件" in page
    for client, where in (
        (browser(cast.agent), reverse("add_evidence", args=[other.number])),
        (browser(cast.supervisor), place),
    ):
        assert "data-upload=" not in text_of(client.get(where))
    browser(cast.agent).post(place, {"upload": whole})
    assert text_of(browser(cast.agent).get(place)).count("data-upload=") == 1


def test_what_is_cancelled_is_gone(cast: Cast, agent: Caller, own_store: Path) -> None:
    number = f.investigating(cast).number
    path = at(number, begin(agent, number))
    piece(agent, path, 0, FILE[:15_000])
    assert agent("delete", path).status_code == 204
    assert agent.get(path).status_code == 404
    assert files(own_store) == []


def test_one_window_sends_at_a_time(cast: Cast, agent: Caller, own_store: Path) -> None:
    number = f.investigating(cast).number
    upload = begin(agent, number)
    with store().incoming(upload.replace("-", "")):
        busy = piece(agent, at(number, upload), 0, FILE)
    assert (busy.status_code, "另一个窗口" in busy.json()["detail"]) == (409, True)
    assert piece(agent, at(number, upload), 0, FILE).status_code == 200


def test_a_refused_case_keeps_the_file_for_the_next_try(cast: Cast, agent: Caller) -> None:
    number = f.investigating(cast).number
    path = at(number, begin(agent, number))
    piece(agent, path, 0, FILE)
    stale = agent.post(f"{path}finish/", {"title": "录像", "version": 0})
    assert stale.status_code == 409
    assert ok(agent.post(f"{path}finish/", {"title": "录像"}), 201)["number"] == 1


def test_left_overs_are_swept_after_a_day_and_what_still_comes_is_not(
    cast: Cast, agent: Caller, own_store: Path
) -> None:
    number, later = f.investigating(cast).number, timezone.now() + timedelta(days=1, hours=1)
    old, coming = begin(agent, number), begin(agent, number)
    for upload in (old, coming):
        piece(agent, at(number, upload), 0, FILE[:15_000])
    recent = (later - timedelta(minutes=5)).timestamp()
    name = coming.replace("-", "")
    os.utime(store().incoming_path(name), (recent, recent))
    assert resuming.sweep(timezone.now()) == 0
    with store().incoming(old.replace("-", "")):  # somebody makes evidence of it just now
        assert resuming.sweep(later) == 0
    assert resuming.sweep(later) == 1
    assert [str(u.pk) for u in Upload.objects.all()] == [coming]
    assert files(own_store) == [Incoming(own_store, name).path.name]
