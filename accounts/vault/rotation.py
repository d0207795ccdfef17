"""Replacing keys while everything runs: data keys are wrapped again, indexes made again.

In batches by primary key, each in a transaction of its own; what somebody holds is passed over and
comes in the next round. What is done is seen by the row itself, so a killed run goes on where it
stopped, two at once share the work, and a run with nothing to do does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Func, Q
from django.utils import timezone

from accounts.vault import fields, index, sealing
from accounts.vault.errors import RingAway, VaultError
from accounts.vault.key_rows import VaultKey
from audit.record import record

BATCH = 500
ROUNDS = 20  # over what others held
MOST_NAMED = 10  # damaged rows
# What read a row a moment before it was wrapped again still opens it by the former key.
GRACE = timedelta(minutes=10)

Say = Callable[[str, int, int], None]  # table, done, all of it


@dataclass
class Turned:
    """What a rotation did, and what is left."""

    done: dict[str, int] = field(default_factory=dict)  # table → rows
    damaged: list[str] = field(default_factory=list)  # context of rows that no key opens
    held: int = 0  # rows that others held to the end

    @property
    def complete(self) -> bool:
        return not (self.damaged or self.held)


# --- data keys


def turn_keys(say: Say) -> Turned:
    """Wrap every data key by the newest key of the ring, in the cipher of now. Raises VaultError,
    RingAway; what was done until then stays done.
    """
    turned = Turned()
    for model, column in fields.with_data_keys():
        _in_rounds(model, partial(_wrapped_otherwise, model, column), _wrap, turned, say)
    return turned


def _wrapped_otherwise(model: Any, column: str) -> models.QuerySet[Any]:
    form = sealing.form()
    return _beginning(model.objects.exclude(**{column: b""}), column, len(form)).exclude(
        begins=form
    )


def _beginning(rows: Any, column: str, size: int) -> Any:
    begins = Func(F(column), 1, size, function="substring", output_field=models.BinaryField())
    return rows.annotate(begins=begins)


def _wrap(rows: list[Any], damaged: list[str]) -> int:
    """Called inside a transaction that holds the rows."""
    model = type(rows[0])
    (column,) = fields.of(model, fields.DataKeyField)
    new: dict[Any, bytes] = {}
    for row in rows:
        context = row.vault_context()
        try:
            new[row.pk] = sealing.wrapped_again(bytes(getattr(row, column)), context)
        except RingAway:
            raise
        except VaultError:
            damaged.append(context)
    _write(model, {column: new})
    return len(new)


def _write(model: type[models.Model], values: dict[str, dict[Any, bytes]]) -> None:
    """Column → primary key → its new bytes, in one statement for all rows."""
    keys = list(next(iter(values.values())))
    if not keys:
        return
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    sets = ", ".join(f"{quote(c)} = new.{quote(c)}" for c in values)
    names = ", ".join(["pk", *(quote(c) for c in values)])
    places = ", ".join([f"%s::{key.rel_db_type(connection)}[]", *(["%s::bytea[]"] * len(values))])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} row SET {sets} "  # noqa: S608 names of the models
            f"FROM unnest({places}) AS new({names}) WHERE row.{quote(key.column)} = new.pk",
            [[str(k) for k in keys], *([column[k] for k in keys] for column in values.values())],
        )


# --- indexes


def turn_indexes(say: Say) -> Turned:
    """Make every index by the newest key. Raises as `turn_keys`."""
    turned = Turned()
    for model in fields.with_indexes():
        _in_rounds(model, partial(_indexed_otherwise, model), _index, turned, say)
    return turned


def _indexed_otherwise(model: Any) -> models.QuerySet[Any]:
    return fields.indexed(model).exclude(index_key=index.index_keys()[0].name)


def _index(rows: list[Any], damaged: list[str]) -> int:
    """Called inside a transaction that holds the rows."""
    name, done = index.index_keys()[0].name, 0
    for row in rows:
        try:
            again = row.indexes_again()
        except RingAway:
            raise
        except VaultError:
            damaged.append(row.vault_context())
            continue
        row.keep_indexes(again, name)
        done += 1
    return done


# --- in batches


def _in_rounds(
    model: Any,
    left: Callable[[], models.QuerySet[Any]],
    work: Callable[[list[Any], list[str]], int],
    turned: Turned,
    say: Say,
) -> None:
    table = model._meta.db_table
    total, done = left().count(), 0
    for _round in range(ROUNDS):
        damaged: list[str] = []
        for count in _batches(left, work, damaged):
            done += count
            say(table, done, max(total, done))
        waiting = left().count()
        if waiting <= len(damaged):
            break
    turned.done[table] = done
    turned.held += max(0, waiting - len(damaged))
    turned.damaged += damaged[:MOST_NAMED]


def _batches(
    left: Callable[[], models.QuerySet[Any]],
    work: Callable[[list[Any], list[str]], int],
    damaged: list[str],
) -> Iterator[int]:
    last: Any = None
    while True:
        with transaction.atomic():
            rows = left() if last is None else left().filter(pk__gt=last)
            found = list(
                rows.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))[
                    :BATCH
                ]
            )
            if not found:
                return
            done = work(found, damaged)
        last = found[-1].pk
        yield done


# --- retiring


class StillNeeded(Exception):
    """A key cannot be retired or taken away; the text says why and what to do."""


def retire(purpose: str, now: datetime | None = None) -> list[str]:
    """Retire every key but the newest; answers their names. Nothing is wrapped or indexed by them
    from then on: the database refuses it. Raises StillNeeded.
    """
    now = now or timezone.now()
    newest = _newest(purpose)
    old = VaultKey.objects.filter(purpose=purpose, retired_at=None).exclude(name=newest)
    names = sorted(old.values_list("name", flat=True))
    if not names:
        return []
    must_not_need(purpose, names)
    with transaction.atomic():
        VaultKey.objects.filter(purpose=purpose, name__in=names).update(retired_at=now)
        record("vault.keys_retired", "vault", None, now, {"ring": purpose, "keys": names})
    return names


def must_not_need(purpose: str, names: Iterable[str]) -> None:
    """Asked before a key is retired, and again before it is taken away: a transaction that was
    under way at that moment may have committed since. Raises StillNeeded.
    """
    for name in names:
        if table := _needed_in(purpose, name):
            raise StillNeeded(
                f"{name} 仍被 {table} 使用：请让所有进程使用新的密钥环，再运行一次轮换。\n"
                f"{name} is still needed in {table}: see that every process has the new ring, and "
                "rotate again."
            )


def _newest(purpose: str) -> str:
    if purpose == VaultKey.Purpose.WRAP:
        return sealing.newest()
    return index.index_keys()[0].name


def _needed_in(purpose: str, name: str) -> str:
    """The table in which something needs the key; "" when nothing does."""
    if purpose == VaultKey.Purpose.INDEX:
        for model in fields.with_indexes():
            if _indexed_otherwise(model).exists():
                return model._meta.db_table
        return ""
    for model, column in fields.with_data_keys():
        for begins in sealing.beginnings(name):
            rows = _beginning(model._base_manager.all(), column, len(begins))
            if rows.filter(begins=begins).exists():
                return model._meta.db_table
    return ""


def removable(now: datetime) -> tuple[list[VaultKey], list[VaultKey]]:
    """Retired keys that may be taken out of the ring, and those that may be in a few minutes."""
    retired = VaultKey.objects.exclude(retired_at=None).order_by("purpose", "name")
    late = Q(retired_at__lte=now - GRACE)
    return list(retired.filter(late)), list(retired.exclude(late))
