"""Files whose time is over: two people agree, then the words, the key and the files are gone."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Cast as Cast_
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.vault import VaultError
from audit import grants, kinds, seal, verify
from audit.faults import Report
from audit.record import broken_links
from complaints import shredding_sql
from complaints.actions import (
    communication,
    disposal,
    keeping,
    legal_hold,
    sealing,
    shredding,
)
from complaints.actions.receiving import let_go
from complaints.destroyed_rows import CASE_OF
from complaints.errors import Gone, Invalid, NotAllowed
from complaints.models import (
    Complaint,
    Consumer,
    Destroyed,
    DisposalBatch,
    DisposalRow,
    Event,
    Package,
    Retention,
    Sealing,
)
from complaints.signing import checking
from evidence.checking import compare
from evidence.models import Item
from evidence.store import store
from tests import factories as f
from tests.cast import Cast
from tests.days import today

SECRET = "只有本案才有的话玄冥"
YES = {"approve": True}


def later() -> datetime:
    """When those who shall look have had their time."""
    return timezone.now() + timedelta(days=31)


def over(cast: Cast, **changes) -> Complaint:
    """A sealed file whose time is over, full of words."""
    case = f.resolving(cast, narrative=f"{SECRET}叙述", **changes)
    f.with_evidence(case, cast.agent, text=f"{SECRET}录音{case.number}")
    communication.write(case.number, {"kind": "call_note", "text": f"{SECRET}来电"}, by=cast.agent)
    from complaints.actions import resolution as resolutions

    said = f.proposal(explanation=f"{SECRET}说明", points=[{**f.POINT, "we_found": SECRET}])
    resolutions.save_draft(case.number, said, by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion=f"{SECRET}同意", below_minimum_reason=SECRET)
    f.step(case, "consumer_accepts", cast.agent, means="phone", note=f"{SECRET}电话同意")
    f.step(f.carried_out(case, cast.agent), "complete", cast.agent)
    from correspondence.tasks import send_waiting

    send_waiting()
    f.step(case, "archive", cast.supervisor)
    sealing.seal(Sealing.objects.get(complaint=case).pk)
    Retention.objects.filter(complaint=case).update(until="2020-01-01")
    return Complaint.objects.get(pk=case.pk)


def proposed(cast: Cast, *cases: Complaint) -> DisposalBatch:
    batch = disposal.propose(timezone.now())
    assert batch is not None
    assert batch.rows.count() == len(cases)
    return batch


def agreed(cast: Cast, batch: DisposalBatch) -> None:
    rows = list(batch.rows.values_list("pk", flat=True))
    for by in (cast.supervisor, cast.supervisor2):
        assert disposal.review(batch.pk, rows, YES, by=by, now=timezone.now()) == (len(rows), [])


@contextlib.contextmanager
def as_the_application() -> Iterator[None]:
    """The role that may change no row of an append-only table."""
    role = f"kesu_app_{secrets.token_hex(6)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        grants.give(role)
        cursor.execute(f"SET ROLE {role}")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE complaints_event SET text = ''")
        yield
        cursor.execute("RESET ROLE")


def words_left(case: Complaint) -> list[str]:
    """Where a word of the case still stands in the database: every text of every table."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.TextField, models.CharField, models.JSONField)):
                words = Cast_(field.name, models.TextField())
                if model._base_manager.annotate(w=words).filter(w__contains=SECRET).exists():
                    found.append(f"{model.__name__}.{field.name}")
    return found


def test_after_two_agreed_words_key_and_files_are_gone_and_a_tombstone_stays(cast: Cast) -> None:
    case = over(cast)
    items = list(Item.objects.filter(folder=case.folder_id).values_list("sha256", flat=True))
    items.append(Package.objects.get(sealing__complaint=case).sha256)
    assert "Complaint.narrative" in words_left(case)
    batch = proposed(cast, case)
    agreed(cast, batch)
    seal.seal(timezone.now())
    assert shredding.run(timezone.now()) == 0  # proposed thirty days ahead
    let_go(items[-1])  # destroyed with another case that has the package as its evidence
    assert store().exists(items[-1])
    with as_the_application():
        assert shredding.run(later()) == 1
    assert words_left(case) == []
    with pytest.raises(DatabaseError), transaction.atomic():  # the triggers are awake again
        Event.objects.filter(complaint=case).update(text="x")
    seal.seal(timezone.now())
    report = verify.verify(timezone.now())
    assert report.found == {}
    assert report.destroyed > 10
    assert not any(store().exists(sha256) for sha256 in items)
    person = Consumer.objects.get(pk=case.consumer_id)
    assert (bytes(person.data_key), bytes(person.phone_index), person.phone_masked) == (
        b"",
        b"",
        "",
    )
    with pytest.raises(VaultError):
        person.words("feedback|1", b"sealed long ago and kept")
    left = Complaint.objects.get(pk=case.pk)
    assert (left.title, left.outcome, left.category) == ("已删除", "resolved", case.category)
    assert left.price_paid == case.price_paid
    assert broken_links(case.subject) == []
    entry = Destroyed.objects.get(complaint=case)
    assert [r["user"] for r in entry.reviews] == ["supervisor", "supervisor2"]
    assert "民法典 188" in entry.basis["law"]
    assert entry.person
    assert list(checking.signatures()) == []
    assert shredding.run(later()) == 0
    with pytest.raises(Gone, match="已按保管期限销毁"):
        communication.write(case.number, {"kind": "internal_note", "text": "x"}, by=cast.agent)
    client = Client()
    client.force_login(cast.auditor)
    page = client.get(reverse("case", args=[case.number]), follow=True).content.decode()
    assert "案卷已销毁" in page
    assert "核验通过" in page
    file = client.get(reverse("disposal_register_file", args=["csv"])).content.decode()
    assert case.number in file
    assert SECRET not in file


def test_the_person_is_forgotten_with_the_last_file(cast: Cast) -> None:
    case, other = over(cast), over(cast, order_number="SO-2")
    Complaint.objects.filter(pk=other.pk).update(consumer=case.consumer)
    Retention.objects.filter(complaint=other).update(until="2090-01-01")
    agreed(cast, proposed(cast, case))
    assert shredding.run(later()) == 1
    assert Consumer.objects.get(pk=case.consumer_id).clear("phone") == f.CONSUMER["phone"]
    assert not Destroyed.objects.get(complaint=case).person
    Retention.objects.filter(complaint=other).update(until="2020-01-01")
    agreed(cast, proposed(cast, other))
    assert shredding.run(later()) == 1
    assert not bytes(Consumer.objects.get(pk=case.consumer_id).data_key)


def test_a_file_that_another_case_has_too_stays_in_the_store(cast: Cast) -> None:
    case, other = over(cast), f.investigating(cast, order_number="SO-2")
    f.with_evidence(other, cast.agent)  # the same text as one of the case's files
    shared = Item.objects.get(folder=other.folder_id).sha256
    assert Item.objects.filter(folder=case.folder_id, sha256=shared).exists()
    agreed(cast, proposed(cast, case))
    assert shredding.run(later()) == 1
    assert store().exists(shared)
    store().discard(shared)  # and who compares the store looks for it, although one case is gone
    compared = Report(timezone.now())
    compare(compared, "all")
    assert [place.note for _what, place, _n in compared.faults()] == [shared]


def test_whoever_worked_on_it_and_one_person_twice_are_refused(cast: Cast) -> None:
    case = over(cast)
    batch = proposed(cast, case)
    [row] = batch.rows.values_list("pk", flat=True)
    done, why = disposal.review(batch.pk, [row], YES, by=cast.counsel)  # signed it
    assert done == 0
    assert "您办理过这件案件" in why[0]
    assert disposal.review(batch.pk, [row], YES, by=cast.outside_supervisor) == (0, [])
    for by in (cast.agent, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            disposal.review(batch.pk, [row], YES, by=by)
    assert disposal.review(batch.pk, [row], YES, by=cast.supervisor) == (1, [])
    done, why = disposal.review(batch.pk, [row], YES, by=cast.supervisor)
    assert done == 0
    assert "您已经复核过" in why[0]
    assert shredding.run(later()) == 0
    with pytest.raises(Invalid, match="继续保管须写明理由"):
        disposal.review(batch.pk, [row], {"approve": False}, by=cast.supervisor2)
    until = (timezone.localdate() + timedelta(days=400)).isoformat()
    keep = {"approve": False, "reason": "可能再审", "keep_until": until}
    assert disposal.review(batch.pk, [row], keep, by=cast.supervisor2) == (1, [])
    assert DisposalRow.objects.get(pk=row).state == "rejected"
    assert Retention.objects.get(complaint=case).until.isoformat() == until
    assert Event.objects.filter(complaint=case, text="可能再审").exists()
    assert disposal.propose(timezone.now()) is None
    assert shredding.run(later()) == 0


def test_what_is_kept_longer_after_two_agreed_is_reviewed_anew(cast: Cast) -> None:
    longer, again = over(cast), over(cast, order_number="SO-2")
    batch = proposed(cast, longer, again)
    agreed(cast, batch)
    sent = {"code": "car_repair", "reason": "维修记录"}
    keeping.choose(longer.number, sent, by=cast.counsel)
    f.step(again, "reopen", cast.supervisor, reason="新证据")
    assert shredding.run(later()) == 0
    assert [row.state for row in batch.rows.all()] == ["rejected", "rejected"]
    assert "不再列入销毁" in batch.rows.first().problem
    Retention.objects.filter(complaint=longer).update(until="2020-01-01")  # years later
    assert shredding.run(later()) == 0
    anew = disposal.propose(timezone.now())
    assert anew is not None
    assert [row.complaint_id for row in anew.rows.all()] == [longer.pk]
    assert not anew.rows.get().reviews.exists()
    assert SECRET in Complaint.objects.get(pk=again.pk).narrative
    assert broken_links(longer.subject) == broken_links(again.subject) == []


def test_a_hold_keeps_a_file_out_and_stops_what_was_agreed(cast: Cast) -> None:
    case = over(cast)
    batch = proposed(cast, case)
    agreed(cast, batch)
    sent = {"matter": "涉诉", "reason": "已起诉", "numbers": case.number}
    legal_hold.place(sent, by=cast.counsel, reauthenticated_at=timezone.now(), now=timezone.now())
    assert shredding.run(later()) == 0
    assert "已起诉" in batch.rows.get().problem
    assert SECRET in Complaint.objects.get(pk=case.pk).narrative
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {shredding_sql.NAME}(%s)", [case.pk])


def test_the_database_destroys_nothing_that_two_did_not_agree_to(cast: Cast) -> None:
    case = over(cast)
    batch = proposed(cast, case)
    disposal.review(batch.pk, [batch.rows.get().pk], YES, by=cast.supervisor)
    Destroyed.objects.create(
        complaint=case,
        number=case.number,
        at=timezone.now(),
        code="general",
        until=today(),
        person=True,
    )
    with (
        pytest.raises(DatabaseError, match="two people"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT {shredding_sql.NAME}(%s)", [case.pk])


# Texts and JSON of a case that stay, because they are codes, terms and hashes.
KEPT = {
    "complaints.Deadline": {"citation", "terms", "ladder"},
    "complaints.Destroyed": {"basis", "reviews", "files"},
    "complaints.Extension": {"terms"},
    "complaints.Analysis": {"holidays"},
    "complaints.ImportRow": {"digest"},
    "complaints.Invitation": {"token_hash"},
    "complaints.OfferLink": {"token_hash", "letter_sha256", "answer"},
    "complaints.Voided": {"changed"},
    "complaints.Sealing": {"cut"},
}
OF_A_CASE = {
    "Complaint",
    "Resolution",
    "Opinion",
    "Deadline",
    "Commitment",
    "Outbox",
    "Item",
    "Sealing",
    "Package",
    "Folder",
    "Invitation",
    "Transition",
}


def test_every_text_of_a_case_is_in_the_plan_or_said_to_stay() -> None:
    forgotten = []
    for model in apps.get_models():
        belongs = {f.related_model.__name__ for f in model._meta.concrete_fields if f.is_relation}
        if not belongs & OF_A_CASE or model._meta.db_table in shredding_sql.REMOVED:
            continue
        label = model._meta.label
        known = {*shredding_sql.PLAN.get(label, ("", ()))[1], *KEPT.get(label, ())}
        if label == "complaints.Complaint":
            known |= set(shredding_sql.COMPLAINT)
        texts = (models.TextField, models.JSONField, models.BinaryField)
        forgotten += [
            f"{label}.{field.name}"
            for field in model._meta.concrete_fields
            if isinstance(field, texts) and field.name not in known
        ]
    assert forgotten == []


def test_every_sealed_table_that_loses_words_says_to_which_case_it_belongs() -> None:
    losing = {k.model._meta.label for k in kinds.all_kinds().values()} & shredding_sql.PLAN.keys()
    assert losing <= CASE_OF.keys()


def refused_to_the_application(lines: list[str], folder: Path) -> None:
    register = folder / "register.jsonl"
    register.write_text("\n".join(lines), encoding="utf-8")
    role = f"kesu_app_{secrets.token_hex(6)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        grants.give(role)
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        try:
            with pytest.raises(CommandError, match="OWNER_DATABASE_URL"):
                call_command("replay_disposal", str(register))
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert not Destroyed.objects.exists()


def test_a_restored_backup_loses_again_what_the_register_names(cast: Cast, tmp_path: Path) -> None:
    case = over(cast)
    other = over(cast, order_number="SO-2")
    Retention.objects.filter(complaint=other).update(until="2090-01-01")
    agreed(cast, proposed(cast, case))
    with transaction.atomic():  # the state before, to be restored
        before = transaction.savepoint()
        shredding.run(later())
        lines = list(shredding.exported())
        transaction.savepoint_rollback(before)
    assert SECRET in Complaint.objects.get(pk=case.pk).narrative
    refused_to_the_application(lines, tmp_path)
    unknown = lines[0].replace(case.number, "TS26-999999")
    done, problems = shredding.replay([*lines, unknown, "{}", "no json"])
    assert done == 1
    assert len(problems) == 2
    assert Complaint.objects.get(pk=case.pk).narrative == "已删除"
    assert Destroyed.objects.get(complaint=case).replayed
    assert SECRET in Complaint.objects.get(pk=other.pk).narrative
    assert shredding.replay(lines) == (0, [])
    with store().incoming() as incoming:  # the store of the backup had it too
        incoming.write(f"{SECRET}录音{case.number}".encode())
        brought = store().keep(incoming)
    shredding.replay()
    assert not store().exists(brought)


def test_reviewers_tick_on_the_page_in_a_fixed_number_of_statements(cast: Cast) -> None:
    cases = [f.archived(cast, order_number=f"SO-{n}") for n in range(2)]
    Retention.objects.update(until="2020-01-01")
    batch = proposed(cast, *cases)
    client = Client()
    client.force_login(cast.supervisor)
    address = reverse("disposal_batch", args=[batch.pk])
    client.get(reverse("disposal"))  # the numbers on the rail are counted and kept for a while
    with CaptureQueriesContext(connection) as statements:
        page = client.get(address).content.decode()
    assert len(statements) <= 10, [q["sql"][:80] for q in statements]
    assert all(case.number in page for case in cases)
    rows = list(batch.rows.values_list("pk", flat=True))
    refused = client.post(address, {"row": rows, "act": "no", "reason": "可能再审"})
    assert refused.status_code == 422
    assert "可能再审" in refused.content.decode()
    page = client.post(address, {"row": rows, "act": "yes"}, follow=True).content.decode()
    assert "已复核 2 件" in page
    stranger = Client()
    stranger.force_login(cast.outside_supervisor)
    assert stranger.get(address).status_code == 404
