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

from complaints import person_search
from complaints.finding.masking import is_personal, without_numbers
from complaints.models.person_search import Kind
from config.bigrams import Terms, tokens
from config.bigrams import plain as compared

LONGEST = 200  # characters of a query that are looked at
MOST = 8  # words
TOO_LONG = 2 * LONGEST  # what fields take: more than is looked at, so that the rest is told of
_QUOTED = r'"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』'
_PIECE = re.compile(rf'{_QUOTED}|([^\s"“”「」『』]+)')
_APART = re.compile(r"[，。！？；、：（）《》〈〉【】…!?;,()\[\]{}<>|\\*]+")
_SIGNS = re.compile(r"([，。！？；：、（）【】《》“”‘’…—～·￥]+)")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_WILDCARD = re.compile(r"\*|(?<!\d)%|(?<!\w)_|_(?!\w)")
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
    """The words of a query, and what is said about those that were left out. `whole`: all that was
    typed, which may be one number with gaps in it.
    """

    terms: tuple[Term, ...]
    problems: tuple[str, ...] = ()
    whole: str = ""


def asked(query: str) -> Asked:
    """Words between spaces and signs, phrases between quotation marks. Never raises."""
    text = spelled("".join(c if c.isprintable() else " " for c in query[: 4 * LONGEST])).strip()
    problems, whole = [], text[:LONGEST].strip()
    if len(text) > LONGEST or len(query) > 4 * LONGEST:
        problems.append(_("只查找前 {most} 个字，后面的已忽略。").format(most=LONGEST))
    one = person_search.sought(whole)
    if one is not None and one.kind != Kind.NAME:  # one number, also with gaps: no words
        return Asked((Term(whole),), tuple(problems), whole)
    found = list(dict.fromkeys(_words(whole)))
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
    if known:
        problems += _misread(whole)
    return Asked(tuple(known[:MOST]), tuple(problems), whole)


def _misread(text: str) -> list[str]:
    """Signs that mean something in other searches and nothing in this one."""
    said = []
    if _WILDCARD.search(text):
        said.append(_("* % _ 不代表任意字，已按普通符号处理；英文和数字按开头查找，汉字直接输入。"))
    if text.count('"') % 2 or any(
        text.count(a) != text.count(b) for a, b in ("“”", "「」", "『』")
    ):
        said.append(_("引号没有成对，已按普通文字查找；整句请用一对引号括起。"))
    return said


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
