"""宏: versions of a team, the preview item by item, and carrying out all of it or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from complaints import macros as previewed
from complaints.actions import assignment, legal_hold, macro_use, macros, segregation
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.facts import analyse
from complaints.models import Communication, Complaint, Event, FactAnswer, Macro, MacroVersion
from legal_rules.vocabulary import FACTS
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

FACT = "tx_living_consumption"
DOES: dict[str, Any] = {
    "name": "保健品外呼，先回一封",
    "kind": "reply",
    "text": "{称呼}：案件 {案件编号} 已由{承办人}办理。",
    "facts": {FACT: {"value": True, "source": "verified"}},
    "priority": "urgent",
    "step": "conclude",
}
ALL = ["text", f"fact:{FACT}", "priority", "step"]


def kept(cast: Cast, **changes: Any) -> Macro:
    values = {**DOES, "team": str(cast.team.pk), **changes}
    return macros.save(values, by=cast.supervisor)


def look(cast: Cast, case: Complaint, row: Macro, by: Any = None) -> dict[str, previewed.Item]:
    does = row.versions.get(version=row.version).does
    case = Complaint.objects.select_related("consumer").get(pk=case.pk)
    found = previewed.items(case, does, by or cast.agent, timezone.now())
    return {item.code: item for item in found}


def use(cast: Cast, case: Complaint, row: Macro, **sent: Any) -> MacroVersion | None:
    by = sent.pop("by", cast.agent)
    how = {name: sent.pop(name) for name in ("version", "macro_version") if name in sent}
    values = {"do": ALL, "text": "您好，已由陈晓雨办理。", **sent}
    return macro_use.use(case.number, row.pk, values, by=by, **how)


def nothing_was_done(case: Complaint) -> bool:
    fresh = Complaint.objects.get(pk=case.pk)
    return not (
        Communication.objects.filter(complaint=case).exists()
        or FactAnswer.objects.filter(complaint=case, fact=FACT).exists()
        or Event.objects.filter(complaint=case, code="macro_used").exists()
        or fresh.priority != "normal"
        or fresh.version != case.version
    )


def test_all_of_it_is_done_at_once_and_the_story_names_macro_and_version(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    case.refresh_from_db()
    assert [item.ticked for item in look(cast, case, row).values()] == [True] * 4
    assert nothing_was_done(case)
    use(cast, case, row, version=case.version, macro_version=1)
    reply = Communication.objects.get(complaint=case)
    assert (reply.kind, reply.text) == ("reply", "您好，已由陈晓雨办理。")
    assert reply.outbox is not None  # it can be taken back like any other
    answer = FactAnswer.objects.get(complaint=case, fact=FACT)
    assert (answer.value, answer.source, answer.by) == (True, "verified", cast.agent)
    case.refresh_from_db()
    assert case.priority == "urgent"
    event = Event.objects.get(complaint=case, code="macro_used")
    assert event.detail == {"macro": row.pk, "version": 1, "did": ALL, "name": DOES["name"]}
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "使用宏“保健品外呼，先回一封”（第 1 版），4 项" in page
    entry = Entry.objects.filter(subject=case.subject, verb="macro.used").latest("id")
    assert entry.detail["version"] == 1
    assert use(cast, case, row) is None  # the second click of a double click
    assert Communication.objects.filter(complaint=case).count() == 1


def test_what_is_unticked_is_left(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    use(cast, case, row, do=["priority"])
    assert not Communication.objects.filter(complaint=case).exists()
    assert not FactAnswer.objects.filter(complaint=case).exists()
    with pytest.raises(Invalid, match="至少勾选一项"):
        use(cast, f.investigating(cast), row, do=[])
    with pytest.raises(Invalid):
        use(cast, f.investigating(cast), row, do=["fact:x"])


def test_a_step_that_is_no_longer_allowed_undoes_everything(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    assert look(cast, case, row)["step"].why == ""
    f.step(
        case,
        "conclude",
        cast.colleague,
        findings="查明",
        no_evidence_reason="没有录音",
        cannot_be_established=f.explained(case),
    )
    case.refresh_from_db()
    answers = FactAnswer.objects.filter(complaint=case).count()
    item = look(cast, case, row)["step"]
    assert "现处于“拟定方案”，不能“调查终结”" in item.why
    assert not item.ticked
    with pytest.raises(Invalid, match="现处于“拟定方案”") as refused:
        use(cast, case, row, do=["text", "priority", "step"], version=case.version)
    assert list(refused.value.errors) == ["step"]
    fresh = Complaint.objects.get(pk=case.pk)
    assert (fresh.version, fresh.priority) == (case.version, "normal")
    assert not Communication.objects.filter(complaint=case).exists()
    assert FactAnswer.objects.filter(complaint=case).count() == answers
    use(cast, case, row, do=["text", "priority"], version=case.version)
    assert Complaint.objects.get(pk=case.pk).priority == "urgent"


def test_a_case_that_moved_on_and_a_macro_that_was_changed_are_said(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    with pytest.raises(StaleVersion):
        use(cast, case, row, version=case.version - 1)
    kept_again = {**DOES, "text": "{称呼}：另写。"}
    macros.save(kept_again, by=cast.supervisor, pk=row.pk, version=1)
    with pytest.raises(StaleVersion, match="第 2 版"):
        use(cast, case, row, macro_version=1)
    macros.set_archived(row.pk, True, by=cast.supervisor)
    with pytest.raises(MacroVersion.DoesNotExist):
        use(cast, case, row)
    assert not Communication.objects.filter(complaint=case).exists()


def test_the_preview_says_of_each_item_why_it_cannot_be_done(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    # what a colleague answered is not replaced unseen, and the same is nothing
    f.answer(case, cast.colleague, **{FACT: False})
    item = look(cast, case, row)[f"fact:{FACT}"]
    assert "何静已回答：否（消费者陈述）" in item.instead
    assert not item.ticked
    f.answer(case, cast.colleague, **{FACT: {"value": True, "source": "verified"}})
    assert look(cast, case, row)[f"fact:{FACT}"].nothing
    # counsel writes notes and answers facts, and writes to no consumer
    of_counsel = look(cast, case, row, cast.counsel)
    assert "您的角色不能与消费者沟通" in of_counsel["text"].why
    assert "您的角色不能修改案件资料" in of_counsel["priority"].why
    # a legal hold keeps what was registered
    sent = {"matter": "(2026) 测 01 民初 9 号", "reason": "已起诉", "numbers": case.number}
    case2 = f.closed(cast)
    over = look(cast, case2, row)
    assert "案件已经办结" in over["text"].why
    assert "案件已经办结" in over[f"fact:{FACT}"].why
    assert over["step"].why
    now = timezone.now()
    assignment.share_with_counsel(case.number, by=cast.agent, note="请看")
    legal_hold.place(sent, by=cast.counsel, reauthenticated_at=now, now=now)
    assert "处于诉讼保留" in look(cast, case, row)["priority"].why
    with pytest.raises(Invalid, match="处于诉讼保留"):
        use(cast, case, row)
    assert not Communication.objects.filter(complaint=case).exists()
    use(cast, case, row, do=["text"])


def test_a_fact_that_the_case_does_not_ask_or_that_is_no_answer_any_more_is_not_recorded(
    cast: Cast,
) -> None:
    case, row = f.investigating(cast), kept(cast)
    asked = {row["fact"] for row in analyse(case)["missing_facts"]}
    strange = next(k for k, one in FACTS.items() if one.type == "boolean" and k not in asked)
    version = row.versions.get()
    does = {**version.does, "facts": {FACT: {"value": "多少"}, "gone": {"value": 1}}}
    does["facts"][strange] = {"value": True}
    MacroVersion.objects.filter(pk=version.pk).update(does=does)
    found = look(cast, case, row)
    assert "词汇表里已经没有这一项" in found["fact:gone"].why
    assert "请主管修改这个宏" in found[f"fact:{FACT}"].why
    assert "本案不问这一项" in found[f"fact:{strange}"].why
    with pytest.raises(Invalid, match="本案不问这一项"):
        use(cast, case, row, do=["text", f"fact:{strange}"])
    assert nothing_was_done(case)


def test_supervisors_of_the_team_write_them_and_its_cases_take_them(cast: Cast) -> None:
    row = kept(cast)
    for by in (cast.agent, cast.counsel):
        with pytest.raises(NotAllowed):
            macros.save({**DOES, "team": str(cast.team.pk)}, by=by)
    with pytest.raises(Invalid, match="您所在的团队"):
        macros.save({**DOES, "team": str(cast.other_team.pk)}, by=cast.supervisor)
    with pytest.raises(Macro.DoesNotExist):
        macros.save(DOES, by=cast.outside_supervisor, pk=row.pk)
    with pytest.raises(StaleVersion):
        macros.save({**DOES, "name": "x"}, by=cast.supervisor, pk=row.pk, version=9)
    macros.save(DOES, by=cast.supervisor2, pk=row.pk, version=1)  # the same again
    assert row.versions.count() == 1
    macros.save({**DOES, "priority": ""}, by=cast.supervisor2, pk=row.pk, version=1)
    assert [v.does.get("priority") for v in row.versions.order_by("version")] == ["urgent", None]
    foreign = f.registered(cast, by=cast.outsider)
    with pytest.raises(MacroVersion.DoesNotExist):
        macro_use.use(foreign.number, row.pk, {"do": ["text"]}, by=cast.outsider)
    with pytest.raises(Complaint.DoesNotExist):
        macro_use.use(foreign.number, row.pk, {"do": ["text"]}, by=cast.agent)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "请填写"),
        ({"kind": ""}, "kind", "备注还是回复"),
        ({"text": ""}, "text", "请写下文字"),
        ({"text": "{密码}"}, "text", "没有变量{密码}"),
        ({"text": "这是您自己的问题。"}, "asked", "您自己的问题"),
        ({"facts": {FACT: {"value": "也许"}}}, f"fact:{FACT}", "请答"),
        ({"facts": {FACT: {"value": None}}}, f"fact:{FACT}", "请给出答案"),
        ({"facts": {"x": {"value": 1}}}, "fact:x", "x"),
        ({"step": "sign"}, "step", "不在可选范围内"),
        ({"kind": "", "text": "", "facts": {}, "priority": "", "step": ""}, "", "至少要做一件事"),
    ],
)
def test_what_cannot_be_kept_says_why(
    cast: Cast, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        kept(cast, **changes)
    assert list(refused.value.errors) == [field]
    assert not Macro.objects.exists()


def test_the_wording_of_the_reply_and_open_variables_are_asked_about(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    for text in ("这是您自己的问题。", "您好，{价款}已核对。"):
        with pytest.raises(Invalid) as refused:
            use(cast, case, row, text=text)
        assert "asked" in refused.value.errors
    assert not Communication.objects.filter(complaint=case).exists()
    use(cast, case, row, text="这是您自己的问题。", anyway="消费者要求照录")
    assert Event.objects.get(complaint=case, code="reply").detail["anyway"] == "消费者要求照录"


def test_refused_the_preview_stands_again_with_what_was_typed(cast: Cast) -> None:
    case, row = f.investigating(cast), kept(cast)
    client, page = browser(cast.agent), reverse("use_macro", args=[case.number, row.pk])
    shown = client.get(page).content.decode()
    assert f"尊敬的王先生/女士：案件 {case.number} 已由陈晓雨办理。" in shown
    assert "None" not in shown
    segregation.name_person(  # something happened meanwhile
        case.number, {"user": "colleague", "why": "被投诉"}, by=cast.supervisor
    )
    sent = {"do": ["text", "step"], "text": "我改过的话", "version": "1:1", "seen": "1"}
    stale = client.post(page, sent)
    assert stale.status_code == 409
    assert "我改过的话" in stale.content.decode()
    assert client.post(page, {**sent, "version": "", "text": "a\x00b"}).status_code == 422
    asked = client.post(page, {**sent, "version": "", "text": "这是您自己的问题。"})
    assert asked.status_code == 422
    assert 'name="anyway"' in asked.content.decode()
    done = client.post(page, {**sent, "version": ""})
    assert done.status_code == 302
    assert done["Location"].endswith("?next=conclude")
    again = client.post(page, {**sent, "version": ""})
    assert again.status_code == 302
    assert Communication.objects.filter(complaint=case).count() == 1
    assert browser(cast.outsider).get(page).status_code == 404
    assert browser(cast.auditor).get(page).status_code == 403
    listed = client.get(reverse("case_macros", args=[case.number])).content.decode()
    assert DOES["name"] in listed


def test_the_form_keeps_its_rows_of_facts_while_they_come_and_go(cast: Cast) -> None:
    client, new = browser(cast.supervisor), reverse("macro_new")
    sent = {"name": "问用途", "team": cast.team.pk, "kind": "internal_note", "text": "问过了"}
    added = client.post(new, {**sent, "action": "add", "new_fact": FACT}).content.decode()
    assert f'name="value:{FACT}"' in added
    assert "问过了" in added
    rows = {"fact": [FACT], f"value:{FACT}": "", f"source:{FACT}": "verified"}
    refused = client.post(new, {**sent, **rows, "action": "save"})
    assert refused.status_code == 422
    assert "请给出答案，或者去掉这一项" in refused.content.decode()
    dropped = client.post(new, {**sent, **rows, "action": f"drop:{FACT}"}).content.decode()
    assert f'name="value:{FACT}"' not in dropped
    looked = client.post(new, {**sent, "text": "{案件编号}", "action": "look"})
    assert "TS-26-014377" in looked.content.decode()
    assert not Macro.objects.exists()
    rows[f"value:{FACT}"] = "yes"
    assert client.post(new, {**sent, **rows, "action": "save"}).status_code == 302
    row = Macro.objects.get()
    assert row.versions.get().does["facts"] == {FACT: {"value": True, "source": "verified"}}
    page = reverse("macro", args=[row.pk])
    assert "selected" in client.get(page).content.decode()
    assert client.post(page, {**sent, "name": "二", "version": "1"}).status_code == 302
    stale = client.post(page, {**sent, "name": "三", "version": "1"})
    assert stale.status_code == 409
    agent = browser(cast.agent)
    assert "保存为新版本" not in agent.get(page).content.decode()
    assert agent.post(page, {**sent, "version": "2"}).status_code == 403
    assert agent.get(new).status_code == 403
    assert agent.post(reverse("macro_archive", args=[row.pk])).status_code == 403
    assert client.post(reverse("macro_archive", args=[row.pk])).status_code == 302
    assert "没有停用的宏" not in client.get(f"{reverse('macros')}?archived=1").content.decode()
    assert "团队还没有宏" in client.get(reverse("macros")).content.decode()
