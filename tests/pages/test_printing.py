"""打印: a case and a list as documents on A4, masked, on record, refused where taking away is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry, Reading
from complaints.actions import access, access_decision
from complaints.views import list_paper
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

LIST = reverse("queue_print")


def text_of(answer: Any) -> str:
    """Of a PDF, its pages apart."""
    assert answer["Content-Type"] == "application/pdf", answer.content.decode()[:2000]
    assert "attachment" in answer["Content-Disposition"]
    pages = pypdfium2.PdfDocument(answer.content)
    return "\f".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "\n")


def printed(client: Client, query: str = "", **sent: str) -> Any:
    """The answer to the form of the list."""
    given = {"purpose": "晨会", "password": PASSWORD, **sent}
    return client.post(f"{LIST}{query}", given)


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def test_a_case_is_printed_as_a_document_from_its_menu(cast: Cast, agent: Client) -> None:
    case = f.executing(cast, title="胶囊宣称根治")
    address = reverse("case_print", args=[case.number])
    assert f'action="{address}"' in agent.get(reverse("case", args=[case.number])).content.decode()
    answer = agent.post(address)
    text = text_of(answer)
    parts = text.split("\f")
    assert len(parts) > 1
    for n, part in enumerate(parts, 1):
        assert f"第 {n} 页 共 {len(parts)} 页" in part
        assert case.number in part
        assert f"{cast.agent.name} 打印于" in part
    for words in ("胶囊宣称根治", "投诉内容", "时限", "无法查明", "消费者实际支付的价款", "王**"):
        assert words in text, words
    assert "王测试" not in text
    entry = Entry.objects.get(verb="complaint.printed")
    assert (entry.subject, entry.actor) == (case.subject, cast.agent.username)
    reading = Reading.objects.filter(page="case_print").get()
    assert reading.about == case.subject


def test_a_print_is_made_by_a_post_alone_and_of_what_one_sees(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    address = reverse("case_print", args=[case.number])
    assert agent.get(address).status_code == 405
    assert browser(cast.outsider).post(address).status_code == 404
    assert browser(cast.administrator).post(address).status_code == 403
    assert not Entry.objects.filter(verb="complaint.printed").exists()
    assert browser(cast.auditor).post(address).status_code == 200
    assert agent.post(address).status_code == 200


def test_what_is_lent_for_reading_is_not_taken_away(cast: Cast) -> None:
    case = f.investigating(cast)
    values = {"kind": "read", "why": "same_matter", "reason": "同一批次", "hours": "2"}
    row = access.ask({"number": case.number, **values}, by=cast.outsider)
    access_decision.decide(row.pk, {"agree": "1"}, by=cast.supervisor)
    reader = browser(cast.outsider)
    page = reader.get(reverse("case", args=[case.number]))
    assert page.status_code == 200
    address = reverse("case_print", args=[case.number])
    assert address not in page.content.decode()
    assert reader.post(address).status_code == 403
    own = f.registered(replace(cast, agent=cast.outsider), order_number="SO-9")
    listed = text_of(printed(reader, "?state=any"))
    assert own.number in listed
    assert case.number not in listed
    assert not Entry.objects.filter(verb="complaint.printed").exists()


def test_the_list_is_printed_with_its_filters_and_in_its_order(cast: Cast, agent: Client) -> None:
    first, second = f.registered(cast), f.registered(cast, order_number="SO-2")
    done = f.closed(cast, order_number="SO-3")
    queue = agent.get(reverse("queue") + "?state=open&owner=me").content.decode()
    assert f"{LIST}?owner=me&amp;state=open" in queue or f"{LIST}?state=open&amp;owner=me" in queue
    form = agent.get(f"{LIST}?state=open").content.decode()
    assert "未办结" in form
    text = text_of(printed(agent, "?state=open"))
    for words in (first.number, second.number, "状态：未办结", "共 2 件，全部印出", "晨会", "王**"):
        assert words in text, words
    assert done.number not in text
    assert "王测试" not in text
    assert "第 1 页 共 1 页" in text
    detail = Entry.objects.get(verb="queue.printed").detail
    assert detail == {
        "filters": {"state": "open"},
        "purpose": "晨会",
        "cases": 2,
        "printed": 2,
    }
    subjects = Reading.objects.filter(page="queue_print").get().subjects
    assert {first.subject, second.subject} <= set(subjects)


def test_more_than_fit_are_said(cast: Cast, agent: Client, monkeypatch: Any) -> None:
    for n in range(3):
        f.registered(cast, order_number=f"SO-{n}")
    monkeypatch.setattr(list_paper, "MOST", 2)
    text = text_of(printed(agent, "?state=open"))
    assert "共 3 件，只印了排在最前的 2 件" in text.replace("\n", "")
    assert Entry.objects.get(verb="queue.printed").detail["printed"] == 2


def test_without_purpose_person_or_with_a_condition_that_is_not_understood_nothing_is_printed(
    cast: Cast, agent: Client
) -> None:
    f.registered(cast)
    assert "晨会" in printed(agent, "?state=open", password="wrong").content.decode()
    for query, sent, words in (
        ("?state=open", {"purpose": " "}, "请写明导出的用途"),
        ("?state=open", {"password": "wrong"}, "没有导出"),
        ("?state=open&team=999999", {}, "条件有误"),
        ("?state=closed", {}, "没有可以打印的案件"),
    ):
        answer = printed(agent, query, **sent)
        assert answer.status_code == 422, query
        assert words in answer.content.decode()
    assert not Entry.objects.filter(verb="queue.printed").exists()
    assert printed(agent, "?state=open").status_code == 200


def test_a_number_that_was_searched_for_stands_masked_on_paper_and_not_in_the_record(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast)
    passport = "护照 E12345678"
    text = text_of(printed(agent, f"?state=any&q={case.number}"))
    assert case.number in text
    filters = list_paper.Filters(cast.agent, {"q": passport}, None)  # type: ignore[arg-type]
    assert "E12345678" not in list_paper.conditions(filters)
    assert Entry.objects.get(verb="queue.printed").detail["filters"] == {"state": "any", "q": "…"}
