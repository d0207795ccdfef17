"""C2: the keys of the vault are replaced, lost and mixed up; every column of the vault is known."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import masking, vault
from accounts.models import VaultKey
from accounts.vault import checks, ciphers, fields, index, keys, ring, rotation, sealing, start
from accounts.vault.errors import KeyMissing, VaultError
from audit.models import Entry
from complaints import vaulting
from complaints.actions import half_typed
from complaints.models import Complaint, Consumer, SilentConsumer, VaultedSpan
from complaints.search import matching
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_legal_hold import held, shared

PHONE = "12012345678"
# Columns of bytes that are no secret and no hash of one, and why
PLAIN = {
    "audit_anchor": "proof",
    "audit_block": "hashes of the record",
    "audit_stamp": "time stamps of an authority",
    "accounts_vaultkey": "a known value and the beginnings of envelopes",
    "complaints_importrow": "keyed hash of a row, compared with itself",
    "complaints_invitation": "hash of a token",
    "complaints_offerlink": "hash of a token",
    "complaints_letterrow": "letters for print, seven days",
    "legal_rules_storedrulebook": "the law",
}


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> tuple[Path, Path]:
    """Both rings in files of this test, with the keys that everybody uses."""
    wrapping, hashing = tmp_path / "vault_key", tmp_path / "blind_index_key"
    wrapping.write_text(ring.source().read(), encoding="ascii")
    hashing.write_text(index.source().read(), encoding="ascii")
    settings.VAULT_KEYS, settings.VAULT_KEYS_FILE = "", str(wrapping)
    settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEY_FILE = "", str(hashing)
    return wrapping, hashing


def run(command: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def searched(cast: Cast) -> set[str]:
    """The cases that are found by the telephone of the examples."""
    phone = f.CONSUMER["phone"]
    answer = matching(Complaint.objects.all(), phone, by=cast.agent, door="queue")
    return {case.number for case in answer.cases}


def refused(command: str, why: str, **options: Any) -> None:
    with pytest.raises(CommandError, match=why):
        run(command, **options)


def wait_over() -> None:
    """As if the keys had been retired eleven minutes ago."""
    back = rotation.GRACE + timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_vaultkey DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE accounts_vaultkey SET retired_at = retired_at - %s::interval, "
            "introduced_at = introduced_at - %s::interval WHERE retired_at IS NOT NULL",
            [str(back), str(back)],
        )
        cursor.execute("ALTER TABLE accounts_vaultkey ENABLE TRIGGER USER")


def wrapped_by(name: str) -> int:
    begins = sealing.beginnings(name)
    rows = [bytes(getattr(r, c)) for m, c in fields.with_data_keys() for r in m._base_manager.all()]
    return sum(any(row.startswith(b) for b in begins) for row in rows)


def test_c2_every_column_of_bytes_belongs_to_the_vault_or_is_no_secret(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name IN "
            "(SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
        )
        there = {row for row in cursor.fetchall() if row[0] not in PLAIN}
    kinds = (fields.DataKeyField, fields.SealedField, fields.BlindIndexField)
    known = {
        (model._meta.db_table, column)
        for model in apps.get_models()
        for kind in kinds
        for column in fields.of(model, kind)
    }
    assert there == {row for row in known if row[0] not in PLAIN}
    guarded = {m._meta.db_table for m, _c in fields.with_data_keys()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname LIKE '%data_key_is_living%'"
        )
        assert {table for (table,) in cursor.fetchall()} == guarded, "each needs LivingKey"
    assert all(hasattr(m, "vault_context") for m, _c in fields.with_data_keys())


def test_c2_data_keys_are_wrapped_again_and_the_old_key_goes_only_then(
    cast: Cast, places: tuple[Path, Path]
) -> None:
    case, file = shared(cast), places[0]
    held(cast, case)  # who is under a legal hold, too
    half_typed.save_draft(cast.agent, "reply:1", {"text": "打字中"})
    gone = f.registered(cast)
    Consumer.objects.filter(pk=gone.consumer_id).update(data_key=b"", phone_sealed=b"")
    assert start.problems() == []
    before = file.read_text(encoding="ascii")
    refused("rotate_keys", "No key may be taken out", take_out=True)

    said = run("rotate_keys", new=True)
    assert "The old key k1 is retired" in said
    assert file.stat().st_mode & 0o077 == 0
    assert (wrapped_by("k1"), bytes(Consumer.objects.get(pk=gone.consumer_id).data_key)) == (0, b"")
    assert Consumer.objects.get(pk=case.consumer_id).clear("phone") == f.CONSUMER["phone"]
    draft = half_typed.load_draft(cast.agent, "reply:1")
    assert draft is not None
    assert draft[0] == {"text": "打字中"}
    again = run("rotate_keys")  # nothing is left to do
    assert "complaints_consumer: 0" in again
    assert "retired" not in again
    verbs = list(Entry.objects.filter(subject="vault").values_list("verb", flat=True))
    assert verbs[-2:] == ["vault.data_keys_turned", "vault.keys_retired"]

    refused("rotate_keys", "less than 10 minutes ago", take_out=True)
    wait_over()
    assert "taken out: k1" in run("rotate_keys", take_out=True)
    assert "k1" not in file.read_text(encoding="ascii")
    assert start.problems() == []
    assert Consumer.objects.get(pk=case.consumer_id).clear("phone") == f.CONSUMER["phone"]

    file.write_text(before, encoding="ascii")  # a process, or a machine, with the former ring
    assert "is retired" in start.problems()[0] or "A key is lost" in start.problems()[0]
    with pytest.raises(DatabaseError, match="retired"), transaction.atomic():
        f.registered(cast)


def test_c2_a_rotation_goes_on_where_it_was_killed_and_passes_over_what_is_held(
    cast: Cast, places: tuple[Path, Path], transactional_db: None
) -> None:
    people = [f.registered(cast).consumer for _ in range(3)]
    first = min(people, key=lambda person: person.pk)
    text = f"k2:{keys.fresh()},{places[0].read_text(encoding='ascii')}"
    places[0].write_text(text, encoding="ascii")
    assert start.problems() == []
    rotation.BATCH, batch = 1, rotation.BATCH

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            rotation.turn_keys(killed)
        first.refresh_from_db()
        assert sealing.newest() == "k2"
        assert (wrapped_by("k2"), wrapped_by("k1")) == (1, 2)
        assert first.clear("phone") == f.CONSUMER["phone"]
        with pytest.raises(rotation.StillNeeded, match="complaints_consumer"):
            rotation.retire("wrap")
        with another_holds(max(person.pk for person in people)):
            turned = rotation.turn_keys(lambda *_: None)
        assert (turned.held, turned.damaged) == (1, [])
        turned = rotation.turn_keys(lambda *_: None)
        assert (turned.done["complaints_consumer"], turned.complete) == (1, True)
    finally:
        rotation.BATCH = batch


class another_holds:
    """Another session that has locked this consumer's row."""

    def __init__(self, pk: Any) -> None:
        self.pk = pk

    def __enter__(self) -> None:
        self.session = connection.copy()
        self.session.set_autocommit(False)
        with self.session.cursor() as cursor:
            cursor.execute("SELECT FROM complaints_consumer WHERE id = %s FOR UPDATE", [self.pk])

    def __exit__(self, *_: object) -> None:
        self.session.rollback()
        self.session.close()


def test_c2_a_damaged_data_key_is_named_and_keeps_the_old_key(
    cast: Cast, places: tuple[Path, Path]
) -> None:
    good, bad = f.registered(cast).consumer, f.registered(cast).consumer
    assert start.problems() == []
    Consumer.objects.filter(pk=bad.pk).update(data_key=bytes(good.data_key))  # moved
    refused("rotate_keys", f"no key of the ring.*complaints_consumer.{bad.pk}", new=True)
    good.refresh_from_db()
    assert (good.clear("phone"), wrapped_by("k1")) == (f.CONSUMER["phone"], 1)
    assert not VaultKey.objects.exclude(retired_at=None).exists()


def test_c2_an_exact_search_works_at_every_moment_of_a_new_index_key(
    cast: Cast, places: tuple[Path, Path]
) -> None:
    one, two = shared(cast), f.registered(cast, order_number="SO-2")
    held(cast, one)
    assert start.problems() == []

    def found() -> set[str]:
        return searched(cast)

    written = masking.find("回拨 199 0000 1111")
    for case in (one, None):
        vaulting.seal(case, "complaints_note.text", written)
    old = index.index_keys()[0].name
    text = places[1].read_text(encoding="ascii")
    places[1].write_text(f"{keys.fresh()},{text}", encoding="ascii")
    for case in (one, None, two):  # known by the former key: once each, as before
        vaulting.seal(case, "complaints_note.text", written)
    assert VaultedSpan.objects.count() == 3
    twice = VaultedSpan(complaint=one, consumer=one.consumer, kind="phone", at=timezone.now())
    twice.fill("19900001111")  # as by two at the same moment
    twice.save()
    fresh = f.registered(cast, order_number="SO-3")
    everyone = {one.number, two.number, fresh.number}
    assert found() == everyone, "rows by both keys, and one that came meanwhile"
    rotation.BATCH, batch = 1, rotation.BATCH
    try:
        with pytest.raises(KeyboardInterrupt):
            rotation.turn_indexes(interrupted)
    finally:
        rotation.BATCH = batch
    assert found() == everyone
    persons = [c.consumer for c in Complaint.objects.select_related("consumer")]
    assert {p.index_key for p in persons} == {old, index.index_keys()[0].name}
    for name in ("phone", "email"):
        hashes = [set(p.indexes(name)) for p in persons]
        assert hashes[0] == hashes[1] == hashes[2], "known as the same person whatever the key"
    run("rotate_blind_index")
    assert found() == everyone
    kept = places[1].read_text(encoding="ascii")
    refused("rotate_blind_index", "less than 10 minutes", take_out=True)
    wait_over()
    assert f"taken out: {old}" in run("rotate_blind_index", take_out=True)
    assert places[1].read_text(encoding="ascii") != kept
    assert found() == everyone
    assert start.problems() == []
    spans = list(VaultedSpan.objects.all())
    assert {(s.clear(), s.index_key) for s in spans} == {
        ("19900001111", index.index_keys()[0].name)
    }
    hashed = index.blind_index("phone", "19900001111")
    assert sorted(bytes(s.value_index) == hashed for s in spans) == [False, True, True, True]
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        VaultedSpan.objects.update(sealed=b"x")
    person = Consumer.objects.get(pk=one.consumer_id)
    for wrong in (
        {"phone_index": b"x" * 16},
        {"phone_index": b"", "index_key": "another"},
        {"phone_sealed": b"x", "index_key": "another"},
    ):
        with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
            Consumer.objects.filter(pk=person.pk).update(**wrong)
    with pytest.raises(DatabaseError, match="retired"), transaction.atomic():
        Consumer.objects.filter(pk=two.consumer_id).update(index_key=old)


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def test_c2_what_older_envelopes_and_another_cipher_sealed_opens(
    db: None, settings: Any, places: tuple[Path, Path]
) -> None:
    context, key, nonce = "complaints_consumer|1", os.urandom(32), b"\x8aS\x01" + os.urandom(9)
    ((_, master),) = keys.parts(ring.source().read())
    wrapped = AESGCM(base64.b64decode(master)).encrypt(nonce, key, context.encode())
    before = b"k1:" + nonce + wrapped
    value = nonce + AESGCM(key).encrypt(nonce, "王".encode(), f"{context}|name".encode())
    assert vault.unseal(before, context, "name", value) == "王"  # even one that looks like ours
    by_aes = vault.seal(before, context, "name", "李")

    settings.VAULT_ALGORITHM = "sm4-gcm"
    by_sm4 = vault.seal(before, context, "name", "张")
    assert (by_aes[3], by_sm4[3]) == (ciphers.AES_256_GCM, ciphers.SM4_GCM)
    again = sealing.wrapped_again(before, context)
    assert again.startswith(sealing.form())
    for sealed, text in ((value, "王"), (by_aes, "李"), (by_sm4, "张")):
        assert vault.unseal(again, context, "name", sealed) == text
        for place in (0, 3, 4, len(sealed) - 1):
            changed = bytearray(sealed)
            changed[place] ^= 3
            with pytest.raises(VaultError):
                vault.unseal(again, context, "name", bytes(changed))
        with pytest.raises(VaultError):
            vault.unseal(again, context, "phone", sealed)
    for cut in (b"", b"k1:", b"k9:" + bytes(60), again[:20], again[:4] + b"k9" + again[6:]):
        with pytest.raises(VaultError):
            vault.unseal(cut, context, "name", by_sm4)
    assert index.index_keys()[0].algorithm == index.SM3
    by_sm3 = vault.blind_index("phone", PHONE)
    settings.VAULT_ALGORITHM = "aes-256-gcm"
    assert vault.blind_index("phone", PHONE) != by_sm3
    settings.VAULT_ALGORITHM = "rot13"
    with pytest.raises(VaultError, match="must be one of"):
        vault.seal(again, context, "name", "x")


def test_c2_a_lost_or_another_key_is_told_with_what_to_do(
    cast: Cast, places: tuple[Path, Path]
) -> None:
    f.registered(cast)
    good = [file.read_text(encoding="ascii") for file in places]
    new = [f"k1:{keys.fresh()}", keys.fresh()]

    def said(wrapping: str, hashing: str) -> str:
        places[0].write_text(wrapping, encoding="ascii")
        places[1].write_text(hashing, encoding="ascii")
        return " ".join(start.problems())

    # a database that is older than the rows of keys, and another key
    assert "does not open" in said(new[0], good[1])
    assert "does not open" in said(good[0], new[1])
    assert not VaultKey.objects.exists()
    assert said(*good) == ""
    assert VaultKey.objects.count() == 2
    assert "Another key: k1" in said(new[0], good[1])
    (told,) = checks.the_keys_are_those_of_the_database(None)
    assert (told.id, told.hint) == ("accounts.E001", "docs/operations.md, A lost key.")
    assert str(places[0]) in said(new[0], good[1])
    assert "A key is lost" in said(f"k2:{keys.fresh()}", good[1])
    assert "A key is lost" in said(good[0], new[1])
    for wrong in ("", "k2", "k2:!", "k2:c2hvcnQ=", f"k 2:{keys.fresh()}", f"{good[0]},{good[0]}"):
        assert said(wrong, good[1]), wrong
    # the way out that operations.md gives for a lost key of the indexes
    new_index = keys.fresh()
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT lost")
        cursor.execute(
            "UPDATE accounts_vaultkey SET retired_at = clock_timestamp() WHERE purpose = 'index'"
        )
        assert said(good[0], new_index) == ""
        run("rotate_blind_index")
        assert len(searched(cast)) == 1
        cursor.execute("ROLLBACK TO SAVEPOINT lost")
    places[0].unlink()
    assert "cannot be read" in " ".join(start.problems())
    assert said(*good) == ""
    with pytest.raises(KeyMissing):
        ring.ring().unwrap("k9", b"", b"")
    with pytest.raises(DatabaseError), transaction.atomic():
        VaultKey.objects.update(known=b"x")
    with pytest.raises(DatabaseError), transaction.atomic():
        VaultKey.objects.all().delete()


def test_c2_a_copied_index_follows_its_consumer(cast: Cast, places: tuple[Path, Path]) -> None:
    person = f.registered(cast).consumer
    mass = apps.get_model("complaints", "MassCase").objects.create(
        title="x", category="quality", defect="x", opened_by=cast.agent, opened_at=timezone.now()
    )
    listed = SilentConsumer.objects.create(
        mass=mass, consumer=person, phone_index=person.phone_index, added_at=timezone.now()
    )
    run("rotate_blind_index", new=True)
    person.refresh_from_db()
    listed.refresh_from_db()
    assert bytes(listed.phone_index) == bytes(person.phone_index) == person.indexes("phone")[0]
