"""What the side pane of the intake says while somebody types: what to ask next, which facts the
words suggest, what was not told yet, earlier cases, and which articles may be concerned. Nothing
here promises an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext

from accounts.models import User
from complaints import enumeration, facts, narrative, places, validation
from complaints.actions import intake
from complaints.enumeration import Sought, Stopped
from complaints.models import Complaint, FactAnswer
from complaints.models.person_search import Door, Kind
from complaints.narrative import Told
from complaints.person_search import shaped
from complaints.seen import saw_cases
from complaints.told_facts import Decisions, Narrated, Offer, Taken, together
from complaints.validation import Cleaner, Refused
from legal_rules import rulebook
from legal_rules.reasoning import prose
from legal_rules.suggest import Topic, suggest_categories
from legal_rules.vocabulary import CATEGORIES, REMEDIES, RIGHTS

QUESTIONS, ARTICLES = 3, 3
BESIDE_OFFERS = 2  # questions, where suggested facts stand in the same pane
OFFERS = 4  # suggested facts shown at once; the rest behind "其余"
LOOKED_FOR = (Kind.PHONE, Kind.ID_NUMBER)
METER = 8  # elements that a meter shows; more are told as numbers
NOT_FOR_CONSUMERS = ("administrative", "public_security", "criminal", "defence")
_LETTER = {"satisfied": "o", "refuted": "o", "unknown": "u", "failed": "f", "proved": "f"}


@dataclass(frozen=True)
class Article:
    """One rule that may be concerned: citation, what it is about, how its elements stand."""

    name: str
    title: str
    marks: str
    known: int
    total: int
    settled: str  # applies | open


@dataclass(frozen=True)
class Question:
    """What to ask: the question, which claims of the consumer it bears on, and where to look."""

    fact: str
    text: str
    decides: str
    evidence: str


class Hints:
    """Computed when asked. One statement beside session, person and teams: the earlier cases;
    where a number is looked for, those that write it down."""

    def __init__(
        self, values: Mapping[str, Any], user: User, asked: str = "", told: str = ""
    ) -> None:
        """`values` as `IntakeForm.values()`; whatever is not valid yet counts as not given.

        `asked`: questions that were asked; `told`: what was decided about suggested facts.
        """
        self.values, self.user = values, user
        self.asked = set(asked.split(",")) if asked else set()
        self.decided = Decisions.readable(told)
        self.lang = get_language() or "zh"
        self.stopped = ""
        self.ticked: frozenset[str] = frozenset()  # earlier cases that are to be linked

    @property
    def _text(self) -> str:
        return together(self.values["title"] or "", self.values["narrative"] or "")

    @property
    def _on(self) -> date:
        return timezone.localdate(_received(self.values.get("received_at")))

    @property
    def region(self) -> str:
        """The name of the province that the address says, while nobody chose one."""
        return places.name_of(self._said)

    @property
    def no_region(self) -> bool:
        """Whether an address is there that does not say it."""
        return bool(self.values["consumer"]["address"].strip()) and not (
            self.values["region"] or self._said
        )

    @property
    def _said(self) -> str:
        address = self.values["consumer"]["address"] or ""
        return "" if self.values["region"] else places.of_address(address)

    @cached_property
    def suggested(self) -> list[tuple[Topic, str]]:
        """(suggestion, name of its category)."""
        found = suggest_categories(self._text, self._on)
        return [(topic, CATEGORIES[topic.id].name_for(self.lang)) for topic in found]

    @cached_property
    def _read(self) -> Narrated:
        return Narrated(self._text, self._on, self.category or None)

    @cached_property
    def offers(self) -> list[Offer]:
        """Facts that the words suggest and nobody decided about: those that the rules need first,
        judgements last.
        """
        if not self.user.may("answer_facts"):
            return []
        needed = {m["fact"] for m in self._analysis["missing_facts"]}
        rows = self._read.offers(facts.from_the_record(self._complaint), self.decided)
        return sorted(rows, key=lambda offer: (offer.judgement, offer.fact not in needed))

    @property
    def first_offers(self) -> list[Offer]:
        """Those that are shown at once."""
        return self.offers[:OFFERS]

    @property
    def more_offers(self) -> list[Offer]:
        """The rest."""
        return self.offers[OFFERS:]

    @cached_property
    def taken(self) -> list[Taken]:
        """What was accepted."""
        return self._read.taken(self.decided)

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """What was accepted, as answers to record; what stands in a field stands there alone."""
        in_fields = facts.from_the_record(self._complaint)
        accepted = self._read.answers(self.decided)
        return {fact: answer for fact, answer in accepted.items() if fact not in in_fields}

    @property
    def left(self) -> int:
        """How many were left."""
        return sum(len(values) for values in self.decided.left.values())

    @cached_property
    def told(self) -> list[Told]:
        """What the record should say, and whether it seems to."""
        text = f"{self.values['title'] or ''}。{self.values['narrative'] or ''}"
        return narrative.told(text, self.values)

    @property
    def begun(self) -> bool:
        """Whether anything was written; what is missing is not pointed at before."""
        return bool(self.values["narrative"])

    @property
    def category(self) -> str:
        """The chosen category, else the likeliest suggestion."""
        if self.values["category"] in CATEGORIES:
            return str(self.values["category"])
        return self.suggested[0][0].id if self.suggested else ""

    @property
    def category_name(self) -> str:
        """In words; "" while none speaks."""
        return CATEGORIES[self.category].name_for(self.lang) if self.category else ""

    @property
    def is_suggestion(self) -> bool:
        """Whether the hints rest on a category that nobody has chosen yet."""
        return bool(self.category) and self.values["category"] not in CATEGORIES

    @property
    def rights(self) -> list[str]:
        """Names of the rights that the category usually concerns."""
        category = CATEGORIES.get(self.category)
        return [RIGHTS[r].name_for(self.lang) for r in category.rights] if category else []

    @cached_property
    def _complaint(self) -> Complaint:
        return Complaint(
            category=self.category,
            price_paid=_valid(validation.money, self.values["price_paid"]),
            transaction_date=_valid(validation.day, self.values["transaction_date"]),
            received_at=_received(self.values.get("received_at")),
        )

    @cached_property
    def _analysis(self) -> Mapping[str, Any]:
        if not self.category:
            return {"missing_facts": [], "rules": []}
        accepted = [
            FactAnswer(fact=fact, value=value, by=self.user)
            for fact, value in self.decided.accepted.items()
        ]
        return facts.analyse(self._complaint, accepted)

    @cached_property
    def questions(self) -> list[Question]:
        """What decides next and was not asked yet; counsel's own findings are not asked here."""
        missing = self._analysis["missing_facts"]
        able = [m for m in missing if not facts.is_judgement(m["fact"])]
        offered = {offer.fact for offer in self.offers}
        waiting = [m for m in able if m["fact"] not in self.asked]
        waiting.sort(key=lambda m: m["fact"] in offered)  # asked last: the answer is at hand
        shown = BESIDE_OFFERS if self.offers else QUESTIONS
        return [_question(m, self.lang) for m in waiting[:shown]]

    @cached_property
    def articles(self) -> list[Article]:
        """Rules with something for the consumer in them; fines are not this page's business."""
        found = [
            rule
            for rule in self._analysis["rules"]
            if rule["status"] in ("open", "applies")
            and rule["remedy"]
            and REMEDIES[rule["remedy"]].kind not in NOT_FOR_CONSUMERS
        ]
        return [_article(rule, self.lang) for rule in found[:ARTICLES]]

    @property
    def searched(self) -> bool:
        """Whether anything was given to look for earlier cases by."""
        person = self.values["consumer"]
        return any((person["phone"], person["id_number"], self.values["order_number"]))

    @cached_property
    def earlier(self) -> list[dict[str, Any]]:
        """Cases of the same phone, document or order number that the person may see."""
        order = (self.values["order_number"] or "").strip()
        asked = [
            one for kind in LOOKED_FOR if (one := shaped(kind, self.values["consumer"][kind] or ""))
        ]
        found = self._earlier(asked, order)
        saw_cases(*(case["number"] for case in found))
        return found

    def _earlier(self, asked: list[Sought], order: str) -> list[dict[str, Any]]:
        """Where no number is looked for any more, only those of the order."""
        consumer = {str(one.kind): one.value for one in asked}
        if not asked:
            return intake.similar(consumer, order, self.user)
        try:
            return enumeration.look_for(
                asked,
                lambda: intake.similar(consumer, order, self.user),
                lambda rows, one: sum(one.kind in row["same"] for row in rows),
                by=self.user,
                door=Door.INTAKE,
                now=timezone.now(),
            )
        except Stopped as stopped:
            self.stopped = stopped.message
            return intake.similar({}, order, self.user)

    @property
    def may_link(self) -> bool:
        """Whether an earlier case can be ticked."""
        return self.user.may("edit_complaints")

    @property
    def stopped_words(self) -> str:
        """Why no number is looked for now; "" while it is."""
        _found = self.earlier
        return self.stopped


def _valid(cleaner: Cleaner, value: Any) -> Any:
    try:
        return cleaner(value)
    except Refused:
        return None


def _received(value: Any) -> datetime:
    now = timezone.now()
    return _valid(lambda v: validation.moment(v, now), value) or now


def _question(missing: Mapping[str, Any], lang: str) -> Question:
    remedies = [REMEDIES[r] for r in missing["decides"] if r in REMEDIES]
    names = [r.name_for(lang) for r in remedies if r.kind not in NOT_FOR_CONSUMERS]
    return Question(
        fact=missing["fact"],
        text=missing["question"],
        decides=gettext("、").join(names),
        evidence=missing["evidence"],
    )


def _article(rule: Mapping[str, Any], lang: str) -> Article:
    source = rulebook.current().rules[rule["id"]].versions[-1].sources[0]
    marks = "".join(_LETTER.get(e["status"], "x") for e in rule["elements"])
    return Article(
        name=prose.cite(source, lang),
        title=rule["title"],
        marks=marks if len(marks) <= METER else "",
        known=len(marks) - marks.count("u"),
        total=len(marks),
        settled=rule["status"],
    )
