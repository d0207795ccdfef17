"""修改案件资料: masked values never come back as real ones, and nobody is silently overwritten."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import assignment, half_typed, intake
from complaints.models import Complaint, Draft, Event
from tests import factories as f
from tests.cast import Cast


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def address(case: Complaint) -> str:
    return reverse("edit_case", args=[case.number])


def form(page: Any) -> dict[str, Any]:
    """What the browser would send of the drawn form, untouched."""
    text = page.content.decode()
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", text[text.index('<form class="intake__form"') :]):
        parts = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if not parts.get("name") or parts["name"] in ("csrfmiddlewaretoken", "single_keys"):
            continue
        if parts.get("type") in ("checkbox", "radio"):
            if " checked" in tag:
                sent.setdefault(parts["name"], []).append(parts.get("value", "on"))
        else:
            sent[parts["name"]] = html.unescape(parts.get("value", ""))
    for name, body in re.findall(
        r'<textarea name="([a-z_]+)"[^>]*>\n?(.*?)</textarea>', text, re.S
    ):
        sent[name] = html.unescape(body)
    for name, body in re.findall(r'<select name="([a-z_]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name] = chosen[1] if chosen else ""
    return {name: value for name, value in sent.items() if name not in ("username", "password")}


def errors(page: Any) -> str:
    found = re.search(r"data-error-summary.*?</form>", page.content.decode(), re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[0])


def test_saving_an_untouched_form_changes_nothing(cast: Cast, agent: Client) -> None:
    case = f.registered(
        cast,
        claims=["apology", "refund"],
        risk_flags=["media", "safety"],
        transaction_date="2026-11-09",
        loss_claimed="12.5",
        confidential=True,
        consumer={**f.CONSUMER, "protection": "minor"},
        filed_by="family",
        narrative="第一行\n第二行",
    )
    page = agent.get(address(case))
    answer = agent.post(address(case), form(page))
    assert answer.url == reverse("case", args=[case.number])
    after = Complaint.objects.get(pk=case.pk)
    assert after.version == 1
    assert not Event.objects.filter(complaint=case, code="edited").exists()


def test_no_personal_value_stands_in_the_page_and_masked_ones_never_replace_real_ones(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast, consumer={**f.CONSUMER, "id_number": "999999190001019999"})
    page = agent.get(address(case))
    text = page.content.decode()
    for value in (*f.CONSUMER.values(), "999999190001019999"):
        assert value not in text
    assert 'placeholder="120****5678"' in text
    typed = {**form(page), "consumer_phone": "120****5678", "consumer_name": " 王** "}
    agent.post(address(case), typed)
    consumer = Complaint.objects.get(pk=case.pk).consumer
    assert consumer.clear("phone") == "12012345678"
    assert consumer.clear("name") == "王测试"
    assert consumer.clear("email") == "consumer@example.com"


def test_what_is_typed_anew_replaces_and_what_is_marked_is_removed(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast)
    sent = form(agent.get(address(case)))
    agent.post(
        address(case),
        {**sent, "consumer_phone": "12087654321", "removed": ["email"], "title": "新的事由"},
    )
    after = Complaint.objects.select_related("consumer").get(pk=case.pk)
    assert after.consumer.clear("phone") == "12087654321"
    assert after.consumer.clear("email") == ""
    assert after.title == "新的事由"
    assert after.version == 2
    edited = Event.objects.get(complaint=case, code="edited")
    assert set(edited.detail["fields"]) == {"consumer.phone", "consumer.email", "title"}


def test_a_stale_save_says_who_changed_what_and_keeps_my_text_ready_to_merge(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast)
    mine = form(agent.get(address(case)))
    intake.edit(
        case.number,
        {"title": "同事改的事由", "price_paid": "4000", "consumer": {"email": "new@example.com"}},
        by=cast.colleague,
    )
    mine |= {"title": "我改的事由", "narrative": "我补充的经过", "consumer_phone": "12087654321"}
    page = agent.post(address(case), mine)
    assert page.status_code == 409
    said = errors(page)
    assert "何静" in said
    assert "一句话事由、价款（元）" in said or "价款（元）" in said
    assert "new@example.com" not in page.content.decode()
    assert "同事改的事由" in said, "what stands there now"
    assert Complaint.objects.get(pk=case.pk).title == "同事改的事由"
    merged = form(page)
    assert (merged["title"], merged["narrative"]) == ("我改的事由", "我补充的经过")
    assert merged["price_paid"] == "4000.00", "what only the other changed is taken over"
    assert merged["consumer_phone"] == "12087654321"
    assert "合并我的修改" in page.content.decode()
    assert agent.post(address(case), merged).status_code == 302
    after = Complaint.objects.select_related("consumer").get(pk=case.pk)
    assert (after.title, str(after.price_paid)) == ("我改的事由", "4000.00")
    assert after.consumer.clear("email") == "new@example.com"
    assert after.consumer.clear("phone") == "12087654321"


def test_choices_and_check_boxes_merge_too(cast: Cast, agent: Client) -> None:
    case = f.registered(cast, claims=["refund"], risk_flags=["media"], confidential=True)
    mine = form(agent.get(address(case)))
    theirs = {"claims": ["apology"], "risk_flags": [], "filed_by": "proxy"}
    intake.edit(case.number, theirs, by=cast.supervisor)
    page = agent.post(address(case), {**mine, "claims": ["refund", "repair"]})
    said = errors(page)
    assert "赔礼道歉" in said
    assert "退还价款、修理" in said
    merged = form(page)
    assert merged["claims"] == ["refund", "repair"]
    assert "risk_flags" not in merged
    assert "confidential" not in merged
    assert merged["filed_by"] == ["proxy"]


def test_a_save_after_a_step_or_an_assignment_is_stale_without_a_conflict(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast)
    mine = {**form(agent.get(address(case))), "title": "我改的事由"}
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="请接手")
    page = agent.post(address(case), mine)
    assert page.status_code == 409
    assert "周启明" in errors(page)
    assert "没有冲突" in errors(page)
    assert agent.post(address(case), form(page)).status_code == 302
    assert Complaint.objects.get(pk=case.pk).title == "我改的事由"


@pytest.mark.parametrize("base", ["", "x", "[]", "null", '{"version": "1"}', '{"at": "never"}'])
def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing(
    cast: Cast, agent: Client, base: str
) -> None:
    case = f.registered(cast)
    sent = {**form(agent.get(address(case))), "title": "我改的事由", "base": base}
    page = agent.post(address(case), sent)
    assert page.status_code == 409
    assert form(page)["title"] == "我改的事由"
    assert json.loads(form(page)["base"])["version"] == 1


def test_what_cannot_be_taken_is_refused_with_everything_kept(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    sent = form(agent.get(address(case)))
    for bad, sentence in (
        ({"narrative": " "}, "请填写此项"),
        ({"price_paid": "-1"}, "金额不能为负数"),
        ({"narrative": "前\x00后"}, "看不见的控制字符"),
        ({"consumer_email": "x"}, "格式不对"),
        ({"transaction_date": "2999-1-1"}, "日期不能晚于今天"),
        ({"category": "x"}, "不在可选范围内"),
    ):
        page = agent.post(address(case), {**sent, "title": "改到一半", **bad})
        assert page.status_code == 422, bad
        assert sentence in errors(page)
        assert 'value="改到一半"' in page.content.decode()
    assert Complaint.objects.get(pk=case.pk).version == 1


def test_a_draft_is_kept_per_case_and_forgotten_once_saved(cast: Cast, agent: Client) -> None:
    case, other = f.registered(cast), f.registered(cast)
    half_typed.save_draft(cast.agent, f"edit:{case.number}", {"title": "改到一半"})
    assert "data-draft-saved" in agent.get(address(case)).content.decode()
    assert "data-draft-saved" not in agent.get(address(other)).content.decode()
    agent.post(address(case), form(agent.get(address(case))))
    assert not Draft.objects.exists()


def test_nobody_edits_what_is_closed_foreign_or_not_theirs_to_edit(
    cast: Cast, agent: Client
) -> None:
    closed = f.closed(cast)
    assert agent.get(address(closed)).url == reverse("case", args=[closed.number])
    case = f.in_review(cast)
    sent = form(agent.get(address(case)))
    assert browser(cast.outsider).get(address(case)).status_code == 404
    assert browser(cast.outsider).post(address(case), sent).status_code == 404
    for user in (cast.counsel, cast.auditor, cast.administrator):
        assert browser(user).get(address(case)).status_code == 403
        assert browser(user).post(address(case), sent).status_code == 403
    page = agent.post(address(closed), {**sent, "base": json.dumps({"version": closed.version})})
    assert page.status_code in (409, 422)


def test_the_page_takes_eight_statements(cast: Cast, django_assert_max_num_queries: Any) -> None:
    case = f.investigating(cast)
    client = browser(cast.agent)
    with django_assert_max_num_queries(8):  # session, person, teams, case, draft, badge, reading
        client.get(address(case))
