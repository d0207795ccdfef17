"""The vault of personal data: what is encrypted, how it is found again, how it is shown.

Every person has a data key of their own; the data key is wrapped by a key-encryption key that lives
outside the database (`VAULT_KEYS`, newest first; older ones still open). AES-256-GCM, the
additional data names table, column and row, so that a ciphertext moved to another place does not
open. Exact search goes through keyed blind indexes (HMAC-SHA-256).
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class VaultError(Exception):
    """A ciphertext does not open: wrong key, moved or changed."""


def _decode(text: str, what: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise VaultError(f"{what} is not base64") from error
    if len(key) < 32:
        raise VaultError(f"{what} must have 32 bytes")
    return key[:32]


@lru_cache(maxsize=4)
def _ring(text: str) -> dict[str, AESGCM]:
    ring = {}
    for part in text.split(","):
        name, _, key = part.strip().partition(":")
        ring[name] = AESGCM(_decode(key, f"vault key {name}"))
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
    """Keyed index for exact search: 16 bytes of HMAC-SHA-256 over column and normalised value; b""
    for an empty value.
    """
    text = normalised(column, value)
    if not text:
        return b""
    key = _decode(settings.BLIND_INDEX_KEY, "BLIND_INDEX_KEY")
    return hmac.new(key, f"{column}|{text}".encode(), hashlib.sha256).digest()[:16]


def _middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return text[:1] + "*" * (len(text) - 1)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "令狐",
    "东方",
    "南宫",
    "端木",
)


def masked(column: str, value: str) -> str:
    """What screens, logs and exports may show: 王**, 138****2719, 3101**********1234, **** 6604,
    city only for addresses.
    """
    text = value.strip()
    if not text:
        return ""
    if column == "name":
        head = 2 if text.startswith(COMPOUND_SURNAMES) and len(text) > 2 else 1
        return text[:head] + "*" * min(max(len(text) - head, 1), 2)
    if column == "phone":
        return _middle(normalised("phone", text), 3, 4)
    if column == "id_number":
        return _middle(normalised("id_number", text), 4, 4)
    if column == "bank_account":
        return "**** " + normalised("bank_account", text)[-4:] if len(text) > 4 else "****"
    if column == "email":
        name, at, domain = text.partition("@")
        return f"{name[:1]}***{at}{domain}"
    if column == "address":
        city = re.match(r".{1,12}?市|.{1,8}?[省区州盟]", text)
        return (city.group(0) if city else text[:2]) + "***"
    return "***"
