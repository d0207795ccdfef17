"""The record: append-only in the database, chained, and broken links are found."""

import hashlib
import json
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import Act, broken_links, record, record_many
from complaints.actions import (
    analysis,
    assignment,
    communication,
    editing,
    evidence,
    facts,
    holds,
    sweep,
)
from complaints.models import Complaint, Event, Transition
from evidence.models import Custody, Item
from tests import factories as f
from tests.cast import Cast, assemble

SUBJECTS = ("complaint:A", "complaint:B")


def test_every_entry_continues_the_chain_of_its_subject(db: None) -> None:
    now = timezone.now()
    entries = [record("x", "complaint:A", None, now, {"n": n}) for n in range(3)]
    record("x", "complaint:B", None, now)
    assert [e.sequence for e in entries] == [1, 2, 3]
    assert [e.previous_hash for e in entries] == ["", entries[0].hash, entries[1].hash]
    assert broken_links("complaint:A") == []


def test_many_entries_continue_the_chains_of_their_subjects_in_two_statements(db: None) -> None:
    now, later = timezone.now(), timezone.now() + timedelta(hours=1)
    record("x", "complaint:A", None, now)
    detail = {"day": date(2026, 3, 4), "at": now, 7: ["", "退款\n"], "nothing": None}
    acts = [Act("y", subject, {**detail, "n": n}) for n in range(3) for subject in SUBJECTS]
    with CaptureQueriesContext(connection) as statements:
        record_many(acts, None, later)
        record_many([], None, later)
    assert len(statements) == 2
    record("z", "complaint:B", None, later)
    assert [broken_links(subject) for subject in SUBJECTS] == [[], []]
    chains = [Entry.objects.filter(subject=s).order_by("sequence") for s in SUBJECTS]
    assert [[e.verb for e in chain] for chain in chains] == [list("xyyy"), list("yyyz")]
    alone = record("y", "complaint:C", None, later, {**detail, "n": 0})
    assert (alone.detail, alone.actor_name) == (chains[0][1].detail, chains[0][1].actor_name)


def test_a_hash_is_that_of_the_canonical_json_with_the_hash_before_it(db: None) -> None:
    now = timezone.now()
    first, entry = (
        record('x"\\', "complaint:甲\n", None, now, {"b": n, "a": ["退款\t", None]}) for n in (1, 2)
    )
    whole = {
        **{name: getattr(entry, name) for name in ("actor", "actor_name", "verb", "subject")},
        **{"sequence": 2, "detail": {"a": ["退款\t", None], "b": 2}, "previous_hash": first.hash},
        "at": now.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_into_the_record_of_a_case_holds_the_case() -> None:
    """`record_many` relies on it, because it takes no lock of its own."""
    held: list[Any] = []  # transactions
    wrong: list[str] = []
    written = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal written
        outermost = connection.atomic_blocks[:1]
        takes = "FOR NO KEY UPDATE" in sql or 'INSERT INTO "complaints_complaint"' in sql
        if takes and "complaints_complaint" in sql:
            held.extend(outermost)
        if 'INSERT INTO "audit_entry"' in sql and "complaint:" in str(params):
            written += 1
            if not outermost or all(outermost[0] is not block for block in held):
                wrong.append(str(params))
        return execute(sql, params, many, context)

    cast = assemble()
    with connection.execute_wrapper(watch):
        case = f.archived(cast)
        evidence.hand_out(case.number, 1, by=cast.auditor)
        reviewed = f.in_review(cast)
        analysis.renew(reviewed.number, by=cast.counsel)
        lived(reviewed, cast)
    assert wrong == []
    assert written > 30


def lived(case: Complaint, cast: Cast) -> None:
    """What happens to a case beside its steps."""
    by, number = cast.agent, case.number
    evidence.add(number, [b"x"], "x.txt", {"title": "录音"}, by=by)
    communication.write(number, {"kind": "internal_note", "text": "备注"}, by=by)
    text = communication.write(number, {"kind": "reply", "text": "答复"}, by=by)
    communication.undo(number, text.pk, by=by, now=text.at - timedelta(seconds=1))
    holds.start(number, {"reason": "consumer", "note": "等"}, by=by)
    holds.end(number, by=by)
    facts.answer(number, {"tx_living_consumption": True}, by=by)
    editing.edit(number, {"title": "改"}, by=by)
    assignment.assign(number, by=cast.supervisor, user=cast.colleague, note="交接")
    sweep.enforce_due(timezone.now() + timedelta(days=60))


@pytest.mark.parametrize("model", [Entry, Transition, Event, Item, Custody])
def test_c13_what_happened_cannot_be_changed_or_deleted(cast: Cast, model: type) -> None:
    f.with_evidence(f.investigating(cast), cast.agent)
    row = model.objects.first()
    for act in (lambda: model.objects.filter(pk=row.pk).delete(), lambda: row.save()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "sabotage",
    [
        "UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 2",
        "UPDATE audit_entry SET detail = '{}' WHERE sequence = 2",
        "DELETE FROM audit_entry WHERE sequence = 2",
        "UPDATE audit_entry SET at = at + interval '1 second' WHERE sequence = 2",
    ],
)
def test_c13_whoever_switches_the_trigger_off_is_found(cast: Cast, sabotage: str) -> None:
    complaint = f.drafted(cast)
    assert broken_links(complaint.subject) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sabotage)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    problems = broken_links(complaint.subject)
    assert problems
    assert "2" in problems[0]


def test_the_record_holds_no_personal_data(cast: Cast) -> None:
    complaint = f.closed(cast)
    text = " ".join(str(e.detail) for e in Entry.objects.filter(subject=complaint.subject))
    for value in f.CONSUMER.values():
        assert value not in text
