"""Giving a case to a colleague tells that colleague, once, with the note, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from complaints.actions import assignment, intake
from complaints.models import Outbox
from correspondence.models import Notice
from correspondence.tasks import send_digests, send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.conftest import at

NOTE = "消费者要求下午四点前回电"


def told_of_it() -> list[tuple[str, str]]:
    found = Notice.objects.filter(outbox__effect="tell_assigned").order_by("pk")
    return [(n.user.username if n.user else "", n.subject) for n in found]


def test_the_new_owner_is_told_by_whom_and_with_which_note(cast: Cast) -> None:
    case = f.registered(cast)
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note=NOTE)
    send_waiting()
    send_waiting()
    assert told_of_it() == [("colleague", f"{case.number} 转派给您，来自 周启明")]
    client = Client()
    client.force_login(cast.colleague)
    page = client.get(reverse("notices")).content.decode()
    assert NOTE in page
    assert "同事或主管把案件转派给了您" in page
    assert f'href="{reverse("wishes")}#together"' in page
    assert "已不由您办理" not in page


def test_nobody_is_told_of_what_one_does_oneself_nor_of_the_queue(cast: Cast) -> None:
    intake.register(f.values(), by=cast.agent)
    assert assignment.take_next(cast.agent) is not None
    mine = f.registered(cast)
    assignment.assign(mine.number, by=cast.agent, user=cast.agent)
    assignment.assign(mine.number, by=cast.supervisor, note="先放回")
    assert not Outbox.objects.filter(effect="tell_assigned").exists()


@pytest.mark.usefixtures("monday")
def test_what_is_so_no_more_is_not_told_nor_mailed(reached: Cast, monday: Any) -> None:
    case = f.registered(reached)
    send_waiting()
    mail.outbox.clear()
    for receiver in (reached.colleague, reached.agent):
        assignment.assign(case.number, by=reached.supervisor, user=receiver, note=NOTE)
    send_waiting()
    assert [name for name, _words in told_of_it()] == ["agent"]
    assignment.assign(case.number, by=reached.supervisor, user=reached.colleague, note=NOTE)
    send_waiting()
    cache.clear()
    client = Client()
    client.force_login(reached.agent)
    assert "已不由您办理" in client.get(reverse("notices")).content.decode()
    monday.move_to(at("2026-03-02 14:00"))
    send_digests()
    assert [message.to for message in mail.outbox] == [[reached.colleague.email]]
    assert NOTE in mail.outbox[0].body
