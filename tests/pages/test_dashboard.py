"""看板: findings first, figures that say what they mean and open their rows, and what happens when
there is little, nothing or nonsense.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Team, User
from analytics.measures import MEASURES
from analytics.models import CorrectiveAction, Signal, SignalCase, Target
from analytics.views import dashboard, kept
from complaints.models import Commitment, Complaint, Deadline, NamedPerson
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

DASHBOARD = "/analytics/"
NOW = datetime(2026, 3, 18, 10, 0, tzinfo=SHANGHAI)  # a Wednesday


@pytest.fixture(autouse=True)
def _wednesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def shown(user: Any, query: str = "", **headers: str) -> str:
    answer = browser(user).get(DASHBOARD + query, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def figures(user: Any, query: str = "") -> str:
    """The part that changes with the figures."""
    found = shown(user, query)
    return found[found.index('id="dash"') : found.index("</main>")]


def numbers(text: str) -> list[tuple[str, int]]:
    """(address, how many) of every number that opens rows."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*data-n="(\d+)"', text)
    return sorted({(address, int(n)) for address, n in found})


@pytest.fixture
def busy(cast: Cast) -> list[Complaint]:
    """Old, late, new and closed ones, of two teams."""
    return [
        f.registered(cast, now=NOW - timedelta(days=9), title="退款拖延"),
        f.registered(cast, by=cast.colleague, now=NOW - timedelta(days=2), title="缺斤短两"),
        f.registered(cast, by=cast.outsider, now=NOW - timedelta(hours=1), title="别组的"),
        f.closed(cast, title="已经办结"),
    ]


def test_only_supervisors_and_auditors_open_it_and_find_it_in_the_rail(cast: Cast) -> None:
    for name in ("supervisor", "auditor"):
        assert f'href="{DASHBOARD}"' in shown(getattr(cast, name))
    for name in ("agent", "counsel", "administrator", "security"):
        client = browser(getattr(cast, name))
        for page in (DASHBOARD, "/analytics/measures/", "/analytics/hand-over/0/"):
            assert client.get(page).status_code == 403, (name, page)
        assert f'href="{DASHBOARD}"' not in client.get("/settings/").content.decode()
    assert browser(cast.auditor).get("/analytics/hand-over/0/").status_code == 403


def test_the_same_numbers_are_drawn_once_and_others_never_by_them(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    f.registered(cast, now=NOW - timedelta(days=2))
    drawn: list[Any] = []
    draw = kept.Pieces
    monkeypatch.setattr(dashboard, "Pieces", lambda *made: drawn.append(made) or draw(*made))

    first = figures(cast.supervisor)
    with time_machine.travel(NOW + timedelta(seconds=59), tick=False):
        assert figures(cast.supervisor) == first  # nothing has changed: as it was read
    later = NOW + timedelta(seconds=60)
    with time_machine.travel(later, tick=False):
        again = figures(cast.supervisor)
    assert len(drawn) == 1
    old, new = (quote_plus(at.isoformat()) for at in (NOW.astimezone(UTC), later.astimezone(UTC)))
    assert f"&at={new}" in again
    assert again.replace("10:01", "10:00") == first.replace(f"&at={old}", f"&at={new}")
    for number, (user, query) in enumerate(
        (
            (cast.supervisor2, ""),  # who sees the very same has a page of his own
            (cast.auditor, ""),
            (cast.supervisor, "?span=7d"),
            (cast.supervisor, "?by=product"),
        ),
        2,
    ):
        figures(user, query)
        assert len(drawn) == number, (user, query)
    Complaint.objects.update(category="price")  # nothing but the case changed
    assert figures(cast.supervisor) != first
    assert len(drawn) == 6
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        figures(cast.supervisor)
    assert len(drawn) == 7


def everybody_counts_what_they_may_see(cast: Cast) -> None:
    """That each number opens its rows says tests/browser/test_dashboard.py."""
    seen = []
    for user in (cast.supervisor, cast.outside_supervisor, cast.auditor):
        received = re.search(r'id="k-received"[^>]*data-n="(\d+)"', shown(user))
        seen.append(received and received[1])
    assert seen == ["3", "1", "4"]


def test_findings_come_first_and_lead_to_what_can_be_done(cast: Cast, settings: Any) -> None:
    f.registered(cast, now=NOW - timedelta(days=9))
    settings.CASES_PER_PERSON = 1
    f.registered(cast, title="陈晓雨的第二件")
    text = shown(cast.supervisor)
    assert text.index('class="insights"') < text.index('class="kpis"') < text.index('class="dgrid"')
    said = words(text)
    assert "陈晓雨 在办 2 件，超出上限 1 件" in said
    assert f'href="/analytics/hand-over/{cast.agent.pk}/" data-sheet' in text
    assert "件的最近期限已经过去，需今天清零" in said
    assert f'href="{reverse("danger")}">今日告急' in text
    auditor = shown(cast.auditor)
    assert "超出上限 1 件" in words(auditor)
    assert "/analytics/hand-over/" not in auditor  # reads everything, changes nothing
    settings.CASES_PER_PERSON = 0
    assert "超出上限" not in words(shown(cast.supervisor))


def each_figure_says_what_it_means_where_it_stands_and_in_the_list(cast: Cast) -> None:
    text = shown(cast.supervisor)
    top = text[text.index('class="kpis"') : text.index('class="dgrid"')]
    assert top.count('class="kpi"') == 8
    for code in re.findall(r'id="k-([a-z_]+)"', top):
        pop = re.search(rf'id="p-{code}">(.*?)</div>', top, re.DOTALL)
        assert pop, code
        assert str(MEASURES[code].meaning) in words(pop[1])
        assert f'aria-describedby="p-{code}"' in top
    assert "没有数据" in words(top)  # nobody has said yet how satisfied they are
    page = browser(cast.auditor).get("/analytics/measures/").content.decode()
    for measure in MEASURES.values():
        assert f'id="{measure.code}"' in page
        assert str(measure.meaning) in page
        assert str(measure.denominator) in page


WRONG = {
    "?from=2026-03-10&to=2026-03-01": "开始日期在结束日期之后",
    "?from=2006-03-10&to=2026-03-01": "一次最多看",
    "?from=tomorrow": "不是可以查看的日期",
    "?to=2026-02-30": "不是可以查看的日期",
    "?team=999999": "没有这个团队",
    "?team=x": "没有这个团队",
    "?owner=999999": "没有这位责任人",
    "?area=33": "没有“33”这一项",
    "?category=nothing_known": "没有“nothing_known”这一项",
    "?span=1000y": "没有“1000y”这一项",
    "?by=colour": "没有“colour”这一项",
}


def test_what_cannot_be_read_is_said_and_the_rest_still_shows(cast: Cast) -> None:
    f.registered(cast)
    for query, sentence in WRONG.items():
        said = words(shown(cast.supervisor, query))
        assert sentence in said, query
        assert "没有读懂的条件已经略去" in said, query
        assert "未办结1" in said.replace(" ", ""), query
        assert "恢复默认" in said, query


def test_a_team_that_is_no_longer_and_one_of_others_are_told_apart_from_none(cast: Cast) -> None:
    Team.objects.create(name="撤销的组", is_active=False)
    assert "撤销的组（已停用）" in shown(cast.auditor)
    foreign = words(shown(cast.supervisor, f"?team={cast.other_team.pk}"))
    assert "没有这个团队，或者它不归您主管" in foreign
    assert cast.other_team.name not in foreign
    assert cast.other_team.name in shown(cast.auditor, f"?team={cast.other_team.pk}")


def the_window_and_filters_stay_in_every_address(cast: Cast) -> None:
    text = shown(cast.supervisor, "?span=7d&channel=phone&by=product")
    assert 'hx-get="/analytics/?span=7d&channel=phone&by=product"' in text
    assert "近 7 日" in text
    assert "商品分布" in text
    rows = [address for address, _n in numbers(text)]
    assert all("channel=phone" in address for address in rows)
    assert any("from=2026-03-12&to=2026-03-18" in address for address in rows)
    assert 'aria-label="移除筛选：渠道 电话"' in text
    assert 'id="heat-h1" href="?span=7d&channel=phone&by=product&area=east"' in text
    assert 'id="d-areas"' not in text
    within = shown(cast.supervisor, "?area=east&by=product")
    assert 'aria-label="移除筛选：大区 华东"' in within
    assert 'id="heat-h1" href="?area=east&by=product&region=33"' in within  # provinces now
    assert 'id="d-areas" href="?by=product"' in within
    own = shown(cast.supervisor, "?from=2026-03-01&to=2026-03-05")
    assert "2026-02-24 至 2026-02-28" in own  # compared with the five days before


def a_long_window_is_drawn_by_weeks_and_months_whose_points_sum_up(cast: Cast) -> None:
    for query, title, points, total in (
        ("?span=7d", "每日新增投诉", 7, 3),
        ("?span=365d", "每周新增投诉", 53, 4),
        ("?from=2023-04-01&to=2026-03-18", "每月新增投诉", 36, 4),
    ):
        text = shown(cast.auditor, query)
        assert title in words(text)
        line = text[text.index('aria-labelledby="line-t') : text.index('id="c-load"')]
        found = re.findall(r'data-n="(\d+)" class="chart__at"', line)
        assert (len(found), sum(map(int, found))) == (points, total), query


def only_what_changes_is_sent_again_and_everything_in_it_can_keep_the_focus(cast: Cast) -> None:
    text = shown(cast.supervisor, "?span=90d", **{"HX-Request": "true"})
    assert text.lstrip().startswith('<div class="dash__live" id="dash"')
    assert "<nav" not in text
    assert len(text) < 120_000
    stops = re.findall(r"<(?:a|button|summary)\b[^>]*>", text)
    assert [stop for stop in stops if ' id="' not in stop] == []
    ids = re.findall(r' id="([^"]+)"', text)
    assert sorted({i for i in ids if ids.count(i) > 1}) == []


def test_a_busy_dashboard(cast: Cast, busy: list[Complaint]) -> None:
    """Looks only, so that the cases are made once."""
    everybody_counts_what_they_may_see(cast)
    each_figure_says_what_it_means_where_it_stands_and_in_the_list(cast)
    the_window_and_filters_stay_in_every_address(cast)
    a_long_window_is_drawn_by_weeks_and_months_whose_points_sum_up(cast)
    only_what_changes_is_sent_again_and_everything_in_it_can_keep_the_focus(cast)


def test_what_was_read_before_midnight_opens_the_same_rows_after_it(cast: Cast) -> None:
    """Also what runs out at midnight: it was not late, not kept and not broken when it was read."""
    late = NOW.replace(hour=23, minute=59)
    with time_machine.travel(late, tick=False) as clock:
        soon, tomorrow = (f.investigating(cast, order_number=n) for n in ("SO-8", "SO-9"))
        midnight, noon = late + timedelta(seconds=30), late + timedelta(hours=12)
        for case, due in ((soon, midnight), (tomorrow, noon)):
            Deadline.objects.filter(complaint=case, state="running").update(due_at=due)
            Complaint.objects.filter(pk=case.pk).update(next_due_at=due)
        Commitment.objects.create(complaint=soon, text="回电", due_at=midnight, made_at=late)
        pages = (DASHBOARD, "/analytics/people/?thing=overdue")
        client = browser(cast.supervisor)
        read = [html.unescape(client.get(page).content.decode()) for page in pages]
        every = {each for text in read for each in numbers(text)}
        wanted = {(address, n) for address, n in every if "measure=received" not in address}
        assert {n for address, n in wanted if "measure=due_today" in address} == {1}
        clock.move_to(late + timedelta(minutes=2))
        for address, n in wanted:
            rows = client.get(address).content.decode()
            assert f'data-number="{n}"' in rows, (address, n)
        assert {n for a, n in numbers(shown(cast.supervisor)) if "measure=overdue" in a} == {1}


def test_an_empty_installation_says_so_and_shows_no_figure_as_zero_percent(cast: Cast) -> None:
    said = words(shown(cast.supervisor))
    assert "还没有任何投诉" in said
    assert "没有在走的期限" in said
    assert not re.search(r"\b0\s*%", said)
    lone = Membership.objects.filter(user=cast.outside_supervisor)
    lone.update(leads=False)
    cache.clear()
    assert "您还没有主管任何团队" in words(shown(cast.outside_supervisor))


def test_the_figures_take_few_statements_whatever_their_number(cast: Cast) -> None:
    f.registered(cast, now=NOW - timedelta(days=9))
    client = browser(cast.supervisor)
    client.get(DASHBOARD)
    counts = []
    for _round in range(2):
        kept.forget()
        with CaptureQueriesContext(connection) as caught:
            client.get(DASHBOARD, headers={"HX-Request": "true"})
        counts.append(len(caught))
        with CaptureQueriesContext(connection) as again:
            client.get(DASHBOARD)
        # session, person, teams led; whether anything has changed; what was seen of whom
        assert len(again) == 5, [q["sql"][:90] for q in again]
        for n in range(3):
            f.registered(cast, title=f"又一件 {n}")
        client.get(DASHBOARD)  # counts what came
    assert counts[0] == counts[1]
    # six for the figures, one for the signals; session, person, teams and what was seen of whom
    assert counts[0] <= 6 + 1 + 4, [q["sql"][:90] for q in caught]


def test_whatever_is_shown_and_changes_is_read_again_at_once(cast: Cast) -> None:
    """What stands until it changes is compared with what is read anew."""
    case, other = f.registered(cast), f.registered(cast, by=cast.colleague)
    day = NOW.date()
    signal, newer = (
        Signal.objects.create(
            **{"kind": "spike", "digest": digest, "observed": 2, "model_version": "1"},
            **dict.fromkeys(("started_on", "alarmed_on", "last_on"), day),
            detected_at=NOW + timedelta(minutes=number),
        )
        for number, digest in enumerate(("one", "two"))
    )
    changes: dict[str, Callable[[], Any]] = {
        "cases of a signal": lambda: SignalCase.objects.bulk_create(
            SignalCase(signal=s, complaint=c) for s in (signal, newer) for c in (case, other)
        ),
        "the signals": lambda: Signal.objects.update(observed=40),
        "an action": lambda: CorrectiveAction.objects.create(
            signal=signal,
            what="换供应商",
            owner=cast.supervisor,
            by=cast.supervisor,
            at=NOW,
            due_on=day - timedelta(days=1),
        ),
        "a case": lambda: Complaint.objects.filter(pk=case.pk).update(owner=cast.colleague),
        "a name": lambda: User.objects.filter(pk=cast.colleague.pk).update(name="换了名字"),
        "a team": lambda: Team.objects.filter(pk=cast.team.pk).update(name="换了组名"),
        "a target": lambda: Target.objects.create(
            measure="overdue", value=9, valid_from=day, reason="试行", by=cast.supervisor, at=NOW
        ),
        "who sees it": lambda: NamedPerson.objects.create(
            complaint=case, user=cast.supervisor, why="被投诉", by=cast.agent, at=NOW
        ),
    }
    for what, change in changes.items():
        before = figures(cast.supervisor, "?by=team")
        change()
        after = figures(cast.supervisor, "?by=team")
        kept.forget()
        assert after == figures(cast.supervisor, "?by=team"), what
        assert after != before, what


def test_cases_of_one_person_are_handed_to_another_from_the_dashboard(
    cast: Cast,
) -> None:
    client, mine = browser(cast.supervisor), f.registered(cast)
    other = f.registered(cast, by=cast.colleague)
    form = client.get(f"/analytics/hand-over/{cast.agent.pk}/").content.decode()
    assert f'value="{mine.number}:{mine.version}" checked' in form
    assert other.number not in form
    assert f'<option value="{cast.colleague.pk}"' in form
    assert f'<option value="{cast.agent.pk}"' not in form
    inside = client.get(
        f"/analytics/hand-over/{cast.agent.pk}/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/analytics/?span=7d"},
    ).content.decode()
    assert 'name="next" value="/analytics/?span=7d"' in inside
    assert "<html" not in inside
    sent = {"case": f"{mine.number}:{mine.version}", "to": cast.colleague.pk, "note": "今天处理"}
    sent["next"] = "/analytics/?span=7d"
    looked = client.post(reverse("bulk"), sent)
    assert 'href="/analytics/?span=7d"' in looked.content.decode()
    done = client.post(reverse("bulk_carry_out"), {**sent, "form_token": uuid4()}, follow=True)
    assert 'href="/analytics/?span=7d"' in done.content.decode()
    mine.refresh_from_db()
    assert mine.owner == cast.colleague
    assert client.get(f"/analytics/hand-over/{cast.outsider.pk}/").status_code == 404
    Complaint.objects.filter(pk=other.pk).update(owner=cast.outsider)  # who left the team
    left = client.get(f"/analytics/hand-over/{cast.outsider.pk}/").content.decode()
    assert other.number in left
    assert cast.outsider.name in left
    assert "没有可以转派的案件" in client.get("/analytics/hand-over/0/").content.decode()
