"""退回: a case goes back to whoever gave it, with the reason, and is counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Absence, User
from audit.record import broken_links
from complaints.actions import assignment, communication
from complaints.errors import CaseError, Invalid, NotAllowed
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast

WHY = "不属于我负责的商品"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_goes_back_to_whoever_gave_it_who_sees_why_and_how_often(cast: Cast) -> None:
    case = f.registered(cast)
    address, back = reverse("case", args=[case.number]), reverse("give_back", args=[case.number])
    assert back not in browser(cast.agent).get(address).content.decode()  # nobody gave it
    assert "没有人把本案转派给您" in browser(cast.agent).get(back, follow=True).content.decode()
    for time in (1, 2):
        assignment.assign(case.number, by=cast.agent, user=cast.colleague, note="请接手")
        client = browser(cast.colleague)
        assert back in client.get(address).content.decode()
        assert browser(cast.supervisor).get(back).status_code == 403
        empty = client.post(back, {"note": " "})
        assert (empty.status_code, "请写明退回的理由" in empty.content.decode()) == (422, True)
        assert client.post(back, {"note": WHY}).status_code == 302
        case.refresh_from_db()
        assert case.owner == cast.agent
        page = browser(cast.agent).get(address).content.decode()
        assert "何静 退回给您，理由" in page
        assert WHY in page
        assert f"退回过 {time} 次" in page
        assert "退回给 陈晓雨" in page
    send_waiting()
    subjects = Notice.objects.filter(user=cast.agent, family="together").values_list("subject")
    assert [words for (words,) in subjects] == [f"{case.number} 退回给您，来自 何静"] * 2
    assert broken_links(case.subject) == []


def test_what_cannot_go_back_says_why_and_a_program_may_do_it_too(cast: Cast) -> None:
    case, day = f.registered(cast), timezone.localdate()
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="请接手")

    def refused(by: User, error: type[CaseError], words: str, **more: Any) -> None:
        with pytest.raises(error, match=words):
            assignment.give_back(case.number, by=by, note=WHY, **more)

    refused(cast.agent, NotAllowed, "只有主管可以转派他人的案件")
    refused(cast.supervisor, NotAllowed, "只有责任人可以退回案件")
    refused(cast.colleague, CaseError, "已被他人更新", version=1)
    away = Absence.objects.create(
        user=cast.supervisor,
        first_day=day,
        last_day=day,
        by=cast.supervisor,
        created_at=timezone.now(),
    )
    refused(cast.colleague, Invalid, "周启明 休假至")
    Absence.objects.filter(pk=away.pk).update(ended_at=timezone.now())
    communication.write(case.number, {"kind": "internal_note", "text": "看过了"}, by=cast.colleague)
    caller: Caller = program(cast.colleague)
    path = f"complaints/{case.number}/give-back/"
    assert caller.post(path, {"note": ""}).status_code == 400
    assert ok(caller.post(path, {"note": WHY}))["owner"]["username"] == "supervisor"
    assignment.assign(case.number, by=cast.supervisor, note="放回")
    assignment.assign(case.number, by=cast.agent, user=cast.agent)
    refused(cast.agent, Invalid, "没有人把本案转派给您")
