"""The words of a file, taken out by a process of its own: whatever a file does to the program that
reads it, it does to that process, which has little memory, little time and nothing to lose.

This is that program (`python -m evidence.wordreader KIND`, the file on standard input); it imports
no Django. It writes JSON: `{"text": …, "cut": …}`, or `{"why": …}` with one of `REASONS`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any, BinaryIO

from evidence import apart, archives, mails, texts

MOST = 400_000  # characters of one file
MOST_PAGES = 3_000  # of a PDF; rows, slides and parts are bounded by the characters
MOST_ENTRY = 64 * 1024 * 1024  # bytes of one part of a document, unpacked
DEEPEST = 3  # mails in mails
DAMAGED, LOCKED, TOO_MUCH = "damaged", "locked", "too_much"
REASONS = (DAMAGED, LOCKED, TOO_MUCH)
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_IN_DOCX = ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes")
# A line of Chinese ends in the middle of a word: what a page wrapped is one word again.
_WRAPPED = re.compile(r"(?<=[㐀-鿿])[ \t]*\r?\n[ \t]*(?=[㐀-鿿])")
_IN_PPTX = ("ppt/slides/slide", "ppt/notesSlides/notesSlide", "ppt/comments/")


class Unreadable(Exception):
    """With one of the reasons."""


class _Enough(Exception):
    """As many characters as are kept."""


class _Text:
    """What was read so far."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = MOST

    def add(self, text: str) -> None:
        """Raises _Enough."""
        self.parts.append(text[: self.left])
        self.left -= len(text)
        if self.left < 0:
            raise _Enough


# --- each kind of file


def _pdf(file: BinaryIO, into: _Text) -> None:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(file.read())
    except pypdfium2.PdfiumError as error:
        raise Unreadable(LOCKED if "password" in str(error).lower() else DAMAGED) from error
    for number in range(min(len(pdf), MOST_PAGES)):
        with contextlib.suppress(pypdfium2.PdfiumError):  # a damaged page among whole ones
            page = pdf[number]
            words = page.get_textpage()
            into.add(_WRAPPED.sub("", words.get_text_bounded()) + "\n")
            words.close()
            page.close()


def _docx(file: BinaryIO, into: _Text) -> None:
    _xml_parts(file, into, _IN_DOCX, _WORDS)


def _pptx(file: BinaryIO, into: _Text) -> None:
    _xml_parts(file, into, _IN_PPTX, _DRAWN)


def _xml_parts(file: BinaryIO, into: _Text, names: tuple[str, ...], space: str) -> None:
    """The runs of text of the parts, a paragraph a line; text boxes and notes stand among them."""
    with zipfile.ZipFile(file) as whole:
        found = [n for n in whole.namelist() if n.startswith(names) and n.endswith(".xml")]
        for name in sorted(found, key=lambda n: (len(n), n)):
            with whole.open(name) as part:
                for words in _runs(_Bounded(part), space):
                    into.add(words)


def _runs(part: Any, space: str) -> Iterator[str]:
    from defusedxml.ElementTree import iterparse

    for _event, element in iterparse(part, events=("end",), forbid_dtd=True):
        if element.tag == f"{space}t":
            yield element.text or ""
        elif element.tag in (f"{space}tab", f"{space}br"):
            yield " "
        elif element.tag == f"{space}p":
            yield "\n"
            element.clear()


class _Bounded(io.RawIOBase):
    """A part of a zip that may say that it is small: no more than `MOST_ENTRY` is unpacked."""

    def __init__(self, part: Any) -> None:
        self._part, self._left = part, MOST_ENTRY

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._part.read(min(size if size > 0 else 65_536, 65_536))
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(TOO_MUCH)
        return data


def _xlsx(file: BinaryIO, into: _Text) -> None:
    import openpyxl

    with zipfile.ZipFile(file) as whole:
        shared = [e for e in whole.infolist() if e.filename.endswith("sharedStrings.xml")]
        if any(entry.file_size > MOST_ENTRY for entry in shared):
            raise Unreadable(TOO_MUCH)
    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    for sheet in book.worksheets:
        into.add(f"{sheet.title}\n")
        for row in sheet.iter_rows(values_only=True):
            cells = [str(cell) for cell in row if cell is not None]
            if cells:
                into.add("\t".join(cells) + "\n")


def _zip(file: BinaryIO, into: _Text) -> None:
    """Names only: what is packed is not taken out."""
    with zipfile.ZipFile(file) as whole:
        for name in whole.namelist():
            into.add(f"{name}\n")


def _txt(file: BinaryIO, into: _Text) -> None:
    into.add(texts.decoded(file.read(4 * MOST + 1)))


def _eml(file: BinaryIO, into: _Text, depth: int = 1) -> None:
    """Headers, words, names of what hangs on it, and the words of that."""
    data = file.read(mails.MOST + 1)
    if len(data) > mails.MOST:
        raise Unreadable(TOO_MUCH)
    try:
        mail = mails.read(io.BytesIO(data))
        leaves = list(mails.attachments(data))
    except mails.Unreadable as error:
        raise Unreadable(DAMAGED) from error
    into.add("\n".join(words for _name, words in mail.headers) + "\n")
    into.add(mail.body.words + "\n")
    for leaf in leaves:
        _attached(leaf, into, depth)


def _attached(leaf: EmailMessage, into: _Text, depth: int) -> None:
    name = texts.plain(leaf.get_filename() or "")[:200]
    into.add(f"{name}\n")
    kind = name.rpartition(".")[2].lower()
    raw = leaf.get_payload(decode=True)
    if not isinstance(raw, bytes) or kind not in READERS or depth >= DEEPEST:
        return
    with contextlib.suppress(Unreadable):  # a locked file on a mail: the mail has its words
        if kind == "eml":
            _eml(io.BytesIO(raw), into, depth + 1)
        else:
            _checked(kind, io.BytesIO(raw), into)


READERS: dict[str, Callable[[BinaryIO, _Text], None]] = {
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "zip": _zip,
    "txt": _txt,
    "eml": _eml,
}
_ZIPPED = ("docx", "pptx", "xlsx", "zip")


def _checked(kind: str, file: BinaryIO, into: _Text) -> None:
    """One file. Raises Unreadable, _Enough, MemoryError; whatever else a library raises over a file
    means that it is damaged.
    """
    try:
        if kind in _ZIPPED:
            size = file.seek(0, io.SEEK_END)
            archives.listing(file, size)
            file.seek(0)
        READERS[kind](file, into)
    except (Unreadable, _Enough, MemoryError):
        raise
    except archives.TooMuch as error:
        raise Unreadable(TOO_MUCH) from error
    except Exception as error:
        raise Unreadable(LOCKED if "encrypted" in str(error).lower() else DAMAGED) from error


def read(kind: str, file: BinaryIO) -> dict[str, Any]:
    """The answer of this program."""
    into, cut = _Text(), False
    try:
        _checked(kind, file, into)
    except _Enough:
        cut = True
    except Unreadable as error:
        return {"why": str(error)}
    except MemoryError:
        return {"why": TOO_MUCH}
    return {"text": "".join(into.parts), "cut": cut}


def main(kind: str) -> None:
    """Bound this process, then read."""
    apart.bound()
    answer = read(kind, sys.stdin.buffer)
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main(sys.argv[1])
