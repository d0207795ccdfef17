"""Which part of a text is what: told, quoted from the seller, demanded, asked, supposed, doubted,
quoted from the law; and what a negation reaches.

    要求三倍赔偿           a demand: nothing happened yet
    他说包治百病           said by the seller
    如果有质量问题         supposed
    没有说能治病           negated
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from legal_rules.suggest import actors, cues
from legal_rules.suggest.actors import CONSUMER, PAGE, SELLER, THIRD


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text that is not simply told; `who` speaks where somebody does."""

    start: int
    end: int
    kind: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Light:
    """How a place in the text is to be taken."""

    demanded: bool = False
    asked: bool = False
    supposed: bool = False
    lawful: bool = False  # the wording of a law
    doubted: bool = False
    speaker: str = ""  # "" for the one who tells


@dataclass(slots=True)
class Clauses:
    """A folded and covered text, read once."""

    text: str
    spans: list[tuple[int, int, int]] = field(default_factory=list)  # start, end, sentence
    parts: list[Part] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def around(self, place: int) -> tuple[int, int, int]:
        """(start, end, number of the sentence) of the clause at a place."""
        index = bisect_right(self._starts, place) - 1
        return self.spans[index] if index >= 0 else (0, len(self.text), 0)

    def sentence_start(self, place: int) -> int:
        """Where the sentence of a place begins."""
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return 0
        number = self.spans[index][2]
        while index and self.spans[index - 1][2] == number:
            index -= 1
        return self.spans[index][0]

    def light(self, place: int) -> Light:
        """What holds at a place; of several speakers the last that began."""
        here = [p for p in self.parts if p.start <= place < p.end]
        kinds = {p.kind for p in here}
        speaker = max((p for p in here if p.kind == "said"), key=lambda p: p.start, default=None)
        return Light(
            "demanded" in kinds,
            "asked" in kinds,
            "supposed" in kinds,
            "lawful" in kinds,
            "doubted" in kinds,
            speaker.who if speaker else "",
        )

    def negated(self, core: int, covered: list[tuple[int, int]]) -> bool:
        """Whether a negation reaches `core`.

        `covered`: the words of the pattern itself, which negate nothing.
        """
        start = max(self.around(core)[0], core - cues.FAR - 4)
        before = self.text[start:core]
        for a, b in covered:
            if a < core and b > start:
                a, b = max(a, start) - start, min(b, core) - start
                before = before[:a] + "\0" * (b - a) + before[b:]
        before = cues.NO_NOT.sub(_blank, before)
        found = None
        for found in cues.NOT.finditer(before):  # noqa: B007
            pass
        if found is None or cues.TURNS.search(before, found.end()):
            return False
        gap = before[found.end() :].replace("\0", "")
        return len(gap) <= (cues.FAR if found["far"] else cues.NEAR)


def _blank(found: re.Match[str]) -> str:
    return "\0" * len(found.group())


def read(text: str) -> Clauses:
    """The clauses and parts of a text."""
    clauses, sentence, at = Clauses(text), 0, 0
    for found in cues.CLAUSE.finditer(text):
        start, end = found.span()
        if at < start and any(c in cues.ENDS for c in text[at:start]):
            sentence += 1
        clauses.spans.append((start, end, sentence))
        at = end
    clauses._starts = [span[0] for span in clauses.spans]
    for reader in (_asked, _supposed, _lawful, _doubted, _demanded, _said):
        clauses.parts += reader(clauses)
    return clauses


def _index(clauses: Clauses, place: int) -> int:
    return max(bisect_right(clauses._starts, place) - 1, 0)


def _sentence_end(clauses: Clauses, index: int) -> int:
    number = clauses.spans[index][2]
    while index + 1 < len(clauses.spans) and clauses.spans[index + 1][2] == number:
        index += 1
    return clauses.spans[index][1]


def _asked(clauses: Clauses) -> list[Part]:
    text = clauses.text
    parts = [Part(a, b, "asked") for a, b, _s in clauses.spans if text[b : b + 1] == "?"]
    for found in cues.ASKED.finditer(text):
        index = _index(clauses, found.start())
        start, end, _sentence = clauses.spans[index]
        if found.group() in cues.TO_THE_END:
            start, end = found.start(), _sentence_end(clauses, index)
        parts.append(Part(start, end, "asked"))
    return parts


def _supposed(clauses: Clauses) -> list[Part]:
    parts = []
    for found in cues.SUPPOSED.finditer(clauses.text):
        index = _index(clauses, found.start())
        start, end, sentence = clauses.spans[index]
        if found.group() != "的话":
            start = found.start()
        follows = clauses.spans[index + 1] if index + 1 < len(clauses.spans) else (0, 0, -1)
        parts.append(Part(start, follows[1] if follows[2] == sentence else end, "supposed"))
    return parts


def _lawful(clauses: Clauses) -> list[Part]:
    found = [m.start() for m in cues.LAW.finditer(clauses.text)]
    return [Part(a, _sentence_end(clauses, _index(clauses, a)), "lawful") for a in found]


def _doubted(clauses: Clauses) -> list[Part]:
    found = [m.start() for m in cues.DOUBT.finditer(clauses.text)]
    return [Part(a, clauses.spans[_index(clauses, a)][1], "doubted") for a in found]


def _subject(clauses: Clauses, index: int, until: int) -> str:
    """Who does what the verb at `until` says; else the one of the clause before."""
    who = actors.last_named(clauses.text[clauses.spans[index][0] : until])
    if not who and index and clauses.spans[index - 1][2] == clauses.spans[index][2]:
        start, end, _sentence = clauses.spans[index - 1]
        who = actors.last_named(clauses.text[start:end])
    return who


def _said(clauses: Clauses) -> list[Part]:
    parts: list[Part] = []
    for found in cues.SPEECH.finditer(clauses.text):
        index = _index(clauses, found.start())
        start, _end, _sentence = clauses.spans[index]
        if cues.UNSAID.search(clauses.text, start, found.start()):
            continue
        if any(p.kind == "demanded" and p.start < found.start() < p.end for p in clauses.parts):
            continue  # 请你们解释
        who = _subject(clauses, index, found.start())
        if clauses.text[max(start, found.start() - 1) : found.start()] in ("听", "据"):
            who = THIRD
        parts.append(Part(found.end(), _speech_end(clauses, index), "said", who or SELLER))
    return parts


def _speech_end(clauses: Clauses, index: int) -> int:
    sentence, end = clauses.spans[index][2], clauses.spans[index][1]
    for start, stop, number in clauses.spans[index + 1 :]:
        if number != sentence or cues.ENDS_SPEECH.match(clauses.text, start):
            break
        if cues.OWN_DEED.search(clauses.text, start, stop):
            break
        end = stop
    return end


def _demanded(clauses: Clauses) -> list[Part]:
    parts = []
    for found in cues.DEMAND.finditer(clauses.text):
        index = _index(clauses, found.start())
        start = clauses.spans[index][0]
        before = clauses.text[start : found.start()]
        if actors.last_named(before) in (SELLER, PAGE, THIRD) or cues.UNSAID.search(before):
            continue
        parts.append(Part(found.start(), _demand_end(clauses, index), "demanded", CONSUMER))
    return parts


def _demand_end(clauses: Clauses, index: int) -> int:
    sentence, end = clauses.spans[index][2], clauses.spans[index][1]
    for start, stop, number in clauses.spans[index + 1 :]:
        if number != sentence or not cues.GOES_ON.match(clauses.text, start):
            break
        end = stop
    return end
