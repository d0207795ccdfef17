"""人员对比: who is named to whom, what is said of whom, and that nobody is ranked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from analytics import comparing, folding
from analytics import occurrences as o
from analytics.asking import asked
from analytics.charts import interval
from analytics.models import Occurrence
from analytics.views.rows import Looked
from complaints.models import Complaint, NamedPerson
from tests import factories as f
from tests.analytics.test_overview import opened
from tests.cast import Cast
from tests.walks.ask import browser

PAGE = reverse("analytics_people")
KEYS = {
    "reopened": (o.CLOSING, o.REOPENED, o.STAYED),
    "overdue": (o.CLOCK, f"invoice:{o.LATE}", f"invoice:{o.KEPT}"),
    "sent_back": (o.OPINION, o.SENT_BACK, o.SIGNED),
    "dissatisfied": (o.ASKED, "2", "3"),
}


def case_of(cast: Cast, owner: User, team: Any = None, **values: Any) -> Complaint:
    """A counted case of somebody, by itself without anything that is compared."""
    case = f.registered(cast, order_number="")
    Complaint.objects.filter(pk=case.pk).update(owner=owner, team=team or cast.team, **values)
    return case


def count(case: Complaint, cases: int, events: int) -> None:
    """So many of each thing, and of those so many that happened."""
    today = timezone.localdate()
    Occurrence.objects.bulk_create(
        Occurrence(complaint=case, kind=kind, day=today, key=hit if n < events else other, ref=n)
        for kind, hit, other in KEYS.values()
        for n in range(cases)
    )


@pytest.fixture
def world(cast: Cast) -> Cast:
    """周 has many more than the mix makes likely, 江 has not, 任 hardly any; of another team one
    person; cases that the supervisor does not see.
    """
    few = User.objects.create(username="few", name="任少见", roles=["agent"])
    Membership.objects.create(user=few, team=cast.team)
    for who, name in ((cast.agent, "周甲"), (cast.colleague, "江乙"), (cast.outsider, "外丙")):
        User.objects.filter(pk=who.pk).update(name=name)
    plan = [
        (case_of(cast, cast.agent, confidential=True), 200, 110),
        (case_of(cast, cast.colleague), 200, 40),
        (case_of(cast, few), 20, 10),
        (case_of(cast, cast.outsider, cast.other_team), 400, 80),
        (case_of(cast, cast.agent, cast.other_team), 50, 10),
    ]
    naming = [case_of(cast, cast.colleague), case_of(cast, cast.outsider, cast.other_team)]
    for case in naming:
        NamedPerson.objects.create(
            complaint=case, user=cast.supervisor, why="当事人", by=cast.counsel, at=timezone.now()
        )
        plan.append((case, 70, 70))
    folding.catch_up()  # what is written below follows from nothing, and is not counted again
    Occurrence.objects.filter(kind__in=[kind for kind, _hit, _other in KEYS.values()]).delete()
    for case, cases, events in plan:
        count(case, cases, events)
    return cast


def look(user: User, thing: str = "reopened", **params: str) -> list[comparing.Compared]:
    user, now = User.objects.get(pk=user.pk), timezone.now()
    looked = asked(params, user, timezone.localdate(now))
    return comparing.compare(user, looked, comparing.THINGS[thing], now)


@pytest.mark.parametrize("thing", KEYS)
def test_own_people_are_named_by_name_and_each_number_opens_its_rows(
    world: Cast, client: Client, thing: str, variables_kept: None
) -> None:
    client.force_login(world.supervisor)
    with CaptureQueriesContext(connection) as queries:
        found = look(world.supervisor, thing)
    assert len(queries) <= 3 + 2  # the person and the teams
    said = {one.name: one.standing for one in found}
    assert list(said) == sorted(said) == ["任少见", "周甲", "江乙"]
    assert [(s.cases, s.events) for s in said.values()] == [(20, 10), (200, 110), (200, 40)]
    assert [s.flagged for s in said.values()] == [False, True, False]
    assert (said["任少见"].enough, said["任少见"].ratio) == (False, None)
    # 周甲 beside 江乙 and 任少见 and those of the other team, the case that names the viewer not
    assert said["周甲"].expected == pytest.approx(200 * (40 + 10 + 80) / (200 + 20 + 400), rel=0.01)
    for one in found:
        for url, number in (
            (one.whole_url, one.standing.cases),
            (one.hits_url, one.standing.events),
        ):
            told, numbers, _answer = opened(client, url)
            assert told == len(numbers) == number, url
    everybody = {one.name: one.standing for one in look(world.auditor, thing)}
    assert list(everybody) == ["任少见", "周甲", "外丙", "江乙"]
    assert [s.cases for s in everybody.values()] == [20, 250, 470, 270]
    only = look(world.auditor, thing, team=str(world.other_team.pk))
    assert [(one.name, one.standing) for one in only] == [("外丙", everybody["外丙"])]
    other = look(world.outside_supervisor, thing)
    assert [one.name for one in other] == ["外丙"]


def test_numbers_of_people_read_before_midnight_open_the_same_rows_after_it(world: Cast) -> None:
    running = Complaint.objects.filter(owner=world.agent, team=world.team).latest("pk")
    Occurrence.objects.create(
        complaint=running,
        kind=o.CLOCK,
        day=timezone.localdate(),
        key=f"invoice:{o.RUNNING}",
        ref=99,
    )
    tomorrow = timezone.now() + timedelta(days=1)
    for one in look(world.supervisor, "overdue"):
        for url, number in (
            (one.whole_url, one.standing.cases),
            (one.hits_url, one.standing.events),
        ):
            looked = Looked.read(dict(parse_qsl(urlsplit(url).query)), world.supervisor, tomorrow)
            assert (looked.problems, looked.rows().count()) == ([], number), url


def test_the_page_says_what_it_means_has_one_order_and_is_for_supervisors_and_auditors(
    world: Cast,
) -> None:
    for who in (world.agent, world.counsel, world.administrator):
        assert browser(who).get(PAGE).status_code == 403
    client = browser(world.supervisor)
    page = client.get(PAGE).content.decode()
    names = re.findall(r'<th scope="row" lang="zh-CN">(.*?)</th>', page)
    assert names == ["任少见", "周甲", "江乙"]
    assert "外丙" not in page
    assert page.count("数据不足</span>") == 1
    assert page.count("值得问一问</") == 3  # above, of the one, and what it means
    for said in ("不是评价", "不能单独用来考核", "休假时别人代办", "已经剔除", "不排名"):
        assert said in page
    plain = re.sub(r'nonce="[^"]*"|value="[^"]{40,}"', "", page)
    for more in ("sort=ratio", "order=-ratio", "format=csv", "page=2"):
        again = client.get(f"{PAGE}?{more}").content.decode()
        assert re.findall(r'<th scope="row" lang="zh-CN">(.*?)</th>', again) == names, more
    assert not re.search(r"sort|export|导出</a>", plain.split("<main")[1].split("</main")[0])
    for wrong, sentence in (
        ("thing=x", "没有“x”这项对比"),
        ("from=2026-13-01", "不是可以查看的日期"),
        ("to=2000-01-00", "不是可以查看的日期"),
        ("from=2026-05-02&to=2026-05-01", "请对调或改正"),
        ("from=2006-05-02&to=2026-05-01", "一次最多看"),
        (f"team={world.other_team.pk}", "不归您主管"),
    ):
        answer = client.get(f"{PAGE}?{wrong}")
        assert (answer.status_code, sentence in answer.content.decode()) == (200, True), wrong
    assert "没有可以对比的" in client.get(f"{PAGE}?from=2020-01-01&to=2020-02-01").content.decode()
    Membership.objects.filter(user=world.supervisor).delete()
    assert "没有主管任何团队" in browser(world.supervisor).get(PAGE).content.decode()


def test_a_bar_is_as_far_from_one_for_half_as_for_twice_and_ends_where_the_scale_ends() -> None:
    half, one, twice = (interval.place(ratio) for ratio in (0.5, 1.0, 2.0))
    assert one - half == twice - one > 0
    assert interval.place(0.0) == interval.place(0.25) == interval.PAD
    assert interval.place(99.0) == interval.place(4.0) == interval.WIDTH - interval.PAD
    assert interval.interval(1.0, 1.0, 1.0).long > 0
    with pytest.raises(ValueError, match="does not hold"):
        interval.interval(2.0, 1.0, 3.0)
