"""C1: what people write is masked when it is saved, and the originals are in the vault."""

from __future__ import annotations

import io
import logging
import random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import vault
from audit.models import Entry
from audit.record import broken_links, record
from complaints.actions import communication
from complaints.importing.headings import complete, fingerprint
from complaints.importing.table import unique_names
from complaints.models import (
    Communication,
    Complaint,
    Event,
    ImportRun,
    ImportTemplate,
    MassCase,
    SearchDocument,
    VaultedSpan,
)
from config.logs import WithoutPersons
from tests import factories as f
from tests import planted
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_c1_a_number_in_a_text_is_sealed_once_with_the_key_of_the_consumer(cast: Cast) -> None:
    rng = random.Random(3)  # noqa: S311 invented numbers
    mobile, card = planted.mobile(rng), planted.card(rng)
    case = f.registered(cast, narrative=f"回电 {mobile}，退到 {card}")
    for _ in range(2):
        text = f"又说一遍 {mobile[:3]} {mobile[3:7]} {mobile[7:]}"
        communication.write(case.number, {"kind": "call_note", "text": text}, by=cast.agent)
    case.refresh_from_db()
    assert case.narrative == f"回电 {mobile[:3]}****{mobile[-4:]}，退到 **** {card[-4:]}"
    notes = Communication.objects.values_list("text", flat=True)
    assert set(notes) == {f"又说一遍 {mobile[:3]}****{mobile[-4:]}"}
    spans = {span.kind: span for span in VaultedSpan.objects.filter(complaint=case)}
    assert {kind: span.clear() for kind, span in spans.items()} == {
        "phone": mobile,
        "bank_account": card,
    }
    phone = spans["phone"]
    assert phone.consumer_id == case.consumer_id
    assert mobile.encode() not in bytes(phone.sealed)
    for change in ({"masked": "1"}, {"sealed": b"1"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            VaultedSpan.objects.filter(pk=phone.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        VaultedSpan.objects.filter(pk=phone.pk).delete()
    phone.pk = spans["bank_account"].pk  # a ciphertext moved to another row does not open
    with pytest.raises(vault.VaultError):
        phone.clear()


def test_c1_who_saves_is_told_how_many_and_reads_the_mark_and_a_double_click_stays_one(
    cast: Cast, client: Client
) -> None:
    rng = random.Random(4)  # noqa: S311 invented numbers
    mobile, number = planted.mobile(rng), planted.id_number(rng)
    case = f.registered(cast)
    client.force_login(cast.agent)
    text = f"本人 {number}，电话 {mobile}，再说一遍 {mobile}"
    place = f"/api/v1/complaints/{case.number}/communications/"
    sent = {"kind": "internal_note", "text": text}
    answer = client.post(place, sent, content_type="application/json")
    assert (answer.status_code, answer["X-Masked-Numbers"]) == (201, "2")
    assert mobile not in answer.content.decode()
    plain = client.post(place, {**sent, "text": "没有号码"}, content_type="application/json")
    assert "X-Masked-Numbers" not in plain
    page = client.get(f"/complaints/{case.number}/").content.decode()
    assert f"{mobile[:3]}****{mobile[-4:]}" in page
    assert "号码已入保险库" in page
    assert mobile not in page
    before = Communication.objects.count()
    for _click in range(2):
        again = {"kind": "call_note", "text": f"回电 {mobile}"}
        communication.write(case.number, again, by=cast.agent, once=True)
    assert Communication.objects.count() == before + 1
    for htmx, place in ((True, "HX-Trigger-After-Settle"), (False, "")):
        headers: dict[str, Any] = {"HX-Request": "true"} if htmx else {}
        about = {"kind": "internal_note", "text": f"号码 {number} {htmx}"}
        written = client.post(f"/complaints/{case.number}/communications/", about, headers=headers)
        assert written.status_code < 400, written.content
        shown = written[place] if place in written else client.get("/complaints/").content.decode()
        assert "1 个号码已入保险库" in shown or "\\u4e2a\\u53f7" in shown, shown[:300]


def test_c1_texts_of_no_case_the_record_and_the_log_hold_no_number_either(cast: Cast) -> None:
    rng = random.Random(5)  # noqa: S311 invented numbers
    mobile = planted.mobile(rng)
    MassCase.objects.filter(pk=0).update(defect=f"批量更新 {mobile}")
    span = VaultedSpan.objects.get()
    assert (span.complaint_id, span.clear()) == (None, mobile)
    assert bytes(span.data_key) != b""
    record("complaint.edited", "complaint:X", None, timezone.now(), {"why": [f"电话 {mobile}"]})
    assert Entry.objects.get().detail == {"why": [f"电话 {mobile[:3]}****{mobile[-4:]}"]}
    assert broken_links("complaint:X") == []
    line = logging.LogRecord("x", logging.INFO, "", 0, "call %s", (mobile,), None)
    assert WithoutPersons().filter(line)
    assert mobile not in line.getMessage()


def test_c1_a_save_that_is_undone_leaves_neither_the_text_nor_the_original(cast: Cast) -> None:
    mobile = planted.mobile(random.Random(6))  # noqa: S311 invented number
    case = f.registered(cast)
    with transaction.atomic():
        communication.write(case.number, {"kind": "call_note", "text": mobile}, by=cast.agent)
        assert VaultedSpan.objects.filter(complaint=case).count() == 1
        transaction.set_rollback(True)
    assert not VaultedSpan.objects.exists()
    assert not Communication.objects.filter(complaint=case).exists()


def test_c1_a_mapping_from_before_keeps_no_number_that_stood_for_a_heading(cast: Cast) -> None:
    """A list without headings: its first row was taken for them. What is remembered still fits."""
    rng = random.Random(11)  # noqa: S311 invented numbers
    mobile, card, other = planted.mobile(rng), planted.card(rng), planted.mobile(rng)
    twin = f"{mobile[:3]}9999{mobile[-4:]}"  # reads like the first once both are masked
    before = {mobile: "consumer.phone", twin: "", card: "consumer.bank_account", "事由": "title"}
    now = timezone.now()
    run = ImportRun.objects.create(
        user=cast.agent, team=cast.team, created_at=now, progress_at=now, mapping=before
    )
    sound = {"电话": "consumer.phone", "备注": "", "备注 (2)": ""}
    rows: dict[int, ImportTemplate] = {}
    for columns in (before, sound, {other: "title"}, dict.fromkeys(unique_names([other], ""), "")):
        rows[len(rows)] = ImportTemplate.objects.create(
            user=cast.agent,
            columns_hash=fingerprint(columns),
            mapping=columns,
            updated_at=now,
        )
    out = io.StringIO()
    call_command("mask_texts", batch=2, stdout=out)
    assert "complaints_importrun: 1 masked, 0 left" in out.getvalue()
    assert "complaints_importtemplate: 2 masked, 0 left" in out.getvalue()
    run.refresh_from_db()
    kept = ImportTemplate.objects.in_bulk()
    assert set(kept) == {rows[0].pk, rows[1].pk, rows[3].pk}  # one mapping per set of columns
    told = f"{run.mapping} {[(row.columns_hash, row.mapping) for row in kept.values()]}"
    for number in (mobile, twin, card, other, fingerprint(before)):
        assert number not in told
    assert kept[rows[1].pk].mapping == sound
    names = unique_names(list(before), "")
    assert kept[rows[0].pk].columns_hash == fingerprint(names)
    found = complete(names, kept[rows[0].pk].mapping)
    assert {"consumer.bank_account", "title"} <= set(found.values())
    call_command("mask_texts", stdout=out)
    assert "0 rows masked, 0 left" in out.getvalue()


def test_c1_texts_from_before_are_masked_in_batches_and_what_may_not_change_is_counted(
    cast: Cast,
) -> None:
    rng = random.Random(7)  # noqa: S311 invented numbers
    mobiles = [planted.mobile(rng) for _ in range(3)]
    cases = [f.registered(cast) for _ in range(3)]
    with connection.cursor() as cursor:  # as an older version wrote it
        for case, mobile in zip(cases, mobiles, strict=True):
            cursor.execute(
                "UPDATE complaints_complaint SET narrative = %s, legal_hold = %s WHERE id = %s",
                [f"回电 {mobile}", False, case.pk],
            )
        cursor.execute(
            "UPDATE complaints_complaint SET state = 'archived', outcome = 'resolved',"
            " closed_at = now() WHERE id = %s",
            [cases[2].pk],
        )
        cursor.execute(
            "INSERT INTO complaints_event (complaint_id, at, kind, code, text, detail,"
            " visible_to_consumer) VALUES (%s, now(), 'registered', 'x', %s, '{}', false)",
            [cases[0].pk, f"回电 {mobiles[0]}"],
        )
    out = io.StringIO()
    call_command("mask_texts", batch=2, stdout=out)
    said = out.getvalue()
    assert "complaints_complaint: 2 masked, 1 left" in said
    assert "complaints_event: 0 masked, 1 left" in said
    assert "2 rows masked, 2 left" in said
    texts = dict(Complaint.objects.values_list("pk", "narrative"))
    for case, mobile in zip(cases[:2], mobiles, strict=False):
        assert texts[case.pk] == f"回电 {mobile[:3]}****{mobile[-4:]}"
        assert VaultedSpan.objects.get(complaint=case).clear() == mobile
        assert mobile not in str(
            SearchDocument.objects.values_list("words", flat=True).get(pk=case.pk)
        )
    assert mobiles[2] in texts[cases[2].pk]
    assert mobiles[0] in Event.objects.get(code="x").text
    call_command("mask_texts", stdout=out)
    assert "0 rows masked, 2 left" in out.getvalue()
