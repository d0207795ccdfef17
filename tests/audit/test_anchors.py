"""Anchors: the last block of each day laid down outside, once, whole, and made up when missed."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.utils import DatabaseError

from audit import anchors, proving
from audit.models import Block
from audit.outside import Anchor, Stamp, Wanted, Way
from audit.record import record
from audit.seal import seal
from complaints.workdays import SHANGHAI
from tests.audit import behind
from tests.audit.authority import Authority
from tests.cast import Cast
from tests.pages.test_archive import behind_the_back

BOTH = [Way.FILE, Way.STAMP]


def at(day: int, time: str = "00:10") -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02} {time}").replace(tzinfo=SHANGHAI)


def sealed(*moments: datetime) -> list[Block]:
    """A block at each moment."""
    for moment in moments:
        record("x", "complaint:A", None, moment)
        assert seal(moment) == 1
    return list(Block.objects.order_by("number"))


def laid_down() -> list[tuple[str, int, int]]:
    """(way, day, block) of every anchor."""
    rows = Anchor.objects.order_by("day", "how").values_list("how", "day__day", "block")
    return list(rows)


@pytest.fixture
def folder(tsa: Authority) -> Path:
    return anchors.folder()


def test_the_last_block_of_a_day_is_laid_down_once_when_the_day_is_over(
    db: None, folder: Path
) -> None:
    blocks = sealed(at(2, "09:00"), at(2, "23:59"), at(3, "00:01"))
    assert anchors.lay_down(at(3, "00:04")) == 0
    assert anchors.lay_down(at(3)) == 2
    assert anchors.lay_down(at(3, "12:00")) == 0
    assert laid_down() == [(way, 2, 2) for way in BOTH]
    (file,) = folder.iterdir()
    said = json.loads(file.read_text(encoding="utf-8"))
    expected = {"block": 2, "hash": blocks[1].hash, "day": "2026-03-02"}
    assert (file.name, said | expected) == ("2026-03-02.json", said)
    assert Stamp.objects.get().digest == blocks[1].hash
    assert {k.hash for k in anchors.known()} == {blocks[1].hash}


def test_missed_days_are_made_up_and_a_new_way_begins_with_the_last_day(
    db: None, folder: Path, tsa: Authority, settings: Any
) -> None:
    settings.TSA_URL = ""
    sealed(at(1, "09:00"), at(2, "09:00"))
    anchors.lay_down(at(3))
    assert laid_down() == [(Way.FILE, 2, 2)]
    sealed(at(4, "08:00"), at(4, "09:00"), at(6, "09:00"))
    anchors.lay_down(at(9))
    files = [(Way.FILE, 2, 2), (Way.FILE, 4, 4), (Way.FILE, 6, 5)]
    assert laid_down() == files
    settings.TSA_URL = tsa.url
    anchors.lay_down(at(10))
    assert laid_down() == [*files, (Way.STAMP, 6, 5)]
    assert [p.name for p in sorted(folder.iterdir())] == [f"2026-03-0{n}.json" for n in (2, 4, 6)]


def test_a_way_that_is_shut_holds_up_no_other_and_is_made_up(
    db: None, folder: Path, tsa: Authority
) -> None:
    folder.write_text("a file where the folder should be", encoding="utf-8")
    tsa.status = 503
    sealed(at(2, "09:00"))
    anchors.lay_down(at(3))
    assert laid_down() == []
    assert {w.how: w.last_error for w in Wanted.objects.all()} == {
        Way.FILE: "FileExistsError",
        Way.STAMP: "away: HTTP 503",
    }
    tsa.status = 200
    anchors.lay_down(at(3, "00:30"))
    assert laid_down() == [(Way.STAMP, 2, 1)]
    folder.unlink()
    anchors.lay_down(at(3, "01:30"))
    assert laid_down() == [(way, 2, 1) for way in BOTH]


def test_killed_between_the_file_and_the_row_the_next_call_completes(
    db: None, folder: Path
) -> None:
    sealed(at(2, "09:00"))
    anchors.plan(at(3))
    wanted = Wanted.objects.get(how=Way.FILE)
    (folder.parent / "anchors").mkdir()
    (folder / ".2026-03-02.json.1").write_text('{"blo', encoding="utf-8")
    anchors.write_file(wanted, at(3))
    before = (folder / "2026-03-02.json").read_bytes()
    proving.work(at(4))
    assert laid_down() == [(way, 2, 1) for way in BOTH]
    assert (folder / "2026-03-02.json").read_bytes() == before
    assert {k.hash for k in anchors.known()} == {wanted.digest}


@pytest.mark.parametrize("there", ['{"block":1,"hash":"0","day":"2026-03-02","at":""}', "x", ""])
def test_a_file_that_says_something_else_is_never_overwritten(
    db: None, folder: Path, there: str
) -> None:
    folder.mkdir()
    (folder / "2026-03-02.json").write_text(there, encoding="utf-8")
    sealed(at(2, "09:00"))
    anchors.lay_down(at(3))
    assert laid_down() == [(Way.STAMP, 2, 1)]
    assert Wanted.objects.get().last_error == "differs: 2026-03-02.json"
    assert (folder / "2026-03-02.json").read_text(encoding="utf-8") == there


def test_whoever_rules_the_database_does_not_rule_what_was_laid_down(
    db: None, folder: Path, tmp_path: Path
) -> None:
    (block,) = sealed(at(2, "09:00"))
    anchors.lay_down(at(3))
    forged = "f" * 64
    with (
        behind_the_back("audit_anchor"),
        behind_the_back("audit_stamp"),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE audit_anchor SET hash = %s", [forged])
        cursor.execute("UPDATE audit_stamp SET digest = %s", [forged])
    found = list(anchors.known())
    assert {k.number for k in found} == {1}
    by_place = {k.where.split()[0]: k.hash for k in found}
    assert by_place["2026-03-02.json"] == block.hash
    assert by_place["stamp"] == block.hash, "the digest is read from what the authority signed"
    assert by_place["anchor"] == forged
    elsewhere = tmp_path / "copy"
    elsewhere.mkdir()
    (elsewhere / "2026-03-02.json").write_text("{}", encoding="utf-8")
    (elsewhere / "2026-03-01.json").write_text(
        '{"block":7,"hash":"a","day":"2026-03-01","at":"x"}', encoding="utf-8"
    )
    files = [k for k in anchors.known(elsewhere) if not k.where.startswith(("anchor", "stamp"))]
    assert [(k.number, k.hash) for k in files] == [(7, "a"), (0, "")]
    with behind_the_back("audit_stamp"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_stamp SET token = 'x'")
    assert [k.hash for k in anchors.known() if k.where.startswith("stamp ")] == [""]


def test_c13_a_record_that_was_rebuilt_or_cut_off_is_found_by_its_anchors(
    db: None, folder: Path
) -> None:
    sealed(at(2, "08:00"), at(2, "09:00"), at(3, "09:00"))
    anchors.lay_down(at(3))
    anchors.lay_down(at(4))
    seal(at(4))
    assert behind.found(*anchors.known()) == {}
    behind.rebuild()
    found = behind.found(*anchors.known())
    assert found["cut_off block"] == "2 x8", "two days: file, stamp and a note of each"
    behind.run("UPDATE audit_block SET number = 3")
    assert behind.found(*anchors.known())["rebuilt block"] == "3 x4"


def test_anchors_cannot_be_changed_and_are_sealed_themselves(db: None, folder: Path) -> None:
    sealed(at(2, "09:00"))
    anchors.lay_down(at(3))
    anchor = Anchor.objects.first()
    assert anchor is not None
    for act in (anchor.save, anchor.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    seal(at(3, "00:20"))
    assert set(Block.objects.latest("number").members) == {"anchor", "stamp"}


def test_counsel_get_the_anchor_by_mail(cast: Cast, folder: Path) -> None:
    (block,) = sealed(at(2, "09:00"))
    assert not proving.MEANS[Way.MAIL].in_use(), "nobody has left an address"
    cast.counsel.email, cast.counsel.language = "counsel@kesu.example", "en"
    cast.counsel.save(update_fields=["email", "language"])
    anchors.lay_down(at(3))
    assert Anchor.objects.get(how=Way.MAIL).where == cast.counsel.username
    (sent,) = mail.outbox
    assert sent.to == ["counsel@kesu.example"]
    assert sent.extra_headers["Message-ID"] == f"<anchor.2026-03-02.{cast.counsel.username}@kesu>"
    assert block.hash in sent.body
    assert f"/audit/anchors/?block=1&hash={block.hash}" in sent.body
    assert date(2026, 3, 2).isoformat() in sent.subject
