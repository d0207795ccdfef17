"""关联案件 on the screen: the pane beside the case, its page, the two sheets."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import confidentiality, linking
from complaints.models import CaseLink, Complaint, Draft
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser, text_of


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def two(cast: Cast) -> tuple[Complaint, Complaint]:
    return f.investigating(cast), f.investigating(cast, order_number="SO-2", title="第二次扣款")


def linked(cast: Cast) -> tuple[Complaint, Complaint, CaseLink]:
    one, other = two(cast)
    sent = {"to": other.number, "kind": "follow_up", "note": "同一张会员卡"}
    return one, other, linking.link(one.number, sent, by=cast.agent)


def pane(client: Client, case: Complaint) -> str:
    address = reverse("links", args=[case.number])
    return text_of(client.get(address, headers={"HX-Request": "true"}))


def post(client: Client, name: str, *args: Any, **sent: str) -> Any:
    return client.post(reverse(name, args=args), sent)


def test_a_case_is_linked_from_its_menu_and_both_pages_name_the_other(
    cast: Cast, agent: Client
) -> None:
    one, other = two(cast)
    place = reverse("link_case", args=[one.number])
    page = text_of(agent.get(reverse("case", args=[one.number])))
    assert place in page
    assert f'"{reverse("links", args=[one.number])}"' not in page  # nothing to load yet
    form = text_of(agent.get(place))
    assert f'<option value="{other.number}">' in form  # the same telephone
    sent = {"to": other.number, "kind": "follow_up", "note": "同一张会员卡"}
    answer = post(agent, "link_case", one.number, **sent)
    assert answer["Location"] == reverse("case", args=[one.number])
    for case, words in ((one, "前案"), (other, "后续")):
        assert reverse("links", args=[case.number]) in text_of(
            agent.get(reverse("case", args=[case.number]))
        )
        assert words in pane(agent, case)
        assert "同一张会员卡" in text_of(agent.get(reverse("links", args=[case.number])))
    assert "第二次扣款" in pane(agent, one)
    assert "调查中" in pane(agent, one)


def test_a_refused_link_keeps_what_was_typed_and_a_double_click_makes_one(
    cast: Cast, agent: Client
) -> None:
    one, other = two(cast)
    sent = {"to": "TS26-999999", "kind": "other", "note": "同一张会员卡"}
    answer = post(agent, "link_case", one.number, **sent)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "没有找到要关联的案件" in page
    assert 'value="TS26-999999"' in page
    assert "同一张会员卡" in page
    for _click in range(2):
        post(agent, "link_case", one.number, **{**sent, "to": other.number})
    assert CaseLink.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_link_is_ended_with_a_reason_from_either_page(cast: Cast, agent: Client) -> None:
    one, other, link = linked(cast)
    place = reverse("unlink_case", args=[other.number, link.pk])
    assert place in text_of(agent.get(reverse("links", args=[other.number])))
    assert agent.get(place).status_code == 200
    assert post(agent, "unlink_case", other.number, link.pk, reason=" ").status_code == 422
    post(agent, "unlink_case", other.number, link.pk, reason="不是同一张卡")
    assert "没有您能看到的关联案件" in text_of(agent.get(reverse("links", args=[one.number])))
    assert "不是同一张卡" in text_of(agent.get(reverse("case", args=[one.number])))
    late = post(agent, "unlink_case", other.number, link.pk, reason="再取消")
    assert late.status_code == 422
    assert "刚才已经取消" in text_of(late)
    assert "刚才已经取消" in text_of(agent.get(place))


def test_of_a_case_out_of_sight_only_the_count_is_said(cast: Cast, agent: Client) -> None:
    one, other, _link = linked(cast)
    secret = {"confidential": True, "reason": "涉及隐私"}
    confidentiality.change(other.number, secret, by=cast.supervisor)
    Complaint.objects.filter(pk=other.pk).update(owner=cast.supervisor)
    for page in (pane(agent, one), text_of(agent.get(reverse("links", args=[one.number])))):
        assert "1 件不在您的范围" in page
        assert other.number not in page
        assert "第二次扣款" not in page


def test_whoever_reads_only_is_offered_nothing_and_may_do_nothing(cast: Cast) -> None:
    one, _other, link = linked(cast)
    auditor = browser(cast.auditor)
    page = text_of(auditor.get(reverse("links", args=[one.number])))
    assert "第二次扣款" in page
    assert reverse("link_case", args=[one.number]) not in page
    assert reverse("unlink_case", args=[one.number, link.pk]) not in page
    for name, args in (("link_case", [one.number]), ("unlink_case", [one.number, link.pk])):
        assert post(auditor, name, *args).status_code == 403


def test_the_link_of_another_case_is_no_link_of_this_one(cast: Cast, agent: Client) -> None:
    _one, _other, link = linked(cast)
    third = f.registered(cast, order_number="SO-3")
    for method in (agent.get, agent.post):
        assert method(reverse("unlink_case", args=[third.number, link.pk])).status_code == 404
        assert method(reverse("unlink_case", args=[third.number, 10**6])).status_code == 404
