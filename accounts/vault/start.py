"""Are the keys here those with which this database was sealed? Asked before anything starts.

A key that was lost, or another one under its name, would let the site start half: what is new would
be sealed by one key and what is old open with none. So the first start writes down a known value
under each key (`VaultKey`), and every start opens it again.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.vault import fields, index, ring, sealing
from accounts.vault.errors import RingAway, VaultError
from accounts.vault.key_rows import VaultKey
from audit.record import record

WRAP, INDEX = VaultKey.Purpose.WRAP, VaultKey.Purpose.INDEX
CONTEXT = "accounts_vaultkey|{}"  # to which the known value of a key is bound
REFUSED = 3  # exit status with which gunicorn does not try again
SETTING = {WRAP: "VAULT_KEYS", INDEX: "BLIND_INDEX_KEY"}
log = logging.getLogger(__name__)


def problems(*, note: bool = True) -> list[str]:
    """What is wrong with the keys: a sentence each, in Chinese and English, that says what to do;
    [] when all is well. Keys that are new are noted. Raises RingAway, DatabaseError.
    """
    try:
        by, hashing = ring.ring(), index.index_keys()
        by.names()
    except RingAway:
        raise
    except VaultError as error:
        return [f"密钥设置有误 / the keys are set wrongly: {error}"]
    known = {(row.purpose, row.name): row for row in VaultKey.objects.all()}
    found = [*_wrapping(by, known), *_indexing(hashing, known)]
    if not known and not found:
        found = [*_opens_what_is_here()]
    if note and not found and not _note(by, hashing, known):
        return problems()  # another process wrote at this moment, perhaps with other keys
    return found


Known = dict[tuple[str, str], VaultKey]


def _wrapping(by: ring.KeyRing, known: Known) -> Iterator[str]:
    here = by.names()
    for (purpose, name), row in known.items():
        if purpose != WRAP:
            continue
        if name not in here:
            if row.retired_at is None:
                yield _lost(WRAP, row)
        elif not _is_the_same(by, row):
            yield _another(WRAP, row)
    now = known.get((WRAP, by.current()))
    if now is not None and now.retired_at is not None:
        yield (
            f"VAULT_KEYS 的第一把密钥 {now.name} 已停用：把接替它的密钥放在最前面。\n"
            f"The first key of VAULT_KEYS, {now.name}, is retired: put the one that replaced it "
            "in front."
        )


def _indexing(hashing: tuple[index.IndexKey, ...], known: Known) -> Iterator[str]:
    here = {key.name for key in hashing}
    for (purpose, name), row in known.items():
        if purpose == INDEX and row.retired_at is None and name not in here:
            yield _lost(INDEX, row)
    now = known.get((INDEX, hashing[0].name))
    if now is not None and now.retired_at is not None:
        yield (
            f"BLIND_INDEX_KEY 的第一把密钥（{now.name}）已停用：请换一把新的。\n"
            f"The first key of BLIND_INDEX_KEY ({now.name}) is retired: take a new one."
        )


def _is_the_same(by: ring.KeyRing, row: VaultKey) -> bool:
    """Whether the key of this name opens the known value. Raises RingAway."""
    try:
        context = CONTEXT.format(row.name)
        opened = sealing.unseal_bytes(bytes(row.known), context, "known", bytes(row.sealed))
    except RingAway:
        raise
    except VaultError:
        return False
    return opened == row.name.encode()


def _lost(purpose: str, row: VaultKey) -> str:
    place, mark = _place(purpose), row.fingerprint or "-"
    return (
        f"密钥缺失：{place} 中没有 {row.name}（指纹 {mark}），而数据库里的个人信息仍要用它。"
        "请放回原来的密钥再启动"
        "（./run 制作的密钥另存于备份旁的 .keys 文件）；没有它，这些信息无人能读。"
        "见 docs/operations.md「密钥丢失」。\n"
        f"A key is lost: {place} lacks {row.name} (fingerprint {mark}), which the personal data in "
        "the database still needs. Put the former key back and start again (keys made by ./run are "
        "also in the .keys file beside a backup); without it nobody can read that data. "
        "docs/operations.md, A lost key."
    )


def _another(purpose: str, row: VaultKey) -> str:
    place, mark = _place(purpose), row.fingerprint or "-"
    return (
        f"密钥不符：{place} 中的 {row.name} 不是加密这个数据库的那把（应为指纹 {mark}）。"
        "请放回原来的密钥再启动；新密钥要另起名字，放在旧密钥前面。"
        "见 docs/operations.md「密钥丢失」。\n"
        f"Another key: {row.name} in {place} is not the one with which this database was sealed "
        f"(fingerprint {mark}). Put the former key back and start again; a new key needs a name of "
        "its own, before the former one. docs/operations.md, A lost key."
    )


def _place(purpose: str) -> str:
    own = ring.source() if purpose == WRAP else index.source()
    return own.place if own.text or own.file else "VAULT_KMS"


def _opens_what_is_here() -> Iterator[str]:
    """A database that is older than this check: the first and the last data key of each table, and
    the indexes of their rows, must agree with the keys.
    """
    for model, column in fields.with_data_keys():
        rows = model._base_manager.exclude(**{column: b""})
        for row in filter(None, (rows.order_by("pk").first(), rows.order_by("-pk").first())):
            try:
                _try(row, column)
            except RingAway:
                raise
            except VaultError as error:
                yield (
                    f"密钥不符：打不开已有的个人信息（{error}）。请放回原来的密钥。\n"
                    "Another key: the personal data that is here does not open. Put the former key "
                    "back. docs/operations.md, A lost key."
                )
                return


def _try(row: object, column: str) -> None:
    context: str = row.vault_context()  # type: ignore[attr-defined]
    sealing.wrapped_again(bytes(getattr(row, column)), context)
    again: dict[str, bytes] = getattr(row, "indexes_again", dict)()
    if any(bytes(getattr(row, name)) != value for name, value in again.items()):
        raise VaultError(f"{_place(INDEX)}: the index of {context} is made by another key")


def _note(by: ring.KeyRing, hashing: tuple[index.IndexKey, ...], known: Known) -> bool:
    """Write down the keys that are new here; False when another process did meanwhile."""
    new = [_wrapping_row(by, name) for name in by.names() if (WRAP, name) not in known]
    for key in hashing:
        if (INDEX, key.name) not in known:
            new.append(VaultKey(purpose=INDEX, name=key.name, fingerprint=key.fingerprint))
    now = timezone.now()
    try:
        with transaction.atomic():
            for row in new:
                row.introduced_at = now
                row.save(force_insert=True)
                told = {"ring": row.purpose, "key": row.name, "fingerprint": row.fingerprint}
                record("vault.key_introduced", "vault", None, now, told)
    except IntegrityError:
        return False
    return True


def _wrapping_row(by: ring.KeyRing, name: str) -> VaultKey:
    """The key with a known value under it."""
    context = CONTEXT.format(name)
    wrapped = sealing.new_data_key(context, name)
    now_begins, once_began = sealing.beginnings(name)
    return VaultKey(
        purpose=WRAP,
        name=name,
        fingerprint=by.fingerprint(name),
        known=wrapped,
        sealed=sealing.seal_bytes(wrapped, context, "known", name.encode()),
        now_begins=now_begins,
        once_began=once_began,
    )


def state() -> str:
    """For the probe: ok, wrong, unreachable (the key service) or unknown (the database)."""
    try:
        return "wrong" if problems() else "ok"
    except RingAway:
        return "unreachable"
    except DatabaseError:
        return "unknown"


def or_exit() -> None:
    """Ends this process with a sentence when a key is lost or another one. While database or key
    service are away nothing is known, and everything goes on as soon as they are back.
    """
    try:
        found = problems()
    except (RingAway, DatabaseError) as error:
        log.warning("the keys could not be compared: %s", type(error).__name__)
        return
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        sys.stderr.flush()
        sys.exit(REFUSED)
