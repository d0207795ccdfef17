"""From a case to the next one of its list and back to its row: by the server, whatever was done to
the case meanwhile, in any tab, without scripts.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from complaints.views import neighbours, queue_lines, queue_rows
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_queue import browser, numbers

HOST = "http://testserver"
MINE = "owner=me&state=open"


def cases(cast: Cast, count: int) -> list[str]:
    """Numbers of the agent's cases in the order of the list."""
    found = []
    for n in range(count):
        case = f.registered(cast, order_number=f"SO-{n}")
        due = timezone.now() + timedelta(days=n + 1)
        Complaint.objects.filter(pk=case.pk).update(next_due_at=due)
        found.append(case.number)
    return found


def opened(client: Client, number: str, query: str = MINE) -> Any:
    """The case, as a browser opens it from the list."""
    came_from = f"{HOST}{reverse('queue')}{'?' if query else ''}{query}"
    return client.get(reverse("case", args=[number]), headers={"referer": came_from})


def goes(client: Client, name: str, number: str) -> str:
    """Where it leads."""
    answer = client.get(reverse(name, args=[number]))
    assert answer.status_code == 302, answer.content[:200]
    return answer.url


def at(number: str) -> str:
    return reverse("case", args=[number])


def test_next_and_previous_follow_the_list_to_its_ends(cast: Cast) -> None:
    client, (a, b, c) = browser(cast.agent), cases(cast, 3)
    f.registered(cast, by=cast.colleague)
    assert reverse("next_in_list", args=[a]) in opened(client, a).content.decode()
    assert goes(client, "next_in_list", a) == at(b)
    assert goes(client, "next_in_list", b) == at(c), "the place goes along"
    assert goes(client, "next_in_list", c) == at(c)
    assert "这已经是列表里的最后一件" in client.get(at(c)).content.decode()
    assert goes(client, "previous_in_list", c) == at(b)
    assert goes(client, "previous_in_list", b) == at(a)
    assert goes(client, "previous_in_list", a) == at(a)
    assert "这已经是列表里的第一件" in client.get(at(a)).content.decode()


def test_a_case_that_left_the_list_by_a_step_goes_on_from_where_it_was(cast: Cast) -> None:
    client, (a, b, c) = browser(cast.agent), cases(cast, 3)
    opened(client, b)
    fields = {"reason": "not_our_business", "explanation": "请拨打 12315，或向法院起诉"}
    f.step(Complaint.objects.get(number=b), "decline", cast.supervisor, **fields)
    again = client.get(at(b))  # after the form, from the case itself
    assert reverse("next_in_list", args=[b]) in again.content.decode()
    assert goes(client, "next_in_list", b) == at(c)
    assert f"{b} 已不在列表里，这是列表里排在它后面的一件" in client.get(at(c)).content.decode()
    assert goes(client, "previous_in_list", b) == at(a)
    assert goes(client, "back_to_list", b) == f"{reverse('queue')}?{MINE}#{c}"


def test_other_filters_other_neighbours_each_tab_its_own(cast: Cast) -> None:
    client, (a, b, c) = browser(cast.agent), cases(cast, 3)
    Complaint.objects.filter(number__in=[a, c]).update(channel="web")
    opened(client, a, "state=open&channel=web")
    opened(client, b)
    assert goes(client, "next_in_list", a) == at(c)
    assert goes(client, "next_in_list", b) == at(c)
    assert goes(client, "back_to_list", a) == f"{reverse('queue')}?state=open&channel=web#{a}"


def test_the_first_list_has_no_filters_in_its_address(cast: Cast) -> None:
    client, (a, b) = browser(cast.agent), cases(cast, 2)
    opened(client, a, "")
    assert goes(client, "next_in_list", a) == at(b)
    assert goes(client, "back_to_list", a) == f"{reverse('queue')}#{a}"


def test_cases_without_a_date_stand_last_and_finished_ones_newest_first(cast: Cast) -> None:
    client, (a, b, c) = browser(cast.agent), cases(cast, 3)
    Complaint.objects.filter(number__in=[b, c]).update(next_due_at=None)
    opened(client, a)
    assert [goes(client, "next_in_list", n) for n in (a, b, c)] == [at(b), at(c), at(c)]
    for n, number in enumerate((a, b, c)):
        closed = timezone.now() - timedelta(days=n)
        Complaint.objects.filter(number=number).update(
            state="closed", outcome="resolved", closed_at=closed
        )
    opened(client, b, "state=done")
    assert goes(client, "next_in_list", b) == at(c)
    assert goes(client, "previous_in_list", b) == at(a)


def test_back_leads_to_the_page_that_has_the_row(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queue_rows, queue_lines, neighbours):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    client, all_of_them = browser(cast.agent), cases(cast, 5)
    opened(client, all_of_them[0])
    for here, after in pairwise(all_of_them):
        assert goes(client, "next_in_list", here) == at(after)
        back = goes(client, "back_to_list", after)
        page = client.get(back)
        assert after in numbers(page), "whatever page it is on"
        assert urlsplit(back).fragment == after
        opened(client, after, urlsplit(back).query)


def test_what_was_searched_for_is_kept_nowhere(cast: Cast) -> None:
    client, (a, _b) = browser(cast.agent), cases(cast, 2)
    opened(client, a)
    page = opened(client, a, "q=SO&state=any")
    assert f"{reverse('queue')}?q=SO" in page.content.decode().replace("&amp;", "&")
    assert goes(client, "next_in_list", a) == at(a)
    assert "不知道您是从哪个列表打开本案的" in client.get(at(a)).content.decode()
    assert goes(client, "back_to_list", a) == f"{reverse('queue')}#{a}"


def test_the_list_is_that_of_whoever_looks(cast: Cast) -> None:
    """Cases out of sight are no neighbours, and nobody else's place counts."""
    client, (a, b, c) = browser(cast.agent), cases(cast, 3)
    opened(client, a, "state=open")
    Complaint.objects.filter(number=b).update(team=cast.other_team)
    assert goes(client, "next_in_list", a) == at(c)
    assert client.get(reverse("next_in_list", args=[b])).status_code == 404
    client.force_login(cast.colleague)
    assert goes(client, "next_in_list", a) == at(a), "somebody else's place"


@pytest.mark.parametrize("junk", ["", "x", "x:y:z", "a" * 4000])
def test_junk_in_the_browser_is_no_place(cast: Cast, junk: str) -> None:
    client, (a, _b) = browser(cast.agent), cases(cast, 2)
    client.cookies["places"] = junk
    assert client.get(at(a)).status_code == 200
    assert goes(client, "next_in_list", a) == at(a)


def test_addresses_of_others_and_very_long_ones_are_no_list(cast: Cast) -> None:
    client, (a, _b) = browser(cast.agent), cases(cast, 2)
    for address in (
        "https://evil.example/complaints/?state=open",
        f"{HOST}/complaints/?state=open&x={'y' * 700}",
        f"{HOST}/danger/",
    ):
        client.get(at(a), headers={"referer": address})
        assert "places" not in client.cookies
    opened(client, a, "state=nonsense&cursor=%00&owner=999999999")
    assert goes(client, "next_in_list", a) in (at(a), at(_b))


def test_only_the_latest_few_are_kept(cast: Cast) -> None:
    client, found = browser(cast.agent), cases(cast, 14)
    for number in found:
        opened(client, number)
    assert goes(client, "next_in_list", found[0]) == at(found[0])
    assert goes(client, "next_in_list", found[6]) == at(found[7])
    assert len(client.cookies["places"].value) < 1500
