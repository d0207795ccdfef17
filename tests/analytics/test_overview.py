"""The figures of a dashboard: who may be told what, exactly the rows behind each number, and the
same figures for programs.
"""

from __future__ import annotations

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
from analytics.api import shapes
from analytics.asking import asked
from analytics.measures import MEASURES
from analytics.models import Occurrence, Touched
from analytics.overview import Overview, overview
from analytics.views import drawn, rows
from complaints.errors import Invalid
from complaints.models import Commitment, Complaint, NamedPerson
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast


def look(user: User, **params: str) -> Overview:
    """What a person sees now."""
    now = timezone.now()
    return overview(user, asked(params, user, now.astimezone(SHANGHAI).date()), now)


def opened(client: Client, address: str) -> tuple[int, list[str], Any]:
    """What a list says that it has, and the numbers of all cases on all of its pages."""
    numbers: list[str] = []
    answer: Any = client.get(address)
    while True:
        assert answer.status_code == 200, (address, answer.content.decode()[:2000])
        said: int = answer.context["number"]
        numbers += [row.case.number for row in answer.context["rows"]]
        if not answer.context["next"]:
            return said, numbers, answer
        answer = client.get(f"{reverse('analytics_rows')}?{answer.context['next']}")


def world(cast: Cast) -> dict[str, str]:
    """Cases of both teams: closed, open, confidential, and one that names a supervisor."""
    closed = f.closed(cast)
    kept_from = f.registered(cast, order_number="SO-2", confidential=True)
    late = f.registered(cast, order_number="SO-3")
    named = f.registered(cast, order_number="SO-4", category="food_safety")
    Complaint.objects.filter(pk=late.pk).update(
        next_due_at=timezone.now() - timedelta(hours=30), product_name="-", brand="--"
    )
    Complaint.objects.filter(pk=kept_from.pk).update(product_name="", brand="-")
    NamedPerson.objects.create(
        complaint=named, user=cast.supervisor, why="当事人", by=cast.counsel, at=timezone.now()
    )
    other = f.registered(cast, by=cast.outsider, order_number="SO-5")
    cases = {"closed": closed, "confidential": kept_from, "late": late, "named": named}
    return {name: case.number for name, case in {**cases, "other": other}.items()}


PARTS = (
    *("category", "right", "team", "owner", "phase", "region", "channel"),
    *("product", "brand"),  # of which two are called as nothing is spelled
)


def test_every_number_opens_its_rows_for_everybody_who_is_told(
    cast: Cast, client: Client, variables_kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE_SIZE", 2)  # lists of several pages
    number = world(cast)
    Membership.objects.filter(user=cast.outsider).update(leads=True)
    User.objects.filter(pk=cast.outsider.pk).update(roles=["agent", "supervisor"])
    sees = {
        cast.supervisor: {"closed", "confidential", "late"},  # not the one that names her
        cast.supervisor2: {"closed", "confidential", "late", "named"},
        User.objects.get(pk=cast.outsider.pk): {"other"},  # a team lead who works on cases too
        cast.auditor: set(number),
    }
    for user, names in sees.items():
        client.force_login(user)
        seen = look(user)
        assert seen.figures["received"].n == len(names)
        for code, figure in seen.figures.items():
            if not figure.n and user != cast.auditor:
                continue  # nobody's are looked at once, the auditor's
            said, found, _answer = opened(client, figure.rows_url)
            assert (said, len(found)) == (figure.n, figure.n), code
            assert set(found) <= {number[name] for name in names}, code
            if figure.of is not None:
                said, found, _answer = opened(client, f"{figure.rows_url}&part=of")
                assert (said, len(found)) == (figure.of, figure.of), code
        parts = [
            *(part for name in PARTS for part in getattr(seen, f"by_{name}")),
            *seen.heat.cells.values(),
            *seen.areas.cells.values(),
            *seen.by_area,
            *seen.received[-2:],
        ]
        for part in parts:
            said, found, _answer = opened(client, part.rows_url)
            assert said == len(found) == part.n, part
        for load in seen.load:
            assert opened(client, load.rows_url)[0] == load.open
            assert opened(client, load.overdue_url)[0] == load.overdue
            assert opened(client, load.due_today_url)[0] == load.due_today
    assert {clock.number for clock in look(cast.supervisor).clocks} <= {
        number["confidential"],
        number["late"],
    }


def test_a_look_takes_five_statements_however_much_there_is(cast: Cast) -> None:
    counts = []
    for _ in range(2):
        world_of = f.registered(cast, order_number="")
        look(cast.auditor)
        assert not Touched.objects.exists()
        with CaptureQueriesContext(connection) as queries:
            look(cast.auditor)
        counts.append(len(queries))
        Complaint.objects.filter(pk=world_of.pk).update(owner=cast.colleague)
    assert counts == [5, 5]


def test_the_map_has_large_regions_and_inside_one_its_provinces(
    cast: Cast, client: Client, variables_kept: None
) -> None:
    for place, region in enumerate(("31", "31", "33", "44", "71", "")):
        case = f.registered(cast, order_number=f"SO-{place}")
        Complaint.objects.filter(pk=case.pk).update(region=region)
    client.force_login(cast.supervisor)
    category = case.category

    def numbers(**params: str) -> dict[str, int]:
        seen = look(cast.supervisor, **params)
        assert seen.figures["received"].n == sum(part.n for part in seen.by_area)
        for part in (*seen.map.cells.values(), *seen.areas.cells.values(), *seen.by_area):
            assert opened(client, part.rows_url)[0] == part.n, part
        return {place: part.n for (_category, place), part in seen.map.cells.items()}

    assert numbers() == {"east": 3, "south": 1, "hmt": 1, "": 1}
    assert numbers(area="east", category=category) == {"31": 2, "33": 1}
    assert numbers(area="-") == {"": 1}
    assert numbers(area="east", region="33") == {"33": 1}
    assert numbers(area="east", region="44") == {}
    assert numbers(region="44") == {"44": 1}
    assert numbers(area="central") == {}
    *_numbers, answer = opened(client, look(cast.supervisor, area="hmt").figures["open"].rows_url)
    assert answer.context["looked"].chips == [("大区", "港澳台")]
    found = client.get("/api/v1/analytics/overview/?area=east").json()
    assert found["filters"] == {"area": "east"}
    assert [(one["key"], one["n"]) for one in found["by_area"]] == [("east", 3)]
    assert [(c["area"], c["n"]) for c in found["by_category_and_area"]] == [("east", 3)]


def test_of_what_people_type_the_most_are_named_and_the_others_put_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For everybody, for whoever a case names, and with filters; shares stay those of all."""
    from analytics import sums

    names = ["甲"] * 3 + ["乙"] * 2 + ["丙", "丁", "戊"]
    for number, name in enumerate(names):
        case = f.registered(cast, order_number=f"SO-{number}", product={"name": name})
    NamedPerson.objects.create(
        complaint=case, user=cast.supervisor, why="当事人", by=cast.counsel, at=timezone.now()
    )
    monkeypatch.setattr(sums, "MOST", 2)
    for user, params, others in (
        (cast.auditor, {}, 3),
        (cast.auditor, {"channel": Complaint.objects.all()[0].channel}, 3),
        (cast.supervisor, {}, 2),  # without the one that names her, which is among the others
        (cast.supervisor, {"channel": Complaint.objects.all()[0].channel}, 2),
    ):
        found = look(user, **params)
        parts = [(part.key, part.n, bool(part.rows_url)) for part in found.by_product]
        assert parts == [("甲", 3, True), ("乙", 2, True), (sums.REST, others, False)], params
        assert sum(part.n for part in found.by_product) == found.figures["received"].n
        chart = drawn.distribution(found, "product")
        assert [(bar.slice.label, bar.slice.value) for bar in chart.bars] == [("甲", 3), ("乙", 2)]
        assert chart.total == 5 + others
        assert chart.rest == found.by_product[-1].values
    told = shapes.overview(found)["by_product"]
    assert told[-1] | {"label": ""} == {"key": None, "label": "", "n": 2, "rows": None}


def test_programs_get_the_same_figures_and_refusals_name_the_field(
    cast: Cast, client: Client
) -> None:
    f.registered(cast)
    client.force_login(cast.supervisor)
    seen = look(cast.supervisor)
    found = client.get("/api/v1/analytics/overview/").json()
    for figure in found["figures"]:
        mine = seen.figures[figure["code"]]
        assert (figure["n"], figure["of"], figure["met"]) == (mine.n, mine.of, mine.met)
        assert (figure["value"] is None) == (mine.value is None)
    assert [one["code"] for one in found["figures"]] == list(MEASURES)
    assert found["received"][-1]["n"] == 1
    wrong = {
        "from=2026-02-30": "from",
        "from=2026-03-02&to=2026-03-01": "from",
        "from=2005-01-01&to=2025-01-01": "from",
        f"team={cast.other_team.pk}": "team",  # not hers
        "team=99999999": "team",
        "owner=x": "owner",
        f"owner={cast.outsider.pk}": "owner",  # of another team
        "region=99": "region",
        "area=mars": "area",
        "colour=red": "colour",
    }
    for query, name in wrong.items():
        answer = client.get(f"/api/v1/analytics/overview/?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["field"] == name
    for user, status in ((cast.agent, 403), (cast.counsel, 403), (cast.auditor, 200)):
        client.force_login(user)
        assert client.get("/api/v1/analytics/overview/").status_code == status
        assert client.get(look(cast.auditor).figures["open"].rows_url).status_code == status


def test_a_number_read_before_midnight_opens_the_same_rows_after_it(
    cast: Cast,
) -> None:
    case, now = f.registered(cast), timezone.now()
    Commitment.objects.create(complaint=case, text="测试", due_at=now, made_at=now)
    today = now.astimezone(SHANGHAI).date().isoformat()
    figure = look(cast.supervisor, **{"from": today, "to": today}).figures["promises_kept"]
    assert figure.of == 0  # it may still be kept
    address = dict(parse_qsl(urlsplit(f"{figure.rows_url}&part=of").query))
    looked = rows.Looked.read(address, cast.supervisor, now + timedelta(days=1))
    assert (looked.problems, looked.rows().count()) == ([], 0)


def test_lists_of_days_are_read_in_the_order_of_their_index(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    found = Occurrence.objects.filter(kind="received")
    for backwards in (False, True):
        plan = rows.BY_DAY.sort(found, backwards)[:51].explain()
        assert "occurrences_whole_by_day" in plan
        assert "Sort" not in plan


def test_a_list_whose_address_is_wrong_says_so_and_shows_nothing(
    cast: Cast, client: Client, variables_kept: None
) -> None:
    f.registered(cast)
    client.force_login(cast.supervisor)
    for query in (
        *("", "measure=none", "measure=open&at=gestern", "measure=open&at=2020-01-01T00:00:00Z"),
        *("measure=open&cursor=x", "measure=received&part=all", "measure=received&team=77777"),
        "measure=received&from=2026-03-02&to=2026-03-01",
    ):
        answer = client.get(f"{reverse('analytics_rows')}?{query}")
        assert answer.status_code == 400, query
        assert answer.context["looked"].problems
        assert "rows" not in answer.context
    with pytest.raises(Invalid):
        look(cast.supervisor, to="2026-13-01")
