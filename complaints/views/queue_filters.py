"""What a list of cases can be narrowed by: one allow-list, read from the address, shown as chips.

An unknown filter or value is never guessed at: it is left out and said. Only of a saved view
nothing is left out, because the list would be wider than who saved it meant: as long as one of its
conditions is not understood, it finds nothing, and says which. A little longer than others: the
allow-list, what each filter asks and what its chip says are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import DateTimeField, DurationField, Q, Value
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import search, sight, snoozed
from complaints.actions import export_consent
from complaints.choices import Channel, Protection, Risk
from complaints.finding.terms import TOO_LONG
from complaints.lifecycle import OPEN_STATES, PHASE_OF, Phase, State
from complaints.limits import waiting_for
from complaints.models import Follow
from complaints.models.person_search import Door
from complaints.querysets import HIGH_RISK, ComplaintQuerySet
from complaints.views.queue_directory import Choices, Directory
from complaints.workdays import SHANGHAI
from config.addresses import address
from legal_rules.vocabulary import CATEGORIES

CLOSED_STATES = (State.CLOSED, State.ARCHIVED)

LABELS: dict[str, Any] = {
    "state": gettext_lazy("状态"),
    "phase": gettext_lazy("阶段"),
    "owner": gettext_lazy("责任人"),
    "team": gettext_lazy("团队"),
    "category": gettext_lazy("类别"),
    "risk": gettext_lazy("风险"),
    "channel": gettext_lazy("渠道"),
    "overdue": gettext_lazy("期限"),
    "due_today": gettext_lazy("期限"),
    "due_on": gettext_lazy("期限"),
    "on_hold": gettext_lazy("计时"),
    "snoozed": gettext_lazy("搁置"),
    "returned": gettext_lazy("审核"),
    "approval": gettext_lazy("审批"),
    "followed": gettext_lazy("关注"),
    "protection": gettext_lazy("特殊保护"),
    "idle": gettext_lazy("更新"),
    "received_from": gettext_lazy("收到不早于"),
    "received_to": gettext_lazy("收到不晚于"),
    "consult": gettext_lazy("协办"),
    "q": gettext_lazy("搜索"),
}
_PLACES = {name: place for place, name in enumerate(LABELS)}
DAYS = frozenset({"due_on", "received_from", "received_to"})
FREE = frozenset({"q", *DAYS})  # the value is said as it is
IDLE = (3, 7, 14, 30)  # days without anything new
NOT_FILTERS = frozenset({"cursor", "view", "tour"})


def end_of_today(now: datetime) -> datetime:
    """Midnight at the end of the business day's date, in Shanghai."""
    return datetime.combine(now.astimezone(SHANGHAI).date() + timedelta(days=1), time(0), SHANGHAI)


@dataclass(frozen=True)
class Chip:
    """One active filter: what it says and the address without it. `lost`: nobody understands it."""

    name: str
    label: Any
    value: Any
    without: str
    lost: bool = False


@dataclass(frozen=True)
class Menu:
    """One filter that can be chosen: its name and (words, address, chosen) per value, in groups."""

    name: str
    label: Any
    groups: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]


@dataclass
class Filters:
    """The filters of one request.

    `values` holds only what is known; `problems` are sentences about the rest. `view`: id of the
    saved view that is open, which stands in every address; `lost`: what of it nobody understands.
    """

    user: User
    values: dict[str, str]
    directory: Directory
    problems: list[str] = field(default_factory=list)
    unlooked: bool = False  # too many searches for persons before: this one was not answered
    view: str = ""
    lost: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        params: QueryDict,
        user: User,
        default: Mapping[str, str],
        view: tuple[int, Mapping[str, Any]] | None = None,
        directory: Directory | None = None,
    ) -> Filters:
        """From the address; without any filter those of the `view` apply (id, filters), and without
        one the person's own default.
        """
        known = directory or Directory(user)
        filters = cls(user, {}, known, view=str(view[0]) if view else "")
        given = {name: str(params[name]).strip() for name in params if name not in NOT_FILTERS}
        if view and not given:
            given = {str(name): str(value).strip() for name, value in view[1].items()}
        filters.take_all(given)
        if not filters.values and not filters.problems:
            filters.values = dict(default)
        first, last = (filters.values.get(f"received_{side}") for side in ("from", "to"))
        if first and last and first > last:
            filters.problems.append(_("收到日期的起止颠倒了，所以没有案件；请改其中一个。"))
        return filters

    def understands(self, filters: Mapping[str, str]) -> bool:
        """Whether nothing of a saved view with these filters would be lost."""
        tried = Filters(self.user, {}, self.directory, view="?")
        tried.take_all(filters)
        return not tried.lost

    def take_all(self, given: Mapping[str, str]) -> None:
        """Read them; what is not understood is said, and of a view it is lost. Those of a view come
        out of the database in an order of its own.
        """
        if self.view:
            given = dict(sorted(given.items(), key=lambda item: _PLACES.get(item[0], 99)))
        for name, value in given.items():
            if name not in LABELS:
                self._leave(name, value, _("没有“%(name)s”这个筛选条件，已忽略。"))
            elif value:
                self._take(name, value)

    def _leave(self, name: str, value: str, words: str) -> None:
        """Not understood: left out and said; of a view it finds nothing."""
        label, value = LABELS.get(name, name[:40]), value[:40]
        if self.view:
            self.lost[name[:40]] = value or "?"
            words = _(
                "视图里的条件“%(label)s：%(value)s”现在无法识别，也可能是您看不到的同事或团队。"
                "为了不多列案件，列表是空的；去掉这个条件，可以看符合其余条件的案件。"
            )
        self.problems.append(words % {"name": name[:40], "label": label, "value": value})

    def _take(self, name: str, value: str) -> None:
        if name == "q":
            self.values["q"] = value[:TOO_LONG]
        elif (
            (name in DAYS and _day(value))
            or value in dict(self.choices(name))
            or (name, value) == ("state", "any")
        ):
            self.values[name] = value
        else:
            self._leave(name, value, _("“%(label)s”没有“%(value)s”这一项，已忽略。"))

    def _is_known(self, name: str, value: str) -> bool:
        if name in DAYS:
            return _day(value)
        return value in dict(self.choices(name)) or (name, value) == ("state", "any")

    def choices(self, name: str) -> Choices:
        """(value, words) that the filter knows."""
        known = _known(name, get_language() or "zh")
        if name == "owner":
            return [*known, *self.directory.people]
        return [*known, *(self.directory.teams if name == "team" else ())]

    def apply(self, cases: ComplaintQuerySet, now: datetime | None = None) -> ComplaintQuerySet:
        """Narrow the cases. No statement runs here, unless words are looked for."""
        now = now or timezone.now()
        if self.lost:
            return cases.none()
        for name, value in self.values.items():
            if name != "q":
                cases = cases.filter(_condition(name, value, self.user, now))
        if self.hides_snoozed:
            cases = cases.filter(~snoozed.away(now))
        if "q" not in self.values:
            return cases
        answer = search.matching(cases, self.values["q"], by=self.user, door=Door.QUEUE)
        self.problems += [*answer.problems, *answer.hits.problems]
        self.unlooked = answer.hits.free is not None
        return answer.cases

    @property
    def hides_snoozed(self) -> bool:
        """The person's own open cases, of which those that were put aside are in a view of their
        own.
        """
        own = self.values.get("owner") == "me" and self.values.get("state") == "open"
        return own and not self.values.keys() & {"snoozed", "q"}

    def address(self, **changes: str) -> str:
        """The list with these filters, some changed ("" removes one)."""
        return _address({k: v for k, v in {**self.spelled, **changes}.items() if v})

    @property
    def spelled(self) -> dict[str, str]:
        """What stands in the address: the open view, what is lost of it, and the filters."""
        return {**({"view": self.view} if self.view else {}), **self.lost, **self.values}

    @property
    def chips(self) -> list[Chip]:
        """The active filters."""
        found = [
            Chip(name, LABELS.get(name, name), value, self.address(**{name: ""}), lost=True)
            for name, value in self.lost.items()
        ]
        for name, value in self.values.items():
            if (name, value) == ("state", "any"):
                continue
            words = value if name in FREE else dict(self.choices(name))[value]
            found.append(Chip(name, LABELS[name], words, self.address(**{name: ""})))
        return found

    def menu(self, name: str) -> Menu:
        """The choices of one filter, categories grouped by what they are about."""
        values = tuple(self.spelled.items())
        return _menu(name, values, tuple(self.choices(name)), get_language() or "zh")


@lru_cache(maxsize=64)
def _known(name: str, language: str) -> tuple[tuple[str, str], ...]:
    """(value, words in the language) of what every filter of the name knows, whoever asks."""
    found: dict[str, Callable[[], Iterable[tuple[Any, Any]]]] = {
        "state": lambda: [
            ("open", _("未办结")),
            ("done", _("已办结或已归档")),
            *State.choices,
        ],
        "phase": lambda: Phase.choices,
        "owner": lambda: [("me", _("我")), ("none", _("待分配"))],
        "team": lambda: [],
        "category": lambda: [(c.id, c.name_for(language)) for c in CATEGORIES.values()],
        "risk": lambda: [("high", pgettext("risk", "高")), *Risk.choices],
        "channel": lambda: Channel.choices,
        "overdue": lambda: [("1", _("已超时"))],
        "due_today": lambda: [("1", _("今日到期"))],
        **dict.fromkeys(DAYS, lambda: []),
        "protection": lambda: Protection.choices,
        "idle": lambda: [
            (n, ngettext("%(n)s 天没有更新", "%(n)s 天没有更新", n) % {"n": n}) for n in IDLE
        ],
        "on_hold": lambda: [("1", _("已中止"))],
        "snoozed": lambda: [("1", _("搁置中")), ("back", _("已回来"))],
        "returned": lambda: [("1", _("法务退回"))],
        "consult": lambda: [("team", _("待我组协办")), ("waiting", _("等其他团队答复"))],
        "followed": lambda: [("1", _("我关注的"))],
        "approval": lambda: [("mine", _("待我审批")), ("export", _("待我同意导出"))],
    }
    return tuple((str(value), str(words)) for value, words in found[name]())


@lru_cache(maxsize=256)  # a few KB each
def _menu(
    name: str,
    values: tuple[tuple[str, str], ...],
    choices: tuple[tuple[str, str], ...],
    language: str,
) -> Menu:
    chosen = dict(values).get(name)
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for value, words in choices:
        group = CATEGORIES[value].parent_for(language) if name == "category" else ""
        row = (words, _address({**dict(values), name: value}), chosen == value)
        groups.setdefault(group, []).append(row)
    groups = groups or {"": []}
    return Menu(name, str(LABELS[name]), tuple((g, tuple(rows)) for g, rows in groups.items()))


def _address(values: Mapping[str, str]) -> str:
    """Nothing but a view would be the view as it was saved."""
    more = {} if values.keys() - NOT_FILTERS else {"state": "any"}
    return f"{address('queue')}?{urlencode({**values, **more})}"


def _condition(name: str, value: str, user: User, now: datetime) -> Q:
    if name == "state":
        states = {"open": OPEN_STATES, "done": CLOSED_STATES, "any": tuple(State.values)}.get(
            value, (value,)
        )
        return Q(state__in=states) if value != "any" else Q()
    if name == "owner":
        return {"me": Q(owner=user.pk), "none": Q(owner=None)}.get(value) or Q(owner=value)
    if name == "risk":
        return HIGH_RISK if value == "high" else Q(risk_flags__contains=[value])
    return {
        "phase": lambda: Q(state__in=[state for state, p in PHASE_OF.items() if p == value]),
        "team": lambda: Q(team=value),
        "category": lambda: Q(category=value),
        "channel": lambda: Q(channel=value),
        "overdue": lambda: Q(state__in=OPEN_STATES, next_due_at__lte=now),
        "due_today": lambda: Q(
            state__in=OPEN_STATES, next_due_at__gt=now, next_due_at__lt=end_of_today(now)
        ),
        "due_on": lambda: _due_on(date.fromisoformat(value)),
        "protection": lambda: Q(consumer__protection=value),
        "idle": lambda: _idle(int(value), now),
        "received_from": lambda: Q(received_at__gte=_start(date.fromisoformat(value))),
        "received_to": lambda: Q(
            received_at__lt=_start(date.fromisoformat(value) + timedelta(days=1))
        ),
        "on_hold": lambda: Q(on_hold=True),
        "snoozed": lambda: snoozed.back(now) if value == "back" else snoozed.away(now),
        "returned": lambda: Q(returned_by_counsel=True),
        "consult": lambda: sight.about(user.team_ids if value == "team" else None),
        "followed": lambda: Q(pk__in=Follow.objects.filter(user=user.pk).values("complaint")),
        "approval": lambda: _exports(user, now) if value == "export" else waiting_for(user),
    }[name]()


def _exports(user: User, now: datetime) -> Q:
    """Cases of which somebody wants to take the complete package out, and this person may agree."""
    asked = export_consent.waiting_for(user, now)
    return Q(pk__in=asked.order_by().values("package__sealing__complaint"))


def _day(text: str) -> bool:
    """Whether it is a date as links write it: 2027-01-08."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and 2000 <= day.year <= 2100


def _due_on(day: date) -> Q:
    """Open cases whose next clock falls due on the day, in Shanghai."""
    start = _start(day)
    end = start + timedelta(days=1)
    return Q(state__in=OPEN_STATES, next_due_at__gte=start, next_due_at__lt=end)


def _start(day: date) -> datetime:
    """Its first moment, in Shanghai."""
    return datetime.combine(day, time(0), SHANGHAI)


def _idle(days: int, now: datetime) -> Q:
    """Open cases of which nothing is new since so many days; the moment stays one in the statement,
    which is kept (`complaints/prepared.py`).
    """
    before = Value(now, DateTimeField()) - Value(timedelta(days=days), DurationField())
    return Q(state__in=OPEN_STATES, updated_at__lte=before)
