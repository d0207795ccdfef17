"""The text as the patterns see it: one character for each of the original, so that places agree.

Folded are full-width forms, capital letters and the traditional characters that the patterns use.
Places count Unicode code points, as Python does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from legal_rules.suggest.traditional import PAIRS

if TYPE_CHECKING:
    from rjieba import Jieba

LOOKED_AT = 10_000  # characters of a narrative; what stands behind them suggests nothing
UNREADABLE = "�"
OWN = range(0xE000, 0xE100)  # private characters that stand for sums and dates, see `slots.py`

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_CAPITALS = {code: code + 32 for code in range(0x41, 0x5B)}
_WIDE_CAPITALS = {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
_LOOSE = {ord(a): b for a, b in zip("“”「」『』＂﹐﹑‚", '""""""",、,', strict=True)}
_TABLE: dict[int, int | str] = {
    **dict.fromkeys((*OWN, *range(0xD800, 0xE000)), UNREADABLE),
    **_FULL_WIDTH,
    **_CAPITALS,
    **_WIDE_CAPITALS,
    **_LOOSE,
    **str.maketrans(PAIRS[1::2], PAIRS[::2]),
}


def fold(text: str) -> str:
    """Of the same length: every place in it is the place in `text`."""
    return text[:LOOKED_AT].translate(_TABLE)


@cache
def _segmenter() -> Jieba:
    import rjieba  # 0.2 s and 30 MB, only for those who ask for suggestions or compare texts

    return rjieba.Jieba()


def words(text: str) -> list[str]:
    """A Chinese text cut into words by a dictionary (rjieba, the cuts of jieba); nothing is left
    out.
    """
    return list(_segmenter().cut(text, False))


def word_edges(text: str) -> frozenset[int]:
    """The places where words begin or end.

    `text` as `fold` gives it.
    """
    edges, at = [0], 0
    for word in words(text):
        at += len(word)
        edges.append(at)
    return frozenset(edges)
