"""What is looked at: a window of local days and filters, read from an address, and whose cases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Team, User
from accounts.roles import Role
from complaints import places
from complaints.choices import Channel
from complaints.errors import Invalid
from complaints.models import Complaint
from legal_rules.vocabulary import CATEGORIES

USUAL = 30  # days
LONGEST = 1_100  # days: three years and a bit
EARLIEST = date(2000, 1, 1)
WORDS = ("category", "channel", "area", "region", "product", "brand")
LONGEST_WORD = 200
LABELS = {
    "from": gettext_lazy("开始日期"),
    "to": gettext_lazy("结束日期"),
    "team": gettext_lazy("团队"),
    "owner": gettext_lazy("责任人"),
    "category": gettext_lazy("类别"),
    "channel": gettext_lazy("渠道"),
    "area": gettext_lazy("大区"),
    "region": gettext_lazy("地区"),
    "product": gettext_lazy("商品"),
    "brand": gettext_lazy("品牌"),
}
NAMES = tuple(LABELS)
UNKNOWN = "-"  # asks for those of which it is not known


def spelled(word: str) -> str:
    """A word as an address asks for it: `UNKNOWN` for none. A product may be called "-" by who knew
    no better; what is all dashes has one more in an address.
    """
    return word if word.strip(UNKNOWN) else f"{word}{UNKNOWN}"


def meant(text: str) -> str:
    """The word that an address asks for."""
    return text if text.strip(UNKNOWN) else text[:-1]


@dataclass(frozen=True)
class Asked:
    """A window (both days inclusive) and filters; "" and None filter nothing. `owner` 0: nobody's;
    "-" for a word: of which it is not known. `area`: one of `places.AREAS`, which is its provinces;
    together with a region both hold.

    `teams`: whose cases the person may be told figures of; None: everybody's.
    """

    since: date
    until: date
    team: int | None = None
    owner: int | None = None
    category: str = ""
    channel: str = ""
    region: str = ""
    product: str = ""
    brand: str = ""
    area: str = ""
    teams: tuple[int, ...] | None = None

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.until - self.since).days + 1

    @property
    def previous(self) -> Asked:
        """The window of the same length before it."""
        before = timedelta(days=self.days)
        return replace(self, since=self.since - before, until=self.until - before)

    @property
    def filters(self) -> dict[str, str]:
        """What is filtered by, but for the team."""
        found = {name: getattr(self, name) for name in WORDS if getattr(self, name)}
        return found if self.owner is None else {**found, "owner": str(self.owner or "none")}

    @property
    def columns(self) -> Iterator[tuple[str, str, list[str]]]:
        """Of each word that filters: its name, its column of `CaseFigures`, and the values there
        that are meant.
        """
        for name in WORDS:
            if value := getattr(self, name):
                word = meant(value)
                wanted = list(places.AREAS[word][1]) if word and name == "area" else [word]
                yield name, "region" if name == "area" else name, wanted

    @cached_property
    def params(self) -> dict[str, str]:
        """As it stands in an address."""
        team = {} if self.team is None else {"team": str(self.team)}
        window = {"from": self.since.isoformat(), "to": self.until.isoformat()}
        return {**window, **team, **self.filters}

    @property
    def of_teams(self) -> tuple[int, ...] | None:
        """The teams that are counted; None: all."""
        return self.teams if self.team is None else (self.team,)


def asked(params: Mapping[str, str], user: User, today: date) -> Asked:
    """From an address. Raises Invalid for what cannot be read or is none of the person's."""
    errors: dict[str, list[str]] = {}
    teams = None if user.is_(Role.AUDITOR) else tuple(sorted(user.led_team_ids))
    sent = {name: str(params.get(name, "")).strip() for name in NAMES}
    window = _window(sent, today, errors)
    values: dict[str, Any] = {
        "team": _team(sent["team"], teams, errors),
        "owner": _owner(sent["owner"], user, teams, errors),
        **{name: _word(name, sent[name], errors) for name in WORDS},
    }
    if errors:
        raise Invalid(errors)
    since, until = window
    return Asked(since, until, teams=teams, **values)


def _window(sent: Mapping[str, str], today: date, errors: dict[str, list[str]]) -> list[date]:
    until = _day("to", sent["to"], today, errors)
    since = _day("from", sent["from"], until - timedelta(days=USUAL - 1), errors)
    if errors:
        return [since, until]
    if since > until:
        errors["from"] = [_("开始日期在结束日期之后；请对调或改正")]
    elif (until - since).days >= LONGEST:
        errors["from"] = [
            _("一次最多看 {days} 天；请把开始日期改晚，或者分段查看").format(days=LONGEST)
        ]
    return [since, until]


def _day(name: str, text: str, usual: date, errors: dict[str, list[str]]) -> date:
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not EARLIEST <= day <= date(2100, 12, 31):
        errors[name] = [
            _("“{value}”不是可以查看的日期；请写成 2027-01-31 这样").format(value=text[:20])
        ]
        return usual
    return day


def _team(text: str, teams: tuple[int, ...] | None, errors: dict[str, list[str]]) -> int | None:
    if not text:
        return None
    known = text.isascii() and text.isdigit() and len(text) < 10
    if known and teams is not None:
        known = int(text) in teams
    if known and (teams is not None or Team.objects.filter(pk=text).exists()):
        return int(text)
    errors["team"] = [_("没有这个团队，或者它不归您主管；请重新选择")]
    return None


def _owner(
    text: str, user: User, teams: tuple[int, ...] | None, errors: dict[str, list[str]]
) -> int | None:
    if not text:
        return None
    if text == "none":
        return 0
    known = text.isascii() and text.isdigit() and len(text) < 10
    if known and _is_known(int(text), user, teams):
        return int(text)
    errors["owner"] = [_("没有这位责任人；请重新选择")]
    return None


_KNOWN: dict[str, Collection[str]] = {
    "category": CATEGORIES,
    "channel": Channel.values,
    "area": places.AREAS,
    "region": places.NAMES,
}


def _is_known(owner: int, user: User, teams: tuple[int, ...] | None) -> bool:
    """Whether the person may be told the name: of the led teams, or with one of their cases."""
    if teams is None:
        return User.objects.filter(pk=owner).exists()
    cases = Complaint.objects.visible_to(user).filter(owner=owner, team__in=teams)
    return Membership.objects.filter(user=owner, team__in=teams).exists() or cases.exists()


def _word(name: str, text: str, errors: dict[str, list[str]]) -> str:
    known = _KNOWN.get(name)
    if text in ("", UNKNOWN):
        return text
    if (known is not None and text not in known) or len(text) > LONGEST_WORD:
        errors[name] = [
            _("“{label}”没有“{value}”这一项；请重新选择").format(
                label=LABELS[name], value=text[:40]
            )
        ]
    return text
