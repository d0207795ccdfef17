"""What is encrypted, and how it opens again.

Every person has a data key of their own, 32 random bytes; it is wrapped by a key of the ring, which
lies outside the database. Each envelope says its version, cipher and key; these and table, column
and row are authenticated, so that a ciphertext moved to another place does not open.

    wrapped:  8A 4B 01, length of the name, name, what the ring made of the key
    sealed:   8A 53 01, code of the cipher, nonce, ciphertext, tag

Envelopes of before (`name:` nonce ciphertext, and nonce ciphertext; AES-256-GCM) still open.
"""

from __future__ import annotations

import os

from accounts.vault import ciphers
from accounts.vault.errors import RingAway, VaultError
from accounts.vault.opened import Opened
from accounts.vault.ring import KeyRing, ring

_KEY, _VALUE = b"\x8aK\x01", b"\x8aS\x01"
opened = Opened()


def new_data_key(context: str, name: str = "") -> bytes:
    """A fresh data key, wrapped by the newest key (or that of this name); bound to `context` (table
    and row). Raises VaultError, RingAway.
    """
    return _wrapped(ring(), os.urandom(32), context, name)


def wrapped_again(wrapped: bytes, context: str) -> bytes:
    """The same data key, wrapped by the newest key. Raises VaultError, RingAway."""
    return _wrapped(ring(), _data_key(wrapped, context), context)


def form() -> bytes:
    """How everything begins that is wrapped now."""
    now = ring()
    return _head(now.current()) + now.form()


def newest() -> str:
    """Name of the key that wraps what is new. Raises VaultError, RingAway."""
    return ring().current()


def beginnings(name: str) -> tuple[bytes, bytes]:
    """How data keys begin that this key wrapped, now and before envelopes had a version."""
    return _head(name), f"{name}:".encode()


def _head(name: str) -> bytes:
    return _KEY + bytes([len(name)]) + name.encode()


def _wrapped(by: KeyRing, key: bytes, context: str, name: str = "") -> bytes:
    name = name or by.current()
    head = _head(name)
    return head + by.wrap(name, key, head + context.encode())


def _parsed(wrapped: bytes) -> tuple[str, bytes, bytes]:
    """(name, what the ring made, what was authenticated before the context)."""
    if wrapped.startswith(_KEY) and len(wrapped) > 4:
        end = 4 + wrapped[3]
        return wrapped[4:end].decode("ascii", "replace"), wrapped[end:], wrapped[:end]
    name, colon, rest = wrapped.partition(b":")
    if not colon:
        raise VaultError("there is no data key")
    return name.decode("ascii", "replace"), bytes([ciphers.AES_256_GCM]) + rest, b""


def _data_key(wrapped: bytes, context: str) -> bytes:
    raw = bytes(wrapped)
    name, body, head = _parsed(raw)
    by = ring()
    try:
        return opened.key(
            by, (raw, context), lambda: by.unwrap(name, body, head + context.encode())
        )
    except RingAway:
        raise
    except VaultError as error:
        raise type(error)(f"the data key of {context} does not open: {error}") from error


def seal_bytes(wrapped: bytes, context: str, column: str, value: bytes) -> bytes:
    """`value` encrypted under the data key, bound to table, row and column."""
    head = _VALUE + bytes([ciphers.chosen()])
    key, about = _data_key(wrapped, context), f"{context}|{column}".encode()
    return head + ciphers.encrypt(head[-1], key, value, head + about)


def seal(wrapped: bytes, context: str, column: str, value: str) -> bytes:
    """A text, as `seal_bytes`."""
    return seal_bytes(wrapped, context, column, value.encode())


def unseal_bytes(wrapped: bytes, context: str, column: str, sealed: bytes) -> bytes:
    """The clear value. Raises VaultError when it was moved, changed or the key is missing."""
    raw, key = bytes(sealed), _data_key(wrapped, context)
    about = f"{context}|{column}".encode()
    try:
        if raw.startswith(_VALUE) and len(raw) > 4:
            return _newer(key, raw, about)
        return ciphers.decrypt(ciphers.AES_256_GCM, key, raw, about)
    except VaultError as error:
        raise VaultError(f"{context}|{column} does not open: {error}") from error


def _newer(key: bytes, raw: bytes, about: bytes) -> bytes:
    try:
        return ciphers.decrypt(raw[3], key, raw[4:], raw[:4] + about)
    except VaultError:
        # one in 16 million nonces of before begins as an envelope does
        return ciphers.decrypt(ciphers.AES_256_GCM, key, raw, about)


def unseal(wrapped: bytes, context: str, column: str, sealed: bytes) -> str:
    """A text, as `unseal_bytes`."""
    return unseal_bytes(wrapped, context, column, sealed).decode()
