"""The parts of a proposal to which comments are anchored, and where a quote stands in them.

Parts: `letter`, `explanation`, `measure:2`, `point:1`, `fact:fr_intent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.errors import Invalid
from complaints.models import Comment, FactAnswer, Resolution
from legal_rules.vocabulary import FACTS


def text_of(resolution: Resolution, part: str) -> str | None:
    """The text of a part; None where there is no such part."""
    name, colon, rest = part.partition(":")
    found = _TEXTS.get(name)
    if found is None or (colon and not rest):
        return None
    return found(resolution, rest)


def _whole(name: str) -> Callable[[Resolution, str], str | None]:
    return lambda resolution, rest: None if rest else str(getattr(resolution, name))


def _measure(resolution: Resolution, rest: str) -> str | None:
    found = [m for m in resolution.measures.all() if str(m.position) == rest]
    return found[0].description if found else None


def _point(resolution: Resolution, rest: str) -> str | None:
    found = [p for p in resolution.points.all() if str(p.position) == rest]
    if not found:
        return None
    one = found[0]
    return "\n".join(filter(None, (one.title, one.consumer_says, one.we_found, one.finding_words)))


def _fact(resolution: Resolution, rest: str) -> str | None:
    """The question, the answer and its note as the file has them, in Chinese."""
    if rest not in FACTS:
        return None
    answers = FactAnswer.objects.filter(complaint=resolution.complaint_id, fact=rest)
    answer = answers.filter(superseded_at=None).first()
    if answer is None:
        return None
    fact = FACTS[rest]
    words = fact.value_for(answer.value, "zh-hans") if answer.established else "无法查明"
    return "\n".join(filter(None, (fact.question_for("zh-hans"), words, answer.note)))


_TEXTS: dict[str, Callable[[Resolution, str], str | None]] = {
    "letter": _whole("letter"),
    "explanation": _whole("explanation"),
    "measure": _measure,
    "point": _point,
    "fact": _fact,
}


def named(part: str) -> str:
    """A part in words: 第 2 项措施."""
    name, _colon, rest = part.partition(":")
    if name == "fact" and rest in FACTS:
        return _("事实：{question}").format(
            question=FACTS[rest].question_for(get_language() or "zh-hans")
        )
    words = {
        "letter": _("致消费者函"),
        "explanation": _("说明"),
        "measure": _("第 {n} 项措施"),
        "point": _("第 {n} 个争点"),
    }
    return words.get(name, part).format(n=rest)


@dataclass(frozen=True)
class Placed:
    """A comment on the version that is shown: where its quote stands, None where the text there is
    another by now (原文已改). `number` is what stands beside it.
    """

    comment: Comment
    start: int | None
    number: int = 0

    @property
    def end(self) -> int | None:
        """Behind its last character."""
        return None if self.start is None else self.start + len(self.comment.quote)

    @property
    def part(self) -> str:
        """Its part in words."""
        return named(self.comment.part)


def placed(resolution: Resolution, comments: Iterable[Comment] | None = None) -> list[Placed]:
    """The unresolved comments on this version and those before, in the order in which they were
    made; `comments` where they are known already.
    """
    known = list_of(resolution) if comments is None else comments
    waiting = [c for c in known if c.resolved_at is None]
    return [Placed(c, nearest(c, resolution), n) for n, c in enumerate(waiting, 1)]


def list_of(resolution: Resolution) -> list[Comment]:
    """All comments on this version and those before, settled ones too."""
    rows = Comment.objects.filter(
        resolution__complaint=resolution.complaint_id,
        resolution__version__lte=resolution.version,
    )
    return list(rows.select_related("by", "resolution", "resolved_by"))


def nearest(comment: Comment, resolution: Resolution) -> int | None:
    """The place of the quote that is nearest to where it stood."""
    text = text_of(resolution, comment.part) or ""
    places = _places(text, comment.quote)
    return min(places, key=lambda place: abs(place - comment.start), default=None)


def the_only_place(text: str, quote: str) -> int:
    """Where the quote stands. Raises Invalid where it stands nowhere, or more than once."""
    found = list(_places(text, quote))
    if not found:
        raise Invalid({"quote": [_("这里没有这段原文；请照抄原文，或者在页面上选取")]})
    if len(found) > 1:
        words = _("这段原文出现 {n} 次；请多引几个字").format(n=len(found))
        raise Invalid({"quote": [words]})
    return found[0]


def _places(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote) if quote else -1
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)
