"""The page of the search: exact hits on top, words below, the queue alike, and odd queries."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Reading
from complaints.actions import communication
from complaints.finding import holding, matching, waiting
from complaints.models import Complaint, PersonSearch
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

PERSON = {"name": "欧阳检索", "phone": "12012348765", "email": "li.ming@example.com"}


def read_all() -> None:
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))


def numbers(page) -> list[str]:
    assert page.status_code == 200
    return re.findall(r'<li id="(TS\d\d-\d+)"', page.content.decode())


def queued(client: Client, words: str, **more: str) -> list[str]:
    page = client.get(reverse("queue"), {"q": words, **more}).content.decode()
    return list(dict.fromkeys(re.findall(r'href="/complaints/(TS\d\d-\d+)/', page)))


def found(client: Client, words: str, **more: str) -> list[str]:
    return numbers(client.get(reverse("search"), {"q": words, **more}))


def test_the_exact_case_stands_above_the_words_at_both_doors(cast: Cast) -> None:
    old = timezone.now() - timedelta(days=900)
    own = f.registered(cast, consumer=PERSON, order_number="A-7 (红)", now=old)
    said = f"上次的 {own.number}，A-7 (红)，欧阳检索，8765，都没有办"
    later = [f.registered(cast, narrative=said) for _ in range(2)]
    client = browser(cast.agent)
    for ready in (False, True):  # what was written a moment ago is found too
        if ready:
            read_all()
        for words in (own.number, own.number.lower(), "A-7 (红)", "欧阳检索", "8765"):
            hits = found(client, words)
            assert hits[0] == own.number, words
            assert set(hits) == {own.number, *(c.number for c in later)}, words
            assert set(queued(client, words)) == set(hits), words
        for words in ("12012348765", "120 1234-8765", "+86 12012348765", "li.ming@example.com"):
            assert found(client, words) == [own.number], words
            assert queued(client, words) == [own.number], words
    page = client.get(reverse("search"), {"q": "欧阳检索"}).content.decode()
    assert page.count("编号、号码或姓名相符") == 1
    assert {r.door for r in PersonSearch.objects.all()} == {"search"}
    row = Reading.objects.latest("pk")
    assert (row.page, set(row.subjects)) == ("search", {c.subject for c in (own, *later)})
    assert found(browser(cast.outsider), own.number) == []


def test_exact_cases_stay_on_top_and_pages_go_on_where_the_last_one_ended(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.finding.listing.SIZE", 2)
    named = [f.registered(cast, consumer=PERSON) for _ in range(3)]
    told = [f.registered(cast, narrative="欧阳检索来过") for _ in range(4)]
    read_all()
    wanted = [c.number for c in (*reversed(named), *reversed(told))]
    client = browser(cast.agent)
    for most in (2_000, 3):  # the second: more than are looked at, the exact ones are older
        monkeypatch.setattr(matching, "MOST", most)
        page, seen, back = client.get(reverse("search"), {"q": "欧阳检索"}), [], ""
        while True:
            seen.append(numbers(page))
            link = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
            if link is None:
                break
            page = client.get(reverse("search") + link[1].replace("&amp;", "&"))
        wanted = wanted if most > 3 else wanted[:6]
        assert [number for each in seen for number in each] == wanted
        back = re.search(r'href="([^"]+)" rel="prev"', page.content.decode())[1]
        earlier = client.get(reverse("search") + back.replace("&amp;", "&"))
        assert numbers(earlier) == seen[-2]


def test_the_queue_finds_what_the_file_says_and_lists_closed_cases_in_order(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    cases = [f.registered(cast, now=now - timedelta(days=n)) for n in range(3)]
    closed = f.closed(cast)
    Complaint.objects.filter(pk=closed.pk).update(received_at=now - timedelta(hours=30))
    for case in (*cases, closed):
        communication.write(
            case.number, {"kind": "internal_note", "text": "批注玄武，根治"}, by=cast.supervisor
        )
    read_all()
    client = browser(cast.agent)
    due = Complaint.objects.open().order_by("next_due_at", "id").values_list("number", flat=True)
    order = [c.number for c in (cases[0], cases[1], closed, cases[2])]
    for fetched in (2_000, 0):  # fetched by their keys, or the list walked
        monkeypatch.setattr("complaints.search.FETCHED", fetched)
        for words in ("玄武", "批注 根治", "注玄武"):
            assert queued(client, words) == order, words
            assert queued(client, words, state="done") == [closed.number]
            assert queued(client, words, state="open") == list(due)
    answer = client.get("/api/v1/complaints/", {"q": "玄武"}).json()
    assert {row["number"] for row in answer["results"]} == set(order)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("长" * 10_000, "只查找前 200 个字，后面的已忽略。"),
        ("玄武*", "不代表任意字"),
        ("玄%武", "不代表任意字"),
        ("_玄武", "不代表任意字"),
        ('"玄武', "引号没有成对"),
        ("“玄武", "引号没有成对"),
        ("%%%", "没有可以查找的汉字、字母或数字"),
        (" ".join(f"词{n}" for n in range(20)), "最多同时查找 8 个词"),
    ],
)
def test_whatever_is_not_looked_for_is_said_at_every_door(
    cast: Cast, words: str, said: str
) -> None:
    case = f.registered(cast, narrative="商家承诺，玄武")
    client = browser(cast.agent)
    for name in ("search", "queue", "archive", "archive_search"):
        page = client.get(reverse(name), {"q": words, "state": "any" if name == "queue" else ""})
        assert said in page.content.decode(), name
    hits = [case.number] if words.strip('"“*_') == "玄武" else []
    assert found(client, words) == queued(client, words) == hits
    for address in ("/api/v1/complaints/", "/api/v1/archive/"):
        refused = client.get(f"{address}?q={quote(words)}")
        assert refused.status_code == 400, address
        assert said in str(refused.json()), address
    assert found(client, "卡里扣 3.5% 的费用，为什么?") == []
    assert "不代表" not in client.get(reverse("search"), {"q": "3.5% 为什么?"}).content.decode()


def test_the_index_is_asked_first_and_no_further_than_so_many(cast: Cast) -> None:
    for _ in range(5):
        f.registered(cast, narrative="共同词")
    read_all()
    from complaints.finding.terms import asked

    terms = asked("共同词").terms
    assert len(holding._keys(terms, {}, 10) or ()) == 5
    assert holding._keys(terms, {}, 4) is None
    assert holding._keys(terms, {}, 1) is None
