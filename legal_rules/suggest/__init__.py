"""What a narrative suggests: facts, a category and rights, each with the words that speak for it.

    from legal_rules.suggest import suggest, suggest_categories
    suggest("2026年3月1日花三千九百八十元买了胶囊", on=date(2026, 11, 25))

Pure Python, no Django, no network, no chance: the same text on the same day suggests the same.
A suggestion is never an answer: an agent accepts it.
"""

from __future__ import annotations

from datetime import date

from legal_rules.suggest import topics
from legal_rules.suggest.engine import Reading
from legal_rules.suggest.settle import Suggestion, facts
from legal_rules.suggest.topics import Topic

__all__ = ["Suggestion", "Topic", "suggest", "suggest_categories", "suggest_rights"]


def suggest(narrative: str, on: date, category: str | None = None) -> list[Suggestion]:
    """Facts that the narrative speaks for, the likeliest first; [] when it speaks for none.

    `on`: the day of the complaint; 昨天 and 3月1日 are counted from it, nothing later is suggested.
    `category`: its facts come before others. The first 10,000 characters are read.
    """
    return facts(Reading(narrative, on), on, category)


def suggest_categories(narrative: str, on: date) -> list[Topic]:
    """At most three categories, the likeliest first; [] when no word speaks for any."""
    return topics.categories(Reading(narrative, on))


def suggest_rights(categories: list[Topic]) -> list[Topic]:
    """The rights that such categories usually concern, in the order of the law."""
    return topics.rights(categories)
