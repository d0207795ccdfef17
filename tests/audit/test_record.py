"""The record: append-only in the database, chained, and broken links are found."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links, record
from complaints.models import Event, Transition
from evidence.models import Custody, Item
from tests import factories as f
from tests.cast import Cast


def test_every_entry_continues_the_chain_of_its_subject(db: None) -> None:
    now = timezone.now()
    entries = [record("x", "complaint:A", None, now, {"n": n}) for n in range(3)]
    record("x", "complaint:B", None, now)
    assert [e.sequence for e in entries] == [1, 2, 3]
    assert [e.previous_hash for e in entries] == ["", entries[0].hash, entries[1].hash]
    assert broken_links("complaint:A") == []


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
