"""An e-mail as a page shows it: who to whom and when, its words as plain text, what hangs on it.

Nothing of it is run or fetched: HTML becomes text, pictures and links stay words.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import BinaryIO

from evidence import texts

MOST = 30 * 1024 * 1024  # bytes of a mail that is taken apart
MOST_PARTS = 200
HEADERS = ("From", "To", "Cc", "Date", "Subject")
_KINDS = ("plain", "html")
_SILENT = {"script", "style", "head", "title", "template", "noscript"}
_LINES = {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "hr"}


class Unreadable(Exception):
    """It is no mail, or a larger or deeper one than is taken apart."""


@dataclass(frozen=True)
class Attached:
    """A file that hangs on a mail."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Mail:
    """Headers in the order of a letter, the words, and what hangs on it."""

    headers: list[tuple[str, str]]
    body: texts.Text
    attached: list[Attached]


def read(file: BinaryIO) -> Mail:
    """Raises Unreadable."""
    with file:
        data = file.read(MOST + 1)
    if len(data) > MOST:
        raise Unreadable
    try:
        found = email.message_from_bytes(data, policy=policy.default)
        return _taken_apart(found)  # the default policy makes an EmailMessage
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as e:
        raise Unreadable from e  # the parser of the standard library trips over broken mails


def attachments(data: bytes) -> Iterator[EmailMessage]:
    """What hangs on a mail, without its own words. Raises Unreadable."""
    try:
        mail = email.message_from_bytes(data, policy=policy.default)
        parts = list(_parts(mail))
        own = {id(next((p for p in parts if _is_words(p, kind)), None)) for kind in _KINDS}
        yield from (part for part in parts if id(part) not in own)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as e:
        raise Unreadable from e


def _taken_apart(mail: EmailMessage) -> Mail:
    parts = list(_parts(mail))
    words = next((p for p in parts if _is_words(p, "plain")), None)
    html = next((p for p in parts if _is_words(p, "html")), None)
    text = _content(words) if words is not None else _without_tags(_content(html)) if html else ""
    shown = texts.Text(texts.plain(text[: texts.MOST]), len(text) > texts.MOST)
    attached = [_attached(p) for p in parts if p not in (words, html)]
    headers = [(name, texts.plain(str(mail[name]))[:2000]) for name in HEADERS if mail[name]]
    return Mail(headers, shown, attached)


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves. Raises Unreadable for too many."""
    for count, part in enumerate(mail.walk()):
        if count > MOST_PARTS:
            raise Unreadable
        if not part.is_multipart():
            yield part


def _is_words(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == f"text/{kind}" and not part.is_attachment()


def _content(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    charset = part.get_content_charset()
    try:
        return data.decode(charset, "replace") if charset else texts.decoded(data)
    except LookupError:
        return texts.decoded(data)


def _attached(part: EmailMessage) -> Attached:
    raw = part.get_payload(decode=True)
    name = texts.plain(part.get_filename() or "")[:200]
    return Attached(name, part.get_content_type(), len(raw) if isinstance(raw, bytes) else 0)


class _Words(HTMLParser):
    """The words between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in _SILENT
        if tag in _LINES:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _LINES:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _without_tags(html: str) -> str:
    words = _Words()
    words.feed(html[: 4 * texts.MOST])
    words.close()
    lines = [" ".join(line.split()) for line in "".join(words.found).split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()
