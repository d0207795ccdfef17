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
from legal_rules.reasoning.mistakes import near
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
            known = near(row[name], INSTRUMENTS)
            raise row.error("no_instrument", name, given=row[name], values=known)
    ended = INSTRUMENTS[older].until
    if ended is None or ended >= INSTRUMENTS[newer].start:
        raise row.error("not_ended_before", "older", older=older, newer=newer)
    if type(row.get("complete", False)) is not bool:
        raise row.error("wants_truth", "complete", key="complete")
    articles = row.mapping("articles")
    for old, new in articles.items():
        if not (ARTICLE.fullmatch(old) and isinstance(new, str) and ARTICLE.fullmatch(new)):
            raise articles.error("article_number", old)
        if any(before != old and became == new for before, became in articles.items()):
            raise articles.error("two_became_one", old, article=new)
    return Succession(older, newer, row.get("complete") is True, MappingProxyType(dict(articles)))


def read_successions(page: Table) -> tuple[Succession, ...]:
    """Every pair of a page. Raises LawError."""
    return tuple(_row(row) for row in page.only((), ("successions",)).tables("successions"))


SUCCESSIONS = read_successions(source.read(STATUTES / "succession.yaml", STATUTES))
