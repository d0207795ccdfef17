"""信号: what is out of the ordinary, each with its numbers, its cases and what is made of it.

Longer than others on purpose: each form is refused and shown again by the page that it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from analytics import acting, budgets, curing, detecting, effects, giving, signal_words, telling
from analytics.charts import trend as charts
from analytics.findings import TONES, finding
from analytics.models import CauseGiven, CorrectiveAction, DetectionRun, Signal, SignalCase
from analytics.signal_life import (
    MAY,
    OPEN_STATES,
    STEPS,
    Kind,
    State,
    Step,
    refusal,
    steps_from,
    title_of,
)
from analytics.views import pages
from analytics.views.forms import ActionForm, GiveForm, OwnerForm, StepForm
from analytics.views.lines import lines, told
from analytics.views.pages import Looked, Order
from complaints.errors import Invalid
from complaints.querysets import scope_of
from complaints.views.sheets import SheetForm

NEWEST = Order("detected_at", newest_first=True)
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


@require_GET
@needs("see_analytics")
def signals(request: HttpRequest) -> HttpResponse:
    """All that the person may see, newest first."""
    user, looked = person(request), Looked(request.GET)
    states = [(OPEN, pgettext("signal", "待处理")), ("all", _("全部")), *State.choices]
    state = looked.choose("state", _("状态"), states, OPEN)
    kind = looked.choose("kind", _("种类"), Kind.choices)
    owner = looked.choose(
        "owner", pgettext("signal", "负责人"), [("me", _("由我负责")), ("none", _("无人负责"))]
    )
    rows = Signal.objects.visible_to(user).counted_for(user).select_related("owner")
    if state == OPEN:
        rows = rows.filter(state__in=OPEN_STATES)
    elif state != "all":
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if owner:
        rows = rows.filter(owner=user if owner == "me" else None)
    page = looked.page(rows.defer("words", "numbers"), NEWEST)
    last = DetectionRun.objects.exclude(finished_at=None).order_by("-finished_at").first()
    context = {
        "looked": looked,
        "page": page,
        "rows": [finding(row) for row in page.rows],
        "last": last,
        "running": DetectionRun.objects.filter(finished_at=None).first(),
        "may_act": user.may(MAY),
        "budgets": budgets.choices(),
        "budget": budgets.code_of(chosen := budgets.newest()),
        "chosen": chosen,
    }
    return render(request, "signals/list.html", context)


@require_GET
@needs("see_analytics")
def signal(request: HttpRequest, signal: int) -> HttpResponse:
    """One signal."""
    return shown(request, load(request, signal))


@require_POST
@needs(MAY)
def detect_now(request: HttpRequest) -> HttpResponse:
    """Look now; a look that is under way is not begun twice."""
    try:
        detecting.ask(person(request))
        messages.success(request, _("已开始检测，完成后结果会出现在本页"))
    except Invalid as error:
        messages.info(request, error.message)
    return redirect("signals")


@require_POST
@needs(MAY)
def alarm_budget(request: HttpRequest) -> HttpResponse:
    """How many alarms may be chance, from the next look on."""
    try:
        if budgets.choose(request.POST.get("budget", ""), person(request)):
            messages.success(request, _("已更改误报预算，从下一次检测起适用"))
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("signals")


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_step(request: HttpRequest, signal: int, signal_step: str) -> HttpResponse:
    """One step of its life."""
    step = signal_step
    one = load(request, signal)
    if step not in STEPS:
        raise Http404
    form = StepForm(STEPS[step], request.POST)
    return pages.act(
        request,
        form,
        lambda sent, version: acting.take(
            signal, step, by=one.user, reason=sent.get("reason", ""), version=version
        ),
        lambda _made: redirect("signal", signal),
        lambda _form, loose, status: _again(request, signal, status, loose, step, form),
        _("已登记：{step}").format(step=STEPS[step].title),
    )


def _again(
    request: HttpRequest,
    pk: int,
    status: int,
    loose: list[str],
    step: str,
    form: StepForm,
) -> HttpResponse:
    """The page as it is now, with the refused form in its place; what was typed stays, also where
    the step is possible no more.
    """
    one = load(request, pk)
    one.desks = [Desk(d.step, form, d.against) if d.step.code == step else d for d in one.desks]
    typed = request.POST.get("reason", "")
    lost = typed if all(d.step.code != step for d in one.desks) else ""
    return shown(request, one, status, problems=loose, lost=lost)


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_owner(request: HttpRequest, signal: int) -> HttpResponse:
    """Somebody else answers for it."""
    one = load(request, signal)
    form = OwnerForm(acting.may_own(one.signal), request.POST)
    return _part(
        request,
        signal,
        "owner_form",
        form,
        lambda sent, version: acting.hand_over(
            signal, sent.get("owner", ""), by=one.user, version=version
        ),
        _("已变更负责人"),
    )


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_cause(request: HttpRequest, signal: int) -> HttpResponse:
    """Why: a cause of the tree."""
    one = load(request, signal)
    form = GiveForm(giving.tree(), request.POST)
    return _part(
        request,
        signal,
        "give_form",
        form,
        lambda sent, _version: giving.of_signal(
            signal, sent.get("cause", ""), sent.get("why", ""), by=one.user
        ),
        _("已登记原因"),
    )


@require_POST
@needs(MAY)
@keeps_what_was_typed
def signal_action(request: HttpRequest, signal: int) -> HttpResponse:
    """A corrective action; the first one begins the cure."""
    one = load(request, signal)
    form = ActionForm(curing.may_own(), request.POST)
    return _part(
        request,
        signal,
        "action_form",
        form,
        lambda sent, _version: curing.open_one(sent, by=one.user, signal=signal),
        _("已登记整改措施"),
    )


def _part(
    request: HttpRequest, pk: int, name: str, form: SheetForm, does: Any, message: str
) -> HttpResponse:
    def again(_form: Any, loose: list[str], status: int) -> HttpResponse:
        return shown(request, load(request, pk), status, **{name: form, "problems": loose})

    return pages.act(request, form, does, lambda _made: redirect("signal", pk), again, message)


@require_POST
@needs(MAY)
def withdraw_cause(request: HttpRequest, given: int) -> HttpResponse:
    """It was not that after all."""
    row = pages.found_or_404(
        lambda: giving.withdraw(given, by=person(request)), CauseGiven.DoesNotExist
    )
    messages.success(request, _("已撤回这项原因"))
    if row.signal_id is not None:
        return redirect("signal", row.signal_id)
    return redirect("case_causes", row.complaint.number)
