"""@ in an internal note: whoever may see the case is told the sentence, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import Role
from complaints.actions import assignment, communication, confidentiality, mentioning, segregation
from complaints.errors import Invalid
from complaints.models import Complaint, Mention, Outbox
from correspondence import families
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def note(case: Complaint, text: str, by: User) -> Any:
    return communication.write(case.number, {"kind": "internal_note", "text": text}, by=by)


def told() -> list[tuple[str, str]]:
    send_waiting()
    rows = Notice.objects.filter(outbox__effect="tell_mentioned").order_by("pk")
    return list(rows.values_list("user__username", "body"))


def test_the_named_one_gets_the_sentence_and_the_writer_sees_when_it_was_read(cast: Cast) -> None:
    case = f.investigating(cast)
    page = reverse("case", args=[case.number])
    client = browser(cast.agent)
    text = "已致电消费者。＠何静 请查一下昨天的通话录音！周五前要答复。写给 a@周启明.example"
    sent = client.post(
        reverse("communicate", args=[case.number]),
        {"kind": "internal_note", "text": text},
        follow=True,
    ).content.decode()
    assert "提到的同事会收到通知：何静" in sent
    [(who, body)] = told()
    assert who == "colleague"
    assert "“＠何静 请查一下" in body
    assert "周五前" not in body
    assert "已致电" not in body
    shown = client.get(page).content.decode()
    assert "未读" in shown
    written = case.communications.get()
    notice = Notice.objects.get(user=cast.colleague, family="mention")
    assert notice.reason == "同事在这件案件的内部备注里提到了您"
    theirs = browser(cast.colleague)
    before = theirs.get(page).content.decode()
    assert "提到了您" in before
    assert Mention.objects.get().read_at is None  # reading a page changes nothing
    opened = theirs.post(reverse("open_notice", args=[notice.pk]))
    assert opened["Location"] == f"{page}?show=internal#said-{written.pk}"
    assert f'id="said-{written.pk}"' in theirs.get(page).content.decode()
    read = Mention.objects.get().read_at
    assert read is not None
    theirs.post(reverse("mention_read", args=[case.number, written.pk]))
    assert Mention.objects.get().read_at == read  # the first time counts
    assert "已读 今天" in client.get(page).content.decode()
    assert "已读" not in browser(cast.supervisor).get(page).content.decode()
    assert (
        browser(cast.supervisor)
        .post(reverse("mention_read", args=[case.number, written.pk]))
        .status_code
        == 404
    )


def test_who_may_not_see_the_case_is_not_told_and_sees_no_more_than_before(cast: Cast) -> None:
    case = f.investigating(cast)
    segregation.name_person(
        case.number, {"user": "colleague", "why": "消费者点名"}, by=cast.supervisor
    )
    words = "请 @孟白 @何静 @纪安平 @林若衡 @没有这人 看看"
    note(case, words, cast.agent)
    assert told() == []
    assert not Outbox.objects.filter(effect="tell_mentioned").exists()
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    for name in ("孟白", "何静", "纪安平", "林若衡"):
        assert f"{name} 无权查看本案，未通知；可转交或申请查看" in page
    for user in (cast.outsider, cast.colleague, cast.counsel):
        assert not Complaint.objects.visible_to(User.objects.get(pk=user.pk)).exists()
        address = reverse("mention_read", args=[case.number, case.communications.get().pk])
        assert browser(user).post(address).status_code == 404


def test_of_the_same_name_the_one_who_sees_it_is_meant_and_of_two_one_has_to_choose(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    person("hejing2", Role.AGENT, team=cast.other_team, name="何静")
    note(case, "@何静怡 和 @何静 请看", cast.agent)
    assert [who for who, _body in told()] == ["colleague"]
    person("hejing3", Role.AGENT, team=cast.team, name="何静")
    refused = browser(cast.agent).post(
        reverse("communicate", args=[case.number]), {"kind": "internal_note", "text": "@何静 再看"}
    )
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "有 2 位同事叫“何静”；请改用用户名：@colleague、@hejing3" in shown
    assert "@何静 再看" in shown
    note(case, "@hejing3 再看", cast.agent)
    assert [who for who, _body in told()][1:] == ["hejing3"]


def test_the_same_note_again_tells_once_and_too_many_are_refused(cast: Cast) -> None:
    case = f.investigating(cast)
    values = {"kind": "internal_note", "text": "@何静 @陈晓雨 请看"}
    for _twice in range(2):
        communication.write(case.number, values, by=cast.agent, once=True)
    assert [(m.user.username, m.told) for m in Mention.objects.all()] == [("colleague", True)]
    assert len(told()) == 1
    for n in range(21):
        person(f"many{n}", Role.AGENT, team=cast.team, name=f"很多{n:02}")
    with pytest.raises(Invalid, match="最多提到 20 位同事"):
        note(case, " ".join(f"@很多{n:02}" for n in range(21)), cast.agent)
    reply = {"kind": "call_note", "text": "@何静 说好了"}
    communication.write(case.number, reply, by=cast.agent)
    assert len(told()) == 1  # only notes that stay inside


def test_offered_is_exactly_who_sees_the_case_and_gets_notices(cast: Cast) -> None:
    both = person("both", Role.AGENT, Role.SUPERVISOR, team=cast.team, name="双职")
    Membership.objects.create(user=cast.outside_supervisor, team=cast.team, leads=False)
    case = f.investigating(cast)

    def agrees() -> list[str]:
        case.refresh_from_db()
        offered = {user.username for user in mentioning.offered(case, "", cast.agent)}
        people = [User.objects.get(pk=u.pk) for u in (*cast.everybody().values(), both)]
        sees = {
            user.username
            for user in people
            if user.may("get_notices")
            and Complaint.objects.visible_to(user).filter(pk=case.pk).exists()
        }
        assert offered == sees - {"agent"}
        return sorted(offered)

    assert agrees() == ["both", "colleague", "supervisor", "supervisor2"]
    assignment.share_with_counsel(case.number, by=cast.agent, note="请看")
    assert "counsel2" in agrees()
    segregation.name_person(
        case.number, {"user": "colleague", "why": "消费者点名"}, by=cast.supervisor
    )
    assert "colleague" not in agrees()
    confidentiality.change(
        case.number, {"confidential": True, "reason": "涉及名人"}, by=cast.supervisor
    )
    assert "both" not in agrees()
    found = browser(cast.agent).get(reverse("colleagues", args=[case.number]), {"q": "周"})
    assert "周启明" in found.content.decode()
    assert "罗远" not in found.content.decode()
    outside = browser(cast.outsider).get(reverse("colleagues", args=[case.number]))
    assert outside.status_code == 404


def test_everybody_who_can_be_named_chooses_how_it_comes(cast: Cast) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel):
        assert "mention" in [family.code for family in families.of(user)]
