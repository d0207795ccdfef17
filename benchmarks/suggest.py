"""How fast and how well narratives suggest facts: `python -m benchmarks.suggest [--sample 100]`.

Speed and categories on the invented complaints of the demo data. Where the reference data lies
beside the project (../shared), also precision and recall against `suggest_labels.yaml`, by reading
labelled before the patterns were tuned, every third narrative held out; `--held` shows only those.
`--sample N` prints N random suggestions of the complaint texts, to be read and judged by hand.
Needs no database and no settings.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from legal_rules.suggest import suggest, suggest_categories
from legal_rules.vocabulary import FACTS
from quickstart.demo.stories import Story, stories
from quickstart.terminal import say, tolerate_any_encoding

TODAY = date(2026, 11, 25)
HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
LABELS = HERE / "suggest_labels.yaml"
THIRD = 3
WANTED = 2_000  # narratives a second on one core


@dataclass(frozen=True)
class Told:
    """One narrative, what it is about, and what is known about its facts."""

    id: str
    text: str
    on: date
    categories: tuple[str, ...] = ()
    facts: dict[str, list[Any]] = field(default_factory=dict)
    open: dict[str, Any] = field(default_factory=dict)
    labelled: str = ""  # read, or unread while the patterns were made


@dataclass
class Count:
    """Suggestions against labels."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    judgements: int = 0

    @property
    def line(self) -> str:
        suggested, stated = self.right + self.wrong, self.right + self.missed
        return (
            f"precision {self.right}/{suggested} = {self.right / max(suggested, 1):.2f}, "
            f"recall {self.right}/{stated} = {self.right / max(stated, 1):.2f}, "
            f"judgements reported {self.judgements}"
        )


class _Slots(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _slots(story: Story, product: dict[str, Any], turn: int) -> _Slots:
    days = {"bought": 12, "delivered": 9, "demanded": 0, **story.days}
    when = {k: TODAY - timedelta(days=v) for k, v in days.items()}
    words = {k: v[turn % len(v)] for k, v in story.vary.items()}
    shown = {k: f"{v:,}" if isinstance(v, int | float) else str(v) for k, v in product.items()}
    named = {"product": str(product.get("short", product["name"])), "called": "许女士"}
    dates = {k: f"{d.month} 月 {d.day} 日" for k, d in when.items()}
    return _Slots({**shown, **named, **words, **dates, "waited": str(days["bought"])})


def invented() -> Iterator[Told]:
    """Every telling of every story of the demo data; its words were written for other ends."""
    page = yaml.safe_load(LABELS.read_text(encoding="utf-8"))
    labels = {**page["invented"], **page["unread"]}
    for story in stories().values():
        for turn, telling in enumerate(story.narratives):
            product = story.products[turn % len(story.products)]
            slots = _slots(story, product, turn)
            name = f"{story.id}.{turn}"
            label = labels.get(name, {})
            title = story.titles[turn % len(story.titles)].format_map(slots)
            text = f"{title}\n{telling.strip().format_map(slots)}"
            facts = label.get("facts") or _known(story, product)
            category = (story.category,)
            kind = "unread" if name in page["unread"] else "read" if label else ""
            yield Told(name, text, TODAY, category, facts, label.get("open", {}), kind)


def _known(story: Story, product: dict[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, given in story.facts.items():
        value = given[0] if isinstance(given, list) and len(given) > 1 else given
        if isinstance(value, str) and value.startswith("$"):
            value = product.get(value[1:])
            if FACTS[name].type == "money" and value is not None:
                value = f"{value:.2f}"
        if value is not None:
            found[name] = value if isinstance(value, list) else [value]
    return found


def decided() -> Iterator[Told]:
    """The decided cases of the reference data."""
    labels = yaml.safe_load(LABELS.read_text(encoding="utf-8"))["decided"]
    rows = yaml.safe_load((SHARED / "law/decided_cases.yaml").read_text(encoding="utf-8"))
    texts = {row["id"]: row for row in rows}
    for name, label in labels.items():
        row = texts[name]
        on = date(row["year_of_facts"], 12, 31)
        categories = tuple(label["category"])
        yield Told(
            name, row["narrative_zh"], on, categories, label["facts"], label.get("open", {}), "read"
        )


def complaints() -> Iterator[Told]:
    """The complaint texts of the reference data."""
    labels = yaml.safe_load(LABELS.read_text(encoding="utf-8"))["complaints"]
    with (SHARED / "data/real_complaints.csv").open(encoding="utf-8-sig") as file:
        rows = {row["外部编号"]: row for row in csv.DictReader(file)}
    for name, categories in labels.items():
        row = rows[name]
        day = re.match(r"(\d{4})[/-](\d+)[/-](\d+)", row["日期"] or "")
        on = date(*map(int, day.groups())) if day else TODAY
        text = f"{row['标题']}。{row['内容']}" if row["标题"] else row["内容"]
        yield Told(name, text, on, tuple(categories))


def held_out(told: Iterable[Told], held: bool) -> list[Told]:
    """Every third one, or the others."""
    return [t for n, t in enumerate(told) if (n % THIRD == THIRD - 1) is held]


def counted(told: Iterable[Told], show: bool = False) -> Count:
    """Suggestions of facts against the labels; those that readers could dispute count nowhere."""
    count = Count()
    for one in told:
        stated = {(f, v) for f, values in one.facts.items() for v in values}
        for s in suggest(one.text, one.on):
            value = s.value[0] if isinstance(s.value, list) else s.value
            allowed = one.open.get(s.fact_id)
            if s.judgement:
                count.judgements += 1
            elif (s.fact_id, value) in stated:
                stated.discard((s.fact_id, value))
                count.right += 1
            elif not (allowed and (allowed == "*" or value in allowed)):
                count.wrong += 1
                if show:
                    say(f"  {one.id} wrong: {s.fact_id} = {value} ({s.confidence}) “{s.quote}”")
        count.missed += len(stated)
        if show and stated:
            say(f"  {one.id} missed: {sorted(map(str, stated))}")
    return count


def contradicted(told: Iterable[Told]) -> tuple[int, int]:
    """(agree, contradict) among suggestions of single-valued facts that the story decides."""
    agree = against = 0
    for one in told:
        for s in suggest(one.text, one.on):
            if s.fact_id in one.facts and FACTS[s.fact_id].type != "multi" and not s.judgement:
                agree += s.value in one.facts[s.fact_id]
                against += s.value not in one.facts[s.fact_id]
    return agree, against


def topics(told: Iterable[Told]) -> str:
    """How often the first suggested category is right, or the label is among the three."""
    first = likely = among = total = 0
    for one in told:
        if not one.categories:
            continue
        found = [t.id for t in suggest_categories(one.text, one.on)]
        total += 1
        first += bool(found) and found[0] == one.categories[0]
        likely += bool(found) and found[0] in one.categories
        among += one.categories[0] in found
    shares = (f"{n}/{total} = {n / total:.2f}" for n in (first, likely, among))
    return "category first {}, first acceptable {}, label among three {}".format(*shares)


def speed(texts: list[str], work: Callable[[str], object]) -> float:
    """Texts a second of one core: the best of five rounds, as others use the machine too."""
    for text in texts:
        work(text)

    def rounds() -> float:
        began = time.process_time()
        for text in texts:
            work(text)
        return time.process_time() - began

    return len(texts) / min(rounds() for _ in range(5))


def sample(count: int, seed: int) -> None:
    """Suggestions with what stands around their words, to be judged by a reader.

    From every second text: what was suggested for the others was read while tuning.
    """
    unread = list(complaints())[1::2]
    rows = [(t, s) for t in unread for s in suggest(t.text, t.on) if not s.judgement]
    for number, (t, s) in enumerate(random.Random(seed).sample(rows, min(count, len(rows))), 1):
        before = t.text[max(0, s.start - 30) : s.start].replace("\n", " ")
        after = t.text[s.end : s.end + 20].replace("\n", " ")
        said = f"{before}【{s.quote}】{after}"
        say(f"{number:3} {t.id} {s.fact_id} = {s.value} ({s.confidence}) {said}")


def main() -> None:
    """Everything that can be measured here."""
    tolerate_any_encoding()
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sample", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--show", action="store_true", help="name what was wrong and missed")
    asked.add_argument("--held", action="store_true", help="the held-out third")
    given = asked.parse_args()
    if given.sample:
        sample(given.sample, given.seed)
        return
    stories_told = list(invented())
    texts = [t.text for t in stories_told]
    length = sum(map(len, texts)) // len(texts)
    say(f"{len(texts)} invented narratives of {length} characters")
    facts = speed(texts, lambda text: suggest(text, TODAY))
    both = speed(texts, lambda text: (suggest(text, TODAY), suggest_categories(text, TODAY)))
    say(f"  facts {facts:,.0f}/s, with categories {both:,.0f}/s (wanted: facts {WANTED:,}/s)")
    sources = [("invented complaints", stories_told)]
    if SHARED.is_dir():
        sources += [("decided cases", list(decided())), ("complaints", list(complaints()))]
    for name, told in sources:
        part = held_out(told, given.held)
        say(f"{name}, {'held-out third' if given.held else 'the two thirds tuned on'}: {len(part)}")
        for kind in ("read", "unread"):
            if labelled := [t for t in part if t.labelled == kind]:
                say(f"  {len(labelled)} labelled, {kind}: {counted(labelled, given.show).line}")
        say(f"  {topics(part)}")
        agree, against = contradicted([t for t in part if not t.labelled])
        if agree:
            say(f"  where the story decides the fact: {agree} agree, {against} contradict")


if __name__ == "__main__":
    main()
