"""催办: whoever has to act now is asked by name, counted, in the history, and not all the time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Absence, User
from audit.record import broken_links
from complaints import turns
from complaints.actions import access, access_decision, assignment, segregation, urging
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, Event
from correspondence import families
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast

WORDS = "消费者今天已经来电两次"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def away(user: User, by: User, deputy: User | None = None) -> None:
    day = timezone.localdate()
    Absence.objects.create(
        user=user, first_day=day, last_day=day, deputy=deputy, by=by, created_at=timezone.now()
    )


def told(effect: str = "tell_urged") -> list[tuple[str, str, str]]:
    send_waiting()
    rows = Notice.objects.filter(outbox__effect=effect).order_by("pk")
    return list(rows.values_list("user__username", "subject", "body"))


def whose(case: Complaint, by: User) -> dict[str, list[str]]:
    case.refresh_from_db()
    found = turns.of(case, by, timezone.now())
    return {t.code: [asked.user.username for asked in t.people] for t in found}


def test_the_owner_is_urged_once_in_some_hours_and_it_is_counted(cast: Cast) -> None:
    case = f.investigating(cast)
    page, sheet = reverse("case", args=[case.number]), reverse("urge", args=[case.number])
    assert sheet not in browser(cast.agent).get(page).content.decode()  # the own turn
    client = browser(cast.supervisor)
    assert sheet in client.get(page).content.decode()
    assert "现在轮到责任人：" in client.get(sheet).content.decode()
    version = case.version
    assert client.post(sheet, {"note": WORDS}).status_code == 302
    assert client.post(sheet, {"note": WORDS}).status_code == 302  # a double click
    case.refresh_from_db()
    assert case.version == version
    event = Event.objects.get(complaint=case, code="urged")
    assert (event.text, event.detail["names"], event.detail["times"]) == (WORDS, ["陈晓雨"], 1)
    assert told() == [
        (
            "agent",
            f"{case.number} 周启明 催办（第 1 次），请您办理",
            f"{case.title}\n催办留言：{WORDS}",
        )
    ]
    again = client.post(sheet, {"note": "还没有吗"})
    assert (again.status_code, "以后可以再次催办" in again.content.decode()) == (422, True)
    assert "以后可以再次催办" in client.get(sheet).content.decode()
    later = timezone.now() + timedelta(hours=4, minutes=1)
    urging.urge(case.number, {}, by=cast.supervisor, now=later)
    shown = browser(cast.agent).get(page).content.decode()
    assert "周启明 催办：请您办理" in shown
    assert "本案催办 2 次" in shown
    assert "催办 陈晓雨（第 2 次）" in shown
    history = browser(cast.agent).get(sheet).content.decode()
    assert "催办过 2 次" in history
    assert WORDS in history
    assert broken_links(case.subject) == []


def test_from_the_third_time_on_the_lead_hears_of_it(cast: Cast) -> None:
    case = f.investigating(cast)
    for by in (cast.supervisor, cast.colleague, cast.counsel):
        if by == cast.counsel:
            assignment.share_with_counsel(case.number, by=cast.agent, note="请看")
        assert told("tell_urged_often") == []
        urging.urge(case.number, {}, by=by)
    assert [who for who, _s, _b in told()] == ["agent"] * 3
    leads = {who: subject for who, subject, _b in told("tell_urged_often")}
    assert leads == dict.fromkeys(
        ("supervisor", "supervisor2"), f"{case.number} 已催办 3 次：林若衡 催办 陈晓雨"
    )


def test_where_nobody_is_there_the_deputy_or_the_lead_is_told_and_the_sheet_says_so(
    cast: Cast,
) -> None:
    case, sheet = f.investigating(cast), "urge"
    away(cast.agent, cast.supervisor, cast.colleague)
    shown = browser(cast.supervisor2).get(reverse(sheet, args=[case.number])).content.decode()
    assert f"陈晓雨（休假至 {timezone.localdate()}，由代理人 何静 收到）" in shown
    urging.urge(case.number, {}, by=cast.supervisor2)
    assert [who for who, _s, _b in told()] == ["agent", "colleague"]
    assert told("tell_urged_often") == []
    Absence.objects.update(deputy=None)
    shown = browser(cast.supervisor).get(reverse(sheet, args=[case.number])).content.decode()
    assert "没有能收到的代理人" in shown
    assert "没有人在岗，同时通知：罗远" in shown
    urging.urge(case.number, {}, by=cast.supervisor)
    assert [who for who, _s, _b in told("tell_urged_often")] == ["supervisor2"]


def test_it_is_the_turn_of_counsel_while_they_review_and_of_the_lead_while_nobody_owns_it(
    cast: Cast,
) -> None:
    case = f.registered(cast)
    assignment.assign(case.number, by=cast.agent, note="放回")
    assert whose(case, cast.agent) == {"team": ["supervisor", "supervisor2"]}
    assert whose(case, cast.supervisor) == {}  # the own turn
    case = f.in_review(cast)
    assert whose(case, cast.agent) == {"counsel": ["counsel", "counsel2"]}
    assert whose(case, cast.counsel) == {}
    segregation.recuse(case.number, {"reason": "认识消费者"}, by=cast.counsel2)
    assert whose(case, cast.agent) == {"counsel": ["counsel"]}
    urging.urge(case.number, {"whom": "counsel"}, by=cast.agent)
    assert [who for who, _s, _b in told()] == ["counsel"]
    with pytest.raises(Invalid, match="现在轮到"):
        urging.urge(case.number, {"whom": "owner"}, by=cast.colleague)


def test_who_may_not_work_a_case_urges_nobody_and_the_api_says_the_same(cast: Cast) -> None:
    case = f.investigating(cast)

    def refused(by: User, error: type[Exception], words: str | None = None) -> None:
        with pytest.raises(error, match=words):
            urging.urge(case.number, {"note": "快"}, by=by)

    refused(cast.auditor, NotAllowed, "您的角色不能催办案件")
    refused(cast.outsider, Complaint.DoesNotExist)
    refused(cast.agent, Invalid, "现在轮到您自己")
    address = reverse("urge", args=[case.number])
    assert browser(cast.auditor).get(address).status_code == 403
    assert browser(cast.outsider).post(address).status_code == 404
    asked = access.ask(
        {
            "number": case.number,
            "kind": "read",
            "why": "same_matter",
            "reason": "核对同一批次的商品",
        },
        by=cast.outsider,
    )
    access_decision.decide(asked.pk, {"agree": "1"}, by=cast.supervisor)
    lent = User.objects.get(pk=cast.outsider.pk)
    with pytest.raises(CaseError, match="只能查看"):
        urging.urge(case.number, {}, by=lent)
    assert not Event.objects.filter(code="urged").exists()
    caller = program(cast.colleague)
    path = f"complaints/{case.number}/urge/"
    assert caller.post(path, {"note": "长" * 501}).status_code == 400
    assert caller.post(path, {"whom": "king"}).status_code == 400
    ok(caller.post(path, {"note": "请尽快"}))
    assert caller.post(path, {"note": "再请"}).status_code == 400


def test_nobody_is_urged_in_a_case_that_is_over(cast: Cast) -> None:
    case = f.closed(cast)
    with pytest.raises(Invalid, match="已经办结"):
        urging.urge(case.number, {}, by=cast.supervisor)
    page = browser(cast.supervisor).get(reverse("urge", args=[case.number]))
    assert "已经办结" in page.content.decode()


def test_everybody_who_can_be_urged_chooses_how_it_comes(cast: Cast) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel):
        assert "urged" in [family.code for family in families.of(user)]
