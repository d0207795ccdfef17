"""The ring of key-encryption keys: outside the database, newest first, older ones still open.

Keys come from `VAULT_KEYS`, from the file of `VAULT_KEYS_FILE` (read again when it changed), or
stay in a key management service: `VAULT_KMS` names a class that is a `KeyRing`
(`accounts.vault.transit` is one). With a service the keys of settings only open what is older.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.vault import ciphers, keys
from accounts.vault.errors import KeyMissing, VaultError


class KeyRing(Protocol):
    """What wraps data keys. `about` is authenticated and not kept: the same bytes open again.

    Each method raises RingAway while keys that lie elsewhere cannot be reached.
    """

    def current(self) -> str:
        """Name of the key that wraps what is new: at most 40 letters, digits, dots, dashes."""

    def names(self) -> list[str]:
        """The keys that open, the current one first."""

    def wrap(self, name: str, plain: bytes, about: bytes) -> bytes:
        """A data key (32 bytes), wrapped. Raises KeyMissing."""

    def unwrap(self, name: str, wrapped: bytes, about: bytes) -> bytes:
        """The data key. Raises KeyMissing, and VaultError when it does not open."""

    def fingerprint(self, name: str) -> str:
        """What tells the key apart from another of the same name; "" where nobody can know."""

    def form(self) -> bytes:
        """How everything begins that `wrap` makes now: what begins otherwise is wrapped again."""


class LocalRing:
    """Keys in the memory of this process. What is wrapped begins with the code of the cipher."""

    def __init__(self, text: str) -> None:
        self._keys = keys.named(text)
        self._prints = {n or keys.FIRST: keys.fingerprint(key) for n, key in keys.parts(text)}

    def current(self) -> str:
        return next(iter(self._keys))

    def names(self) -> list[str]:
        return list(self._keys)

    def wrap(self, name: str, plain: bytes, about: bytes) -> bytes:
        code = ciphers.chosen()
        return bytes([code]) + ciphers.encrypt(code, self._key(name), plain, about)

    def unwrap(self, name: str, wrapped: bytes, about: bytes) -> bytes:
        key, code = self._key(name), wrapped[0] if wrapped else 0
        return ciphers.decrypt(code, key, wrapped[1:], about)

    def fingerprint(self, name: str) -> str:
        return self._prints[name]

    def form(self) -> bytes:
        return bytes([ciphers.chosen()])

    def _key(self, name: str) -> bytes:
        try:
            return self._keys[name]
        except KeyError:
            raise KeyMissing(f"vault key {name!r} is not in the ring") from None


class Together:
    """Several rings: the first wraps, all open."""

    def __init__(self, rings: Iterable[KeyRing]) -> None:
        self._rings = list(rings)

    def current(self) -> str:
        return self._rings[0].current()

    def names(self) -> list[str]:
        return [name for ring in self._rings for name in ring.names()]

    def wrap(self, name: str, plain: bytes, about: bytes) -> bytes:
        return self._ring_of(name).wrap(name, plain, about)

    def unwrap(self, name: str, wrapped: bytes, about: bytes) -> bytes:
        return self._ring_of(name).unwrap(name, wrapped, about)

    def fingerprint(self, name: str) -> str:
        return self._ring_of(name).fingerprint(name)

    def form(self) -> bytes:
        return self._rings[0].form()

    def _ring_of(self, name: str) -> KeyRing:
        for ring in reversed(self._rings):  # those in memory are asked before the service
            if name in ring.names():
                return ring
        raise KeyMissing(f"vault key {name!r} is not in the ring")


def source() -> keys.Source:
    """Where the keys stand that this installation keeps itself; without text and file: nowhere."""
    return keys.Source("VAULT_KEYS", settings.VAULT_KEYS, settings.VAULT_KEYS_FILE)


def ring() -> KeyRing:
    """The ring as it is now. Raises VaultError that says what is wrong with the settings."""
    own = source()
    local = _local(own.read()) if own.text or own.file else None
    if not settings.VAULT_KMS:
        if local is None:
            raise VaultError("VAULT_KEYS, VAULT_KEYS_FILE or VAULT_KMS must be set")
        return local
    service = _service(settings.VAULT_KMS, settings.VAULT_KMS_URL, settings.VAULT_KMS_TOKEN)
    return service if local is None else Together((service, local))


@lru_cache(maxsize=4)
def _local(text: str) -> LocalRing:
    return LocalRing(text)


@lru_cache(maxsize=2)
def _service(path: str, url: str, token: str) -> KeyRing:
    made: KeyRing = import_string(path)(url, token)
    return made
