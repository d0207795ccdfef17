"""C2: what the vault promises."""

from hashlib import md5, sha1, sha256
from typing import Any

import pytest
from django.db import connection

from accounts import vault
from accounts.vault import keys, ring, sealing
from complaints.models import Complaint, Consumer
from complaints.search import matching
from tests import factories as f
from tests.cast import Cast

HASHES = (md5, sha1, sha256)


def consumer(**values: str) -> Consumer:
    person = Consumer()
    person.fill(values)
    person.save()
    return Consumer.objects.get(pk=person.pk)


def test_c2_equal_values_differ_on_disk_and_open_again(db: None) -> None:
    one, two = consumer(phone="12012345678"), consumer(phone="12012345678")
    assert bytes(one.phone_sealed) != bytes(two.phone_sealed)
    assert one.clear("phone") == two.clear("phone") == "12012345678"
    assert bytes(one.phone_index) == bytes(two.phone_index)


def test_c2_a_ciphertext_moved_to_another_row_or_column_does_not_open(db: None) -> None:
    one, two = consumer(phone="12012345678", name="王一"), consumer(phone="12087654321")
    one.phone_sealed, two.phone_sealed = two.phone_sealed, one.phone_sealed
    for swapped in (one, two):
        with pytest.raises(vault.VaultError):
            swapped.clear("phone")
    # also under the data key that it was sealed with: the row itself is part of the seal
    one.data_key, two.data_key = two.data_key, one.data_key
    for swapped in (one, two):
        with pytest.raises(vault.VaultError):
            swapped.clear("phone")
    one.refresh_from_db()
    one.phone_sealed = one.name_sealed
    with pytest.raises(vault.VaultError):
        one.clear("phone")


def test_c2_whoever_reads_the_database_without_the_keys_reads_nothing(
    cast: Cast, settings: Any
) -> None:
    secrets = {
        "name": "欧阳测试",
        "phone": "12055556666",
        "email": "secret@example.org",
        "id_number": "990101199001011234",
        "bank_account": "9999000011112222",
        "address": "浙江省杭州市青禾路 77 号",
    }
    case = f.registered(cast, consumer=secrets)
    # nor a hash that somebody could find again by hashing every number there is
    hashed = {how(value.encode()).hexdigest() for value in secrets.values() for how in HASHES}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t")  # noqa: S608 names from the catalogue
            content = cursor.fetchone()[0]
            for value in secrets.values():
                assert value not in content
                assert value.encode().hex() not in content
            assert not [one for one in hashed if one in content]
    person = Consumer.objects.get(pk=case.consumer_id)
    settings.VAULT_KEYS = f"k1:{keys.fresh()}"
    for field in secrets:
        with pytest.raises(vault.VaultError):
            person.clear(field)


def test_c2_a_new_key_seals_and_the_old_one_still_opens(db: None, settings: Any) -> None:
    old, newer = consumer(phone="12012345678"), f"k2:{keys.fresh()}"
    settings.VAULT_KEYS = f"{newer},{ring.source().read()}"
    fresh = consumer(phone="12012345678")
    assert bytes(fresh.data_key).startswith(sealing.beginnings("k2")[0])
    assert old.clear("phone") == fresh.clear("phone")
    settings.VAULT_KEYS = newer
    with pytest.raises(vault.VaultError):
        old.clear("phone")


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "12012345678",
            "120 1234 5678",
            "120-1234-5678",
            "+8612012345678",
            "１２０１２３４５６７８",
        ],
        *[
            "99010119900101123X",
            "99010119900101123x",
            "990101 19900101 123X",
            "９９０１０１１９９００１０１１２３Ｘ",
        ],
    ],
)
def test_c2_a_phone_and_an_id_number_are_found_in_any_spelling(cast: Cast, typed: str) -> None:
    person = {"phone": "120-1234-5678", "id_number": "99010119900101123X"}
    complaint = f.registered(cast, consumer=person)
    f.registered(cast, consumer={"phone": "12087654321", "id_number": "990101199001011234"})
    answer = matching(Complaint.objects.all(), typed, by=cast.agent, door="queue")
    assert list(answer.cases) == [complaint]


def test_c9_personal_data_is_found_by_exact_match_only(cast: Cast) -> None:
    complaint = f.registered(
        cast, consumer={"name": "王小测", "phone": "12012345678", "id_number": "990101199001011234"}
    )

    def found(query: str) -> list[Complaint]:
        answer = matching(Complaint.objects.all(), query, by=cast.agent, door="queue")
        return list(answer.cases)

    for query in ("5678", "王小测", "990101199001011234"):
        assert found(query) == [complaint], query
    for query in ("1201234567", "567", "王小", "99010119900101123", "%", "12012345%"):
        assert found(query) == [], query


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("name", "王小测", "王**"),
        ("name", "王测", "王*"),
        ("name", "欧阳测试", "欧阳**"),
        ("phone", "12012345678", "120****5678"),
        ("phone", "0571-88886666", "057*****6666"),
        ("id_number", "990101199001011234", "9901**********1234"),
        ("bank_account", "9999000011112222", "**** 2222"),
        ("email", "secret@example.org", "s***@example.org"),
        ("address", "浙江省杭州市青禾路 77 号", "浙江省杭州市***"),
        ("address", "内蒙古自治区呼和浩特市云栖街 1 号", "内蒙古自治区呼和浩特市***"),
        ("phone", "", ""),
        ("name", "王", "王*"),
        ("phone", "12345", "1****"),
        ("nickname", "王小测", "***"),  # a column that nobody thought of
    ],
)
def test_c4_masks_show_no_more_than_they_should(column: str, value: str, shown: str) -> None:
    assert vault.masked(column, value) == shown
