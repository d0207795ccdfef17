"""C9: a person is found by the exact value alone, five cases at most; each look is written down
under a keyed hash, and whoever tries numbers out is stopped by the ninth miss.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Alarm, AlarmKind
from audit.models import Entry
from complaints import enumeration, person_search, search
from complaints.models import Complaint, PersonSearch
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once
from tests.planted import id_number
from tests.walks.ask import browser

CARD = "6222020200112233440"
DOORS = ("/complaints/", "/archive/", "/archive/search/", "/search/", "/search/quick/")
PERSON = {
    "name": "欧阳检索",
    "phone": "12012345678",
    "email": "li.ming@example.com",
    "bank_account": "4111111111111111",
}


def found(cast: Cast, query: str, **who: Any) -> set[str]:
    by = who.get("by", cast.agent)
    cases = Complaint.objects.visible_to(by)
    answer = search.matching(cases, query, by=by, door="queue")
    return set(answer.cases.values_list("number", flat=True))


def test_c9_a_scan_of_telephones_is_stopped_by_the_ninth_miss_at_every_door(cast: Cast) -> None:
    case = f.investigating(cast)
    client, api = browser(cast.agent), "/api/v1/complaints/"
    seen = [client.get("/complaints/", {"q": f"120987600{n:02}", "state": "any"}) for n in range(8)]
    assert not any("已暂停" in page.content.decode() for page in seen)
    own = client.get("/complaints/", {"q": "120 1234 5678", "state": "any"})
    assert (
        case.number in own.content.decode()
    )  # eight were answered, and so is the ninth that is there
    repeated = client.get(
        "/", {"q": "12098760003", "state": "any"}
    )  # the same once more is no other
    assert "已暂停" not in repeated.content.decode()
    ninth = client.get(api, {"q": "12098760008"})
    assert (ninth.status_code, ninth.json()["code"]) == (429, "enumeration")
    assert 0 < int(ninth["Retry-After"]) <= 1801
    for door in DOORS:
        page = client.get(door, {"q": "12012345678", "state": "any", "stage": "any"})
        text = page.content.decode()
        assert "已暂停按号码" in text, door
        assert "这次没有查找" in text, door
        assert case.number not in text, door
    assert client.get("/api/v1/archive/", {"q": "12012345678", "stage": "any"}).status_code == 429
    assert (
        case.number
        in client.get("/complaints/", {"q": case.number, "state": "any"}).content.decode()
    )
    assert found(cast, "SO-1") == {case.number}
    assert found(cast, "12012345678", by=cast.supervisor) == {case.number}  # the others go on
    _written_down(cast, case)


def _written_down(cast: Cast, case: Complaint) -> None:
    """Who, when, what kind, under which hash; nothing in clear; one alarm; and that it ends."""
    rows = list(PersonSearch.objects.filter(by=cast.agent).order_by("pk"))
    assert [row.hits for row in rows if not row.refused] == [*[0] * 8, 1, 0]
    assert {row.digest for row in rows if row.refused} == {rows[8].digest}
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, '') FROM complaints_personsearch p")
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT encode(phone_index, 'hex') FROM complaints_consumer LIMIT 1")
        assert cursor.fetchone()[0] not in kept
    assert "1209876" not in kept
    assert "12012345678" not in kept
    alarm = Alarm.objects.get(kind=AlarmKind.ENUMERATION)
    assert (alarm.about, alarm.detail["missed"]) == (cast.agent, 9)
    assert Entry.objects.filter(verb="search.stopped", subject="user:agent").count() == 1
    later = timezone.now() + timedelta(minutes=31)
    visible = Complaint.objects.visible_to(cast.agent)
    hits = person_search.look_up(["12012345678"], visible, by=cast.agent, door="queue", now=later)
    assert hits.keys["12012345678"] == [case.pk]


def test_c9_a_slow_scan_is_stopped_by_the_day(cast: Cast, settings: Any) -> None:
    settings.PERSON_SEARCH_MISSES_PER_DAY = 10
    start, visible = timezone.now(), Complaint.objects.visible_to(cast.agent)
    stopped = [
        person_search.look_up(
            [f"120987600{n:02}"],
            visible,
            by=cast.agent,
            door="api",
            now=start + n * timedelta(hours=1),
        ).free
        for n in range(12)
    ]
    assert [free is not None for free in stopped] == [*[False] * 10, True, True]
    assert stopped[10] == start + timedelta(hours=24)


@pytest.mark.django_db(transaction=True)
def test_c9_fifty_at_once_are_eight_answers() -> None:
    cast = assemble()
    visible = Complaint.objects.visible_to(cast.agent)

    def look(n: int) -> bool:
        query = f"120987600{n:02}"
        return person_search.look_up([query], visible, by=cast.agent, door="api").free is None

    assert sum(at_once(*[lambda n=n: look(n) for n in range(50)])) == 8
    assert PersonSearch.objects.filter(refused=False).count() == 9
    assert Alarm.objects.filter(kind=AlarmKind.ENUMERATION).count() == 1


def test_c9_a_person_is_found_by_the_whole_value_alone_and_by_nothing_in_the_texts(
    cast: Cast, settings: Any
) -> None:
    settings.PERSON_SEARCH_MISSES = settings.PERSON_SEARCH_MISSES_PER_DAY = 1000
    document = id_number(random.Random(7))  # noqa: S311 not secret
    told = f"{f.NARRATIVE} 另有电话 13987654321 与卡号 {CARD}，邮箱 zhang.wei@example.com。"
    case = f.investigating(cast, consumer={**PERSON, "id_number": document}, narrative=told)
    for whole in (
        *PERSON.values(),
        document,
        "+86 120-1234-5678",
        "5678",
        "４１１１ 1111 1111 1111",
    ):
        assert found(cast, whole) == {case.number}, whole
    every = (*PERSON.values(), document, "13987654321", CARD, "zhang.wei@example.com")
    parts = {v[a:b] for v in every for a, b in ((0, 3), (0, -1), (1, None), (3, 7), (-6, None))}
    parts |= {f"{v[:3]}****{v[-4:]}" for v in every} | {
        "4321",
        "3440",
        "1111",
        "zhang",
        "120%",
        "_" * 11,
    }
    parts -= {*every}
    assert {part: hit for part in sorted(parts) if (hit := found(cast, part))} == {}
    client = browser(cast.agent)
    for part in sorted(parts):
        page = client.get("/archive/search/", {"q": part, "stage": "any"})
        assert case.number not in page.content.decode(), part


def test_c9_five_cases_of_a_person_are_listed_and_the_rest_is_said(cast: Cast) -> None:
    cases = [f.registered(cast, consumer=PERSON) for _n in range(7)]
    newest = {case.number for case in cases[2:]}
    client = browser(cast.agent)
    for query in (PERSON["phone"], PERSON["name"], PERSON["email"], "5678"):
        assert found(cast, query) == newest
        for door in ("/complaints/", "/archive/search/"):
            page = client.get(door, {"q": query, "state": "any", "stage": "any"}).content.decode()
            assert "只列出最近的 5 件" in page
            assert cases[0].number not in page
    answer = client.get("/api/v1/complaints/", {"q": PERSON["phone"]}).json()
    assert {row["number"] for row in answer["results"]} == newest


def test_c9_new_callers_do_not_count_once_registered_and_half_a_number_is_not_looked_for(
    cast: Cast,
) -> None:
    client = browser(cast.agent)

    def typed(phone: str) -> str:
        answer = client.post(reverse("intake_hints"), {"consumer_phone": phone, "title": "x"})
        return answer.content.decode()

    for n in range(12):
        phone = f"120987600{n:02}"
        assert "已暂停" not in typed(phone[:8])
        assert "已暂停" not in typed(phone)
        enumeration.settle({"phone": phone}, cast.agent, timezone.now())
    for n in range(20, 29):
        last = typed(f"120987600{n:02}")
    assert "已暂停" in last


# --- nothing compares by parts


LOOKUPS = (
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
    "search",
    "trigram_similar",
)
# What is compared by parts at all, and why it is nobody's number.
MAY = {
    "short_name__icontains": "a statute's short name",
    "email__endswith": "the demo's own people, by the domain of their addresses",
    "username__icontains": "an account of an employee",
    "username__istartswith": "an account of a colleague who is named in a note",
    "name__icontains": "the name of an employee, for accounts and mentions",
    "plain__contains": "text in which numbers are masked, behind an index without them",
}


def parts_compared() -> Iterator[tuple[str, str]]:
    """(file, lookup) of every comparison by parts in the product."""
    root = Path(configured.BASE_DIR)
    apps = (
        "accounts",
        "audit",
        "complaints",
        "config",
        "correspondence",
        "evidence",
        "letters",
        "reading_room",
    )
    for app in apps:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [node.arg] if isinstance(node, ast.keyword) and node.arg else []
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    names = [node.value]
                for name in names:
                    field, gap, lookup = name.rpartition("__")
                    if gap and field.isidentifier() and lookup in LOOKUPS:
                        yield path.relative_to(root).as_posix(), name


def test_c9_nothing_personal_is_compared_by_parts() -> None:
    found = list(parts_compared())
    assert {name for _file, name in found if name in MAY} == {*MAY}
    personal = ("phone", "id_number", "bank", "email", "masked", "sealed", "index", "address")
    others = {(file, name) for file, name in found if name not in MAY}
    assert {
        one for one in others if "consumer" in one[1] or any(p in one[1] for p in personal)
    } == set()
    assert {one for one in others if one[1].rpartition("__")[0].endswith("name")} == set()
    assert "django.contrib.admin" not in configured.INSTALLED_APPS
    rest = configured.REST_FRAMEWORK
    assert not rest.get("DEFAULT_FILTER_BACKENDS"), "filters come from complaints/api/filters.py"
