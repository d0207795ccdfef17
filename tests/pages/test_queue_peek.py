"""The preview beside the list."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import holds
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_preview_shows_clocks_open_facts_and_the_latest_events_masked(cast: Cast) -> None:
    case = f.investigating(cast)
    holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    client = browser(cast.agent)
    with CaptureQueriesContext(connection) as statements:
        page = client.get(reverse("peek", args=[case.number])).content.decode()
    assert len(statements) <= 10, [q["sql"][:110] for q in statements]
    for words in ("王**", "答复消费者", "法定：", "还差", "等待鉴定", "受理"):
        assert words in page
    for clear in ("王测试", "12012345678"):
        assert clear not in page


def test_the_preview_of_every_state_can_be_drawn(cast: Cast) -> None:
    client = browser(cast.supervisor)
    for state, make in f.IN_STATE.items():
        page = client.get(reverse("peek", args=[make(cast).number]))
        assert page.status_code == 200, state


def test_another_teams_case_has_no_preview(cast: Cast) -> None:
    case = f.registered(cast, by=cast.outsider)
    for user, status in (
        (cast.agent, 404),
        (cast.counsel, 404),
        (cast.administrator, 403),
        (cast.auditor, 200),
    ):
        assert browser(user).get(reverse("peek", args=[case.number])).status_code == status
