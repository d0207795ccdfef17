"""How 协办 ends: without an answer whoever was asked is told why; with one, files come along."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, User
from audit.record import broken_links
from complaints.actions import confidentiality, segregation, team_consults
from complaints.models import TeamConsult
from correspondence import digest, inbox, mailing
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person
from tests.complaints.test_team_consults import (
    ASKS,
    FOUND,
    QUESTION,
    again,
    asked,
    browser,
    sees,
)
from tests.walks.ask import text_of

WHY = FOUND["reason"]


def withdrawn(cast: Cast, **changes: Any) -> TeamConsult:
    consult = asked(cast, **changes)
    send_waiting()
    team_consults.withdraw(consult.complaint.number, consult.pk, FOUND, by=cast.agent)
    send_waiting()
    return consult


def told() -> set[str]:
    rows = Notice.objects.filter(outbox__effect="tell_team_ended")
    return set(rows.values_list("user__username", flat=True))


def test_whoever_was_asked_is_told_why_and_of_the_case_only_its_number(cast: Cast) -> None:
    consult = withdrawn(cast)
    case, client = consult.complaint, browser(cast.outsider)
    assert told() == {"outsider", "outside_supervisor"}
    assert not sees(cast.outsider, case)
    page = text_of(client.get(reverse("notices")))
    assert f"{case.number}：协办已撤回，“客服二组”不用再答复" in page
    assert f"陈晓雨：{WHY}" in page
    assert "这件案件曾请您的团队协办" in page
    assert case.title not in page
    assert ASKS not in page
    assert reverse("case", args=[case.number]) not in page
    notice = Notice.objects.get(outbox__effect="tell_team_ended", user=cast.outsider)
    opened = client.post(reverse("open_notice", args=[notice.pk]))
    assert opened["Location"] == f"{reverse('queue')}?consult=team&state=open"
    assert client.get(opened["Location"]).status_code == 200


def test_the_one_who_was_named_is_told_alone_and_nobody_who_left_the_team(cast: Cast) -> None:
    withdrawn(cast, user="outsider")
    assert told() == {"outsider"}
    Notice.objects.filter(outbox__effect="tell_team_ended").delete()
    consult = asked(cast)
    Membership.objects.filter(user=cast.outsider).delete()
    values = {"user": "outside_supervisor", "why": "被点名"}
    segregation.name_person(consult.complaint.number, values, by=cast.supervisor)
    person("third", "agent", team=cast.other_team)
    team_consults.withdraw(consult.complaint.number, consult.pk, FOUND, by=cast.agent)
    send_waiting()
    assert told() == {"third"}


def test_the_mail_about_it_comes_though_the_case_is_not_seen(cast: Cast) -> None:
    User.objects.filter(pk=cast.outsider.pk).update(email="outsider@example.com")
    consult = withdrawn(cast)
    notices = inbox.of(again(cast.outsider)).filter(outbox__effect="tell_team_ended")
    assert notices.filter(mail_after__isnull=False).exists()
    at = max(notices.values_list("mail_after", flat=True))
    mail = mailing.gather(cast.outsider.pk, at)
    assert mail is not None
    message = digest.message(mail, at)
    assert message is not None
    assert (consult.complaint.number in message.subject, WHY in message.text) == (True, True)
    assert consult.complaint.title not in message.text


@pytest.mark.parametrize("how", ["confidential", "withdrawn"])
def test_a_case_that_becomes_confidential_and_an_answer_on_its_way(cast: Cast, how: str) -> None:
    consult, client = asked(cast), browser(cast.outsider)
    number = consult.complaint.number
    if how == "confidential":
        values = {"confidential": True, "reason": "涉及高管"}
        confidentiality.change(number, values, by=cast.agent)
        send_waiting()
        assert "：协办已终止" in text_of(client.get(reverse("notices")))
        assert "涉及高管" not in text_of(client.get(reverse("notices")))
    else:
        team_consults.withdraw(number, consult.pk, FOUND, by=cast.agent)
    reply = reverse("answer_team", args=[number, consult.pk])
    late = client.post(reply, {"answer": "本人签收"}, follow=True)
    assert "刚才被撤回或者终止，不用再答复" in text_of(late)
    assert client.get(reply).status_code == 404
    stranger = browser(person("stranger", "agent"))
    assert stranger.post(reply, {"answer": "本人签收"}).status_code == 404


def test_the_sheet_asks_why_and_the_page_keeps_the_answer(cast: Cast) -> None:
    case, agent = f.investigating(cast), browser(cast.agent)
    consult = team_consults.ask(case.number, QUESTION, by=cast.agent)
    place = reverse("withdraw_team", args=[case.number, consult.pk])
    assert ASKS in text_of(agent.get(place))
    assert browser(cast.colleague).get(place).status_code == 403
    assert browser(cast.outsider).post(place, FOUND).status_code == 403
    assert browser(person("stranger", "agent")).post(place, FOUND).status_code == 404
    assert agent.post(place, {"reason": " "}).status_code == 422
    assert TeamConsult.objects.get().state == "open"
    done = text_of(agent.post(place, FOUND, follow=True))
    assert "对方会收到通知和您的理由" in done
    assert done.count(WHY) == 2  # in the story and beside it
    again_sent = text_of(agent.post(place, FOUND, follow=True))
    assert "这项协办已经结束" in again_sent


def test_the_number_of_unread_notices_is_right_where_they_stand(cast: Cast) -> None:
    client = browser(cast.outsider)
    assert "没有未读" in text_of(client.get(reverse("notices")))  # kept for half a minute
    asked(cast)
    send_waiting()
    assert "1 条未读" in text_of(client.get(reverse("notices")))


def _papers(consult: TeamConsult) -> list[tuple[int, str, str, str]]:
    items = consult.complaint.folder.items.order_by("number")
    return [(i.number, i.file_name, i.obtained_from, i.received_by.username) for i in items]


def test_files_of_an_answer_become_evidence_and_stand_beside_it(cast: Cast) -> None:
    consult, client = asked(cast), browser(cast.outsider)
    case = consult.complaint
    reply = reverse("answer_team", args=[case.number, consult.pk])
    assert 'name="file"' in text_of(client.get(reply))
    files = [SimpleUploadedFile(f"签收单{n}.txt", f"签收 {n}".encode()) for n in (1, 2)]
    answered = client.post(reply, {"answer": "本人签收", "file": files}, follow=True)
    assert "已答复" in text_of(answered)
    consult.refresh_from_db()
    assert (consult.state, consult.files) == ("answered", [1, 2])
    assert _papers(consult) == [(n, f"签收单{n}.txt", "客服二组", "outsider") for n in (1, 2)]
    page = text_of(browser(cast.agent).get(reverse("case", args=[case.number])))
    assert reverse("evidence_item", args=[case.number, 2]) in page
    assert "附证据 1、2" in page
    assert not sees(cast.outsider, case)
    assert broken_links(case.subject) == []


def test_a_file_that_is_refused_keeps_the_answer_and_the_other_files_out(cast: Cast) -> None:
    consult, client = asked(cast), browser(cast.outsider)
    reply = reverse("answer_team", args=[consult.complaint.number, consult.pk])
    good, empty = SimpleUploadedFile("a.txt", b"abc"), SimpleUploadedFile("b.txt", b"")
    refused = client.post(reply, {"answer": "本人签收", "file": [good, empty]})
    assert (refused.status_code, "本人签收" in text_of(refused)) == (422, True)
    many = [SimpleUploadedFile(f"{n}.txt", b"abc") for n in range(11)]
    assert "一次最多附 10 个" in text_of(client.post(reply, {"answer": "x", "file": many}))
    consult.refresh_from_db()
    assert (consult.state, consult.files, _papers(consult)) == ("open", [], [])
    stranger = browser(person("stranger", "agent"))
    assert stranger.post(reply, {"answer": "x", "file": [good]}).status_code == 404
    named = browser(cast.colleague).post(reply, {"answer": "x", "file": [good]})
    assert (named.status_code, _papers(consult)) == (403, [])
