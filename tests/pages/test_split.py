"""拆案 on the screen: the sheet begun with what the first case says, and the second case."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import half_typed
from complaints.models import Complaint, Draft
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_links import pane
from tests.walks.ask import browser, text_of

SENT = {
    "title": "送货时摔坏电视柜",
    "category": "telesales_fraud",
    "product_name": "送货服务",
    "product_category": "",
    "narrative": "送货师傅撞坏了电视柜。",
    "reason": "与保健品不是一件事",
}


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def place_of(case: Complaint) -> str:
    return reverse("split_case", args=[case.number])


def sheet_of(client: Client, case: Complaint) -> tuple[str, str]:
    """The sheet, and what it says the case is like."""
    page = text_of(client.get(place_of(case)))
    return page, page.partition('name="version" value="')[2].partition('"')[0]


def second() -> Complaint:
    return Complaint.objects.latest("pk")


def test_a_case_is_split_from_its_menu_and_leads_to_the_second(cast: Cast, agent: Client) -> None:
    one = f.investigating(cast)
    assert place_of(one) in text_of(agent.get(reverse("case", args=[one.number])))
    page, version = sheet_of(agent, one)
    assert one.narrative in page
    assert f'value="{one.product_name}"' in page
    assert '<option value="telesales_fraud" selected>' in page
    answer = agent.post(place_of(one), {**SENT, "version": version})
    two = second()
    assert answer["Location"] == reverse("case", args=[two.number])
    assert (two.title, two.narrative) == (SENT["title"], SENT["narrative"])
    shown = text_of(agent.get(answer["Location"]))
    assert f"已从 {one.number} 拆出本案" in shown
    assert f"由 {one.number} 拆出" in shown
    assert one.number in pane(agent, two)
    assert "拆出的案件" in pane(agent, one)
    table = text_of(agent.get(reverse("links", args=[one.number])))
    assert "取消关联</a>" not in table  # that it was split stays so
    again = agent.post(place_of(one), {**SENT, "version": version})  # the second click
    assert again.status_code == 409
    assert SENT["narrative"] in text_of(again)
    assert second() == two


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"narrative": " "}, "narrative"),
        ({"reason": ""}, "reason"),
        ({"title": "长" * 10_000}, "title"),
        ({"product_name": "长" * 201}, "product_name"),
        ({"narrative": "有\x0b字"}, "narrative"),
        ({"category": "' OR 1=1"}, "category"),
    ],
)
def test_a_refused_split_keeps_what_was_typed(
    cast: Cast, agent: Client, sent: dict[str, str], field: str
) -> None:
    one = f.investigating(cast)
    answer = agent.post(place_of(one), {**SENT, **sent})
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'id="id_{field}_error"' in page or f'aria-describedby="id_{field}' in page
    assert (SENT["title"] if field != "title" else SENT["narrative"]) in page
    assert Complaint.objects.count() == 1


def test_what_cannot_be_split_says_what_to_do_instead(cast: Cast, agent: Client) -> None:
    done = f.closed(cast)
    page, _version = sheet_of(agent, done)
    assert "请先重新启动它" in page
    assert 'name="narrative"' not in page
    assert place_of(done) not in text_of(agent.get(reverse("case", args=[done.number])))
    late = agent.post(place_of(done), SENT)
    assert late.status_code == 422
    assert SENT["narrative"] in text_of(late)


def test_people_who_only_read_and_strangers_split_nothing(cast: Cast) -> None:
    one = f.investigating(cast)
    for by, status in ((cast.auditor, 403), (cast.outsider, 404)):
        client = browser(by)
        answers: list[Any] = [client.get(place_of(one)), client.post(place_of(one), SENT)]
        assert [a.status_code for a in answers] == [status, status]
    assert Complaint.objects.count() == 1


def test_a_half_written_split_is_kept_and_forgotten_when_done(cast: Cast, agent: Client) -> None:
    one = f.investigating(cast)
    key = f"split:{one.number}"
    assert f'data-draft="{key}"' in sheet_of(agent, one)[0]
    half_typed.save_draft(cast.agent, key, {"narrative": "写到一半"})
    agent.post(place_of(one), {**SENT, "draft": key})
    assert not Draft.objects.filter(key=key).exists()
