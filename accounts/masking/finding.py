"""Finding numbers of persons in a text, pure and fast: one pass over the text, then a look at each
row of digits that is long enough.

A row is made of groups: digits without anything between them. A number begins and ends where a
group does, so that a telephone is not seen inside a longer number of an order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice, pairwise

from accounts.masking import alphabet, checks
from accounts.masking.rows import DIGIT, Row, Window


class Kind(StrEnum):
    """What was found: the columns of the vault have the same names."""

    ID_NUMBER = "id_number"
    BANK_ACCOUNT = "bank_account"
    PHONE = "phone"
    EMAIL = "email"


_WITHOUT_CHECK = 15  # characters of an old ID number


@dataclass(frozen=True, slots=True)
class Span:
    """A number from `start` up to `end` of the text; `value` is its plain form."""

    start: int
    end: int
    kind: Kind
    value: str

    @property
    def masked(self) -> str:
        """What stands in its place: 138****2719, 3101**********1234, **** 6604, w***@…"""
        value = self.value
        if self.kind == Kind.EMAIL:
            return f"{value[0]}***{value[value.index('@') :]}"
        if self.kind == Kind.BANK_ACCOUNT:
            return f"**** {value[-4:]}"
        if self.kind == Kind.ID_NUMBER and len(value) < _WITHOUT_CHECK:
            return checks.short_document(value)
        head = 3 if self.kind == Kind.PHONE else 4
        return value[:head] + "*" * (len(value) - head - 4) + value[-4:]


_BETWEEN = "\u200b .·,/(\\-\n"
_ROW = re.compile(f"[0-9](?:[{_BETWEEN}]{{0,8}}[0-9]){{10,}}(?:[{_BETWEEN}]{{0,8}}X)?")
_MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,5}[A-Za-z]{2,24}"
)
# Passports and permits have no check digit that all of them share: their name says what they are.
_DOCUMENT = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|passport)(?:号码?|编号|number|no|为|是|[ \t:：.()（）#\-]){0,8}"
    r"(?P<number>[A-Za-z]{0,2}(?:[ \-]?[0-9]){7,10})(?![A-Za-z0-9*])",
    re.IGNORECASE,
)
# A row of digits is not a telephone right behind a sign of money or before its unit.
_MONEY_BEFORE = re.compile(r"[¥￥$€£] ?$")
_MONEY_AFTER = re.compile(r"(?:\.[0-9]{1,2})? ?[元块万亿]")
_NOT_AN_ID = re.compile(
    r"(?:IMEI|MEID|串号|序列号|S/?N|单号|订单|流水|运单)\D{0,6}$", re.IGNORECASE
)
# What is dialled before a mobile: the country, a zero for long distance, a carrier's prefix.
_DIALLED = re.compile(r"(?:(?:00)?86|0|1(?:2593|79[015]1))(?=1[3-9][0-9]{9}$)")
_SHORTEST, _LONGEST = 11, 19
_OLD_ID_GROUPS = ((15,), (6, 6, 3), (6, 9), (3, 3, 3, 3, 3))


def find(text: str, own: Collection[str] = frozenset()) -> list[Span]:
    """Every number of a person in the text, from left to right, none overlapping another; those in
    `own` (plain forms, or "@example.com" for all addresses there) are left alone.
    """
    if not alphabet.may_hold_a_number(text):
        return []
    plain = alphabet.shadow(text)
    found = list(_mails(text.translate(alphabet.WIDE))) if "@" in plain else []
    found += _documents(text.translate(alphabet.WIDE))
    for row in _ROW.finditer(plain):
        found += _in_row(Row(text, plain, row.start(), row.end()))
    return [span for span in _apart(found, text) if not _is_own(span, own)]


def written(text: str, spans: Iterable[Span]) -> str:
    """The text with each of the spans in its masked form."""
    parts, last = [], 0
    for span in spans:
        parts += [text[last : span.start], span.masked]
        last = span.end
    return "".join([*parts, text[last:]])


def _mails(text: str) -> Iterator[Span]:
    for found in _MAIL.finditer(text):
        yield Span(found.start(), found.end(), Kind.EMAIL, found[0])


def _documents(text: str) -> Iterator[Span]:
    for found in _DOCUMENT.finditer(text):
        value = re.sub(r"[ \-]", "", found["number"]).upper()
        if not checks.begins_with_a_day(value):  # 护照 20260101 签发
            yield Span(found.start("number"), found.end("number"), Kind.ID_NUMBER, value)


def _is_own(span: Span, own: Collection[str]) -> bool:
    at_home = span.kind == Kind.EMAIL and span.value[span.value.index("@") :] in own
    return at_home or span.value in own


_ORDER = {Kind.EMAIL: 0, Kind.ID_NUMBER: 1, Kind.BANK_ACCOUNT: 2, Kind.PHONE: 3}


def _apart(found: list[Span], text: str) -> list[Span]:
    """None overlapping another: the surer kind first, then what is written in one way, then the
    longer number.
    """

    def sureness(span: Span) -> tuple[int, int, int, int]:
        ways = [c.isascii() for c in text[span.start : span.end] if c.isalnum()]
        changes = sum(a != b for a, b in pairwise(ways))
        order = _ORDER[span.kind] if len(span.value) != _WITHOUT_CHECK else len(_ORDER)
        return order, changes, -len(span.value), span.start

    taken: list[Span] = []
    for span in sorted(found, key=sureness):
        place = bisect_left(taken, span.start, key=lambda other: other.start)
        before, after = taken[place - 1 : place], taken[place : place + 1]
        if all(b.end <= span.start for b in before) and all(a.start >= span.end for a in after):
            taken.insert(place, span)
    return taken


def _in_row(row: Row) -> Iterator[Span]:
    digits = "".join(group.digits for group in row.groups)
    ends = list(accumulate(len(group.digits) for group in row.groups))
    for first, group in enumerate(row.groups):
        begun = ends[first] - len(group.digits)
        for last in range(first, len(row.groups)):
            if ends[last] - begun > _LONGEST:
                break
            if ends[last] - begun >= _SHORTEST:
                span = _read(row, first, last, digits[begun : ends[last]])
                if span is not None:
                    yield span


def _read(row: Row, first: int, last: int, digits: str) -> Span | None:
    """The number that these groups are, if they are one."""
    for holds, read in _READERS.get(len(digits), ()):
        if holds(digits):
            window = row.window(first, last)
            if window.stands_alone() and (span := read(window, digits)):
                return span
    return None


def _id_number(window: Window, digits: str) -> Span | None:
    return Span(window.start, window.end, Kind.ID_NUMBER, digits)


def _old_id_number(window: Window, digits: str) -> Span | None:
    sizes = window.sizes()
    if sizes not in _OLD_ID_GROUPS and set(sizes) != {1}:
        return None
    if not window.is_regular() or _NOT_AN_ID.search(
        window.text[max(0, window.start - 20) : window.start]
    ):
        return None
    return Span(window.start, window.end, Kind.ID_NUMBER, digits)


def _card(window: Window, digits: str) -> Span | None:
    sizes = window.sizes()
    if "," in window.gaps() and not (set(sizes) == {1} or set(sizes[:-1]) == {4}):
        return None
    return (
        Span(window.start, window.end, Kind.BANK_ACCOUNT, digits) if window.is_regular() else None
    )


def _phone(window: Window, digits: str) -> Span | None:
    mobile = _mobile_in(digits)
    start = _place_of(window, len(digits) - 11)
    if _MONEY_BEFORE.search(window.text[max(0, start - 2) : start]) or _MONEY_AFTER.match(
        window.text, window.end
    ):
        return None
    return Span(start, window.end, Kind.PHONE, mobile) if _is_spelled_out(window, digits) else None


def _is_spelled_out(window: Window, digits: str) -> bool:
    """The groups are those in which people write a telephone: not a date, an address of a computer,
    a sum with commas, nor numbers that happen to stand side by side.
    """
    sizes, gaps = window.sizes(), window.gaps()
    sizes = (sizes[0] - (len(digits) - 11), *sizes[1:])  # without what is dialled before it
    if len(sizes) == 1 or set(sizes) == {1} or sizes in ((3, 4, 4), (3, 8), (7, 4)):
        return True
    if sizes[0] <= 0 or "," in gaps or not window.is_regular() or _begins_with_a_day(sizes, digits):
        return False
    address = re.findall("[0-9]+", window.plain[window.start : window.end])
    return not (set(gaps) == {"."} and len(address) == 4 and max(map(int, address)) <= 255)


def _begins_with_a_day(sizes: tuple[int, ...], digits: str) -> bool:
    """1990-01-01 …, 19900101 …"""
    return (sizes[:3] == (4, 2, 2) or sizes[0] == 8) and checks.begins_with_a_day(digits)


def _mobile_in(digits: str) -> str:
    found = _DIALLED.match(digits)
    return digits[found.end() :] if found else digits


def _place_of(window: Window, skipped: int) -> int:
    """Where in the text the digit stands before which so many others do."""
    places = (m.start() for m in DIGIT.finditer(window.plain, window.start, window.end))
    return next(islice(places, skipped, None))


def _is_phone(digits: str) -> bool:
    return checks.is_mobile(_mobile_in(digits))


_Reader = tuple[Callable[[str], bool], Callable[[Window, str], Span | None]]
_READERS: dict[int, tuple[_Reader, ...]] = {
    **dict.fromkeys((11, 12, 13), ((_is_phone, _phone),)),
    15: ((checks.is_old_id_number, _old_id_number), (_is_phone, _phone)),
    16: ((checks.is_card, _card), (_is_phone, _phone)),
    18: ((checks.is_id_number, _id_number), (checks.is_card, _card)),
    **dict.fromkeys((17, 19), ((checks.is_card, _card),)),
}
