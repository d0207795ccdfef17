"""Which text of a law followed which, and where each article went: read from `succession.yaml`.

    SUCCESSIONS[0].to_newer("49")    → "55"        SUCCESSIONS[0].to_older("55")    → "49"

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from legal_rules.reasoning import source
from legal_rules.reasoning.load import ARTICLE
from legal_rules.reasoning.source import Table
from legal_rules.vocabulary import INSTRUMENTS, STATUTES


@dataclass(frozen=True, slots=True)
class Succession:
    """Two texts of one law, one after the other. `complete`: an article that is not named has no
    counterpart at all; otherwise none is known.
    """

    older: str
    newer: str
    complete: bool
    articles: Mapping[str, str]

    def to_newer(self, article: str) -> str | None:
        """Where an article of the older text went."""
        return self.articles.get(article)

    def to_older(self, article: str) -> str | None:
        """Where an article of the newer text came from."""
        return next((old for old, new in self.articles.items() if new == article), None)


def _row(row: Table) -> Succession:
    row.only(("complete",), ("older", "newer", "articles"))
    older, newer = row.text("older"), row.text("newer")
    for name in ("older", "newer"):
        if row[name] not in INSTRUMENTS:
            raise row.error(f"{row[name]!r} is not in instruments.yaml", name)
    ended = INSTRUMENTS[older].until
    if ended is None or ended >= INSTRUMENTS[newer].start:
        raise row.error(f"{older} has to end before {newer} begins", "older")
    articles = row.mapping("articles")
    for old, new in articles.items():
        if not (ARTICLE.fullmatch(old) and isinstance(new, str) and ARTICLE.fullmatch(new)):
            raise articles.error('articles are numbers as text, such as "55" or "253-1"', old)
    if len(set(articles.values())) < len(articles):
        raise articles.error("two articles cannot have become one here: name the main one")
    return Succession(older, newer, row.get("complete") is True, MappingProxyType(dict(articles)))


def read_successions(page: Table) -> tuple[Succession, ...]:
    """Every pair of a page. Raises LawError."""
    return tuple(_row(row) for row in page.only((), ("successions",)).tables("successions"))


SUCCESSIONS = read_successions(source.read(STATUTES / "succession.yaml", STATUTES))
