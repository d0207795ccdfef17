"""An e-mail as a page shows it: who to whom and when, its words as plain text, what hangs on it.

Nothing of it is run or fetched: HTML becomes text, pictures and links stay words.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, BinaryIO, cast

from evidence import texts

MOST = 30 * 1024 * 1024  # bytes of a mail that is taken apart
MOST_PARTS = 200
# The parser looks in each line for every boundary that is open, and takes long over long headers.
MOST_LINES = 1_000_000
MOST_LOOKS = 10_000_000  # lines times boundaries
MOST_DASHES = 20_000  # lines that could begin a part
LONGEST_HEADER = 2000  # characters of one that are read
LONGEST_FIELDS = 1000  # … of one that has fields, such as the name of a file
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
        return _taken_apart(_parsed(data))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as e:
        raise Unreadable from e  # the parser of the standard library trips over broken mails


def attachments(data: bytes) -> Iterator[EmailMessage]:
    """What hangs on a mail, without its own words. Raises Unreadable."""
    try:
        parts = list(_parts(_parsed(data)))
        own = {id(next((p for p in parts if _is_words(p, kind)), None)) for kind in _KINDS}
        yield from (part for part in parts if id(part) not in own)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as e:
        raise Unreadable from e


def _parsed(data: bytes) -> EmailMessage:
    """Raises Unreadable, and whatever the parser of the standard library trips over."""
    if _tires(data):
        raise Unreadable
    return cast(EmailMessage, email.message_from_bytes(data, policy=_Bounded()))


def _tires(data: bytes) -> bool:
    """Whether the parser would sit over it for minutes."""
    lines = data.count(b"\n") + data.count(b"\r")
    boundaries = 1 + len(re.findall(rb"boundary", data, re.I))
    dashes = data.count(b"\n--") + data.count(b"\r--")
    return lines > 2 * MOST_LINES or lines * boundaries > MOST_LOOKS or dashes > MOST_DASHES


class _Bounded(policy.EmailPolicy):
    """Reads the beginning of a header, once: reading takes longer than the header is long."""

    known: dict[tuple[str, str], Any]

    def __init__(self) -> None:
        super().__init__(message_factory=EmailMessage)
        object.__setattr__(self, "known", {})  # a policy takes no new attributes

    def header_fetch_parse(self, name: str, value: str) -> Any:
        fields = name.lower().startswith("content-")
        start = value[: LONGEST_FIELDS if fields else LONGEST_HEADER]
        if (name, start) not in self.known:
            self.known[name, start] = super().header_fetch_parse(name, start)
        return self.known[name, start]


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
