"""What an entry of the table of deadlines is. The entries themselves: `deadlines/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from legal_rules.terms import Label
from legal_rules.vocabulary import INSTRUMENTS


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of the law, exactly as promulgated; or, as `external`, a source that is not here."""

    instrument: str
    article: str
    paragraph: int | None
    item: int | None
    text: str
    external: Label | None = None

    def citation(self) -> dict[str, object]:
        """{"instrument", "article"}, with "paragraph" and "item" where they are meant."""
        where: dict[str, object] = {"instrument": self.instrument, "article": self.article}
        if self.paragraph is not None:
            where["paragraph"] = self.paragraph
        if self.item is not None:
            where["item"] = self.item
        return where


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a case decides which entries apply to it."""

    sectors: frozenset[str] = frozenset()
    channel: str = ""
    category: str = ""
    claims: frozenset[str] = frozenset()
    risks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applies:
    """To which cases: every list that is not empty must have something in common with the case."""

    sectors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    @property
    def special(self) -> bool:
        """Whether it picks any cases out."""
        return any((self.sectors, self.channels, self.categories, self.claims, self.risks))

    def to(self, case: Traits) -> bool:
        """Whether the case is among them."""
        given = (
            (self.sectors, case.sectors),
            (self.channels, (case.channel,)),
            (self.categories, (case.category,)),
            (self.claims, case.claims),
            (self.risks, case.risks),
        )
        return all(not wanted or set(wanted) & set(has) for wanted, has in given)

    def covers(self, other: Applies) -> bool:
        """Whether every case of the other is one of its own."""
        pairs = (
            (self.sectors, other.sectors),
            (self.channels, other.channels),
            (self.categories, other.categories),
            (self.claims, other.claims),
            (self.risks, other.risks),
        )
        return all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Extend:
    """How a clock may be made longer: `to` these lengths one after another, or `by` so much.

    `unit` is that of the new length; `by_role` approves; `tell_consumer`: only once told.
    """

    to: tuple[int, ...]
    by: int | None
    unit: str
    by_role: str
    at_most: int
    tell_consumer: bool

    def length_after(self, times: int, length: int) -> int:
        """The whole length after that many extensions of a clock of that length."""
        if not 0 <= times <= self.at_most:
            raise ValueError(f"{times} extensions, at most {self.at_most}")
        if times == 0:
            return length
        return self.to[times - 1] if self.by is None else length + self.by * times


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """How an entry runs as a clock. Of each `kind` one runs in a case.

    `with_`: the steps that start and end this kind of the lifecycle start and end it too.
    `starts`: the moment that starts it; beside `with_`, the moment from which is counted where it
    is known and earlier. `stops`: moments that end it; every clock ends with the case, unless
    `after_close`. `restarts`: moments from which it is counted anew. `pausable_by`: reasons of
    holds that stop it.
    """

    kind: str
    with_: str | None
    starts: str | None
    stops: tuple[str, ...]
    restarts: tuple[str, ...]
    pausable_by: tuple[str, ...]
    extend: Extend | None
    ladder: str
    after_close: bool


@dataclass(frozen=True, slots=True)
class Window:
    """How the analysis computes an entry. `computed_by`: facts (`dv_…`) or rules that do.

    `from_fact`: the day that begins it; `anew_from`: a later day that begins it anew while it still
    runs; `used_on`: the day on which the right was used; `no_later`: a day and the years after it
    at which it ends whatever happened.
    """

    computed_by: tuple[str, ...]
    from_fact: str | None = None
    anew_from: str | None = None
    used_on: str | None = None
    no_later: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept, from when; `longest`: no longer than that, else at least that long."""

    keeps: Label
    since: Label
    longest: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """Where the reference was wrong. `by`: the point of its review, or "statute"."""

    by: str
    text: Label


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that starts or stops clocks: answered as `fact`, made by a `step` of the
    lifecycle, or recorded by hand. `precise`: to the minute, else the day.
    """

    id: str
    title: Label
    asks: Label
    fact: str | None
    step: str | None
    precise: bool
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One time limit of the law, or of our own where the law has no figure.

    `from_` to `until` (both included; None: still in force) is asked of the day that starts it.
    `length` None with `unit` "immediate", and both None where there is no figure. `back`: counted
    back from an event. `why`: why no machine is needed, or where the figure comes from.
    """

    id: str
    regime: str
    title: Label
    says: Label
    use: str
    why: Label | None
    nature: str
    owed_by: str
    certainty: str
    citations: tuple[Citation, ...]
    from_: date
    until: date | None
    basis: Label | None
    replaces: str | None
    length: int | None
    unit: str | None
    back: bool
    applies: Applies
    clock: ClockTerms | None
    window: Window | None
    retention: Retention | None
    corrected: tuple[Correction, ...]
    file: str
    line: int

    @property
    def quote(self) -> str:
        """The words that say it; "" for a source that is not here."""
        return self.citations[0].text if self.citations else ""

    @property
    def start(self) -> date:
        """The first day on which it is asked."""
        return self.from_

    def in_force_on(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def name_of(self, citation: Citation, lang: str) -> str:
        """《消费者权益保护法》 / Consumer Law, or what an external source is called."""
        if citation.external is not None:
            return citation.external.in_(lang)
        return INSTRUMENTS[citation.instrument].short.in_(lang)


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """The entries of one field, which counsel signs together, in the order of `rank`. `content`:
    all that they say.
    """

    id: str
    rank: int
    title: Label
    entries: tuple[str, ...]
    content: str
    sha256: str
    file: str
