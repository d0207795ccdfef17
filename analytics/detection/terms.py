"""Words that complaints use now and did not use before: log-odds with an informative Dirichlet
prior (Monroe, Colaresi and Quinn 2008) over the cases that have a word, not over how often it is
written in one of them.

Thousands of words are looked at, so a large z alone is no alarm: the word also has to be rarer by
luck than once in many windows, by the exact test that shuffled cases obey (hypergeometric).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import stats

if TYPE_CHECKING:
    from rjieba import Jieba

Floats = NDArray[np.float64]
MODEL = "terms 1"
ALARM = 3.5  # z above which a word is new
PRIOR = 0.5
LUCK = 0.001  # words of a window that are so far off by chance
LOOKED_AT = 10_000  # characters of a text
LONGEST = 12  # characters of a term
# Personal or no words at all: addresses, links, long numbers, what letters and numbers make.
NO_WORDS = re.compile(
    r"[\w.+-]{1,64}@[\w.-]+|(?:https?://|www\.)[\w./%?=&#:~+-]+|[a-z]{0,12}\d[\da-z*-]{3,}|\d+"
    r"|[a-z]{1,12}\*+|[_*#]+",
    re.ASCII,
)
HAN = re.compile(r"[㐀-鿿]+")
LATIN = re.compile(r"[a-z]{2,12}")
# Pronouns, particles, conjunctions, numerals, dates, names of people: their tags begin so.
NO_TERMS = ("nr", "r", "p", "c", "u", "y", "e", "o", "m", "q", "t", "w")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
# What is left of an unknown word when it falls into pieces is joined again, but not with these.
FILLING = frozenset(
    "的了是在我你您他她它们这那有没不也就都和与及或但而被把给让向从对为以于很太又还再更最个次件台部只条块年月日号点分"
    "秒天时到去来说要会能可用上下里中外前后大小多少一二三四五六七八九十百千万两几么什怎吗呢吧啊呀哦嗯元等后已至则并且"
    "因买昨今所其该此每各过着得地叫请问想做看后被跟由当将使如若无非"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases there are, and how many of them have each word. Contains names that a text
    has: to be held in memory, not to be kept.
    """

    cases: int = 0
    by_word: Counter[str] = field(default_factory=Counter)
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)  # empty in sums

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.cases + other.cases, self.by_word + other.by_word)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the window has more often than the history."""

    word: str
    cases: int  # of the window that have it
    of: int  # cases of the window
    before: int  # cases of the history that have it
    of_before: int
    z: float  # no more than 3.5 where luck among so many words explains it
    chance: float  # words that are so far off by luck alone; may be more than 1
    alarm: bool
    rows: tuple[int, ...] = ()  # places of the cases in the window


class Words:
    """Cuts texts into words: the dictionary of rjieba, what it makes of unknown words, and words
    of one's own.

    lexicon: words of one's own (products, terms of the field), always terms. names: of people, of
    whom neither the name nor a part of it is a term.
    """

    def __init__(self, lexicon: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._own = frozenset(filter(None, map(_folded, lexicon)))
        self._longest = max(map(len, self._own), default=0)
        self._names = "\n".join(map(_folded, names))

    def count(self, texts: Iterable[str]) -> Counts:
        """What each case says; an empty text is a case too."""
        rows: dict[str, list[int]] = {}
        cases = 0
        for row, text in enumerate(texts):
            cases += 1
            for word in self.of(text):
                rows.setdefault(word, []).append(row)
        by_word = Counter({word: len(places) for word, places in rows.items()})
        return Counts(cases, by_word, {word: tuple(places) for word, places in rows.items()})

    def of(self, text: str) -> set[str]:
        """The different words of one text."""
        folded = _folded(text)
        readable = NO_WORDS.sub(" ", folded)
        words = {piece for piece in _segmenter().cut(readable, True) if _may_be_a_term(piece)}
        return words.union(_joined(_segmenter().cut(readable, False)), self._own_words(folded))

    def is_personal(self, word: str) -> bool:
        """Is it a name, or nothing but a name of a class (a pronoun, a number)?"""
        if word in self._own:
            return False
        tags = [tag for _, tag in _segmenter().tag(word, True)]
        named = len(word) > 1 and word in self._names
        return named or (len(tags) == 1 and tags[0].startswith(NO_TERMS))

    def _own_words(self, text: str) -> Iterator[str]:
        for start in range(len(text) if self._own else 0):
            for end in range(start + 2, min(start + self._longest, len(text)) + 1):
                if text[start:end] in self._own:
                    yield text[start:end]


def emerging_terms(
    window: Sequence[str],
    history: Iterable[str],
    lexicon: Iterable[str] = (),
    names: Iterable[str] = (),
) -> tuple[Term, ...]:
    """The words of the window that the history had less of, the clearest first."""
    words = Words(lexicon, names)
    return emerging(words.count(window), words.count(history), words)


def emerging(
    window: Counts,
    history: Counts,
    words: Words | None = None,
    *,
    at_least: int = 5,
    limit: int = 50,
) -> tuple[Term, ...]:
    """The same from counts, which add up: those of the history can be the sum of many days."""
    if not window.cases or not history.cases:
        return ()
    words = words or Words()
    known = [word for word in window.by_word if window.by_word[word] >= at_least]
    now = np.array([window.by_word[word] for word in known], dtype=float)
    before = np.array([history.by_word[word] for word in known], dtype=float)
    together = window.cases + history.cases
    looked_at = _could_stand_out(window, history, at_least)
    chance = looked_at * stats.hypergeom.sf(now - 1, together, now + before, window.cases)
    z = _z(now, before, window.cases, history.cases)
    z = np.where(chance < LUCK, z, np.minimum(z, ALARM))  # luck explains it: no alarm
    terms: list[Term] = []
    for at in sorted(range(len(known)), key=lambda place: (-z[place], known[place])):
        if len(terms) == limit or z[at] <= 0:
            break
        word = known[at]
        if words.is_personal(word):
            continue
        terms.append(
            Term(
                word=word,
                cases=int(now[at]),
                of=window.cases,
                before=int(before[at]),
                of_before=history.cases,
                z=float(z[at]),
                chance=float(chance[at]),
                alarm=bool(z[at] > ALARM),
                rows=window.rows.get(word, ()),
            )
        )
    return tuple(terms)


def _z(now: Floats, before: Floats, cases: int, cases_before: int) -> Floats:
    """The difference of the log-odds in standard deviations. The prior is what window and history
    say together, and counts in each as much as half its cases.
    """
    prior = PRIOR * (now + before) / (cases + cases_before)
    odds, spread = _log_odds(now, prior, cases)
    odds_before, spread_before = _log_odds(before, prior, cases_before)
    return (odds - odds_before) / np.sqrt(spread + spread_before)


def _log_odds(having: Floats, prior: Floats, cases: int) -> tuple[Floats, Floats]:
    with_it = having + prior * cases
    return np.log(with_it / (cases * (1 + PRIOR) - with_it + 0.5)), 1 / with_it


def _could_stand_out(window: Counts, history: Counts, at_least: int) -> int:
    """Words with so many cases in window and history together."""
    words = window.by_word.keys() | history.by_word.keys()
    return sum(window.by_word[word] + history.by_word[word] >= at_least for word in words)


def _folded(text: str) -> str:
    readable = text[:LOOKED_AT].encode("utf-8", "replace").decode()  # no half characters
    return unicodedata.normalize("NFKC", readable).lower()


def _may_be_a_term(piece: str) -> bool:
    if not 2 <= len(piece) <= LONGEST:
        return False
    return bool(HAN.fullmatch(piece) or LATIN.fullmatch(piece))


def _joined(pieces: list[str]) -> Iterator[str]:
    """Neighbours of which one is a single character: words that the dictionary does not have."""
    for first, second in pairwise(pieces):
        whole = first + second
        if min(len(first), len(second)) > 1 or len(whole) > 4 or not HAN.fullmatch(whole):
            continue
        if not FILLING.intersection((first, second)) and first not in SURNAMES:
            yield whole


@cache
def _segmenter() -> Jieba:
    import rjieba  # 0.2 s and 30 MB, only for those who read texts

    return rjieba.Jieba()
