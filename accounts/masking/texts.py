"""Texts on their way to a row: masked, with the originals beside them until the row is written."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from accounts.masking import Kind, Span, alphabet, find, written

ALL = frozenset(Kind)
# An order number may look like a card's, never like an ID number; a mobile there is a person's.
IN_REFERENCES = ALL - {Kind.BANK_ACCOUNT}
_CODE = re.compile(r"[A-Za-z0-9_\-./#: ]*")
# A random id and nothing else: one of a thousand reads like a number, and masked it leads nowhere.
_RANDOM_ID = re.compile(r"(?=.*[a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Keys in JSON: numbers of orders and transfers; and what is compared by its exact value.
REFERENCES = frozenset({"order_number", "external_reference", "reference"})
SPARED = frozenset(
    {"sha256", "hash", "content_hash", "digest", "signature", "public_key", "request_id", "url"}
)


class Masked(str):
    """A masked text that still knows its originals. What is cut or joined from it is a plain text:
    the originals travel with the whole only.
    """

    originals: tuple[Span, ...]


def taken(text: str, kinds: Collection[Kind] = ALL) -> str:
    """The text as it may be kept: the very same, or a `Masked` one. A kind not in `kinds` is
    spared where it is all that is said, letters of a code apart; among words it is masked. What is
    nothing but a random id (RFC 9562) is left alone.
    """
    # most of what is kept are words and keys of JSON, by the thousand: the quickest question first
    if not alphabet.may_hold_a_number(text) or _RANDOM_ID.fullmatch(text):
        return text
    found = find(text)
    found = [s for s in found if s.kind in kinds or not _CODE.fullmatch(text)]
    if not found:
        return text
    masked = Masked(written(text, found))
    masked.originals = (*getattr(text, "originals", ()), *found)
    return masked


def like(text: str, masked: str) -> str:
    """`masked`, with the originals that `text` knows: for what masks a text still further."""
    if not isinstance(text, Masked):
        return masked
    found = Masked(masked)
    found.originals = text.originals
    return found


def split(value: Any, kinds: Collection[Kind] = ALL) -> tuple[Any, list[Span]]:
    """A column's value (text, list, JSON) as it may be kept, plain, and the originals in it.

    In JSON, what stands under a key of `REFERENCES` is masked as a reference, and what stands under
    one of `SPARED` is left alone.
    """
    found: list[Span] = []
    return _through(value, kinds, found), found


def _through(value: Any, kinds: Collection[Kind], found: list[Span]) -> Any:
    if isinstance(value, str):
        text = taken(value, kinds)
        if not isinstance(text, Masked):
            return value
        found.extend(text.originals)
        return str(text)
    if isinstance(value, dict):
        return {
            _through(key, kinds, found): one
            if key in SPARED
            else _through(one, IN_REFERENCES if key in REFERENCES else kinds, found)
            for key, one in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_through(one, kinds, found) for one in value]
    return value
