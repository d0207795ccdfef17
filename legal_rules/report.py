"""An analysis as a person wants to read it: lines of text, Chinese or English.

    print(*report.lines(rulebook.analyse(facts, day), facts, "en"), sep="\\n")

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from legal_rules.analysis import Json
from legal_rules.reasoning.apply import KnownFacts
from legal_rules.reasoning.prose import cite
from legal_rules.reasoning.rules import Quote
from legal_rules.vocabulary import FACTS, REMEDIES

Row = Mapping[str, Any]
W: dict[str, tuple[str, str]] = {
    "head": ("适用 {day} 的法律 · 规则库 {book}", "Law of {day} · rulebook {book}"),
    "given": ("已知事实", "Facts given"),
    "ignored": (
        "与日期或数额推算的结果不一致，按未知处理：{names}",
        "Contradicts the dates or figures and is treated as unknown: {names}",
    ),
    "applies": ("成立", "Established"),
    "open": ("待查明", "Open"),
    "displaced": ("让位于特别规定", "Displaced by a special rule"),
    "does_not_apply": ("不成立", "Not established"),
    "presumed": ("推定", "presumed"),
    "provisional": ("暂定", "provisional"),
    "draft": ("草稿，未经法务签署", "draft, not signed by counsel"),
    "because": ("理由", "Because"),
    "still": ("尚需查明", "Still to be found out"),
    "sum": ("金额", "Sum"),
    "if_so": ("如成立，金额", "Sum if it holds"),
    "exact": ("{amount} 元", "{amount} yuan"),
    "at_least": ("不少于 {low} 元", "at least {low} yuan"),
    "between": ("{low} 元至 {high} 元", "{low} to {high} yuan"),
    "together": ("可以一并主张", "May be claimed together"),
    "either": ("只能择其一，请法务选择", "One of these only; counsel chooses"),
    "duties": ("我方义务", "Duties"),
    "due": ("期限：{due}", "due: {due}"),
    "exposure": ("我方风险", "Exposures"),
    "ask": ("接下来问", "Ask next"),
    "nothing": ("现有规则所需的事实都已查明。", "Every fact that the rules need is known."),
    "evidence": ("证据：{evidence}", "Evidence: {evidence}"),
    "answers": ("可答：{answers}", "Answers: {answers}"),
    "counsel": ("由法务认定", "found by counsel"),
    "note": (
        "金额是消费者可以主张的数额，不是承认；本结果供法务判断，不是法律意见。",
        "Sums are what the consumer may claim, never an admission; a tool for counsel, not advice.",
    ),
}
MARKS = {"applies": "✓", "open": "?", "displaced": "↷", "does_not_apply": "✗"}
LISTED = 8  # answers of a choice that are spelt out


def lines(found: Json, facts: Mapping[str, object], lang: str) -> Iterator[str]:
    """The analysis of `facts` in words: findings, sums, duties, exposures, what to ask next."""
    yield from _Report(found, facts, lang).lines()


class _Report:
    def __init__(self, found: Json, facts: Mapping[str, object], lang: str) -> None:
        self.found, self.facts, self.lang = found, facts, lang
        self.english = lang.startswith("en")
        self.contradicted = KnownFacts(facts).contradicted
        self.titles = {rule["id"]: rule["title"] for rule in self.rows("rules")}

    def say(self, key: str, **names: object) -> str:
        return W[key][self.english].format(**names)

    def rows(self, key: str) -> Sequence[Row]:
        rows = self.found.get(key)
        return rows if isinstance(rows, list) else ()

    def joined(self, parts: Sequence[str]) -> str:
        return ("; " if self.english else "；").join(parts)

    def lines(self) -> Iterator[str]:
        book = f"{self.found['rule_set']} · {str(self.found['rulebook_sha256'])[:12]}"
        yield self.say("head", day=self.found["as_of"], book=book)
        yield from self.given()
        for status in MARKS:
            yield from self.findings(status)
        yield from self.choices()
        yield from self.owed()
        yield from self.asked()
        yield ""
        yield self.say("note")

    def heading(self, key: str, count: int) -> Iterator[str]:
        if count:
            yield ""
            yield f"{self.say(key)} ({count})" if self.english else f"{self.say(key)}（{count}）"

    def given(self) -> Iterator[str]:
        yield from self.heading("given", len(self.facts))
        for name, value in self.facts.items():
            fact = FACTS[name]
            yield f"  {fact.question_for(self.lang)} {fact.value_for(value, self.lang)}  [{name}]"
        against = [FACTS[name].question_for(self.lang) for name in sorted(self.contradicted)]
        if against:
            yield f"  ! {self.say('ignored', names=self.joined(against))}"

    def findings(self, status: str) -> Iterator[str]:
        rules = [rule for rule in self.rows("rules") if rule["status"] == status]
        sums = {
            row["rule"]: row for key in ("remedies", "possible_remedies") for row in self.rows(key)
        }
        yield from self.heading(status, len(rules))
        for rule in rules:
            marks = [self.say(m) for m in ("presumed", "provisional") if rule[m]]
            marks += [] if rule["signed"] else [self.say("draft")]
            noted = f"  [{self.joined(marks)}]" if marks else ""
            yield f"  {MARKS[status]} {rule['title']}{noted}"
            yield f"      {self.joined([self.cited(c) for c in rule['citations']])}"
            yield from self.reasons(rule, status)
            yield from self.sum(sums.get(rule["id"]), status)

    def cited(self, citation: Row) -> str:
        paragraph = citation.get("paragraph")
        return cite(Quote(citation["instrument"], citation["article"], paragraph, ""), self.lang)

    def reasons(self, rule: Row, status: str) -> Iterator[str]:
        if status == "open" and rule["missing"]:
            asked = [FACTS[name].question_for(self.lang) for name in rule["missing"]]
            yield from self.told("still", asked)
        deciding = {"applies": ("satisfied",), "does_not_apply": ("failed", "proved")}
        wanted = deciding.get(status, ())
        elements = (*rule["elements"], *rule["defences"])
        known = {e["fact"]: f"{e['question']} {self.answer(e)}" for e in elements
                 if e["status"] in wanted and e["value"] is not None}  # fmt: skip
        special = rule["displaced_by"] if status == "displaced" else None
        reason = rule["reason"] or (self.titles.get(special, special) if special else "")
        yield from self.told("because", [reason] if reason else list(known.values()))

    def answer(self, element: Row) -> str:
        return FACTS[element["fact"]].value_for(element["value"], self.lang)

    def told(self, key: str, sentences: Sequence[str]) -> Iterator[str]:
        if sentences:
            yield f"      {self.say(key)}{': ' if self.english else '：'}{self.joined(sentences)}"

    def sum(self, remedy: Row | None, status: str) -> Iterator[str]:
        amount = self.amount(remedy) if remedy else ""
        if amount and status in ("applies", "open"):
            yield from self.told("sum" if status == "applies" else "if_so", [amount])

    def amount(self, remedy: Row) -> str:
        bounds, formula = remedy["bounds"], remedy["formula"]
        if remedy["amount"]:
            text = self.say("exact", amount=remedy["amount"])
        elif bounds:
            text = self.say("at_least" if bounds["high"] is None else "between", **bounds)
        else:
            return ""
        return text if not formula or formula == remedy["amount"] else f"{text} = {formula}"

    def choices(self) -> Iterator[str]:
        """What may be claimed together, and where only one of several is lawful."""
        names = {row["remedy"]: row["title"] for row in self.rows("remedies")}
        kinds = {"together": "cumulates_with", "either": "alternatives"}
        for key, field in kinds.items():
            pairs = {frozenset((row["remedy"], other)) for row in self.rows("remedies")
                     for other in row[field] if other in names}  # fmt: skip
            pairs = {pair for pair in pairs if not _imposed(pair)}
            yield from self.heading(key, len(pairs))
            for pair in sorted(pairs, key=sorted):
                joint = " / " if key == "either" else " + "
                yield f"  {joint.join(names[each] for each in sorted(pair))}"

    def owed(self) -> Iterator[str]:
        yield from self.heading("duties", len(self.rows("duties")))
        for duty in self.rows("duties"):
            due = f" ({self.say('due', due=duty['due'])})" if duty["due"] else ""
            yield f"  • {duty['text']}{due}  {duty['citation']}"
        yield from self.heading("exposure", len(self.rows("exposure")))
        for exposure in self.rows("exposure"):
            words = f"  ! {exposure['citation']}  {exposure['range']} {exposure['note']}"
            yield words.rstrip()

    def asked(self) -> Iterator[str]:
        questions = self.rows("missing_facts")
        if not questions:
            yield from ("", self.say("nothing"))
        yield from self.heading("ask", len(questions))
        for number, row in enumerate(questions, 1):
            who = f"  [{self.say('counsel')}]" if row["found_by"] == "counsel" else ""
            yield f"  {number}. {row['question']}{who}  [{row['fact']}]"
            more = [row["why"]]
            fact = FACTS[row["fact"]]
            if fact.values:
                values = list(fact.values)
                some = " | ".join(values[:LISTED]) + (" …" if len(values) > LISTED else "")
                more.append(self.say("answers", answers=some))
            if row["evidence"]:
                more.append(self.say("evidence", evidence=row["evidence"]))
            yield from (f"       {each}" for each in more)


def _imposed(pair: frozenset[str]) -> bool:
    """An authority imposes one of them: nobody's claim."""
    kinds = {REMEDIES[each].kind for each in pair}
    return bool(kinds & {"administrative", "public_security", "criminal"})
