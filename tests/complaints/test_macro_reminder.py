"""A macro that also reminds: after some days, of what, by putting the case aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import macros, snoozing
from complaints.errors import Invalid
from complaints.models import Complaint, Event, Macro, Snooze
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_macros import look, use

WAITS = "等消费者补照片"
DOES: dict[str, Any] = {
    "name": "请补照片",
    "kind": "internal_note",
    "text": "已请消费者补照片。",
    "remind_days": "2",
    "remind_for": WAITS,
}
ALL = ["text", "remind"]


def kept(cast: Cast, **changes: Any) -> Macro:
    return macros.save({**DOES, "team": str(cast.team.pk), **changes}, by=cast.supervisor)


def later(days: int) -> str:
    return (timezone.localdate(timezone.now(), SHANGHAI) + timedelta(days=days)).isoformat()


@pytest.fixture
def case(cast: Cast) -> Complaint:
    found = f.investigating(cast)
    Complaint.objects.filter(pk=found.pk).update(next_due_at=timezone.now() + timedelta(days=9))
    return Complaint.objects.get(pk=found.pk)


def test_the_case_is_put_aside_for_that_many_days_with_what_is_waited_for(
    cast: Cast, case: Complaint
) -> None:
    row = kept(cast)
    item = look(cast, case, row)["remind"]
    assert (item.title, item.words) == (f"搁置到 {later(2)}", f"等：{WAITS}")
    assert item.ticked
    use(cast, case, row, do=ALL)
    snooze = Snooze.objects.get()
    assert snooze.until.astimezone(SHANGHAI).date().isoformat() == later(2)
    assert (snooze.owner, snooze.waiting_for) == (cast.agent, WAITS)
    told = Event.objects.filter(complaint=case).values_list("code", flat=True)
    assert {"put_aside", "macro_used"} <= set(told)


def test_what_cannot_be_put_aside_undoes_the_rest_of_the_macro(cast: Cast, case: Complaint) -> None:
    row = kept(cast, remind_days="30")  # the next term falls due before
    item = look(cast, case, row)["remind"]
    assert "搁置不停止期限" in item.why
    assert not item.ticked
    with pytest.raises(Invalid) as refused:
        use(cast, case, row, do=ALL)
    assert list(refused.value.errors) == ["remind"]
    assert not Snooze.objects.exists()
    assert not case.communications.exists()
    use(cast, case, row, do=["text"])  # the rest alone
    assert case.communications.count() == 1
    assert "只有责任人" in look(cast, case, kept(cast, name="二"), by=cast.supervisor)["remind"].why


def test_what_is_put_aside_already_is_put_aside_anew_only_when_ticked(
    cast: Cast, case: Complaint
) -> None:
    snoozing.put_aside(case.number, {"until": later(4), "waiting_for": "等检测"}, by=cast.agent)
    case.refresh_from_db()
    item = look(cast, case, kept(cast))["remind"]
    assert not item.ticked
    assert item.instead == f"现在搁置到 {later(4)}，等：等检测"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"remind_for": ""}, "remind_for", "请写下等什么"),
        ({"remind_days": ""}, "remind_days", "请填几天以后提醒"),
        ({"remind_days": "0"}, "remind_days", "1 到 180"),
        ({"remind_days": "９"}, "remind_days", "1 到 180"),
        ({"remind_days": "3.5"}, "remind_days", "1 到 180"),
        ({"remind_days": "9" * 30}, "remind_days", "1 到 180"),
        ({"remind_for": "长" * 201}, "remind_for", "200"),
        ({"remind_for": "a\x00b"}, "remind_for", "控制字符"),
    ],
)
def test_half_a_reminder_is_refused_at_its_field(
    cast: Cast, changes: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        kept(cast, **changes)
    assert list(refused.value.errors) == [field]
    assert words in refused.value.errors[field][0]
    assert not Macro.objects.exists()


def test_the_form_says_it_again_and_the_list_names_it(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.supervisor)
    sent = {**DOES, "kind": "", "text": "", "team": cast.team.pk, "action": "save"}
    wrong = client.post(reverse("macro_new"), sent | {"remind_days": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.content.decode()
    client.post(reverse("macro_new"), sent)  # a reminder alone is enough
    row = Macro.objects.get()
    page = client.get(reverse("macro", args=[row.pk])).content.decode()
    assert f'value="{WAITS}"' in page
    assert f"2 天后提醒，等：{WAITS}" in client.get(reverse("macros")).content.decode()
