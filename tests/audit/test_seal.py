"""What comes into the record is sealed: all of it, once, whoever writes and whoever is killed."""

import hashlib
import json
import threading
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from audit.canonical import leaf, root
from audit.kinds import all_kinds
from audit.models import Block, Entry, Pending, Tail
from audit.record import broken_links, record
from audit.seal import seal
from audit.verify import verify
from complaints import workdays
from tests import factories as f
from tests.audit.behind import found, written
from tests.cast import Cast

RAW = (
    "INSERT INTO audit_entry (at, actor, actor_name, verb, subject, sequence, detail, "
    "previous_hash, hash) VALUES (now(), 'x', '', 'x', %s, %s, '{}', %s, repeat('b', 64))"
)


def test_every_kind_of_row_of_a_case_is_sealed_once(cast: Cast) -> None:
    f.archived(cast)
    now = timezone.now()
    assert seal(now) == 1
    assert seal(now) == 0
    block = Block.objects.get()
    kinds = {"analysis", "custody", "entry", "event", "item", "opinion", "transition"}
    assert block.members.keys() == kinds
    for name in kinds:
        assert block.members[name] == list(
            all_kinds()[name].model._base_manager.order_by("pk").values_list("pk", flat=True)
        )
    assert not Pending.objects.exists()
    assert found() == {}


def merkle(leaves: list[bytes]) -> bytes:
    """As RFC 6962 writes it down."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:k]) + merkle(leaves[k:])).digest()


def test_a_block_is_what_its_description_says(db: None) -> None:
    written("ABC", 3)
    first, second = Block.objects.order_by("number")
    entries = Entry.objects.filter(pk__in=second.members["entry"]).order_by("pk")
    leaves = []
    for e in entries:
        said = {name: getattr(e, name) for name in ("actor", "actor_name", "verb", "subject")}
        said |= {"sequence": e.sequence, "detail": e.detail, "previous_hash": e.previous_hash}
        said["at"] = e.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        leaves.append(hashlib.sha256(f"\0entry:{e.pk}\n{text}".encode()).digest())
    assert bytes(second.leaves) == b"".join(leaves)
    assert second.root == merkle(leaves).hex()
    head = {
        **{"number": 2, "size": 3, "root": second.root, "previous_hash": first.hash},
        "sealed_at": second.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    text = json.dumps(head, sort_keys=True, separators=(",", ":"))
    assert second.hash == hashlib.sha256(text.encode()).hexdigest()
    for size in range(1, 20):
        some = [leaf("x", n, b"") for n in range(size)]
        assert root(some) == merkle(some)


def test_a_column_that_comes_later_leaves_the_bytes_of_a_row_as_they_were(db: None) -> None:
    kind = all_kinds()["item"]
    row = {name: kind.omitted[name] for name in kind.columns} | {"title": "录音", "size": 3}
    assert kind.canonical(row).decode() == '{"size":3,"title":"录音"}'


@pytest.mark.parametrize(
    ("subject", "sequence", "previous"),
    [("complaint:A", 1, ""), ("complaint:A", 2, "a" * 64), ("complaint:A", 6, "b" * 64)],
)
def test_no_chain_forks_whoever_writes(
    db: None, subject: str, sequence: int, previous: str
) -> None:
    written("A", 2)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW, [subject, sequence, previous])
    assert found() == {}


def test_an_entry_lies_in_the_part_of_its_month_and_one_of_long_ago_is_kept_too(db: None) -> None:
    now = timezone.now()
    month = timezone.localtime(now, workdays.SHANGHAI).strftime("%Y_%m")
    for at in (now, now - timedelta(days=4000)):
        record("x", "complaint:A", None, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_entry ORDER BY sequence")
        parts = [part for (part,) in cursor.fetchall()]
    assert parts == [f"audit_entry_{month}", "audit_entry_default"]
    assert found() == {}


class Killed(Exception):
    """The process ends here."""


@pytest.mark.django_db(transaction=True)
def test_sealing_that_is_killed_at_any_write_leaves_nothing_half() -> None:
    for n in range(3):
        record("x", f"complaint:{n}", None, timezone.now())

    def killer(after: bool) -> Any:
        def kill(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            writes = sql.startswith("INSERT")
            if after or not writes:
                execute(sql, params, many, context)
            if writes:
                raise Killed
            return None

        return kill

    for after in (False, True):
        with pytest.raises(Killed), connection.execute_wrapper(killer(after)):
            seal(timezone.now())
        assert not Block.objects.exists()
        assert Pending.objects.count() == 3
    assert seal(timezone.now()) == 1
    assert found() == {}


@pytest.mark.django_db(transaction=True)
def test_many_who_write_and_seal_at_once_leave_one_chain_each() -> None:
    writers, each, errors = 4, 15, []

    def work(n: int) -> None:
        try:
            for _ in range(each):
                with transaction.atomic():
                    record("x", "complaint:shared", None, timezone.now(), {"by": n})
                    record("x", f"complaint:{n}", None, timezone.now())
                seal(timezone.now())
        except Exception as error:  # told by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    seal(timezone.now())
    report = verify(timezone.now())
    assert list(report.faults()) == []
    assert report.rows == {"entry": writers * each * 2}
    assert Tail.objects.get(pk="complaint:shared").sequence == writers * each


def test_an_entry_carries_the_name_of_the_request_that_caused_it(cast: Cast) -> None:
    client = Client()
    answer = client.post(
        "/login/",
        {"username": "agent", "password": "x"},
        headers={"X-Request-ID": "proxy-12345678"},
    )
    assert answer["X-Request-ID"] == "proxy-12345678"
    assert client.get("/login/", headers={"X-Request-ID": "<script>"})["X-Request-ID"] != "<script>"
    case = f.registered(cast)
    client.force_login(cast.agent)
    answer = client.post(
        f"/complaints/{case.number}/communications/", {"kind": "internal_note", "text": "备注"}
    )
    entry = Entry.objects.latest("pk")
    assert entry.request_id == answer["X-Request-ID"] != ""
    assert broken_links(case.subject) == []
    assert Entry.objects.filter(subject=case.subject).first().request_id == ""
