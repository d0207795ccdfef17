"""The folder: every hand on an item leaves its row, withdrawn proof proves nothing, links say what
an item is for, and nothing of that can be taken back behind anybody's back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from complaints import letter_values
from complaints.actions import evidence, facts, folder
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, Event, FactAnswer, Opinion, Voided
from complaints.signing import verify
from complaints.signing.canonical import content
from evidence.models import Custody, Item, Link, Withdrawal
from tests import factories as f
from tests.cast import Cast

REASON = {"reason": "消费者说明这是另一次通话"}


@pytest.fixture
def case(cast: Cast, tmp_path: Path, settings: Any) -> Complaint:
    settings.EVIDENCE_DIR = tmp_path
    return f.with_evidence(f.investigating(cast), cast.agent)


def lying(case: Complaint, settings: Any) -> Path:
    """The file of the first item in the store."""
    sha = Item.objects.get(folder=case.folder_id, number=1).sha256
    return Path(settings.EVIDENCE_DIR) / sha[:2] / sha


def test_every_hand_leaves_a_row_of_custody_and_an_entry_in_the_record(
    cast: Cast, case: Complaint
) -> None:
    for act in folder.IN_HAND:
        folder.take(case.number, 1, act, by=cast.supervisor if act == "printed" else cast.agent)
    folder.check(case.number, 1, by=cast.auditor)
    acts = ["received", "viewed", "downloaded", "printed", "checked"]
    assert list(Custody.objects.order_by("id").values_list("act", flat=True)) == acts
    record = Entry.objects.filter(subject=case.subject, verb__startswith="evidence.")
    assert [e.verb for e in record.order_by("sequence")] == [f"evidence.{act}" for act in acts]
    with pytest.raises(Complaint.DoesNotExist):
        folder.take(case.number, 1, Custody.Act.VIEWED, by=cast.outsider)
    with pytest.raises(Item.DoesNotExist):
        folder.take(case.number, 2, Custody.Act.VIEWED, by=cast.agent)
    assert Custody.objects.count() == len(acts)


def test_a_check_finds_a_flipped_bit_and_a_file_that_is_gone(
    cast: Cast, case: Complaint, settings: Any
) -> None:
    assert folder.check(case.number, 1, by=cast.agent).holds
    file = lying(case, settings)
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    altered = folder.check(case.number, 1, by=cast.agent)
    assert (altered.holds, len(altered.found)) == (False, 64)
    file.unlink()
    assert folder.check(case.number, 1, by=cast.agent).found == ""
    rows = Custody.objects.filter(act="checked").order_by("id")
    assert [row.detail["holds"] for row in rows] == [True, False, False]


def test_a_withdrawn_item_stays_and_proves_nothing_new(cast: Cast, case: Complaint) -> None:
    heard = {"value": True, "source": "evidence", "evidence": 1}
    facts.answer(case.number, {"fr_false_statement": heard}, by=cast.agent)
    version = Complaint.objects.get(pk=case.pk).version
    with pytest.raises(StaleVersion):
        folder.withdraw(case.number, 1, REASON, by=cast.agent, version=version - 1)
    item = folder.withdraw(case.number, 1, REASON, by=cast.agent, version=version)
    assert item.is_withdrawn
    assert FactAnswer.objects.get(complaint=case).evidence_number == 1  # what was said stays said
    with pytest.raises(Invalid, match="已经撤回"):
        facts.answer(case.number, {"tx_living_consumption": heard}, by=cast.agent)
    with pytest.raises(Invalid) as refused:
        folder.withdraw(case.number, 1, REASON, by=cast.agent)
    assert refused.value.errors == {"state": ["证据 1 已经撤回"]}
    told = Event.objects.get(complaint=case, code="withdrawn")
    assert (told.text, told.detail["number"]) == (REASON["reason"], 1)
    with pytest.raises(Exception, match="没有证据"):  # the investigation cannot rest on it
        f.step(case, "conclude", cast.agent, findings="外呼人员作了虚假陈述")


@pytest.mark.parametrize(("values", "field"), [({}, "reason"), ({"reason": " "}, "reason")])
def test_a_withdrawal_needs_its_reason(
    cast: Cast, case: Complaint, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        folder.withdraw(case.number, 1, values, by=cast.agent)
    assert list(refused.value.errors) == [field]
    with pytest.raises(NotAllowed):
        folder.withdraw(case.number, 1, REASON, by=cast.auditor)
    assert not Withdrawal.objects.exists()


def test_a_withdrawal_voids_the_signature_that_covered_it_and_is_left_out_of_the_next(
    cast: Cast,
) -> None:
    case = f.offered(cast)
    evidence.add(case.number, [b"later"], "later.txt", {}, by=cast.agent)
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    assert Voided.objects.get(opinion=opinion).changed == ["evidence.2"]
    other = f.offered(cast)
    signed = Opinion.objects.get(resolution__complaint=other, signed=True)
    folder.withdraw(other.number, 1, REASON, by=cast.agent)
    assert Voided.objects.get(opinion=signed).changed == ["evidence.1"]
    signed = Opinion.objects.select_related("voided").get(pk=signed.pk)
    assert verify.faults(signed) == []  # void, not forged: it covered what was there
    resolution = resolutions.current(other)
    assert resolution is not None
    assert content(resolution)["evidence"] == []


def test_a_closed_case_lets_nothing_be_withdrawn_or_linked(cast: Cast) -> None:
    case = f.archived(cast)
    evidence.add(case.number, [b"receipt"], "receipt.txt", {}, by=cast.agent)
    number = case.folder.items.latest("number").number
    for act in (
        lambda: folder.withdraw(case.number, number, REASON, by=cast.agent),
        lambda: folder.link(case.number, number, LINK, by=cast.agent),
    ):
        with pytest.raises(Invalid, match="已经办结"):
            act()


LINK = {"kind": "fact", "target": "fr_false_statement"}


def test_links_are_made_and_taken_away_by_rows_that_stay(cast: Cast, case: Complaint) -> None:
    assert len(folder.link(case.number, 1, LINK, by=cast.agent)) == 1
    assert len(folder.link(case.number, 1, LINK, by=cast.agent)) == 1  # twice is once
    assert folder.link(case.number, 1, {**LINK, "linked": False}, by=cast.agent) == []
    again = folder.link(case.number, 1, LINK, by=cast.colleague)
    assert [row.by for row in again] == [cast.colleague]
    assert list(Link.objects.order_by("id").values_list("linked", flat=True)) == [True, False, True]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "kind"),
        ({"kind": "fact", "target": "no_such_fact"}, "target"),
        ({"kind": "point", "target": "没有这个争点"}, "target"),
        ({"kind": "fact", "target": "a" * 201}, "target"),
        ({"kind": "case", "target": "x"}, "kind"),
        ({**LINK, "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    cast: Cast, case: Complaint, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        folder.link(case.number, 1, values, by=cast.agent)
    assert field in refused.value.errors
    with pytest.raises(NotAllowed):
        folder.link(case.number, 1, LINK, by=cast.auditor)
    assert not Link.objects.exists()


def test_a_point_at_issue_is_linked_by_its_words(cast: Cast) -> None:
    case = f.with_evidence(f.resolving(cast), cast.agent)
    number = case.folder.items.latest("number").number
    resolutions.save_draft(case.number, f.proposal(points=[f.POINT]), by=cast.agent)
    wanted = {"kind": "point", "target": f.POINT["title"]}
    assert [row.target for row in folder.link(case.number, number, wanted, by=cast.agent)] == [
        f.POINT["title"]
    ]
    entry = Entry.objects.filter(subject=case.subject).latest("sequence")
    assert entry.detail == {"number": number, "kind": "point"}  # sentences stay out of the record


@pytest.mark.parametrize("table", ["custody", "withdrawal", "link", "item"])
@pytest.mark.parametrize("act", ["UPDATE evidence_{} SET id = id", "DELETE FROM evidence_{}"])
def test_rows_that_prove_are_never_changed_or_removed(
    cast: Cast, case: Complaint, table: str, act: str
) -> None:
    folder.link(case.number, 1, LINK, by=cast.agent)
    folder.withdraw(case.number, 1, REASON, by=cast.agent)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(act.format(table))


def test_a_letter_names_only_what_counts(cast: Cast, case: Complaint) -> None:
    assert letter_values._evidence(case) == ["外呼录音"]
    folder.withdraw(case.number, 1, REASON, by=cast.agent)
    assert letter_values._evidence(case) == []
