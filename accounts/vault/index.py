"""How a value is found again without being read: keyed blind indexes.

An index is 16 bytes of an HMAC over column and normalised value, under a key of its own
(`BLIND_INDEX_KEY`). While that key is replaced there are several, newest first: what is written
carries the newest, and `blind_indexes` answers under which hashes older rows may still lie.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from django.conf import settings

from accounts.vault import ciphers, keys
from accounts.vault.errors import VaultError

SHA256, SM3 = "sha256", "sm3"


@dataclass(frozen=True)
class IndexKey:
    """One key of the indexes, and the hash that it works with."""

    algorithm: str
    key: bytes
    fingerprint: str

    @property
    def name(self) -> str:
        """What rows are marked with: the hash and the beginning of the key's own fingerprint."""
        return f"{self.algorithm}-{self.fingerprint[:8]}"

    def hash(self, text: str) -> bytes:
        """32 bytes."""
        if self.algorithm == SHA256:
            return hmac.new(self.key, text.encode(), hashlib.sha256).digest()
        by_sm3 = keyed.HMAC(self.key, hashes.SM3())
        by_sm3.update(text.encode())
        return by_sm3.finalize()


def name_of(algorithm: str, key: str) -> str:
    """The name of a key in base64, as `IndexKey.name`."""
    return IndexKey(algorithm, b"", keys.fingerprint(key)).name


def source() -> keys.Source:
    """Where the keys of the indexes stand."""
    return keys.Source("BLIND_INDEX_KEY", settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEY_FILE)


def index_keys() -> tuple[IndexKey, ...]:
    """Newest first. A key without `sha256:` or `sm3:` before it works with the hash that belongs to
    VAULT_ALGORITHM. Raises VaultError.
    """
    usual = SM3 if ciphers.chosen() == ciphers.SM4_GCM else SHA256
    return _index_keys(source().read(), usual)


@lru_cache(maxsize=4)
def _index_keys(text: str, usual: str) -> tuple[IndexKey, ...]:
    found = []
    for before, key in keys.parts(text):
        algorithm = before or usual
        if algorithm not in (SHA256, SM3):
            raise VaultError(f"BLIND_INDEX_KEY: {SHA256}: or {SM3}: may stand before a key")
        raw = keys.decoded(key, "BLIND_INDEX_KEY")
        found.append(IndexKey(algorithm, raw, keys.fingerprint(key)))
    return tuple(found)


def normalised(column: str, value: str) -> str:
    """The form in which two spellings of the same number are equal: NFKC, no spaces or dashes,
    upper case.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if column == "name":
        return text
    text = re.sub(r"[\s\-()（）]", "", text).upper()
    if column == "phone":
        text = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", text)
    return text


def blind_index(column: str, value: str) -> bytes:
    """What is written for exact search: 16 bytes under the newest key; b"" for an empty value."""
    text = normalised(column, value)
    return _hash(index_keys()[0], column, text) if text else b""


def blind_indexes(column: str, value: str) -> list[bytes]:
    """Under which hashes a value may lie, the newest first; [] for an empty value. More than one
    only while a key is replaced.
    """
    text = normalised(column, value)
    return [_hash(key, column, text) for key in index_keys()] if text else []


def lasting_hash(kind: str, value: str) -> bytes:
    """16 bytes by which something is recognised that was written where nothing is rewritten: under
    the oldest key, so that they stay the same until that one is taken away.
    """
    return _hash(index_keys()[-1], kind, normalised(kind, value))


def _hash(key: IndexKey, column: str, text: str) -> bytes:
    return key.hash(f"{column}|{text}")[:16]
