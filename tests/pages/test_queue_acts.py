"""What is done on the list: taking the next case and handing several over."""

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import assignment, intake
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def test_taking_the_next_case_opens_it_and_says_when_nothing_is_left(
    cast: Cast, agent: Client
) -> None:
    case = intake.register(f.values(), by=cast.agent)
    assert agent.post(reverse("take")).url == reverse("case", args=[case.number])
    case.refresh_from_db()
    assert case.owner == cast.agent
    assert agent.post(reverse("take")).url == reverse("queue")
    assert "您的团队现在没有待分配的案件" in agent.get(reverse("queue")).content.decode()
    assert agent.get(reverse("take")).status_code == 405
    assert browser(cast.counsel).post(reverse("take")).status_code == 403


def test_handing_over_several_cases_reports_each_that_did_not_work(cast: Cast) -> None:
    good, stale, elsewhere = (
        f.registered(cast),
        f.registered(cast),
        f.registered(cast, by=cast.outsider),
    )
    assignment.assign(stale.number, by=cast.supervisor, user=cast.agent, note="先动了一下")
    client = browser(cast.supervisor)
    chosen = [f"{c.number}:{c.version}" for c in (good, stale, elsewhere)]
    sent = {
        "case": chosen,
        "to": str(cast.colleague.pk),
        "note": "请接手",
        "next": f"{reverse('queue')}?state=open",
    }
    assert client.post(reverse("reassign"), sent).url == f"{reverse('queue')}?state=open"
    page = client.get(reverse("queue")).content.decode()
    assert "已将 1 件转派给 何静" in page
    assert f"{stale.number} 没有转派" in page
    assert f"{elsewhere.number}：没有找到" in page
    good.refresh_from_db()
    assert good.owner == cast.colleague
    assert browser(cast.agent).post(reverse("reassign"), sent).status_code == 403


@pytest.mark.parametrize(
    "changes", [{"case": []}, {"to": ""}, {"to": "nobody"}, {"to": "99999999"}]
)
def test_handing_over_needs_cases_and_a_receiver(cast: Cast, changes: dict) -> None:
    case = f.registered(cast)
    client = browser(cast.supervisor)
    client.post(
        reverse("reassign"),
        {"case": [f"{case.number}:1"], "to": str(cast.colleague.pk), "note": "x", **changes},
    )
    assert "请先选择案件，再选择转派给谁。" in client.get(reverse("queue")).content.decode()


def test_only_supervisors_see_boxes_to_select(cast: Cast, agent: Client) -> None:
    f.registered(cast)
    assert "data-select" not in agent.get(reverse("queue")).content.decode()
    assert "data-select" in browser(cast.supervisor).get(reverse("queue")).content.decode()
