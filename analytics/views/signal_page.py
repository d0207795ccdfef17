"""One signal before one person: its numbers, its causes, what may be done about it, the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import person
from accounts.models import User
from analytics import acting, curing, effects, giving, signal_words, telling
from analytics.charts import trend as charts
from analytics.findings import TONES, finding
from analytics.models import CorrectiveAction, Signal, SignalCase
from analytics.signal_life import MAY, State, Step, refusal, steps_from, title_of
from analytics.views import pages
from analytics.views.forms import ActionForm, GiveForm, OwnerForm, StepForm
from analytics.views.lines import lines, told
from complaints.querysets import scope_of

OPEN = "open"
CHART_DAYS = 56
RELATED = 8


@dataclass(frozen=True)
class Desk:
    """A step that may come next: its form, and why it cannot be taken now ("" when it can)."""

    step: Step
    form: StepForm
    against: str


@dataclass
class Shown:
    """One signal before one person."""

    signal: Signal
    user: User
    now: datetime = field(default_factory=timezone.now)

    @cached_property
    def may_act(self) -> bool:
        """Supervisors of a team concerned; auditors read."""
        return self.user.may(MAY)

    @property
    def may_gather(self) -> bool:
        """Whether the person makes a mass case out of a group of copies."""
        return self.user.may("manage_mass")

    @cached_property
    def line(self) -> Any:
        """The signal in words."""
        return finding(self.signal)

    @cached_property
    def subject(self) -> str:
        """A heading."""
        return signal_words.subject_of(self.signal)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """How many of the cases that are counted, and of those that came later, the person sees."""
        rows = self.signal.cases.filter(scope_of(self.user, "complaint__"))
        later = list(rows.values_list("later", flat=True))
        return later.count(False), later.count(True)

    @property
    def seen(self) -> int:
        """Of those that made the alarm."""
        return self.counts[0]

    @property
    def later(self) -> int:
        """Of those that came since."""
        return self.counts[1]

    @cached_property
    def actions(self) -> list[CorrectiveAction]:
        """What is done about it, what is due first before the others."""
        rows = self.signal.actions.select_related("owner").order_by("due_on", "pk")
        return list(rows)

    @cached_property
    def desks(self) -> list[Desk]:
        """The steps that begin in this state; 开始整改 is taken by entering an action."""
        if not self.may_act:
            return []
        situation = acting.situation(self.signal, self.now)
        return [
            Desk(step, StepForm(step), refusal(step, situation))
            for step in steps_from(self.signal.state)
            if step.code != "act"
        ]

    @cached_property
    def causes(self) -> list[dict[str, Any]]:
        """Where the cases come from, as the model ranks it. `alone`: a finding of its own."""
        rows = []
        for place, one in enumerate(self.signal.causes):
            alone = one.get("chance", 1) < 0.01 and one.get("within") is None
            named = signal_words.cause_words(one["values"])
            rows.append({**one, "named": named, "alone": alone, "place": place})
        return rows

    @cached_property
    def copies(self) -> list[int]:
        """How many cases of each group of near-identical ones the person sees."""
        groups = self.signal.numbers.get("copies", [])
        every = [pk for group in groups for pk in group]
        seen = SignalCase.objects.filter(
            scope_of(self.user, "complaint__"), signal=self.signal, complaint__in=every
        )
        known = set(seen.values_list("complaint", flat=True)) if every else set()
        return [sum(pk in known for pk in group) for group in groups]

    @cached_property
    def history(self) -> list[tuple[Any, Any]]:
        """What happened, newest first: (row, words)."""
        rows = self.signal.steps.select_related("by", "to_owner").order_by("-pk")
        return [(row, title_of(row.step)) for row in rows]

    @cached_property
    def given(self) -> list[Any]:
        """The causes that people named; those that were withdrawn at the end."""
        rows = self.signal.given.select_related("cause__parent", "by", "withdrawn_by")
        return sorted(rows, key=lambda g: (g.withdrawn_at is not None, -g.pk))

    @cached_property
    def chart(self) -> Any:
        """Cases a day, eight weeks before the alarm until its last day."""
        first = self.signal.started_on - timedelta(days=CHART_DAYS)
        last = self.signal.last_on
        counted = effects.by_day(self.signal, first, last)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return charts.trend(
            [charts.Observed(f"{d:%m-%d}", d.isoformat(), counted[d]) for d in days[-366:]],
            bounded=False,  # a handful of cases: the model judges, by weekday, season and orders
        )

    @cached_property
    def related(self) -> list[tuple[Signal, str, str]]:
        """Others of the same days and category or product."""
        signal = self.signal
        rows = Signal.objects.visible_to(self.user).exclude(pk=signal.pk)
        rows = rows.filter(started_on__lte=signal.last_on, last_on__gte=signal.started_on)
        if signal.category:
            rows = rows.filter(category__in=[signal.category, ""])
        return told(rows.defer("words", "numbers").order_by("-detected_at", "-pk")[:RELATED])


def load(request: HttpRequest, pk: int) -> Shown:
    """Raises Http404, the same for a missing and for a foreign one."""
    user = person(request)
    return Shown(pages.found_or_404(lambda: acting.find(pk, user), Signal.DoesNotExist), user)


def shown(request: HttpRequest, one: Shown, status: int = 200, **more: Any) -> HttpResponse:
    """The page, perhaps with what was refused."""
    signal = one.signal
    context: dict[str, Any] = {
        "one": one,
        "signal": signal,
        "tone": TONES.get(signal.state, ""),
        "place": signal_words.place(signal),
        "actions": lines(one.actions),
        "problems": [],
    }
    if one.may_act:
        owner = signal.owner.username if signal.owner else ""
        context |= {
            "owner_form": OwnerForm(acting.may_own(signal), initial={"owner": owner}),
            "give_form": GiveForm(giving.tree()),
            "action_form": ActionForm(curing.may_own(), initial={"owner": one.user.username}),
            "may_cure": signal.state in (State.CONFIRMED, State.ACTION),
        }
    if status == 200:
        telling.seen(one.user, one.now, signal=signal, actions=one.actions)
    return render(request, "signals/signal.html", {**context, **more}, status=status)
