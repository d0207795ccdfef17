"""How a digit may be written: the characters that stand for one, those that may stand between two,
and those that nobody sees.

`shadow(text)` is the text with each of them put in its plain form, character for character, so that
a place in the shadow is the same place in the text.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

UNSEEN = "\u200b"  # in the shadow: a character without width
SPOKEN = {
    **dict.fromkeys("零〇○洞", "0"),
    **dict.fromkeys("一壹幺弌", "1"),
    **dict.fromkeys("二贰貳两兩弍", "2"),
    **dict.fromkeys("三叁參弎", "3"),
    **dict.fromkeys("四肆", "4"),
    **dict.fromkeys("五伍", "5"),
    **dict.fromkeys("六陆陸", "6"),
    **dict.fromkeys("七柒拐", "7"),
    **dict.fromkeys("八捌", "8"),
    **dict.fromkeys("九玖勾", "9"),
}
_DASHES = "-‐‑‒–—―⁃−﹣－ー─━~～"
_DOTS = ".．。｡…"
_MIDDLE_DOTS = "·•∙⋅・"
_COMMAS = ",，、､;；"
_SLASHES = "/／\\＼|｜_＿"
_BRACKETS = "()（）[]【】"
_TENS = "Xx×✕✖ＸｘΧχХх叉"
# what a number written by hand or by a machine has between its digits, and nothing else
_COMBINING = "\u034f\u115f\u1160\u17b4\u17b5\u20e3\u2800\u3164\uffa0" + "".join(
    chr(c) for c in (*range(0xFE00, 0xFE10), *range(0x180B, 0x1810))
)
LETTER_O = "oOоОοΟｏＯ"
WIDE = {0xFEE0 + c: c for c in range(0x21, 0x7F)}  # full-width letters and signs → narrow ones
_O = re.compile(f"(?<![A-Za-z])[{LETTER_O}]+(?![A-Za-z])")
_HAS_O = re.compile(f"[{LETTER_O}]")
FEWEST = 7  # digits of the shortest number that is looked for, a passport's


_PLAIN = {
    ord(char): form
    for char, form in {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_DOTS, "."),
        **dict.fromkeys(_MIDDLE_DOTS, "·"),
        **dict.fromkeys(_COMMAS, ","),
        **dict.fromkeys(_SLASHES, "/"),
        **dict.fromkeys(_BRACKETS, "("),
        **dict.fromkeys(_TENS, "X"),
        **dict.fromkeys("\t\r\x0b\x0c\x85", " "),
        **dict.fromkeys("\x00\x7f", UNSEEN),
        **dict.fromkeys(_COMBINING, UNSEEN),
        **SPOKEN,
        "＠": "@",
        "＋": "+",
        "＊": "*",
    }.items()
}


class _Table(dict[int, str]):
    """Code point → its plain form. Filled as characters are met: to look at all million of them
    took each process half a second at its first text.
    """

    def __missing__(self, point: int) -> str:
        form = self[point] = _plain(point)
        return form


def _plain(point: int) -> str:
    char = chr(point)
    if point < 0x80:
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if (kind := unicodedata.category(char)) == "Cf" or 0xE0100 <= point <= 0xE01EF:
        return UNSEEN
    return " " if kind in ("Zs", "Zl", "Zp") else char


_TABLE = _Table(_PLAIN)


def _harmless() -> str:
    """The inside of a class of characters that are no digit in any way of writing one: ASCII but
    digits, O and @; the usual ideographs but those that are spoken digits; common punctuation.
    """
    spoken = sorted(char for char in SPOKEN if "\u4e00" <= char <= "\u9fff")
    edges = [chr(0x4DFF), *spoken, chr(0xA000)]
    between = [(ord(one) + 1, ord(other) - 1) for one, other in pairwise(edges)]
    ideographs = "".join(f"{chr(low)}-{chr(high)}" for low, high in between if low <= high)
    return r"\x00-/:-?A-NP-Z\[-np-\x7f" + ideographs + "\u3000。，、；：！？《》“”‘’（）【】"


_HARMLESS = _harmless()
_MAY_HOLD = re.compile(f"[@＠]|(?:[^{_HARMLESS}][{_HARMLESS}]*){{{FEWEST}}}")


def may_hold_a_number(text: str) -> bool:
    """False where there are too few characters that may be a digit, and no sign of a mail address:
    most of what is saved, told in a fiftieth of the time of looking for numbers.
    """
    return _MAY_HOLD.search(text) is not None


def shadow(text: str) -> str:
    """Digits as 0–9, X for the tenth check digit, one character for each kind of separator."""
    if _HAS_O.search(text):
        text = _O.sub(lambda found: "0" * len(found[0]), text)
    return text.translate(_TABLE)
