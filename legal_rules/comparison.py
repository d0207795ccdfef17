"""Two analyses of a case compared in words: what became of each rule and why, sums, facts, date.

    differences(before, after, "en")     → ["Consumer Law, Article 55(1): …: open → applies. …"]

Both are results of `rulebook.analyse` in the same language, under the same rulebook or under two.
Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from legal_rules import comparison_rows as rows
from legal_rules import comparison_words as words
from legal_rules.analysis import Json
from legal_rules.vocabulary import CATEGORIES, FACTS, RIGHTS

Values = Mapping[str, object]
Row = Mapping[str, Any]

MOST_ASKED = 3  # questions that are spelt out
KINDS = ("fact", "date", "category", "rulebook", "rule", "sum", "duty", "exposure", "right")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `kind`: one of KINDS; `subject`: an id (of a fact, rule, duty …).

    `title`, `before`, `after` and `why` are words; `why` may be empty.
    """

    kind: str
    subject: str
    title: str
    before: str
    after: str
    why: str
    sentence: str

    def as_json(self) -> Json:
        return asdict(self)


def differences(
    before: Json, after: Json, lang: str, facts: tuple[Values, Values] | None = None
) -> list[str]:
    """What differs, a sentence each; empty where nothing does. See `compare`."""
    return [each.sentence for each in compare(before, after, lang, facts)]


def compare(
    before: Json,
    after: Json,
    lang: str,
    facts: tuple[Values, Values] | None = None,
    recounted: tuple[Values, Values] = ({}, {}),
) -> list[Difference]:
    """What differs between two analyses: facts, date, category, rulebook, then what follows.

    `facts`: the answers under each analysis; without them, those named by the rules shown.
    `recounted`: answers that other days off computed otherwise.
    """
    return list(_Comparison(before, after, lang, facts, recounted).all())


class _Comparison:
    def __init__(
        self,
        before: Json,
        after: Json,
        lang: str,
        facts: tuple[Values, Values] | None,
        recounted: tuple[Values, Values],
    ) -> None:
        self.before, self.after, self.english = before, after, lang.startswith("en")
        self.lang = lang
        self.same_book = before.get("rulebook_sha256") == after.get("rulebook_sha256")
        named = rows.named(before), rows.named(after)
        self.facts, self.recounted = facts or named, recounted
        self.old_values = {**named[0], **self.facts[0]}

    def all(self) -> Iterable[Difference]:
        yield from self._answers()
        yield from self._frame()
        yield from self._rules()
        yield from self._sums()
        yield from self._duties()
        yield from self._exposures()
        yield from self._rights()

    def _say(self, pair: tuple[str, str]) -> str:
        return pair[self.english]

    def _made(
        self, kind: str, subject: str, title: str, before: str, after: str, why: str = ""
    ) -> Difference:
        """title：before → after。why。"""
        title, after, why = (each.rstrip("。. ") for each in (title, after, why))
        asked = title.endswith(("？", "?"))
        joint = (("：", ": "), ("", " "))[asked][self.english]
        change = f"{before} → {after}" if before != after else after
        sentence = f"{title}{joint}{change}{self._stop(change)}"
        if why:
            sentence += f"{' ' * self.english}{why}{self._stop(why)}"
        return Difference(kind, subject, title, before, after, why, sentence)

    def _stop(self, text: str) -> str:
        return "" if text.endswith(("？", "?")) else ("。", ".")[self.english]

    # -- what the analyses rest on

    def _answers(self) -> Iterable[Difference]:
        old, new = self.facts
        for fact in (*old, *(name for name in new if name not in old)):
            if rows.plain(old.get(fact)) == rows.plain(new.get(fact)):
                continue
            how = words.ANSWERED[0 if old.get(fact) is None else 2 if new.get(fact) is None else 1]
            yield self._answer(fact, old.get(fact), new.get(fact), how)
        old, new = self.recounted
        for fact in new:
            yield self._answer(fact, old.get(fact), new[fact], words.RECOUNTED)

    def _answer(self, fact: str, old: object, new: object, how: tuple[str, str]) -> Difference:
        was, now = self._value(fact, old), self._value(fact, new)
        return self._made("fact", fact, self._question(fact), was, now, self._say(how))

    def _question(self, fact: str) -> str:
        return FACTS[fact].question_for(self.lang) if fact in FACTS else fact

    def _value(self, fact: str, value: object) -> str:
        if value is None:
            return self._say(words.UNKNOWN)
        return FACTS[fact].value_for(value, self.lang) if fact in FACTS else str(value)

    def _frame(self) -> Iterable[Difference]:
        for kind, key in (("date", "as_of"), ("category", "category")):
            old, new = (self._framed(side.get(key)) for side in (self.before, self.after))
            if old != new:
                yield self._made(kind, key, self._say(words.LABELS[kind]), old, new)
        if not self.same_book:
            title = self._say(words.LABELS["rulebook"])
            yield self._made("rulebook", "", title, rows.book(self.before), rows.book(self.after))

    def _framed(self, value: object) -> str:
        name = CATEGORIES.get(str(value))
        return name.name_for(self.lang) if name else str(value or self._say(words.NONE))

    # -- what follows from it

    def _rules(self) -> Iterable[Difference]:
        for rule, old, new in rows.paired(self.before, self.after, "rules", "id"):
            shown = new or old or {}
            was, now = self._standing(old), self._standing(new)
            if was != now:
                yield self._made("rule", rule, shown["title"], was, now, self._because(old, new))
            elif new and old and new["status"] == "open" and rows.more(old, new):
                why = self._say(words.ASKS) + self._some(rows.more(old, new))
                yield self._made("rule", rule, shown["title"], was, now, why)
            if old and new and old["signed"] != new["signed"]:
                marks = [
                    self._say(words.SIGNED if side["signed"] else words.DRAFT)
                    for side in (old, new)
                ]
                yield self._made("rule", rule, shown["title"], *marks)

    def _standing(self, rule: Row | None) -> str:
        if rule is None:
            return self._say(words.STATUS[""])
        marks = "".join(self._say(mark) for key, mark in words.MARKS.items() if rule.get(key))
        return self._say(words.STATUS[rule["status"]]) + marks

    def _because(self, old: Row | None, new: Row | None) -> str:
        """Why a rule stands otherwise: its reason, the answers that are new, or the rulebook."""
        if new and new.get("reason"):
            return str(new["reason"])
        changed = {}
        for element in (*new["elements"], *new["defences"]) if new else ():
            fact, value = element["fact"], element["value"]
            if rows.plain(self.old_values.get(fact)) != rows.plain(value):
                was, now = self._value(fact, self.old_values.get(fact)), self._value(fact, value)
                changed[fact] = f"{self._question(fact)}{was} → {now}"
                if self.english:
                    changed[fact] = f"{self._question(fact)} {was} → {now}"
        if changed:
            return self._say(words.BECAUSE) + self._joined(changed.values())
        return self._say(words.FOLLOWS if self.same_book else words.REWRITTEN)

    def _some(self, asked: Sequence[str]) -> str:
        """The first questions, and how many more."""
        shown = self._joined(self._question(fact) for fact in asked[:MOST_ASKED])
        rest = len(asked) - MOST_ASKED
        return shown + (self._say(words.MORE).format(rest) if rest > 0 else "")

    def _joined(self, parts: Iterable[str]) -> str:
        """With semicolons, but none after a question mark."""
        joined = ("; " if self.english else "；").join(parts)
        return joined.replace("？；", "？").replace("?;", "?")

    def _sums(self) -> Iterable[Difference]:
        sides = [rows.sums(side) for side in (self.before, self.after)]
        for rule in dict.fromkeys((*sides[0], *sides[1])):
            old, new = sides[0].get(rule), sides[1].get(rule)
            if rows.figures(old) != rows.figures(new):
                title = (new or old or {})["title"]
                yield self._made("sum", rule, title, self._sum(old), self._sum(new))

    def _sum(self, remedy: Row | None) -> str:
        """11940.00 元（3 × 3980.00）, with "if it holds" while the rule is open."""
        if remedy is None or not any(rows.figures(remedy)[:3]):
            return self._say(words.NO_SUM)
        amount, low, high = rows.figures(remedy)[:3]
        if amount or low == high:
            text = self._say(words.EXACTLY).format(amount or low)
        elif high is None:
            text = self._say(words.AT_LEAST).format(low)
        else:
            text = self._say(words.BETWEEN).format(low, high)
        formula = remedy.get("formula")
        if formula and formula != amount:
            text += self._say(words.BRACKETS).format(formula)
        return text + (self._say(words.IF_IT_HOLDS) if remedy["possible"] else "")

    def _duties(self) -> Iterable[Difference]:
        for duty, old, new in rows.paired(self.before, self.after, "duties", "id"):
            if (old is None) != (new is None):
                shown = new or old or {}
                was, now = (self._say(words.OWED[side is not None]) for side in (old, new))
                yield self._made("duty", duty, shown["text"], was, now, shown.get("due", ""))
            elif old and new and old.get("due") != new.get("due"):
                dues = (side.get("due") or self._say(words.NONE) for side in (old, new))
                yield self._made("duty", duty, new["text"], *dues)

    def _exposures(self) -> Iterable[Difference]:
        old, new = rows.exposures(self.before), rows.exposures(self.after)
        for key in dict.fromkeys((*old, *new)):
            was, now = (
                self._joined(side.get(key, ())) or self._say(words.NONE) for side in (old, new)
            )
            if was != now:
                title = (
                    f"{self._say(words.LABELS['exposure'])}{' ' if self.english else ''}{key[1]}"
                )
                yield self._made("exposure", key[0], title, was, now)

    def _rights(self) -> Iterable[Difference]:
        for right, old, new in rows.paired(self.before, self.after, "rights", "id"):
            was, now = (
                self._say(words.RIGHT[side["status"] if side else ""]) for side in (old, new)
            )
            if was != now:
                name = RIGHTS[right].name_for(self.lang) if right in RIGHTS else right
                yield self._made("right", right, name, was, now)
