"""What is encrypted, and how it opens again.

Every person has a data key of their own; the data key is wrapped by a key-encryption key that lives
outside the database (`VAULT_KEYS`, newest first; older ones still open). AES-256-GCM, the
additional data names table, column and row, so that a ciphertext moved to another place does not
open.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from accounts.vault.errors import VaultError
from accounts.vault.keys import decoded


@lru_cache(maxsize=4)
def _ring(text: str) -> dict[str, AESGCM]:
    ring = {}
    for part in text.split(","):
        name, _, key = part.strip().partition(":")
        ring[name] = AESGCM(decoded(key, f"vault key {name}"))
    return ring


def new_data_key(context: str) -> bytes:
    """A fresh data key, wrapped: key id, nonce, ciphertext; bound to `context` (table and row)."""
    ring = _ring(settings.VAULT_KEYS)
    name = next(iter(ring))
    nonce = os.urandom(12)
    return (
        name.encode()
        + b":"
        + nonce
        + ring[name].encrypt(nonce, AESGCM.generate_key(256), context.encode())
    )


def _data_key(wrapped: bytes, context: str) -> AESGCM:
    name, _, rest = bytes(wrapped).partition(b":")
    ring = _ring(settings.VAULT_KEYS)
    if name.decode() not in ring:
        raise VaultError(f"vault key {name.decode()!r} is not in the ring")
    try:
        return AESGCM(ring[name.decode()].decrypt(rest[:12], rest[12:], context.encode()))
    except InvalidTag as error:
        raise VaultError(f"the data key of {context} does not open") from error


def seal_bytes(wrapped: bytes, context: str, column: str, value: bytes) -> bytes:
    """`value` encrypted under the data key, bound to table, row and column."""
    nonce = os.urandom(12)
    return nonce + _data_key(wrapped, context).encrypt(nonce, value, f"{context}|{column}".encode())


def seal(wrapped: bytes, context: str, column: str, value: str) -> bytes:
    """A text, as `seal_bytes`."""
    return seal_bytes(wrapped, context, column, value.encode())


def unseal_bytes(wrapped: bytes, context: str, column: str, sealed: bytes) -> bytes:
    """The clear value. Raises VaultError when it was moved, changed or the key is missing."""
    raw = bytes(sealed)
    try:
        return _data_key(wrapped, context).decrypt(
            raw[:12], raw[12:], f"{context}|{column}".encode()
        )
    except InvalidTag as error:
        raise VaultError(f"{context}|{column} does not open") from error


def unseal(wrapped: bytes, context: str, column: str, sealed: bytes) -> str:
    """A text, as `unseal_bytes`."""
    return unseal_bytes(wrapped, context, column, sealed).decode()
