"""The page of notices and the bell: the own ones, unread first, each with its case and its why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from complaints.models import Complaint
from correspondence import inbox
from correspondence.models import Notice
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.conftest import told

pytestmark = pytest.mark.usefixtures("variables_kept")


def browser(user: User) -> Client:
    cache.clear()
    client = Client()
    client.force_login(user)
    return client


def some(cast: Cast, n: int = 3) -> tuple[Complaint, list[Notice]]:
    """A case and the agent's notices about it, oldest first."""
    case = f.investigating(cast)
    return case, [told(case, "owner")[0] for _n in range(n)]


def test_unread_ones_stand_before_those_that_were_read(cast: Cast) -> None:
    _case, (first, second, third) = some(cast)
    inbox.read(cast.agent, third.pk)
    page = browser(cast.agent).get(reverse("notices")).content.decode()
    places = [page.index(f'id="n{n.pk}"') for n in (second, first, third)]
    assert places == sorted(places)
    assert "2 条未读" in page
    assert page.count("标为已读") == 2 * 2 + 1  # each with its name, and all


def test_a_notice_says_why_links_to_its_case_and_to_the_choice(cast: Cast) -> None:
    case, _notices = some(cast, 1)
    page = browser(cast.agent).get(reverse("notices")).content.decode()
    assert "您是这件案件的责任人" in page
    assert f'href="{reverse("wishes")}#deadline_owner"' in page
    assert f'href="{reverse("case", args=[case.number])}"' in page


def test_opening_by_the_button_marks_it_read_and_goes_to_the_case(cast: Cast) -> None:
    case, (notice, *_others) = some(cast)
    client = browser(cast.agent)
    answer = client.post(reverse("open_notice", args=[notice.pk]))
    assert answer.url == reverse("case", args=[case.number])
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert inbox.unread(cast.agent).count() == 2


def test_looking_changes_nothing(cast: Cast) -> None:
    some(cast)
    client = browser(cast.agent)
    client.get(reverse("notices"))
    client.get(reverse("notices_count"))
    assert inbox.unread(cast.agent).count() == 3


def test_all_that_had_come_are_marked_and_what_came_since_is_not(cast: Cast) -> None:
    case, _notices = some(cast)
    client = browser(cast.agent)
    page = client.get(reverse("notices"))
    until = page.context["now"].isoformat()
    late = told(case, "owner")[0]
    assert client.post(reverse("read_notices"), {"until": until}).url == reverse("notices")
    assert list(inbox.unread(cast.agent)) == [late]
    client.post(reverse("read_notices"), {"until": "tomorrow, perhaps"})
    assert not inbox.unread(cast.agent).exists()


@pytest.mark.parametrize("name", ["open_notice", "read_notice"])
def test_anothers_notice_does_not_exist(cast: Cast, name: str) -> None:
    _case, (notice, *_others) = some(cast, 1)
    assert browser(cast.colleague).post(reverse(name, args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_notices_of_a_case_that_one_sees_no_more_are_gone_and_not_counted(cast: Cast) -> None:
    case, (notice, *_others) = some(cast)
    Complaint.objects.filter(pk=case.pk).update(team=cast.other_team, owner=cast.outsider)
    client = browser(cast.agent)
    page = client.get(reverse("notices")).content.decode()
    assert case.number not in page
    assert client.get(reverse("notices_count")).json()["unread"] == 0
    assert client.post(reverse("open_notice", args=[notice.pk])).status_code == 404


def test_the_list_can_be_narrowed_and_what_is_unknown_is_left_out(cast: Cast) -> None:
    _case, (read, unread) = some(cast, 2)
    inbox.read(cast.agent, read.pk)
    client, address = browser(cast.agent), reverse("notices")

    def shown(**query: str) -> set[int]:
        page = client.get(address, query).content.decode()
        return {n.pk for n in (read, unread) if f'id="n{n.pk}"' in page}

    assert shown(show="unread") == {unread.pk}
    assert shown(family="deadline_owner") == {read.pk, unread.pk}
    assert shown(family="review") == set()
    assert shown(family="nonsense", after="u1e9", show="?") == {read.pk, unread.pk}


def test_pages_follow_each_other_without_gap_or_repetition(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE_SIZE", 2)
    _case, notices = some(cast, 7)
    for notice in notices[:4]:
        inbox.read(cast.agent, notice.pk)
    seen, place = [], ""
    for _n in range(9):
        page = inbox.page(cast.agent, inbox.Place.of(place))
        seen += [n.pk for n in page.notices]
        if not (place := page.next):
            break
    own = [n.pk for n in notices]
    assert seen == own[4:][::-1] + own[:4][::-1]


def test_the_bell_counts_and_every_page_shows_it(cast: Cast) -> None:
    some(cast, 2)
    client = browser(cast.agent)
    assert client.get(reverse("notices_count")).json() == {
        "unread": 2,
        "words": "2 条未读通知",
    }
    page = client.get(reverse("queue")).content.decode()
    assert 'data-bell="2"' in page
    assert 'aria-label="2 条未读通知"' in page
    client.post(reverse("read_notices"))
    assert 'aria-label="通知，没有未读"' in client.get(reverse("queue")).content.decode()


def test_people_who_get_no_notices_have_no_bell(cast: Cast) -> None:
    for user in (cast.administrator, cast.auditor):
        client = browser(user)
        assert client.get(reverse("notices")).status_code == 403
        assert "data-bell" not in client.get(reverse("settings")).content.decode()


def test_the_deputys_notice_names_whom_it_was_for(cast: Cast) -> None:
    _case, (notice,) = some(cast, 1)
    Notice.objects.filter(pk=notice.pk).update(behalf_of=cast.colleague)
    assert "代 何静 收到" in browser(cast.agent).get(reverse("notices")).content.decode()


def test_what_became_of_the_clock_stands_beside_its_warning(cast: Cast) -> None:
    case, _notices = some(cast, 1)
    case.deadlines.filter(kind="general_reply").update(state="missed")
    assert "逾期" in browser(cast.agent).get(reverse("notices")).content.decode()


def test_a_notice_says_how_much_time_is_left_when_it_is_read(cast: Cast, monday: Any) -> None:
    _case, (notice,) = some(cast, 1)
    assert "余" in notice.subject
    client = browser(cast.agent)
    assert notice.subject in client.get(reverse("notices")).content.decode()
    monday.shift(timedelta(days=20))
    client = browser(cast.agent)
    page = client.get(reverse("notices")).content.decode()
    assert notice.subject not in page
    assert "答复消费者：已到期（03-17 24:00）" in page
    notice.refresh_from_db()
    assert "余" in notice.subject  # what was said then stays


def test_many_notices_cost_as_many_statements_as_few(
    cast: Cast, django_assert_max_num_queries
) -> None:
    case, _notices = some(cast, 1)
    for n in range(8):
        told(case if n % 2 else f.investigating(cast), "owner")
    client = browser(cast.agent)
    client.get(reverse("settings"))
    with django_assert_max_num_queries(7):  # session, person, teams, two parts, clocks, who read
        client.get(reverse("notices"))
