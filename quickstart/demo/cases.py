"""One case of the demo: a story with its consumer, product, dates and people. Pure text; `acts/`
takes the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from complaints import places
from quickstart.demo.dice import Dice
from quickstart.demo.goods import circumstances
from quickstart.demo.people import Consumer
from quickstart.demo.stories import Measure, Story, common

NAMED_SUMS = ("price", "left", "used", "charged", "fee", "loss", "diff", "deposit", "part", "extra")


def money(value: Any) -> str:
    """3,980 or 59.90: as it is written in a text."""
    amount = Decimal(str(value))
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def on(day: date) -> str:
    """11 月 9 日."""
    return f"{day.month} 月 {day.day} 日"


def in_full(day: date) -> str:
    """2026 年 11 月 9 日."""
    return f"{day.year} 年 {on(day)}"


@dataclass
class Case:
    """What the acts need to know. `owner` and `registrar` are user names; `received` is set when
    the life is laid out.
    """

    key: str
    story: Story
    consumer: Consumer
    product: dict[str, Any]
    channel: str
    team: str
    owner: str
    registrar: str
    counsel: str
    received: datetime
    narrative: int = 0
    title: int = 0
    unowned: bool = False
    words: dict[str, str] = field(default_factory=dict)
    loose: bool = False  # a handcrafted text stands alone, without opening and ending

    @property
    def dice(self) -> Dice:
        return Dice("case", self.key)

    def day(self, name: str) -> date:
        """bought, delivered, demanded: by the story's days before the complaint."""
        before = self.story.days.get(name, {"bought": 12, "delivered": 9, "demanded": 0}[name])
        return self.received.date() - timedelta(days=before)

    def sum_of(self, name: str) -> Decimal:
        """A sum of the product in yuan. Raises KeyError."""
        return Decimal(str(self.product[name]))

    @property
    def order(self) -> str:
        dice = Dice("order", self.key)
        return f"SO-{self.day('bought'):%y%m}-{dice.between(10_000, 99_999)}"

    @property
    def slots(self) -> dict[str, str]:
        """Every word that a text may ask for."""
        dice = Dice("words", self.key)
        chosen = {name: dice.pick(among) for name, among in self.story.vary.items()}
        plain = {k: str(v) for k, v in self.product.items()}
        sums = {k: money(v) for k, v in self.product.items() if k in NAMED_SUMS}
        days = {k: on(self.day(k)) for k in ("bought", "delivered", "demanded")}
        return {
            **plain,
            **sums,
            **days,
            **chosen,
            "product": str(self.product.get("short", self.product["name"])),
            "called": self.consumer.called,
            "name": self.consumer.called[:-2] + "**",
            "city": self.consumer.city,
            "order": self.order,
            "waited": str((self.received.date() - self.day("bought")).days),
            "received": on(self.received.date()),
            **self.words,
        }

    def fill(self, text: str) -> str:
        """The text with its slots filled. Raises KeyError for one that is not known."""
        return text.strip().format_map(self.slots)

    def said(self, own: list[str], usual: list[str], *key: object) -> str:
        """One of the story's own texts, or of the usual ones."""
        return self.fill(Dice("said", self.key, *key).pick(own or usual))

    def registration(self) -> dict[str, Any]:
        """What is registered, in the API's field names."""
        story = self.story
        telling = self.fill(story.narratives[self.narrative % len(story.narratives)])
        if not self.loose:
            dice = Dice("telling", self.key)
            opening = dice.pick(common().openings.get(self.channel) or [""])
            ending = dice.pick(common().endings) if dice.chance(0.5) else ""
            telling = self.fill(opening) + telling + self.fill(ending)
        values: dict[str, Any] = {
            "channel": self.channel,
            "title": self.fill(story.titles[self.title % len(story.titles)]),
            "narrative": telling,
            "claims": story.claims,
            "category": story.category,
            "consumer": self.consumer.values,
            "product": {"name": self.product["name"], "category": self.product.get("kind", "")},
            **circumstances(self.product, story.category, self.day("bought"), self.key),
            "region": self._region(),
            "risk_flags": story.risks,
            "priority": story.priority,
            "confidential": story.confidential,
            "team": self.team,
            "received_at": self.received,
            "external_reference": self.key,
        }
        if "price" in self.product:
            values["price_paid"] = f"{self.sum_of('price'):.2f}"
            values["transaction_date"] = self.day("bought")
            values["order_number"] = self.order
        if "loss" in self.product:
            values["loss_claimed"] = f"{self.sum_of('loss'):.2f}"
        return values

    def _region(self) -> str:
        """What somebody asked for who wrote no address down; mostly."""
        asked = "address" not in self.consumer.values and Dice("region", self.key).chance(0.7)
        return places.of_address(f"{self.consumer.city}市") if asked else ""

    def plain(self, value: Any) -> Any:
        """A fact's value: slots that stand for dates and sums are filled."""
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name = value[1:]
        if name == "received":
            return self.received.date().isoformat()
        if name == "received_at":
            return self.received.isoformat(timespec="minutes")
        if name == "kind":
            return self.product.get("law", "其他商品")
        if name in ("bought", "delivered", "demanded"):
            return self.day(name).isoformat()
        return f"{self.sum_of(name):.2f}" if name in NAMED_SUMS else self.product[name]

    def answers(self, facts: Mapping[str, Any], *, told: bool | None = None) -> dict[str, Any]:
        """Answers as the action takes them. `told`: only what the consumer said (True), only what
        was checked (False).
        """
        found = {}
        for name, given in facts.items():
            parts = given if isinstance(given, list) and len(given) > 1 else [given, "consumer"]
            value, source = parts[0], parts[1]
            if told is not None and told is not (source == "consumer"):
                continue
            found[name] = {"value": self.plain(value), "source": source}
            if len(parts) > 2:
                found[name]["evidence"] = parts[2]
        return found

    def amount(self, measure: Measure) -> tuple[Decimal | None, str]:
        """The sum of a measure and how it is reckoned: (11940.00, "3,980.00 × 3")."""
        if measure.amount:
            return Decimal(measure.amount), f"{Decimal(measure.amount):,.2f}"
        if not measure.of:
            return None, ""
        base = self.sum_of(measure.of)
        result, formula = base * measure.times, f"{base:,.2f}"
        if measure.times > 1:
            formula += f" × {measure.times}"
        if result < measure.least:
            return Decimal(
                measure.least
            ), f"{formula} 不足 {measure.least} 元，按 {measure.least} 元"
        return result, formula

    def proposal(
        self, measures: Iterable[Measure], now: datetime, number: str, firm: str
    ) -> dict[str, Any]:
        """A resolution as the action takes it."""
        measures = list(measures)
        rows, today = [], now.date()
        for measure in measures:
            amount, formula = self.amount(measure)
            rows.append(
                {
                    "kind": measure.kind,
                    "amount": f"{amount:.2f}" if amount is not None else None,
                    "formula": formula,
                    "description": self.fill(measure.text),
                    "due": today + timedelta(days=measure.days),
                    "payee": "original_channel" if amount is not None else "",
                    "basis": "" if measure.remedy else self._basis_of(amount),
                    "remedy": measure.remedy,
                }
            )
        return {
            "measures": rows,
            "points": self.points(),
            "explanation": self.fill(self.story.explanation),
            "legal_basis": self.story.basis,
            "letter": self.letter(measures, now, number, firm),
        }

    def points(self) -> list[dict[str, Any]]:
        """The points at issue of the story as the action takes them."""
        return [
            {
                "title": self.fill(point.title),
                "consumer_says": self.fill(point.says),
                "we_found": self.fill(point.found),
                "for_numbers": point.proofs,
                "against_numbers": point.against,
                "burden": point.burden,
                "finding": point.finding,
                "finding_words": self.fill(point.words),
                "fact": point.fact,
            }
            for point in self.story.points
        ]

    def _answers(self) -> str:
        """What the letter says to each point, "" where there is none."""
        lines = [
            f"{place}. {self.fill(point.title)}：{self.fill(point.words)}"
            for place, point in enumerate(self.story.points, 1)
        ]
        return "\n".join(["\n\n对您提出的问题，逐项答复如下：", *lines]) if lines else ""

    def _basis_of(self, amount: Decimal | None) -> str:
        """What is more than the price rests on the articles of the story."""
        price = self.sum_of("price") if "price" in self.product else None
        beyond = amount is not None and price is not None and amount > price
        return "、".join(self.story.basis)[:300] if beyond else ""

    def letter(self, measures: list[Measure], now: datetime, number: str, firm: str) -> str:
        """The reply to the consumer: what was found, what we do, where else one may turn."""
        lines, total, sums = [], Decimal(0), 0
        for place, measure in enumerate(measures, 1):
            amount, _formula = self.amount(measure)
            total, sums = total + (amount or 0), sums + (amount is not None)
            worth = f"，金额 {amount:,.2f} 元" if amount is not None else ""
            lines.append(f"{place}. {self.fill(measure.text)}{worth}；")
        lines[-1] = lines[-1][:-1] + "。"
        due = in_full((now + timedelta(days=max(m.days for m in measures))).date())
        paid = f"以上款项合计 {total:,.2f} 元，于 {due}前退回您的付款账户。" if sums > 1 else ""
        paid = paid or (
            f"款项于 {due}前退回您的付款账户。" if sums else f"以上事项于 {due}前办妥。"
        )
        subject = self.fill(self.story.titles[self.title % len(self.story.titles)])
        words = {
            "called": self.consumer.called,
            "day": in_full(self.received.date()),
            "subject": subject,
            "number": number,
            "found": self.fill(self.story.letter) + self._answers(),
            "measures": "\n".join(lines),
            "paid": paid,
            "firm": firm,
            "today": in_full(now.date()),
        }
        return common().letter.strip().format_map(words)
