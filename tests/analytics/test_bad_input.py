"""Nonsense in every field of every form and address of the analysis, clicks that come twice, tabs
that are stale, people who may not: a sentence, and nothing written or half written.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import folding, saving
from analytics.models import CorrectiveAction, DetectionRun, SavedReport, Signal
from complaints.models import Complaint
from tests import factories as f
from tests.analytics.test_reports import wanted
from tests.bad_input import test_garbage as garbage
from tests.cast import Cast
from tests.walks.ask import browser, undone
from tests.walks.routes import Route, all_routes
from tests.walks.world import _cured, example

NAMES = (
    *("what", "due_on", "done_on", "why", "cause", "parent", "span", "by", "from", "to", "area"),
    *("region", "brand", "half", "measure", "at", "part", "thing", "weekday", "day", "hour"),
    *("every", "recipients", "shared_with", "working_days", "act", "format", "word", "group"),
    *("effect", "sort", "number", "password"),
)
ROUTES = [r for r in all_routes() if r.pattern.startswith(("/analytics/", "/api/v1/analytics/"))]


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """With a signal that was confirmed, a cause, an action, a list of volumes, a report."""
    made = {state: f.registered(cast, order_number=f"SO-{state}") for state in ("a", "b")}
    _cured(cast, {"registered": made["a"], "investigating": made["b"]})
    saving.save({**wanted(every="", recipients=[])}, by=cast.supervisor)
    folding.fold()  # no page has anything to count
    return made["a"]


def written() -> dict[str, int]:
    """Rows of every table of the analysis."""
    models = apps.get_app_config("analytics").get_models()
    return {model.__name__: model._base_manager.count() for model in models}


def address_of(cast: Cast, case: Complaint, route: Route) -> str:
    return route.address(example(cast, case).of(route))


def test_nonsense_is_refused_or_left_out_and_writes_nothing(
    cast: Cast, case: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "NAMES", (*garbage.NAMES, *NAMES))
    client, wrong, read = browser(cast.supervisor), [], 0
    for route in ROUTES:
        with undone():
            before = written()
            for what, answer in garbage.sent(address_of(cast, case, route), route.is_api, client):
                status = answer.status_code
                if status >= 500 or garbage.echoed(answer):
                    wrong.append(f"{route}: {what}: {status}")
                elif status >= 400 and written() != before:
                    wrong.append(f"{route}: {what}: {status}, and something was written")
                if not what.startswith("query") and status in (403, 405):
                    break
                read += not what.startswith("query")
                before = written()
    assert not wrong, "\n".join(wrong)
    assert read > 100


def test_who_may_not_is_refused_before_anything_is_read(cast: Cast, case: Complaint) -> None:
    for user in (cast.counsel, cast.auditor):  # of all others tests/walks asks
        client, before = browser(user), written()
        for route in ROUTES:
            address = address_of(cast, case, route)
            sees = user == cast.auditor  # reads everything and keeps reports, and acts on nothing
            if sees and (route.name in KEEPS or route.is_api):
                continue
            status = client.post(address, {"version": "0"}).status_code
            assert status in (403, 404, 405), (user, route, status)
            if not sees:
                assert client.get(address).status_code in (403, 404, 405), (user, route)
        now = written()
        assert now == before, user


# What whoever reads may post: own reports, and files that are handed out and recorded.
KEEPS = (
    *("report_new", "report", "report_act"),
    *("analytics_export", "half_year_export", "action_file"),
)


def test_what_is_clicked_twice_or_in_a_stale_tab_is_done_once(cast: Cast, case: Complaint) -> None:
    client, one = browser(cast.supervisor), Signal.objects.get()
    action = CorrectiveAction.objects.get()
    report = SavedReport.objects.get()
    due = timezone.localdate().isoformat()
    new = {"what": "再培训", "owner": "supervisor", "due_on": due}
    of_signal, of_action, act = [one.pk], [action.pk], [report.pk]
    cause = {"cause": one.given.get().cause_id, "why": "又看了一遍"}
    dismissed = {"reason": "不是真的", "version": one.version}
    done = {"evidence": "签到表在案", "version": action.version}
    clicks: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = [
        ("signal_action", of_signal, new, (422,)),
        ("signal_cause", of_signal, cause, (422,)),
        ("signal_owner", of_signal, {"owner": "supervisor2", "version": one.version}, (409,)),
        ("signal_step", [one.pk, "dismiss"], dismissed, (409,)),
        ("action_act", [*of_action, "done"], done, (409, 422)),
        ("action_act", [*of_action, "cancel"], {"reason": "不做了", "version": 1}, (409, 422)),
        ("causes", [], {"title": "新的一支"}, (422,)),
        ("report_new", [], wanted(name="另一份", every="", recipients=[]), (422,)),
        ("report_act", act, {"act": "delete", "version": report.version}, (404,)),
        ("detect_now", [], {}, (302,)),
    ]
    for name, gaps, sent, refused in clicks:
        address = reverse(name, args=gaps)
        first = client.post(address, sent)
        before = written()
        again = client.post(address, sent)
        assert again.status_code in refused, (name, first.status_code, again.status_code)
        assert written() == before, name
        if again.status_code in (409, 422):
            assert _sentence(again), name
    assert DetectionRun.objects.count() == 1


def _sentence(answer: Any) -> bool:
    """Whether the page says what to do: in a banner, or beside the field."""
    page = answer.content.decode()
    return 'role="alert"' in page or "field__error" in page or 'class="error' in page


def test_a_team_that_is_no_longer_and_one_that_never_was(cast: Cast, case: Complaint) -> None:
    """On every page and list that a team can be chosen for."""
    client: Client = browser(cast.auditor)
    pages = {
        "dashboard": (200, "没有这个团队"),
        "analytics_people": (200, "没有这个团队"),
        "half_year": (200, "没有这个团队"),
        "report_new": (200, "没有这个团队"),
        "analytics_rows": (400, "没有这个团队"),
    }
    for name, (status, sentence) in pages.items():
        for team in ("999999", "x", "-1", "9" * 40):
            answer = client.get(reverse(name), {"team": team, "measure": "received"})
            assert answer.status_code == status, (name, team)
            assert sentence in answer.content.decode(), (name, team)
    cast.team.is_active = False
    cast.team.save()
    for name in pages:
        answer = client.get(reverse(name), {"team": str(cast.team.pk), "measure": "received"})
        assert answer.status_code == 200, name
        assert "没有这个团队" not in answer.content.decode(), name
