"""What is done on the list: taking the next case and handing several over."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import absences
from accounts.models import Absence
from complaints.actions import assignment, intake
from complaints.models import BulkAct, Event, NamedPerson
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def test_taking_the_next_case_opens_it_and_says_when_nothing_is_left(
    cast: Cast, agent: Client
) -> None:
    case = intake.register(f.values(), by=cast.agent)
    assert agent.post(reverse("take")).url == reverse("case", args=[case.number])
    case.refresh_from_db()
    assert case.owner == cast.agent
    assert agent.post(reverse("take")).url == reverse("queue")
    assert "您的团队现在没有待分配的案件" in agent.get(reverse("queue")).content.decode()
    assert agent.get(reverse("take")).status_code == 405
    assert browser(cast.counsel).post(reverse("take")).status_code == 403


def posted(cast: Cast, *cases: Any, **changes: Any) -> dict[str, Any]:
    return {
        "case": [f"{case.number}:{case.version}" for case in cases],
        "to": str(cast.colleague.pk),
        "note": "请接手",
        "next": f"{reverse('queue')}?state=open",
        **changes,
    }


def in_form(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def test_several_are_looked_at_handed_over_and_given_back(cast: Cast) -> None:
    good, stale, elsewhere = (
        f.registered(cast),
        f.registered(cast),
        f.registered(cast, by=cast.outsider),
    )
    assignment.assign(stale.number, by=cast.supervisor, user=cast.agent, note="先动了一下")
    client = browser(cast.supervisor)
    page = client.post(reverse("bulk"), posted(cast, good, stale, elsewhere)).content.decode()
    assert "1 件可以转派" in page
    assert "2 件不能" in page
    assert "您选择以后有人更新过" in page
    assert "没有找到，或者不在您的范围内" in page
    assert elsewhere.title not in page.replace(good.title, "", 2)
    assert in_form(page, "case") == [f"{good.number}:{good.version}"]
    good.refresh_from_db()
    assert good.owner == cast.agent  # nothing was done
    sent = posted(cast, case=in_form(page, "case"), left=in_form(page, "left"))
    sent["form_token"] = in_form(page, "form_token")[0]
    done = client.post(reverse("bulk_carry_out"), sent)
    assert client.post(reverse("bulk_carry_out"), sent).url == done.url  # a double click
    page = client.get(done.url).content.decode()
    assert "已将 1 件转派给 何静" in page
    assert "2 件没有转派" in page
    assert f'href="{reverse("queue")}?state=open"' in page
    act = BulkAct.objects.get()
    address = reverse("bulk_act", args=[act.pk])
    assert address in client.get(reverse("bulk")).content.decode()
    for other, status in ((cast.supervisor2, 404), (cast.agent, 404), (cast.counsel, 403)):
        assert browser(other).get(address).status_code == status
        assert browser(other).post(f"{address}undo/").status_code == status
    for name in ("bulk", "bulk_carry_out"):
        assert browser(cast.agent).post(reverse(name), sent).status_code == 403
    assert good.number in page
    page = client.post(f"{address}undo/", follow=True).content.decode()
    assert "撤销了 1 件" in page
    assert f"{address}undo/" not in page
    good.refresh_from_db()
    assert good.owner == cast.agent


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    case, client = f.registered(cast), browser(cast.supervisor)
    no_case = client.post(reverse("bulk"), posted(cast), follow=True).content.decode()
    assert "请先选择案件，再选择转派给谁。" in no_case
    strange = client.post(reverse("bulk"), posted(cast, case=["<b>x"]), follow=True)
    assert "“&lt;b&gt;x”不是案件编号" in strange.content.decode()
    for address, changes, words in (
        ("bulk", {"to": "", "case": [case.number, "TS26-999999"]}, "没有找到，或者不在您的范围内"),
        ("bulk", {"to": ""}, "请选择转派给谁"),
        ("bulk", {"to": "99999999"}, "请选择转派给谁"),
        ("bulk", {"note": " "}, "请写一句交接说明"),
        ("bulk_carry_out", {"note": " ", "form_token": uuid4()}, "请写一句交接说明"),
        ("bulk_carry_out", {"to": "x", "form_token": uuid4()}, "请选择转派给谁"),
        ("bulk_carry_out", {"form_token": "x"}, "请核对后再提交一次"),
        (
            "bulk_carry_out",
            {"case": [], "left": [case.number], "form_token": uuid4()},
            "请至少选择一件",
        ),
        ("bulk_carry_out", {"note": "看\x00不见", "form_token": uuid4()}, "控制字符"),
    ):
        answer = client.post(reverse(address), posted(cast, case, **changes))
        page = answer.content.decode()
        assert (answer.status_code, words in page, case.number in page) == (422, True, True), words
        if "note" not in changes:
            assert "请接手</textarea>" in page
    assert not BulkAct.objects.exists()


def test_nobody_away_or_named_is_offered(cast: Cast) -> None:
    case, client = f.registered(cast), browser(cast.supervisor)
    today = timezone.localdate()
    Absence.objects.create(
        user=cast.supervisor2,
        first_day=today,
        last_day=today,
        by=cast.supervisor2,
        created_at=timezone.now(),
    )
    NamedPerson.objects.create(
        complaint=case, user=cast.colleague, why="被投诉", by=cast.supervisor, at=timezone.now()
    )
    page = client.post(reverse("bulk"), posted(cast, case, to="none")).content.decode()
    offered = re.findall(r'<option value="(\d+)"', page)
    assert offered == [str(u.pk) for u in (cast.supervisor, cast.agent)]
    page = client.post(reverse("bulk"), posted(cast, case)).content.decode()
    assert "本案点名了 何静" in page
    assert "转派勾选的案件" not in page


def test_only_supervisors_see_boxes_to_select(cast: Cast, agent: Client) -> None:
    f.registered(cast)
    assert "data-select" not in agent.get(reverse("queue")).content.decode()
    assert "data-select" in browser(cast.supervisor).get(reverse("queue")).content.decode()


def test_all_cases_of_somebody_are_handed_over_with_a_note_each(cast: Cast) -> None:
    first, second, theirs = f.registered(cast), f.registered(cast), f.registered(cast)
    NamedPerson.objects.create(
        complaint=theirs, user=cast.colleague, why="被投诉", by=cast.supervisor, at=timezone.now()
    )
    day = timezone.localdate()
    absences.set_absence(
        cast.agent, first_day=day, last_day=day, deputy=cast.colleague, note="", by=cast.agent
    )
    address, client = f"{reverse('hand_over_all')}?owner={cast.agent.pk}", browser(cast.supervisor)
    page = client.get(address).content.decode()
    assert f'<option value="{cast.colleague.pk}" selected>' in page  # the deputy
    assert "2 件可以转派" in page
    assert "本案点名了 何静" in page
    assert browser(cast.colleague).get(address).status_code == 404  # not a lead
    assert browser(cast.outside_supervisor).get(address).status_code == 404
    own = browser(cast.agent).get(reverse("hand_over_all")).content.decode()
    assert in_form(own, "case") == in_form(page, "case")
    sent = {
        "form_token": in_form(page, "form_token")[0],
        "case": in_form(page, "case"),
        f"note-{first.number}": "等检测报告",
    }
    there = f"{address}&to={cast.colleague.pk}"
    refused = client.post(there, sent)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert f"还没有的：{second.number}" in text
    assert 'value="等检测报告"' in text
    done = client.post(there, {**sent, "note": "正常跟进"})
    assert client.post(there, {**sent, "note": "正常跟进"}).url == done.url
    page = client.get(done.url).content.decode()
    assert "已将 2 件转派给 何静" in page
    notes = dict(Event.objects.filter(code="assigned").values_list("complaint", "text"))
    assert notes == {first.pk: "等检测报告", second.pk: "正常跟进"}
    assert "等检测报告" in page
    for changes, words in (
        ({"case": []}, "请至少选择一件案件"),
        ({"form_token": "x"}, "请核对后再提交一次"),
    ):
        answer = client.post(there, {**sent, "note": "x", **changes})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert "请选择转派给谁" in client.post(address, sent).content.decode()
