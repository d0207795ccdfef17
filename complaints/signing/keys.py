"""The Ed25519 key with which this installation signs what counsel signs.

The private key lies outside the database (`SIGNING_KEY`, or the state folder). Public keys stay in
`SigningKey` for ever, so that a new key leaves old signatures verifiable. Whoever can write into
the database could put a key there: so only those count that lead back to the key of this
installation. The new key vouches, at its first use, for the one before it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from audit.record import record
from complaints.models import SigningKey

LENGTH = 32  # bytes of a private key
SUBJECT = "signing_keys"  # in the audit record
# A signature of one is never one of another.
_OPINION, _KEY, _PACKAGE = b"kesu opinion\n", b"kesu key\n", b"kesu package\n"


@lru_cache(maxsize=4)
def _private(text: str) -> Ed25519PrivateKey:
    """Raises ImproperlyConfigured for anything but 32 bytes in base64."""
    try:
        seed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if len(seed) != LENGTH:
        raise ImproperlyConfigured("SIGNING_KEY must be 32 bytes in base64")
    return Ed25519PrivateKey.from_private_bytes(seed)


def key_id_of(public: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the public key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def own_id() -> str:
    """The id of the key with which is signed now."""
    return key_id_of(_private(settings.SIGNING_KEY).public_key())


def sign(message: bytes) -> str:
    """The signature of this installation over a statement, in base64."""
    return _signed(_private(settings.SIGNING_KEY), _OPINION + message)


def message_of(statement: bytes) -> bytes:
    """The bytes over which the signature of a statement is made."""
    return _OPINION + statement


def own_pem() -> bytes:
    """The public key with which is signed now, as a PEM file."""
    return pem_of(_private(settings.SIGNING_KEY).public_key())


def pem_of(public: Ed25519PublicKey) -> bytes:
    """A public key as a PEM file."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sealed(statement: bytes) -> tuple[bytes, bytes]:
    """(what is signed, the 64 bytes of the signature) for what a sealed package says of itself."""
    message = _PACKAGE + statement
    return message, _private(settings.SIGNING_KEY).sign(message)


def keep(now: datetime) -> None:
    """Keep the public key, in the caller's transaction; one statement where it is kept already.

    The first time it vouches for those keys for which no other does: the one used before.
    """
    private = _private(settings.SIGNING_KEY)
    own = key_id_of(private.public_key())
    if SigningKey.objects.filter(pk=own).exists():
        return
    older = {row.key_id: row for row in SigningKey.objects.all()}
    vouched = {name for row in older.values() for name in row.vouches}
    vouches = {
        name: _signed(private, _KEY + row.raw)
        for name, row in sorted(older.items())
        if name not in vouched
    }
    text = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    row = SigningKey(key_id=own, public_key=text, first_used_at=now, vouches=vouches)
    SigningKey.objects.bulk_create([row], ignore_conflicts=True)
    detail = {"key": own, "public_key": text, "vouches_for": sorted(vouches)}
    record("signing_key.introduced", SUBJECT, None, now, detail)


def trusted() -> dict[str, Ed25519PublicKey]:
    """The public keys that count, by id: that of this installation, and those that it leads to.

    None does whose row is gone, or says another key than it is called after.
    """
    rows = {row.key_id: row for row in SigningKey.objects.all()}
    public = _private(settings.SIGNING_KEY).public_key()
    own = key_id_of(public)
    if own not in rows or rows[own].raw != public.public_bytes_raw():
        return {}
    found, open_ones = {own: public}, [own]
    while open_ones:
        name = open_ones.pop()
        if name in rows:
            more = _vouched_for(found[name], rows[name].vouches, rows)
            open_ones += [other for other in more if other not in found]
            found = {**more, **found}
    return found


def _vouched_for(
    public: Ed25519PublicKey, vouches: Mapping[str, str], rows: Mapping[str, SigningKey]
) -> dict[str, Ed25519PublicKey]:
    found = {}
    for name, voucher in vouches.items():
        row = rows.get(name)
        if row is None or not _is_by(public, _KEY + row.raw, voucher):
            continue
        older = _public(row.raw)
        if older is not None and key_id_of(older) == name:
            found[name] = older
    return found


def _public(raw: bytes) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:  # not 32 bytes
        return None


def is_signed_by(public: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    """Whether the signature over a statement is by this key."""
    return _is_by(public, _OPINION + message, signature)


def _signed(private: Ed25519PrivateKey, message: bytes) -> str:
    return base64.b64encode(private.sign(message)).decode()


def _is_by(public: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    try:
        public.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
