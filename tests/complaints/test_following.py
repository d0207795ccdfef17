"""关注: whoever follows a case hears of its steps and replies, as long as they may see it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from complaints.actions import communication, following, segregation
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Follow
from correspondence import families
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told() -> list[tuple[str, str]]:
    send_waiting()
    rows = Notice.objects.filter(family="followed").order_by("pk")
    return list(rows.values_list("user__username", "subject"))


def test_a_follower_hears_of_steps_and_replies_and_not_of_every_field(cast: Cast) -> None:
    case = f.registered(cast)
    page = reverse("case", args=[case.number])
    client = browser(cast.colleague)
    assert 'aria-pressed="false"' in client.get(page).content.decode()
    version = case.version
    for _twice in range(2):
        assert client.post(reverse("follow", args=[case.number])).status_code == 302
    case.refresh_from_db()
    assert (case.version, Follow.objects.count()) == (version, 1)
    assert "已关注" in client.get(page).content.decode()
    assert case.number in client.get(reverse("queue"), {"followed": "1"}).content.decode()
    assert (
        case.number
        not in browser(cast.agent).get(reverse("queue"), {"followed": "1"}).content.decode()
    )
    f.step(case, "accept", cast.agent)
    reply = {"kind": "reply", "channel": "phone", "text": "正在核实"}
    communication.write(case.number, reply, by=cast.agent)
    communication.write(case.number, {"kind": "internal_note", "text": "备注"}, by=cast.agent)
    communication.write(case.number, reply, by=cast.colleague)  # the own words
    f.answer(case, cast.agent, tx_living_consumption=True)
    assert told() == [
        ("colleague", f"{case.number} 有进展：受理"),
        ("colleague", f"{case.number} 有进展：回复消费者"),
    ]
    notice = Notice.objects.filter(family="followed").first()
    assert notice is not None
    assert notice.reason == "您关注了本案"
    shown = client.get(reverse("notices")).content.decode()
    assert reverse("unfollow", args=[case.number]) in shown
    answer = client.post(
        reverse("unfollow", args=[case.number]), {"next": reverse("notices")}, follow=True
    )
    assert "已取消关注" in answer.content.decode()
    assert not Follow.objects.exists()
    communication.write(case.number, reply, by=cast.agent)
    assert len(told()) == 2


def test_a_reply_that_was_taken_back_is_told_to_nobody(cast: Cast, settings: object) -> None:
    settings.SEND_UNDO_SECONDS = 30  # type: ignore[attr-defined]
    case = f.registered(cast)
    following.follow(case.number, by=cast.colleague)
    reply = {"kind": "reply", "channel": "phone", "text": "正在核实"}
    written = communication.write(case.number, reply, by=cast.agent)
    assert communication.undo(case.number, written.pk, by=cast.agent)
    assert told() == []
    communication.undo(case.number, written.pk, by=cast.agent)
    row = case.outbox.get(effect="tell_followers")
    row.not_before = timezone.now()
    row.save()
    assert told() == []


def test_whoever_loses_sight_of_the_case_is_not_told_and_drops_out(cast: Cast) -> None:
    case = f.registered(cast)
    for user in (cast.colleague, cast.supervisor):
        following.follow(case.number, by=user)
    segregation.name_person(
        case.number, {"user": "colleague", "why": "消费者点名"}, by=cast.supervisor
    )
    f.step(case, "accept", cast.agent)
    assert told() == [("supervisor", f"{case.number} 有进展：受理")]
    assert list(Follow.objects.values_list("user__username", flat=True)) == ["supervisor"]
    with pytest.raises(Complaint.DoesNotExist):
        following.follow(case.number, by=cast.colleague)
    with pytest.raises(NotAllowed):
        following.follow(case.number, by=cast.auditor)
    assert browser(cast.outsider).post(reverse("follow", args=[case.number])).status_code == 404
    assert browser(cast.auditor).post(reverse("follow", args=[case.number])).status_code == 403
    assert browser(cast.agent).get(reverse("follow", args=[case.number])).status_code == 405


def test_nobody_follows_more_than_a_person_can_read(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST", 1)
    first, second = f.registered(cast), f.registered(cast, order_number="SO-2")
    following.follow(first.number, by=cast.colleague)
    with pytest.raises(Invalid, match="最多关注 1 件"):
        following.follow(second.number, by=cast.colleague)
    answer = browser(cast.colleague).post(reverse("follow", args=[second.number]), follow=True)
    assert "最多关注 1 件" in answer.content.decode()


def test_everybody_who_can_follow_chooses_how_it_comes(cast: Cast) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel):
        assert "followed" in [family.code for family in families.of(user)]
