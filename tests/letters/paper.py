"""What a PDF holds, read from its bytes: objects, fonts, and the words on its pages.

Reads what typst writes (objects one by one, streams that are deflated), no other PDF.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\nendstream", re.DOTALL)
_INNER = rb"(?:\\.|[^\\()])"
_LITERAL = rb"\((?:" + _INNER + rb"|\(" + _INNER + rb"*\))*\)"  # parentheses may stand in pairs
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|\[((?:[^\[\]()]|"
    + _LITERAL
    + rb")*)\] ?TJ|("
    + _LITERAL
    + rb"|<\w+>) ?Tj",
    re.DOTALL,
)
_WORDS = re.compile(rb"(" + _LITERAL + rb")|<([0-9A-Fa-f]*)>", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ONES = re.compile(r"beginbfchar\n(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(r"beginbfrange\n(.*?)endbfrange", re.DOTALL)


@dataclass(frozen=True)
class Font:
    """A font that a page uses. `file`: the bytes of the font inside; `says`: code → character."""

    name: str
    file: bytes
    says: dict[int, str]


class Paper:
    """One document."""

    def __init__(self, pdf: bytes) -> None:
        self.raw = pdf
        self._read: dict[int, Font] = {}
        self.objects = {int(m[1]): m[2] for m in _OBJECT.finditer(pdf)}

    def stream(self, number: int) -> bytes:
        """The unpacked content of an object; raises where it has none."""
        found = _STREAM.search(self.objects[number])
        if found is None:
            raise ValueError(f"object {number} has no stream")
        return zlib.decompress(found[1]) if b"/FlateDecode" in self.objects[number] else found[1]

    def typed(self, name: bytes) -> list[int]:
        """The objects of a type, in the order of the file."""
        wanted = re.compile(rb"/Type ?/" + name + rb"\b")
        return [number for number, said in self.objects.items() if wanted.search(said)]

    @cached_property
    def fonts(self) -> list[Font]:
        """Every font that text is written in."""
        outer = [n for n in self.typed(b"Font") if b"/Subtype/Type0" in self.objects[n]]
        return [self._font(number) for number in outer]

    def _font(self, number: int) -> Font:
        if number in self._read:
            return self._read[number]
        inner = self.follow(number, rb"DescendantFonts\[")
        described = self.follow(inner, rb"FontDescriptor ")
        file = self.stream(self.follow(described, rb"FontFile[23]? "))
        codes = self.stream(self.follow(number, rb"ToUnicode ")).decode()
        name = re.search(rb"/BaseFont ?/([^\s/>]+)", self.objects[inner])
        self._read[number] = Font(name[1].decode() if name else "", file, dict(_said(codes)))
        return self._read[number]

    def follow(self, number: int, key: bytes) -> int:
        """The object that another names under a key."""
        found = re.search(rb"/" + key + rb"(\d+) 0 R", self.objects[number])
        if found is None:
            raise ValueError(f"object {number} has no {key!r}")
        return int(found[1])

    @property
    def pages(self) -> list[int]:
        return self.typed(b"Page")

    def text(self) -> str:
        """The words on every page in the order in which they are written, spaces left out."""
        return "".join(self.each_page())

    def each_page(self) -> list[str]:
        """The same, page by page: the head, the letter, the foot."""
        return ["".join("".join(self._page(number)).split()) for number in self.pages]

    def _page(self, number: int) -> Iterator[str]:
        resources = self.objects[self.follow(number, rb"Resources ")]
        named = dict(re.findall(rb"/(f\d+) (\d+) 0 R", resources))
        font: Font | None = None
        for name, several, one in _SHOWN.findall(self.stream(self.follow(number, b"Contents "))):
            font = self._font(int(named[name])) if name else font
            for literal, digits in _WORDS.findall(several or one):
                code = bytes.fromhex(digits.decode()) if digits else _plain(literal[1:-1])
                for high, low in zip(code[::2], code[1::2], strict=True):
                    yield font.says[high * 256 + low] if font else ""


def _plain(literal: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found[1]
        return bytes([int(said, 8)]) if said.isdigit() else _LETTERS.get(said, said.strip(b"\r\n"))

    return _ESCAPED.sub(one, literal)


def _said(codes: str) -> Iterator[tuple[int, str]]:
    """The lines of a ToUnicode map: one code and what it says, or a range of codes."""
    for lines in _ONES.findall(codes):
        for code, said in re.findall(r"<(\w+)> <(\w+)>", lines):
            yield int(code, 16), bytes.fromhex(said).decode("utf-16-be")
    for lines in _RANGES.findall(codes):
        for first, last, said in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", lines):
            for code in range(int(first, 16), int(last, 16) + 1):
                yield code, chr(int(said, 16) + code - int(first, 16))
