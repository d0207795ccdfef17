"""请其他团队协办: another team answers a question about a case that stays where it is, and sees the
case while the question is open, no longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Absence, Membership, Team, User
from audit.models import Reading
from audit.record import broken_links
from complaints import seeing
from complaints.actions import (
    assignment,
    communication,
    confidentiality,
    segregation,
    steps,
    team_consults,
)
from complaints.actions.sweep import enforce_due
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Complaint, Deadline, Event, TeamConsult
from correspondence import dispatch
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast

ASKS = "这批货是否已签收？"
QUESTION = {"team": "客服二组", "question": ASKS, "length": 2, "unit": "working_day"}
WORDS = "3 月 2 日本人签收"
FOUND = {"reason": "签收单已经找到"}


def again(user: User) -> User:
    """The person as the next request knows them."""
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(cast: Cast, **changes: Any) -> TeamConsult:
    case = f.investigating(cast)
    return team_consults.ask(case.number, {**QUESTION, **changes}, by=cast.agent)


def sees(user: User, case: Complaint) -> bool:
    return Complaint.objects.visible_to(again(user)).filter(pk=case.pk).exists()


def everywhere(user: User, number: str) -> list[bool]:
    """Whether page, preview, list, search, timeline and program show the case: all or none."""
    client = browser(user)
    pages = [reverse(name, args=[number]) for name in ("case", "peek", "timeline", "clocks")]
    lists = [
        f"{reverse('queue')}?state=open",
        f"{reverse('queue')}?consult=team",
        f"{reverse('search')}?q={number}",
    ]
    found = [client.get(url).status_code == 200 for url in pages]
    found += [f"/complaints/{number}/" in client.get(url).content.decode() for url in lists]
    api = program(again(user))
    listed = ok(api("get", "complaints/"))["results"]
    found.append(any(row["number"] == number for row in listed))
    for path in ("", "timeline/", "evidence/", "team-consults/"):
        found.append(api("get", f"complaints/{number}/{path}").status_code == 200)
    return found


def test_the_team_sees_the_case_exactly_while_it_is_asked(cast: Cast) -> None:
    case = f.investigating(cast)
    assert not any(everywhere(cast.outsider, case.number))
    consult = team_consults.ask(case.number, QUESTION, by=cast.agent)
    assert all(everywhere(cast.outsider, case.number))
    assert all(everywhere(cast.outside_supervisor, case.number))
    team_consults.answer(case.number, consult.pk, {"answer": WORDS}, by=again(cast.outsider))
    assert not any(everywhere(cast.outsider, case.number))
    assert not any(everywhere(cast.outside_supervisor, case.number))
    assert sees(cast.agent, case)
    cast.other_team.refresh_from_db()
    assert not cast.other_team.asked


def _withdrawn(cast: Cast, consult: TeamConsult) -> None:
    team_consults.withdraw(consult.complaint.number, consult.pk, FOUND, by=cast.supervisor)


def _declined(cast: Cast, consult: TeamConsult) -> None:
    number, why = consult.complaint.number, {"reason": "不归我们"}
    team_consults.decline(number, consult.pk, why, by=again(cast.outside_supervisor))


def _confidential(cast: Cast, consult: TeamConsult) -> None:
    values = {"confidential": True, "reason": "涉及高管"}
    confidentiality.change(consult.complaint.number, values, by=cast.agent)


def _closed(cast: Cast, consult: TeamConsult) -> None:
    number = consult.complaint.number
    words = {"consumers_words": "不投诉了"}
    steps.take(number, "withdraw", words, by=cast.agent)
    steps.take(number, "withdraw", words, by=cast.supervisor)


def _left_the_team(cast: Cast, consult: TeamConsult) -> None:
    Membership.objects.filter(team=cast.other_team).delete()


def _team_ended(cast: Cast, consult: TeamConsult) -> None:
    Team.objects.filter(pk=cast.other_team.pk).update(is_active=False)


def _named(cast: Cast, consult: TeamConsult) -> None:
    values = {"user": "outsider", "why": "被点名"}
    segregation.name_person(consult.complaint.number, values, by=cast.supervisor)


@pytest.mark.parametrize(
    "happens",
    [_withdrawn, _declined, _confidential, _closed, _left_the_team, _team_ended, _named],
)
def test_what_the_team_may_read_ends_with(
    cast: Cast, happens: Callable[[Cast, TeamConsult], None]
) -> None:
    consult = asked(cast)
    assert sees(cast.outsider, consult.complaint)
    happens(cast, consult)
    assert not any(everywhere(cast.outsider, consult.complaint.number))


def test_a_case_that_closes_or_is_kept_apart_ends_the_question_and_its_clock(cast: Cast) -> None:
    for happens, words in ((_closed, "案件办结"), (_confidential, "案件设为保密")):
        consult = asked(cast)
        happens(cast, consult)
        consult.refresh_from_db()
        assert (consult.state, words in consult.words) == ("over", True)
        clock = Deadline.objects.get(kind="team_consult", subject=f"team_consult:{consult.pk}")
        assert clock.state == "cancelled"
        assert Event.objects.filter(complaint=consult.complaint, code="team_consult_over").exists()
        cast.other_team.refresh_from_db()
        assert not cast.other_team.asked
        assert broken_links(consult.complaint.subject) == []


def test_whoever_is_asked_reads_and_does_nothing_else(cast: Cast) -> None:
    consult = asked(cast)
    case, outsider = consult.complaint, again(cast.outsider)
    client, number = browser(outsider), case.number
    page = client.get(reverse("case", args=[number])).content.decode()
    assert ASKS in page
    assert reverse("answer_team", args=[number, consult.pk]) in page
    for name in ("assign", "add_evidence", "hold", "ask_team", "edit_case"):
        assert f'"{reverse(name, args=[number])}"' not in page
    assert "data-reveal" not in page
    note = {"kind": "internal_note", "text": "备注"}
    with pytest.raises(NotAllowed, match="只请“客服二组”协办"):
        communication.write(number, note, by=outsider)
    with pytest.raises(NotAllowed):
        assignment.assign(number, by=outsider, user=outsider, note="")
    revealed = program(outsider).post(
        f"complaints/{number}/reveal/", {"field": "phone", "purpose": "call_back"}
    )
    assert revealed.status_code in (403, 409, 422)
    assert not Complaint.objects.workable_by(outsider).filter(pk=case.pk).exists()
    before = case.version
    case.refresh_from_db()
    assert case.version == before


def test_the_record_of_readings_says_through_which_question(cast: Cast) -> None:
    consult = asked(cast)
    number = consult.complaint.number
    browser(cast.outsider).get(reverse("case", args=[number]))
    row = Reading.objects.filter(actor="outsider").latest("pk")
    assert f"consult:{consult.pk}" in row.fields
    browser(cast.agent).get(reverse("case", args=[number]))
    assert not any(c.startswith("consult") for c in Reading.objects.latest("pk").fields)


def test_why_somebody_sees_the_case_names_the_question(cast: Cast) -> None:
    consult, now = asked(cast), timezone.now()
    found = seeing.explain(consult.complaint, again(cast.outsider), now)
    assert (found.sees, found.works, seeing.decides(found)) == (True, False, True)
    line = next(line for line in found.lines if line.code == "consult")
    assert (line.holds, "客服二组" in line.words) == (True, True)
    own = seeing.explain(consult.complaint, again(cast.agent), now)
    assert (own.sees, own.works, seeing.decides(own)) == (True, True, True)


def test_asking_and_answering_stands_in_the_story_and_tells_both_sides(cast: Cast) -> None:
    consult = asked(cast, user="outsider")
    case = consult.complaint
    clock = case.deadlines.get(kind="team_consult")
    assert (clock.nature, clock.due_at) == ("internal", consult.due_at)
    case.refresh_from_db()
    assert case.next_due_at == min(d.due_at for d in case.deadlines.filter(state="running"))
    send_waiting()
    notices = Notice.objects.filter(family="consult")
    told = notices.get(outbox__effect="tell_team_asked")
    assert told.user == cast.outsider
    assert case.number in told.subject
    assert ASKS in told.body
    assert "请您的团队协办" in told.reason
    team_consults.answer(case.number, consult.pk, {"answer": WORDS}, by=again(cast.outsider))
    send_waiting()
    answered = notices.get(outbox__effect="tell_team_answered")
    assert (answered.user, WORDS in answered.body) == (cast.agent, True)
    clock.refresh_from_db()
    assert (clock.state, clock.met_at is not None) == ("met", True)
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "请“客服二组”的 孟白 协办" in page
    assert page.count(WORDS) == 2  # in the story and beside it
    assert broken_links(case.subject) == []


def test_its_clock_warns_the_team_then_its_lead_and_at_last_the_owner(cast: Cast) -> None:
    consult = asked(cast)
    case = consult.complaint
    clock = case.deadlines.get(kind="team_consult")
    other = case.deadlines.exclude(pk=clock.pk)
    other.update(ladder_at=None)
    told = []
    for _rung in range(3):
        clock.refresh_from_db()
        at = clock.ladder_at + timedelta(seconds=1)
        enforce_due(at)
        rows = dispatch.waiting(at, kind=dispatch.STAFF)
        dispatch.deliver_notices(rows, at)
        told.append(
            set(
                Notice.objects.filter(outbox__effect="warn_of_deadline").values_list(
                    "user__username", flat=True
                )
            )
        )
    assert told[0] == {"outsider", "outside_supervisor"}
    assert told[2] == {"outsider", "outside_supervisor", "agent"}
    assert not case.events.filter(code="escalate").exists()
    families = Notice.objects.filter(outbox__effect="warn_of_deadline").values_list("family")
    assert {family for (family,) in families} == {"consult"}
    consult.refresh_from_db()
    team_consults.answer(
        case.number,
        consult.pk,
        {"answer": WORDS},
        by=again(cast.outsider),
        now=clock.due_at + timedelta(hours=1),
    )
    consult.refresh_from_db()
    assert consult.on_time is False


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"team": ""}, "team", "请填写此项"),
        ({"team": "没有这个组"}, "team", "没有在用的团队"),
        ({"team": "客服一组"}, "team", "本案就在这个团队"),
        ({"team": "空组"}, "team", "没有可以答复本案的人"),
        ({"user": "counsel"}, "user", "不在“客服二组”"),
        ({"user": "away"}, "user", "休假至"),
        ({"question": " "}, "question", "请填写此项"),
        ({"question": "问" * 10_000}, "question", "最多 2000 字"),
        ({"question": "问\x00"}, "question", "控制字符"),
        ({"length": 0}, "length", "至少为 1"),
        ({"length": "两"}, "length", "请填写整数"),
        ({"length": 21}, "length", "最多 20 个工作日"),
        ({"length": 41, "unit": "working_hour"}, "length", "最多 40 个工作小时"),
        ({"unit": "month"}, "unit", "不在可选范围内"),
        ({"colour": "red"}, "colour", ""),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(
    cast: Cast, changes: dict[str, Any], field: str, words: str
) -> None:
    from tests.cast import person

    Team.objects.create(name="空组")
    away, day = person("away", "agent", team=cast.other_team), timezone.localdate()
    Absence.objects.create(
        user=away, first_day=day, last_day=day, by=away, created_at=timezone.now()
    )
    case = f.investigating(cast)
    with pytest.raises(Invalid) as refused:
        team_consults.ask(case.number, {**QUESTION, **changes}, by=cast.agent)
    assert words in "".join(refused.value.errors[field])
    assert not TeamConsult.objects.exists()
    assert team_consults.ask(case.number, QUESTION, by=cast.agent).pk


def test_only_whoever_works_on_the_case_asks_and_withdraws(cast: Cast) -> None:
    case = f.investigating(cast)

    def refused(by: User, error: type[CaseError], words: str, **more: Any) -> None:
        with pytest.raises(error, match=words):
            team_consults.ask(case.number, QUESTION, by=by, **more)

    refused(cast.colleague, NotAllowed, "只有责任人和负责该团队的主管")
    refused(cast.auditor, NotAllowed, "您的角色不能")
    refused(cast.agent, CaseError, "已被他人更新", version=1)
    with pytest.raises(Complaint.DoesNotExist):
        team_consults.ask(case.number, QUESTION, by=cast.outsider)
    consult = team_consults.ask(case.number, QUESTION, by=cast.supervisor)
    with pytest.raises(Invalid):  # asked already
        team_consults.ask(case.number, QUESTION, by=cast.agent)
    with pytest.raises(NotAllowed, match="只有“客服二组”的人"):
        team_consults.answer(case.number, consult.pk, {"answer": "是"}, by=cast.colleague)
    with pytest.raises(NotAllowed, match="可以撤回"):
        team_consults.withdraw(case.number, consult.pk, FOUND, by=cast.colleague)
    with pytest.raises(Invalid, match="请填写此项"):
        team_consults.withdraw(case.number, consult.pk, {"reason": " "}, by=cast.agent)
    team_consults.withdraw(case.number, consult.pk, FOUND, by=cast.agent)
    with pytest.raises(Invalid):
        team_consults.withdraw(case.number, consult.pk, FOUND, by=cast.agent)
    confidential = f.investigating(cast)
    values = {"confidential": True, "reason": "涉及高管"}
    confidentiality.change(confidential.number, values, by=cast.agent)
    with pytest.raises(Invalid) as kept:
        team_consults.ask(confidential.number, QUESTION, by=cast.agent)
    assert "本案保密" in kept.value.errors["state"][0]


def test_two_questions_to_a_team_keep_it_asked_until_both_are_answered(cast: Cast) -> None:
    first, second = asked(cast), asked(cast)
    team_consults.withdraw(first.complaint.number, first.pk, FOUND, by=cast.agent)
    assert not sees(cast.outsider, first.complaint)
    assert sees(cast.outsider, second.complaint)


def test_the_forms_ask_answer_and_say_so_when_it_is_done_already(cast: Cast) -> None:
    case = f.investigating(cast)
    agent, outsider = browser(cast.agent), browser(cast.outsider)
    ask = reverse("ask_team", args=[case.number])
    assert ask in agent.get(reverse("case", args=[case.number])).content.decode()
    form = agent.get(ask).content.decode()
    assert 'value="客服二组"' in form
    assert 'value="客服一组"' not in form
    empty = agent.post(ask, {**QUESTION, "question": ""})
    assert (empty.status_code, "请填写此项" in empty.content.decode()) == (422, True)
    assert agent.post(ask, QUESTION).status_code == 302
    consult = TeamConsult.objects.get()
    twice = agent.post(ask, QUESTION)
    assert (twice.status_code, "已经请“客服二组”协办" in twice.content.decode()) == (422, True)
    reply = reverse("answer_team", args=[case.number, consult.pk])
    assert browser(cast.colleague).get(reply).status_code == 403
    assert ASKS in outsider.get(reply).content.decode()
    assert outsider.post(reply, {"answer": " "}).status_code == 422
    done = outsider.post(reply, {"answer": WORDS}, follow=True)
    assert (done.status_code, "已答复" in done.content.decode()) == (200, True)
    twice = outsider.post(reply, {"answer": WORDS}, follow=True)
    assert "这一步刚才已经完成" in twice.content.decode()
    assert outsider.get(reply).status_code == 404
    assert browser(cast.outside_supervisor).post(reply, {"answer": "x"}).status_code == 404
    assert TeamConsult.objects.get().words == WORDS
    withdraw = reverse("withdraw_team", args=[case.number, consult.pk])
    late = agent.post(withdraw, follow=True)
    assert "这项协办已经结束" in late.content.decode()


def test_a_step_says_that_an_answer_is_still_out_and_can_be_taken(cast: Cast) -> None:
    consult = asked(cast)
    case, agent = consult.complaint, browser(cast.agent)

    def said(step: str) -> str:
        return agent.get(reverse("step", args=[case.number, step])).content.decode()

    assert "“客服二组”还没有答复协办；可以先进行" in said("conclude")
    assert "办结后不再等待" in said("withdraw")
    assert "还没有答复协办" not in said("accept")
    found = {
        "findings": "查明",
        "no_evidence_reason": "没有录音",
        "cannot_be_established": f.explained(case),
    }
    f.step(case, "conclude", cast.agent, **found)
    assert sees(cast.outsider, case)
    team_consults.withdraw(case.number, consult.pk, FOUND, by=cast.agent)
    assert "还没有答复协办" not in said("submit")


def test_programs_ask_list_and_answer(cast: Cast) -> None:
    case = f.investigating(cast)
    path = f"complaints/{case.number}/team-consults/"
    made = program(cast.agent).post(path, QUESTION)
    assert made.status_code == 201
    pk = made.json()["id"]
    listed = ok(program(again(cast.outsider))("get", path))["results"]
    assert [(row["team"], row["state"]) for row in listed] == [("客服二组", "open")]
    answer = program(again(cast.outsider)).post(f"{path}{pk}/answer/", {"answer": WORDS})
    assert (answer.status_code, answer.json()["words"]) == (200, WORDS)
    assert "ETag" not in answer
    again_answered = program(again(cast.outsider)).post(f"{path}{pk}/answer/", {"answer": "x"})
    assert again_answered.status_code == 404
    over = program(cast.agent).post(f"{path}{pk}/withdraw/", FOUND)
    assert over.status_code == 400
    pk = program(cast.agent).post(path, QUESTION).json()["id"]
    wordless = program(cast.agent).post(f"{path}{pk}/withdraw/", {})
    assert (wordless.status_code, "请填写此项" in wordless.content.decode()) == (400, True)
    withdrawn = program(cast.agent).post(f"{path}{pk}/withdraw/", FOUND)
    assert (withdrawn.status_code, withdrawn.json()["words"]) == (200, FOUND["reason"])
