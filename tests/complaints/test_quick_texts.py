"""常用语: whose they are, versions, variables, and what is asked before one is kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import leaving
from accounts.models import User
from audit.models import Entry
from complaints import quick_values
from complaints.actions import quick_texts
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Communication, QuickText
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

SAID = {"name": "请补充票据", "abbreviation": "bcpj", "text": "{称呼}：案件 {案件编号} 还缺票据。"}


def save(by: User, **changes: Any) -> QuickText:
    return quick_texts.save({**SAID, **changes}, by=by)


def names(user: User) -> list[str]:
    return [row.name for row in quick_texts.in_force(user)]


def picked(client: Client, number: str, typed: str = "") -> str:
    answer = client.get(reverse("case_quick_pick", args=[number]), {"q": typed})
    assert answer.status_code == 200
    return str(answer.content.decode())


def put_in(text: str) -> list[str]:
    """What the choices would put into the text."""
    return re.findall(r"<template>(.*?)</template>", text, re.DOTALL)


def test_own_ones_are_seen_by_their_owner_and_shared_ones_by_those_they_are_for(
    cast: Cast,
) -> None:
    save(cast.agent, name="我的")
    save(cast.supervisor, name="一组的", scope=f"team:{cast.team.pk}")
    save(cast.supervisor, name="大家的", scope="all")
    assert names(cast.agent) == ["我的", "一组的", "大家的"]
    assert names(cast.colleague) == ["一组的", "大家的"]
    assert names(cast.outsider) == ["大家的"]
    for scope in (f"team:{cast.team.pk}", "all", "team:x", f"team:{cast.other_team.pk}"):
        with pytest.raises(Invalid, match="不能给这个范围"):
            save(cast.agent, scope=scope, abbreviation="x")
    with pytest.raises(Invalid, match="不能给这个范围"):
        save(cast.supervisor, scope=f"team:{cast.other_team.pk}", abbreviation="x")
    assert Entry.objects.filter(verb="quick_text.saved").count() == 2  # the own one is one's own


def test_each_edit_is_a_version_and_earlier_ones_stay(cast: Cast) -> None:
    row = save(cast.supervisor, scope=f"team:{cast.team.pk}")
    changed = {**SAID, "text": "请补充发票。", "abbreviation": "BCFP"}
    with pytest.raises(NotAllowed, match="由主管编写"):
        quick_texts.save(changed, by=cast.agent, pk=row.pk, version=1)
    with pytest.raises(QuickText.DoesNotExist):
        quick_texts.save(changed, by=cast.outside_supervisor, pk=row.pk, version=1)
    quick_texts.save(changed, by=cast.supervisor2, pk=row.pk, version=1)
    quick_texts.save(changed, by=cast.supervisor2, pk=row.pk, version=2)  # the same again
    with pytest.raises(StaleVersion, match="现在是第 2 版"):
        quick_texts.save(SAID, by=cast.supervisor, pk=row.pk, version=1)
    said = [(v.version, v.abbreviation, v.text) for v in row.versions.order_by("version")]
    assert said == [(1, "bcpj", SAID["text"]), (2, "bcfp", "请补充发票。")]
    assert [row.text for row in quick_texts.in_force(cast.agent)] == ["请补充发票。"]


def test_one_that_is_put_aside_is_offered_no_more_and_its_abbreviation_is_free(
    cast: Cast,
) -> None:
    row = save(cast.agent)
    with pytest.raises(Invalid, match="已有缩写“bcpj”"):
        save(cast.agent, abbreviation=" BCPJ ")
    quick_texts.set_archived(row.pk, True, by=cast.agent)
    assert names(cast.agent) == []
    assert [v.name for v in quick_texts.archived(cast.agent)] == ["请补充票据"]
    other = save(cast.agent)
    with pytest.raises(Invalid, match="请先改掉它"):
        quick_texts.set_archived(row.pk, False, by=cast.agent)
    quick_texts.set_archived(other.pk, True, by=cast.agent)
    quick_texts.set_archived(row.pk, False, by=cast.agent)
    assert [v.quick_text_id for v in quick_texts.in_force(cast.agent)] == [row.pk]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "请填写"),
        ({"abbreviation": "a b"}, "abbreviation", "不能有空格"),
        ({"abbreviation": "；；a"}, "abbreviation", "不能有空格、分号"),
        ({"text": "您好{消费者电话}"}, "text", "没有变量{消费者电话}"),
        ({"text": "好" * 4001}, "text", "最多 4000 字"),
        ({"text": "a\x00b"}, "text", "不可见"),
        ({"text": "这是您自己的问题。"}, "asked", "您自己的问题"),
    ],
)
def test_what_cannot_be_kept_says_why(
    cast: Cast, changes: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        save(cast.agent, **changes)
    assert field in refused.value.errors
    assert not QuickText.objects.exists()
    save(cast.agent)


def test_questioned_words_are_kept_with_a_reason(cast: Cast) -> None:
    row = save(cast.agent, text="这是您自己的问题。", anyway="照录原话的样例")
    assert row.versions.get().anyway == "照录原话的样例"


def test_variables_take_the_values_of_the_case_and_are_marked_where_there_are_none(
    cast: Cast,
) -> None:
    case = f.investigating(cast, consumer={"phone": "12012345678"}, price_paid=None)
    text = "{消费者称呼}，{案件编号} 由{责任人}办理，{答复期限}前答复；{价款} <{涉及的商品}>"
    save(cast.agent, text=text, abbreviation="zh")
    save(cast.agent, text="Case {case number}, price {price}", abbreviation="en", name="en")
    client = browser(cast.agent)
    (chinese,) = put_in(picked(client, case.number, "zh"))
    assert chinese.startswith(f"尊敬的消费者，{case.number} 由陈晓雨办理，20")
    assert "{价款}" in chinese
    assert "None" not in chinese
    assert "&lt;" in chinese  # what was written is text
    page = picked(client, case.number, "zh")
    assert re.search(r'<mark class="unset">\{价款\}', page)
    assert put_in(picked(client, case.number, "en"))[0].startswith(f"Case {case.number}, price")
    # without a case only who writes and for whom is known
    before = client.get(reverse("quick_pick"), {"q": "zh"}).content.decode()
    assert re.search(r'<mark class="unset">\{案件编号\}', before)
    assert "由陈晓雨办理" in put_in(before)[0]
    assert "12012345678" not in page


def test_the_abbreviation_comes_first_then_the_name_then_the_text(cast: Cast) -> None:
    case = f.investigating(cast)
    save(cast.agent, name="乙", abbreviation="tk2", text="丙")
    save(cast.agent, name="甲", abbreviation="tk", text="丁")
    save(cast.agent, name="说 tk 的", abbreviation="z", text="戊")
    save(cast.agent, name="末", abbreviation="y", text="写着 tk")
    client = browser(cast.agent)
    assert put_in(picked(client, case.number, "TK")) == ["丁", "丙", "戊", "写着 tk"]
    assert put_in(picked(client, case.number, "没有的")) == []
    assert "没有找到" in picked(client, case.number, "%")
    assert browser(cast.outsider).get(
        reverse("case_quick_pick", args=[case.number])
    ).status_code == (404)
    assert browser(cast.auditor).get(reverse("quick_pick")).status_code == 403


def test_a_reply_with_an_open_variable_is_asked_about_before_it_leaves(cast: Cast) -> None:
    case, client = f.investigating(cast), browser(cast.agent)
    sent = {"kind": "reply", "channel": "email", "text": "您好，{价款}已核对。"}
    refused = client.post(reverse("communicate", args=[case.number]), sent)
    assert refused.status_code == 422
    assert "变量 {价款} 还没有内容" in refused.content.decode()
    assert not Communication.objects.exists()
    sent["text"] = "您好，{另附}已核对。"  # braces that are no variable are words
    assert client.post(reverse("communicate", args=[case.number]), sent).status_code == 302


def test_the_pages_keep_what_was_typed_and_say_what_is_wrong(cast: Cast) -> None:
    client = browser(cast.supervisor)
    new = reverse("quick_text_new")
    rude = {**SAID, "scope": f"team:{cast.team.pk}", "text": "这是您自己的问题。"}
    asked = client.post(new, rude)
    assert asked.status_code == 422
    assert "保存之前请再看一眼" in asked.content.decode()
    assert rude["text"] in asked.content.decode()
    looked = client.post(new, {**SAID, "scope": "all", "look": "1"})
    assert looked.status_code == 200
    assert "TS-26-014377" in looked.content.decode()
    assert not QuickText.objects.exists()
    assert client.post(new, {**SAID, "scope": f"team:{cast.team.pk}"}).status_code == 302
    row = QuickText.objects.get()
    page = reverse("quick_text", args=[row.pk])
    assert client.post(page, {**SAID, "text": "二", "version": "1"}).status_code == 302
    stale = client.post(page, {**SAID, "text": "三", "version": "1"})
    assert stale.status_code == 409
    assert "三</textarea>" in stale.content.decode()
    shown = client.get(page).content.decode()
    assert "第 2 版" in shown
    assert SAID["text"] in shown  # the first one is still readable
    agent = browser(cast.agent)
    assert "保存为新版本" not in agent.get(page).content.decode()
    assert agent.post(page, {**SAID, "text": "四", "version": "2"}).status_code == 403
    aside = reverse("quick_text_archive", args=[row.pk])
    assert agent.post(aside).status_code == 403
    assert client.post(aside).status_code == 302
    listed = client.get(reverse("quick_texts")).content.decode()
    assert "还没有常用语" in listed
    assert "请补充票据" in client.get(f"{reverse('quick_texts')}?archived=1").content.decode()
    assert browser(cast.outsider).get(page).status_code == 404


def test_own_ones_go_with_the_account_and_those_of_the_team_stay(cast: Cast) -> None:
    save(cast.supervisor, name="我的")
    save(cast.supervisor, name="一组的", scope=f"team:{cast.team.pk}")
    leaving.leave(cast.supervisor, "left", by=cast.administrator)
    assert names(cast.agent) == ["一组的"]
    assert QuickText.objects.count() == 1


def test_every_variable_is_known_to_the_letters_and_has_an_example() -> None:
    for name in quick_values.NAMES:
        assert quick_values.name_of(name) == name
    assert quick_values.unknown("{案件编号}{case number}{x}") == ["x"]
