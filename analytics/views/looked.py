"""What the dashboard looks at: window, filters and the choice of a distribution, from the address.

What cannot be read is left out and said; the rest of the address still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.roles import Role
from analytics.asking import LABELS, NAMES, UNKNOWN, Asked, asked, meant
from analytics.labels import label, unknown
from complaints import places
from complaints.choices import Channel
from complaints.errors import Invalid
from legal_rules.vocabulary import CATEGORIES

Window = Callable[[date], tuple[date, date]]
Choices = list[tuple[str, Any]]


def _last(days: int) -> Window:
    return lambda today: (today - timedelta(days=days - 1), today)


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


# Windows that move with the day, so that a kept address shows tomorrow what is meant.
SPANS: dict[str, tuple[Any, Window]] = {
    "7d": (gettext_lazy("近 7 日"), _last(7)),
    "30d": (gettext_lazy("近 30 日"), _last(30)),
    "90d": (gettext_lazy("近 90 日"), _last(90)),
    "365d": (gettext_lazy("近 365 日"), _last(365)),
    "month": (gettext_lazy("本月"), lambda today: (today.replace(day=1), today)),
    "last_month": (gettext_lazy("上月"), _last_month),
    "year": (gettext_lazy("今年"), lambda today: (today.replace(month=1, day=1), today)),
}
USUAL = "30d"
# What can be laid out by size: name in the address → words
BY: dict[str, Any] = {
    "category": gettext_lazy("类别"),
    "product": gettext_lazy("商品"),
    "brand": gettext_lazy("品牌"),
    "channel": gettext_lazy("渠道"),
    "region": gettext_lazy("地区"),
    "team": gettext_lazy("团队"),
}
CHOSEN_BY = {
    "category": gettext_lazy("类别分布"),
    "product": gettext_lazy("商品分布"),
    "brand": gettext_lazy("品牌分布"),
    "channel": gettext_lazy("渠道分布"),
    "region": gettext_lazy("地区分布"),
    "team": gettext_lazy("团队分布"),
}
OWN = {"span": pgettext_lazy("dashboard", "时间"), "by": pgettext_lazy("dashboard", "分布")}


@dataclass(frozen=True)
class Chip:
    """One active filter: what it says, and the address without it."""

    label: Any
    value: Any
    without: str


@dataclass
class Looked:
    """The window and filters; `typed` is what the address said of them, what was unreadable too."""

    user: User
    today: date
    asked: Asked
    span: str
    by: str
    typed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    wrong: frozenset[str] = frozenset()

    @classmethod
    def read(cls, params: Mapping[str, str], user: User, today: date) -> Looked:
        """From an address. Never raises: what is wrong stands in `problems`."""
        typed = {name: str(params.get(name, "")).strip() for name in (*NAMES, *OWN)}
        problems = [
            _("“{label}”没有“{value}”这一项；请重新选择").format(
                label=label, value=typed[name][:40]
            )
            for name, label in OWN.items()
            if typed[name] and typed[name] not in (SPANS if name == "span" else BY)
        ]
        dated = bool(typed["from"] or typed["to"])
        span = "" if dated else typed["span"] if typed["span"] in SPANS else USUAL
        found, errors = _asked(typed, span, user, today)
        if errors and {"from", "to"} & set(errors):
            span = USUAL
        by = typed["by"] if typed["by"] in BY else "category"
        said = [sentence for sentences in errors.values() for sentence in sentences]
        return cls(user, today, found, span, by, typed, problems + said, frozenset(errors))

    @property
    def values(self) -> dict[str, str]:
        """What counts, as it stands in an address."""
        window = {} if self.span == USUAL else {"span": self.span}
        if not self.span:
            window = {"from": self.asked.since.isoformat(), "to": self.asked.until.isoformat()}
        team = {} if self.asked.team is None else {"team": str(self.asked.team)}
        by = {} if self.by == "category" else {"by": self.by}
        filters = {**self.asked.filters}
        if filters.get("owner") == "0":
            filters["owner"] = "none"
        return {**window, **team, **filters, **by}

    @property
    def ground(self) -> tuple[Hashable, ...]:
        """All that the choice follows from, but for the language."""
        typed = frozenset(self.typed.items())
        return (self.asked, self.today, self.span, self.by, typed, tuple(self.problems), self.wrong)

    def address(self, **changes: str) -> str:
        """The query string, some of it changed; "" drops a value."""
        return "?" + urlencode({k: v for k, v in {**self.values, **changes}.items() if v})

    @property
    def here(self) -> str:
        """This very view of the figures."""
        return self.address()

    @property
    def exactly(self) -> str:
        """The query string with the days that are looked at, whatever the day."""
        return urlencode(self.asked.params)

    @property
    def narrowed(self) -> str:
        """The query string of the filters alone."""
        return urlencode({k: v for k, v in self.asked.params.items() if k not in ("from", "to")})

    @property
    def window_words(self) -> Any:
        """近 30 日, or the days."""
        if self.span:
            return SPANS[self.span][0]
        return f"{self.asked.since:%Y-%m-%d} – {self.asked.until:%Y-%m-%d}"

    @property
    def spans(self) -> list[tuple[Any, str, bool]]:
        """(words, address, chosen)."""
        gone = {"from": "", "to": ""}
        return [
            (words, self.address(**gone, span="" if key == USUAL else key), key == self.span)
            for key, (words, _window) in SPANS.items()
        ]

    @property
    def ways(self) -> list[tuple[Any, str, bool]]:
        """(words, address, chosen) of the distributions."""
        return [
            (words, self.address(by="" if key == "category" else key), key == self.by)
            for key, words in BY.items()
        ]

    @property
    def by_word(self) -> Any:
        """类别."""
        return BY[self.by]

    @property
    def by_title(self) -> Any:
        """Title of the chosen distribution."""
        return CHOSEN_BY[self.by]


def _asked(
    typed: Mapping[str, str], span: str, user: User, today: date
) -> tuple[Asked, dict[str, list[str]]]:
    """What counts, and per name what is wrong with it."""
    sent = {name: typed[name] for name in NAMES}
    if span:
        since, until = SPANS[span][1](today)
        sent |= {"from": since.isoformat(), "to": until.isoformat()}
    try:
        return asked(sent, user, today), {}
    except Invalid as error:
        wrong = {str(name): list(sentences) for name, sentences in error.errors.items()}
    dropped = set(wrong) | ({"from", "to"} if {"from", "to"} & set(wrong) else set())
    left = {name: value for name, value in sent.items() if name not in dropped}
    return asked(left, user, today), wrong


def teams_of(user: User) -> Choices:
    """(id, name) of the teams whose figures the person may see, also those that are no longer."""
    teams = Team.objects.order_by("-is_active", "name")
    if not user.is_(Role.AUDITOR):
        teams = teams.filter(pk__in=user.led_team_ids)
    return [
        (str(t.pk), t.name if t.is_active else _("{team}（已停用）").format(team=t.name))
        for t in teams
    ]


def categories() -> Choices:
    """(code, name) in the language of the page."""
    return [(code, c.name_for(get_language() or "zh")) for code, c in CATEGORIES.items()]


def chips(looked: Looked, names: Mapping[str, Mapping[str, Any]]) -> list[Chip]:
    """The active filters. `names`: filter → value → words."""
    found = []
    for name, value in looked.values.items():
        if name in LABELS and name not in ("from", "to"):
            words = names.get(name, {}).get(value) or label(name, meant(value))
            found.append(Chip(LABELS[name], words, looked.address(**{name: ""})))
    return found


def areas() -> Choices:
    """(key, name) of the large regions, and of none."""
    return [*((key, name) for key, (name, _codes) in places.AREAS.items()), (UNKNOWN, unknown())]


def channels() -> Choices:
    """(code, name)."""
    return list(Channel.choices)
