"""看板: what is wrong and what to do first, and the page that says what each figure means."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from analytics import folding, targets
from analytics.findings import Finding as Signal
from analytics.measures import NOW, PERMISSION, WINDOW
from analytics.models import CaseFigures
from analytics.overview import Overview, Reading
from analytics.views import drawn, findings, kept, kpis
from analytics.views.kept import Pieces
from analytics.views.looked import (
    Choices,
    Looked,
    areas,
    categories,
    channels,
    chips,
    teams_of,
)
from complaints import calendars, granted
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from complaints.workdays import SHANGHAI

LOAD_SHOWN = 8  # people at once; the others behind a line
CLOCKS_SHOWN = 7


@require_GET
@needs(PERMISSION)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page; for htmx only what changes, so that the rest stays as it is."""
    user, now = person(request), timezone.now()
    looked = Looked.read(request.GET, user, now.astimezone(SHANGHAI).date())
    stand = folding.stand()
    words = (get_language(), _may(user), looked.ground)
    pieces = kept.of_turn(
        None
        if stand.behind or granted.may_be_lent(user)
        else (stand.turn, scope_of(user), now.date(), words),
        now,
        lambda: _pieces(user, looked, words, now, stand.behind),
    )
    saw_cases(*pieces.cases)
    answer = render(
        request,
        f"analytics/dashboard/{'live' if request.headers.get('HX-Request') else 'page'}.html",
        {
            "as_of": pieces.at,
            "looked": looked,
            "figures": mark_safe(pieces.figures),  # noqa: S308 our own templates made it
            "choice": mark_safe(pieces.choice),  # noqa: S308 the same
        },
    )
    patch_vary_headers(answer, ("HX-Request",))
    return answer


def _pieces(user: User, looked: Looked, words: Hashable, now: datetime, behind: int) -> Pieces:
    """What the database says now, as HTML."""
    reading = Reading.of(user, looked.asked, now, behind=behind)
    signals, teams = findings.signals_of(user), teams_of(user)
    untouched = not reading.sums.of and not CaseFigures.objects.exists()

    def made() -> Pieces:
        found = reading.overview()
        return Pieces(
            render_to_string(
                "analytics/dashboard/figures.html",
                {**shown(found, looked, user, signals, untouched=untouched), "looked": looked},
            ),
            render_to_string(
                "analytics/dashboard/choice.html",
                {**_chosen(found, looked, teams), "looked": looked},
            ),
            now,
            tuple(clock.number for clock in reading.clocks),
        )

    return kept.pieces((words, reading.ground, signals, tuple(teams), untouched), now, made)


def _may(user: User) -> tuple[Hashable, ...]:
    """What the words depend on besides the numbers: who looks, what he may do, and what is set."""
    return (
        *(user.pk, *map(user.may, ("assign", "take", "see_complaints", "register_complaints"))),
        *(settings.CASES_PER_PERSON, calendars.stamp(), tuple(user.led_team_ids)),
    )


def shown(
    found: Overview,
    looked: Looked,
    user: User,
    signals: Iterable[Signal],
    *,
    untouched: bool,
) -> dict[str, Any]:
    """What changes with the figures. `untouched`: no case was ever counted."""
    limit = settings.CASES_PER_PERSON
    title, line = drawn.daily(found)
    pressing = findings.findings(found, line, user, limit, signals)
    figures = {code: kpis.kpi(figure) for code, figure in found.figures.items()}
    nothing = not found.behind and not any(
        found.figures[c].n for c in ("open", "received", "closed")
    )
    people = list(zip(found.load, drawn.loads(found.load, limit).rows, strict=True))
    return {
        "found": found,
        "findings": pressing[: findings.SHOWN],
        "more_findings": pressing[findings.SHOWN :],
        "kpis": [figures[code] for code in kpis.FIRST if code in figures],
        "more_kpis": [kpi for code, kpi in figures.items() if code not in kpis.FIRST],
        "line_title": title,
        "line": line,
        "pareto": drawn.distribution(found, looked.by),
        "heat": drawn.map_of(found, lambda name, key: looked.address(**{name: key})),
        "everywhere": "" if found.map is found.areas else looked.address(area="", region=""),
        "rights": drawn.rights(found),
        "phases": drawn.phases(found),
        "people": people[:LOAD_SHOWN],
        "more_people": people[LOAD_SHOWN:],
        "clocks": found.clocks[:CLOCKS_SHOWN],
        "most": max([row.value for _load, row in people] + [float(limit), 1.0]),
        "limit": limit,
        "may_assign": user.may("assign"),
        "may_take": user.may("take"),
        "nothing": nothing,
        "untouched": nothing and untouched,
        "intake": reverse("intake") if user.may("register_complaints") else "",
        "teamless": looked.asked.teams == (),
    }


def _chosen(found: Overview, looked: Looked, teams: Choices) -> dict[str, Any]:
    """What can be chosen and what is."""
    people = [("none" if p.owner is None else str(p.owner), p.name) for p in found.load]
    regions = [(part.key, part.label) for part in found.by_region if part.key]
    names = {
        "team": dict(teams),
        "owner": dict(people),
        "category": dict(categories()),
        "channel": dict(channels()),
        "area": dict(areas()),
        "region": dict(regions),
    }
    menus = [
        ("category", _("类别"), categories()),
        ("channel", _("渠道"), channels()),
        ("area", _("大区"), areas()),
        ("region", _("地区"), regions),
        ("owner", _("责任人"), people),
    ]
    return {
        "teams": [("", _("全部团队"), looked.address(team=""), looked.asked.team is None)]
        + [(pk, name, looked.address(team=pk), str(looked.asked.team) == pk) for pk, name in teams],
        "team_name": dict(teams).get(str(looked.asked.team), _("全部团队")),
        "chips": [c for c in chips(looked, names)],
        "menus": [
            (name, label, looked.values.get(name, ""), choices) for name, label, choices in menus
        ],
        "texts": [
            (name, label, looked.values.get(name, ""), [part.label for part in parts if part.key])
            for name, label, parts in (
                ("product", _("商品"), found.by_product[:50]),
                ("brand", _("品牌"), found.by_brand[:50]),
            )
        ],
    }


@require_GET
@needs(PERMISSION)
def measure_list(request: HttpRequest) -> HttpResponse:
    """What each figure means, and what it is made of."""
    held = targets.on(timezone.localdate())
    groups = [
        (_("此刻的数字"), NOW),
        (_("所选日期的数字"), WINDOW),
    ]
    context = {
        "groups": [
            (title, [(m, kpis.definition(m)) for m in held.values() if m.window == window])
            for title, window in groups
        ]
    }
    return render(request, "analytics/dashboard/measures.html", context)
