"""One article: the text of a day, what stood there before and came after, and who cites it."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.db.models import Q

from reading_room import library, quotations
from reading_room.article_text import (
    CitingDeadline,
    CitingRule,
    Compared,
    Correction,
    Text,
    by_deadline,
    by_rule,
    part,
    whole,
)
from reading_room.library import Followed, Law
from reading_room.models import Article, StatuteText


class ArticlePage:
    """Article `no` of `law`: as it stands there, or, with a `day`, as it was law on that day.
    `number`: the stored text whose corrections are looked at, 0 for none.

    About four statements, however many texts and rules there are.
    """

    def __init__(self, law: Law, no: str, day: date | None = None, number: int = 0) -> None:
        self.law, self.no, self.day, self.number = law, no, day, number

    @cached_property
    def laws(self) -> list[Law]:
        """Every text of this law, in order of time."""
        return library.relatives(self.law)

    @cached_property
    def own(self) -> Law:
        """The law that was asked for, as it stands among its relatives."""
        return next(law for law in self.laws if law.code == self.law.code)

    @cached_property
    def target(self) -> Law | None:
        """The text of the day; None when none was law on it."""
        return self.own if self.day is None else library.in_force(self.laws, self.day)

    @cached_property
    def found(self) -> Followed | None:
        """The article in that text."""
        return self._in(self.target) if self.target else None

    @property
    def heading(self) -> str:
        """The place that the page is about, also where its words are not here."""
        if self.found is not None and self.found.no is not None:
            return self.found.law.place(self.found.no)
        return self.law.place(self.no)

    @property
    def held(self) -> bool:
        """Whether the heading names an article of the text of the day."""
        return self.found is not None and self.found.no is not None

    @cached_property
    def shown(self) -> Text | None:
        """The words of the day; None when there are none here."""
        return self._texts.get(self.target.code) if self.target else None

    @cached_property
    def asked(self) -> Text | None:
        """The words in the text that was asked for; None when it has no such article here."""
        return self._texts.get(self.law.code)

    @cached_property
    def before(self) -> Followed | None:
        """The article in the text before, by its number there."""
        return self._beside(-1)

    @cached_property
    def after(self) -> Followed | None:
        """The article in the text that followed."""
        return self._beside(+1)

    @cached_property
    def since(self) -> Compared | None:
        """What changed when the text that is shown came into force."""
        return self._compared(self.before, self.shown)

    @cached_property
    def until(self) -> Compared | None:
        """What changed when the next text came into force."""
        return self._compared(self.shown, self.after)

    @cached_property
    def versions(self) -> list[tuple[Law, Followed, Text | None]]:
        """Every text of the law with the article's place and words in it."""
        return [(law, self._in(law), self._texts.get(law.code)) for law in self.laws]

    @cached_property
    def rules(self) -> list[CitingRule]:
        """Rules that quote the article as it is shown."""
        if self.found is None or self.found.no is None:
            return []
        key = (self.found.law.code, self.found.no)
        return list(by_rule(quotations.by_article().get(key, ()), self.shown))

    @cached_property
    def deadlines(self) -> list[CitingDeadline]:
        """Entries of the table of deadlines that quote the article as it is shown."""
        if self.found is None or self.found.no is None:
            return []
        key = (self.found.law.code, self.found.no)
        return list(by_deadline(quotations.deadlines_by_article().get(key, ()), self.shown))

    @cached_property
    def stored(self) -> list[tuple[StatuteText, bool]]:
        """Every stored text of the law that is shown, the latest first, and whether this article
        came into it with other words.
        """
        if self.target is None or self.target.stored is None or self.found is None:
            return []
        rows = StatuteText.objects.filter(code=self.target.code).order_by("-number")
        touched = ("added", "removed", "changed")
        no = self.found.no
        return [(row, any(no in row.changes.get(kind, ()) for kind in touched)) for row in rows]

    @cached_property
    def correction(self) -> Correction | None:
        """What the stored text of the number that was asked for changed in this article."""
        chosen = next((row for row, _new in self.stored if row.number == self.number), None)
        if chosen is None or chosen.number == 1 or self.found is None or self.found.no is None:
            return None
        pair = [row for row, _new in self.stored if chosen.number - row.number in (0, 1)]
        rows = Article.objects.filter(statute__in=pair, no=self.found.no)
        at = {row.pk: Law.of(row) for row in pair}
        texts = {row.statute_id: whole(at[row.statute_id], row) for row in rows}
        return Correction(chosen, texts.get(pair[1].pk), texts.get(pair[0].pk))

    @cached_property
    def neighbours(self) -> tuple[str, str]:
        """Numbers of the articles before and after it in the text that is shown; "" at its ends."""
        if self.shown is None or not self.shown.whole or self.target is None:
            return "", ""
        here = Article.objects.filter(statute=self.target.stored, no=self.shown.no)
        place = here.values("position")[:1]
        around = Article.objects.filter(statute=self.target.stored)
        before = around.filter(position__lt=place).order_by("-position").values_list("no")[:1]
        after = around.filter(position__gt=place).order_by("position").values_list("no")[:1]
        return (
            "".join(no for (no,) in before),
            "".join(no for (no,) in after),
        )

    def _in(self, law: Law) -> Followed:
        return library.follow(self.laws, self.own, self.no, law)

    def _beside(self, step: int) -> Followed | None:
        if self.target is None:
            return None
        place = [law.code for law in self.laws].index(self.target.code) + step
        return self._in(self.laws[place]) if 0 <= place < len(self.laws) else None

    def _compared(
        self, older: Followed | Text | None, newer: Followed | Text | None
    ) -> Compared | None:
        texts = [self._texts.get(one.law.code) if one else None for one in (older, newer)]
        first, second = texts
        if first is None or second is None or not (first.whole and second.whole):
            return None
        return Compared(first, second)

    @cached_property
    def _texts(self) -> dict[str, Text]:
        """Code → the article's words there. One statement."""
        places = {law.code: self._in(law) for law in self.laws}
        wanted = Q(pk__in=())
        for law in self.laws:
            if law.stored and (no := places[law.code].no):
                wanted |= Q(statute=law.stored, no=no)
        rows = {row.statute_id: row for row in Article.objects.filter(wanted)}
        found = {}
        for law in self.laws:
            row = rows.get(law.stored.pk) if law.stored else None
            text = whole(law, row, places[law.code].how) if row else part(places[law.code])
            if text is not None:
                found[law.code] = text
        return found
