"""并案 on the screen: what it ends, both stories, and taking it back."""

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_links import pane
from tests.walks.ask import browser, text_of


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def pair(cast: Cast) -> tuple[Complaint, Complaint]:
    one = f.with_evidence(f.investigating(cast, title="第一次扣款"), cast.agent)
    return one, f.investigating(cast, order_number="SO-2", title="第二次扣款")


def joined(cast: Cast) -> tuple[Complaint, Complaint]:
    one, into = pair(cast)
    f.step(one, "merge", cast.agent, into=into.number, reason="同一张会员卡")
    return one, into


def shown(client: Client, name: str, case: Complaint, query: str = "") -> str:
    return text_of(client.get(reverse(name, args=[case.number]) + query))


def test_the_sheet_says_which_clocks_end_and_which_of_the_target_cover_them(
    cast: Cast, agent: Client
) -> None:
    one, into = pair(cast)
    place = reverse("merge_preview", args=[one.number])
    assert place in text_of(agent.get(reverse("step", args=[one.number, "merge"])))
    alone = text_of(agent.get(place))
    assert "并案后，本案的期限结束" in alone
    assert "填写目标案件的编号后" in alone
    beside = text_of(agent.get(place, {"into": into.number}))
    assert f"并入 {into.number} 后" in beside
    assert "目标案件的同类期限" in beside
    into.deadlines.filter(state="running").update(state="cancelled")
    assert "目标案件没有同类期限" in text_of(agent.get(place, {"into": into.number}))
    hidden = f.registered(cast, by=cast.outsider)
    for number in (hidden.number, "TS26-999999", one.number, "'\"<", "x" * 10_000):
        assert text_of(agent.get(place, {"into": number})) == alone


def test_both_numbers_answer_and_the_target_shows_both_stories(cast: Cast, agent: Client) -> None:
    one, into = joined(cast)
    old = shown(agent, "case", one)
    assert reverse("case", args=[into.number]) in old
    assert "本案已并入" in old
    assert reverse("merged", args=[into.number]) in pane(agent, into)
    story = shown(agent, "merged", into)
    assert one.number in story
    shown(agent, "merged", into, "?tab=story&case=TS26-999999&page=99x")  # junk is the whole
    files = shown(agent, "merged", into, "?tab=evidence")
    item = one.folder.items.get()
    assert item.sha256 in files
    assert reverse("evidence_item", args=[one.number, item.number]) in files
    assert shown(agent, "merged", into, f"?case={one.number}").count('aria-current="true"') == 1


def test_of_a_merged_case_out_of_sight_nothing_is_shown(cast: Cast, agent: Client) -> None:
    one, into = joined(cast)
    Complaint.objects.filter(pk=one.pk).update(team=cast.other_team, owner=cast.outsider)
    for tab in ("story", "evidence"):
        page = shown(agent, "merged", into, f"?tab={tab}&case={one.number}")
        assert "没有您能看到的并入案件" in page
        assert "第一次扣款" not in page
    assert "1 件不在您的范围" in pane(agent, into)


def test_a_supervisor_takes_it_back_with_a_reason(cast: Cast, agent: Client) -> None:
    one, into = joined(cast)
    supervisor = browser(cast.supervisor)
    place = reverse("step", args=[one.number, "reopen"])
    page = shown(supervisor, "case", one)
    assert "取消并案" in page
    assert "本案恢复单独办理" in text_of(supervisor.get(place))
    assert supervisor.post(place, {"reason": " "}).status_code == 422
    assert supervisor.post(place, {"reason": "不是同一张卡"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.merged_into) == ("investigating", None)
    assert "恢复单独办理" in shown(agent, "case", into)
    assert "没有您能看到的并入案件" in shown(agent, "merged", into)
    assert browser(cast.auditor).post(place, {"reason": "x"}).status_code == 403
