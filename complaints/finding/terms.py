"""What a person typed, as words that must all stand in a file, and how a text becomes what they are
compared with. The same for both sides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField, Value
from django.utils.translation import gettext as _

from complaints.finding.masking import is_personal
from complaints.search import without_numbers
from config.bigrams import Terms, tokens
from config.bigrams import plain as compared

LONGEST = 200  # characters of a query that are looked at
MOST = 8  # words
_QUOTED = r'"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』'
_PIECE = re.compile(rf'{_QUOTED}|([^\s"“”「」『』]+)')
_APART = re.compile(r"[，。！？；、：（）《》〈〉【】…!?;,()\[\]{}<>|\\*]+")
_SIGNS = re.compile(r"([，。！？；：、（）【】《》“”‘’…—～·￥]+)")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")


def spelled(text: str) -> str:
    """Full-width and half-width letters and digits are the same; Chinese punctuation stays."""
    pieces = _SIGNS.split(text)  # every second one is punctuation
    pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
    return "".join(pieces)


def plain(text: str) -> str:
    """A spelled text as it is compared, sign by sign, so that places are the same in both."""
    return "".join(low if len(low := compared(c)) == 1 else c for c in text)


def vector(text: str) -> Func:
    """The lexemes of a text: those of `tokens`, and the last character of each Chinese run, so that
    a single character is found wherever it stands.
    """
    text = without_numbers(text)
    ends = dict.fromkeys(run[-1] for run in _HAN.findall(plain(text)))
    words = list(dict.fromkeys([*tokens(text), *ends]))
    return Func(Value(words, output_field=ArrayField(TextField())), function="array_to_tsvector")


@dataclass(frozen=True)
class Term:
    """One word or phrase. `exact`: a number of a person, which no text is searched for."""

    typed: str

    @property
    def plain(self) -> str:
        return plain(self.typed)

    @property
    def exact(self) -> bool:
        return is_personal(self.typed)

    @property
    def tokens(self) -> list[str]:
        return [] if self.exact else tokens(self.typed)

    @property
    def query(self) -> Terms:
        """The index narrows down: every pair, single characters and Latin words as beginnings."""
        parts = [f"'{t}'" + (":*" if len(t) == 1 or t.isascii() else "") for t in self.tokens]
        return Terms(" & ".join(parts))

    @property
    def to_be_compared(self) -> bool:
        """Whether the index alone cannot say that the signs stand side by side."""
        return self.tokens != [self.plain]


@dataclass(frozen=True)
class Asked:
    """The words of a query, and what is said about those that were left out."""

    terms: tuple[Term, ...]
    problems: tuple[str, ...] = ()


def asked(query: str) -> Asked:
    """Words between spaces and signs, phrases between quotation marks. Never raises."""
    problems = []
    text = spelled("".join(c if c.isprintable() else " " for c in query)).strip()
    if len(text) > LONGEST:
        problems.append(_("只查找前 {most} 个字，后面的已忽略。").format(most=LONGEST))
    found = list(dict.fromkeys(_words(text[:LONGEST])))
    known = [t for t in map(Term, found) if t.tokens or t.exact]
    if len(known) > MOST:
        problems.append(_("最多同时查找 {most} 个词，后面的已忽略。").format(most=MOST))
    lost = [w for w in found if not Term(w).tokens and not Term(w).exact]
    if lost or (text and not found):
        problems.append(
            _("“{words}”里没有可以查找的汉字、字母或数字，已忽略。").format(
                words=" ".join(lost)[:40] or text[:40]
            )
        )
    return Asked(tuple(known[:MOST]), tuple(problems))


def _words(text: str) -> list[str]:
    words = []
    for match in _PIECE.finditer(text):
        *phrases, loose = match.groups()
        phrase = next((p for p in phrases if p is not None), None)
        if phrase is not None:
            words.append(" ".join(phrase.split()))
        else:
            words += [_EDGE.sub("", w) or w for w in _APART.split(loose) if w]
    return [w for w in words if w]
