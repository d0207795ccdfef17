"""Evidence, destruction and anchors, killed at each write, be it of the database, of the disk or of
another server: nothing is half, nothing is lost, and the next run completes.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.vault import VaultError
from audit import anchors, seal, verify
from audit.outside import Anchor, Stamp, Wanted
from audit.record import broken_links, record
from complaints.actions import evidence, shredding, uploads
from complaints.finding.waiting import read_case
from complaints.models import (
    Complaint,
    Consumer,
    Destroyed,
    DisposalRow,
    Passage,
    WordsChanged,
)
from evidence import store as stores
from evidence.models import Item, ItemText
from evidence.store import store
from tests import factories as f
from tests.audit.authority import authority
from tests.cast import assemble
from tests.complaints.test_disposal import SECRET, agreed, later, over, proposed, words_left
from tests.outages.plug import everything, step_by_step, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_DIR, settings.STATE_DIR = tmp_path / "evidence", tmp_path / "state"
    settings.ANCHOR_DIR = str(tmp_path / "anchors")


def left_over() -> list[str]:
    """What a day later still lies about beside the files of the store."""
    stores.sweep(time.time() + stores.LEFT_OVER + 60)
    files = Path(store().folder).rglob("*")
    return sorted(p.name for p in files if p.is_file() and not stores.HASH.fullmatch(p.name))


def no_row_without_its_file() -> None:
    assert {i.sha256 for i in Item.objects.all()} <= set(stored())


def test_a_file_is_there_with_its_row_its_custody_and_its_record_or_not_at_all() -> None:
    cast = assemble()
    case, before = f.investigating(cast), everything()
    content = [b"%PDF-1.7\n", os.urandom(5000)]

    def check() -> None:
        no_row_without_its_file()
        if not Item.objects.exists():
            assert everything() == before
            return
        assert Item.objects.get().custody.count() == 1
        assert case.events.filter(code="received").count() == 1
        assert broken_links(case.subject) == []

    def once() -> None:
        if not Item.objects.exists():
            evidence.add(case.number, content, "a.pdf", {"title": "合同"}, by=cast.agent)

    steps = step_by_step(once, check)
    assert sum(steps) > 20  # more than the statements: the disk too
    assert Item.objects.get().sha256 in stored()
    assert left_over() == []


def test_a_file_in_pieces_goes_on_at_every_point_and_is_added_once() -> None:
    cast = assemble()
    case, content = f.investigating(cast), b"%PDF-1.7\n" + os.urandom(9000)
    sent = {"name": "a.pdf", "size": len(content), "mark": "1"}

    def send() -> None:
        """As the page does it: begin or take up again, send on from where it stopped, finish."""
        upload = uploads.begin(case.number, sent, by=cast.agent)
        while (came := uploads.resuming.received(upload)) < len(content):
            piece = io.BytesIO(content[came : came + 3100])
            uploads.append(case.number, upload.pk, came, piece, by=cast.agent)
        uploads.finish(case.number, upload.pk, {"title": "录音"}, by=cast.agent)

    def check() -> None:
        no_row_without_its_file()
        assert Item.objects.count() <= 1

    step_by_step(lambda: Item.objects.exists() or send(), check)
    item = Item.objects.get()
    assert (item.size, stored()) == (len(content), [item.sha256])
    assert left_over() == []


def test_a_file_that_is_destroyed_is_wholly_there_or_wholly_gone_with_its_key() -> None:
    cast = assemble()
    case = over(cast)
    agreed(cast, proposed(cast, case))
    files = set(stored())

    def check() -> None:
        left = Complaint.objects.get(pk=case.pk)
        gone = left.destroyed_at is not None
        assert (left.narrative == "已删除") == gone
        assert bool(bytes(Consumer.objects.get(pk=case.consumer_id).data_key)) != gone
        assert Destroyed.objects.filter(complaint=case).exists() == gone
        assert gone or set(stored()) == files
        if set(stored()) < files:  # nothing goes before the register outside knows it
            assert case.number in shredding.register_file().read_text(encoding="utf-8")

    steps = step_by_step(lambda: shredding.run(later()), check)
    assert len(steps) >= 4
    assert words_left(case) == []
    assert (stored(), DisposalRow.objects.filter(files_gone_at=None).exists()) == ([], False)
    with pytest.raises(VaultError):
        Consumer.objects.get(pk=case.consumer_id).words("feedback|1", b"sealed")
    state = shredding.register_file().parent
    assert [p.name for p in state.iterdir()] == [shredding.register_file().name]
    seal.seal(timezone.now())
    assert verify.verify(timezone.now()).found == {}


def test_what_a_backup_brought_back_is_destroyed_again_at_every_point() -> None:
    cast = assemble()
    case = over(cast)
    line = {"number": case.number, "at": later().isoformat(), "code": "general"}
    line |= {"until": "2020-01-01", "basis": {}, "reviews": [], "files": []}
    shredding.register_file().parent.mkdir()
    shredding.register_file().write_text(json.dumps(line) + "\n", encoding="utf-8")

    def check() -> None:
        left = Complaint.objects.get(pk=case.pk)
        assert (SECRET in left.narrative) == (left.destroyed_at is None)

    step_by_step(shredding.replay, check)
    assert (words_left(case), stored()) == ([], [])
    assert shredding.replay() == (0, [])


def test_the_words_of_a_case_are_found_wholly_or_are_still_to_be_read_at_every_point() -> None:
    cast = assemble()
    case = f.with_evidence(f.investigating(cast), cast.agent, text="玄冥的录音")

    def check() -> None:
        found = Passage.objects.filter(complaint=case, part=Passage.Part.FILE).count()
        assert found == ItemText.objects.count()
        read = Passage.objects.filter(complaint=case, part=Passage.Part.NARRATIVE).exists()
        assert read or WordsChanged.objects.filter(complaint=case).exists()

    step_by_step(lambda: read_case(case.pk), check)
    assert Passage.objects.get(complaint=case, part=Passage.Part.FILE).text == "玄冥的录音"
    assert not WordsChanged.objects.filter(complaint=case).exists()


@pytest.fixture
def tsa(tmp_path: Path, settings: Any) -> Iterator[None]:
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        yield


@pytest.mark.usefixtures("tsa")
def test_an_anchor_and_a_stamp_are_laid_down_once_at_every_point(tmp_path: Path) -> None:
    assemble()
    day = datetime(2026, 3, 2, 9, tzinfo=UTC)
    record("installation.started", "installation", None, day, {})
    seal.seal(day)

    def check() -> None:
        files = list((tmp_path / "anchors").glob("*.json"))
        assert all(json.loads(p.read_bytes())["day"] == "2026-03-02" for p in files)
        assert Anchor.objects.filter(how="file").count() <= len(files)

    step_by_step(lambda: anchors.lay_down(day + timedelta(days=1)), check)
    assert set(Anchor.objects.values_list("how", flat=True)) >= {"file", "stamp"}
    assert (Stamp.objects.count(), Wanted.objects.filter(how__in=("file", "stamp")).count()) == (
        1,
        0,
    )
