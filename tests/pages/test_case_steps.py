"""Taking steps on the page: each has a form, what is missing is said, nothing typed is lost."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import half_typed, holds
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Transition
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_case import address, browser, text_of

WAYS = "您可以拨打 12315，也可以向人民法院起诉。"


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


@pytest.fixture
def supervisor(cast: Cast) -> Client:
    return browser(cast.supervisor)


def url(case, step: str) -> str:
    return reverse("step", args=[case.number, step])


def version_of(page) -> str:
    return re.search(r'name="version" value="([^"]+)"', text_of(page))[1]


def take(client: Client, case, step: str, **values):
    """Open the form and send it, as a person does."""
    opened = client.get(url(case, step))
    return client.post(url(case, step), {"version": version_of(opened), **values})


def state(case) -> str:
    return Complaint.objects.get(pk=case.pk).state


def test_every_step_of_a_person_has_a_form_or_its_own_page(cast: Cast) -> None:
    for code, step in STEPS.items():
        if not step.who:
            continue
        case = f.IN_STATE[step.sources[0]](cast)
        who = {"agent": cast.agent, "supervisor": cast.supervisor, "counsel": cast.counsel}
        page = browser(who[step.who[0]]).get(url(case, code), follow=True)
        assert page.status_code == 200, code
        assert "<h1" in text_of(page), code


def test_accept(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    assert take(agent, case, "accept", note="已核对").url == address(case)
    assert state(case) == "investigating"


def test_decline_wants_a_reason_of_the_list_and_the_other_remedies(
    cast: Cast, supervisor: Client
) -> None:
    case = f.registered(cast)
    form = text_of(supervisor.get(url(case, "decline")))
    assert 'name="reason" value="duplicate"' in form
    assert "12315" in form  # a first sentence about other remedies stands there already
    refused = take(supervisor, case, "decline", reason="duplicate", explanation="与另一案重复。")
    assert refused.status_code == 422
    assert "说明中须告知其他救济途径" in text_of(refused)
    assert "与另一案重复。" in text_of(refused)
    assert state(case) == "registered"
    take(supervisor, case, "decline", reason="duplicate", explanation=WAYS)
    assert state(case) == "closed"


def test_conclude_wants_findings_evidence_or_reason_and_every_open_fact(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    missing = f.missing_for_conclusion(case)
    form = text_of(agent.get(url(case, "conclude")))
    assert missing[0]["question"] in form
    refused = take(
        agent,
        case,
        "conclude",
        findings="已经查明",
        **{f"why.{missing[0]['fact']}": "录音已过保存期"},
    )
    page = text_of(refused)
    assert refused.status_code == 422
    assert f"还有 {len(missing) - 1} 项事实没有查明" in page
    assert "还没有证据；请添加证据，或说明为何没有证据" in page
    assert "已经查明" in page
    assert "录音已过保存期" in page
    take(
        agent,
        case,
        "conclude",
        findings="已经查明",
        no_evidence_reason="双方都没有保存录音",
        why_the_rest="经核实仍无法查明",
    )
    assert state(case) == "resolving"
    answers = {a.fact: a.note for a in case.facts.filter(superseded_at=None, established=False)}
    assert set(answers) == {m["fact"] for m in missing}
    assert set(answers.values()) == {"经核实仍无法查明"}


def test_the_consumers_consent_may_bring_its_evidence_along(cast: Cast, agent: Client) -> None:
    case = f.offered(cast)
    file = SimpleUploadedFile("同意.txt", "我同意。".encode(), "text/plain")
    take(agent, case, "consumer_accepts", means="email", note="邮件回复同意", upload=file)
    assert state(case) == "executing"
    taken = Transition.objects.get(complaint=case, step="consumer_accepts")
    assert taken.fields["evidence"] == [2]
    assert case.folder.items.get(number=2).file_name == "同意.txt"


def test_an_empty_file_refuses_the_step_and_keeps_the_text(cast: Cast, agent: Client) -> None:
    case = f.offered(cast)
    empty = SimpleUploadedFile("空.txt", b"", "text/plain")
    page = take(agent, case, "consumer_accepts", means="email", note="邮件同意", upload=empty)
    assert page.status_code == 422
    assert "文件是空的（0 字节）" in text_of(page)
    assert "邮件同意" in text_of(page)
    assert state(case) == "offered"


def test_refer_out_and_the_decision_that_comes_back(cast: Cast, supervisor: Client) -> None:
    case = f.investigating(cast)
    tomorrow = (timezone.localdate() + timezone.timedelta(days=1)).isoformat()
    about = {"body": "市场监管局", "reference": "12315-1"}
    refused = take(supervisor, case, "refer_out", date=tomorrow, **about)
    assert "日期不能晚于今天" in text_of(refused)
    take(supervisor, case, "refer_out", date=timezone.localdate().isoformat(), **about)
    assert state(case) == "external"
    page = text_of(supervisor.get(address(case)))
    assert "外部机构：市场监管局" in page
    assert "外部文号：12315-1" in page
    counsel = browser(cast.counsel)
    file = SimpleUploadedFile("裁决书.txt", "裁决如下".encode(), "text/plain")
    unproved = take(counsel, case, "external_decision", outcome="nothing_to_execute")
    assert "请填写证据编号" in text_of(unproved)
    take(counsel, case, "external_decision", outcome="nothing_to_execute", upload=file)
    assert state(case) == "closed"


def test_a_withdrawal_is_asked_by_one_and_confirmed_by_another(
    cast: Cast, agent: Client, supervisor: Client
) -> None:
    case = f.investigating(cast)
    take(agent, case, "withdraw", consumers_words="不用再处理了")
    assert state(case) == "investigating"
    page = text_of(supervisor.get(address(case)))
    assert "消费者请求撤回，等待主管确认" in page
    assert "不用再处理了" in page
    mine = text_of(agent.get(url(case, "withdraw")))
    assert "撤回请求已登记，须由另一位主管确认" in mine
    assert "不用再处理了" in text_of(supervisor.get(url(case, "withdraw")))
    take(supervisor, case, "withdraw", consumers_words="不用再处理了")
    assert state(case) == "closed"


def test_a_withdrawal_can_be_dismissed(cast: Cast, agent: Client, supervisor: Client) -> None:
    case = f.investigating(cast)
    take(agent, case, "withdraw", consumers_words="不用再处理了")
    place = reverse("dismiss_withdrawal", args=[case.number])
    assert place in text_of(supervisor.get(address(case)))
    assert supervisor.post(place, {"reason": " "}).status_code == 422
    supervisor.post(place, {"reason": "消费者来电要求继续"})
    case.refresh_from_db()
    assert case.withdrawal_requested_by is None


def test_merge_names_the_open_cases_of_the_same_consumer(cast: Cast, agent: Client) -> None:
    target, case = f.investigating(cast), f.investigating(cast)
    stranger = f.registered(cast, consumer={"name": "别人", "phone": "12099990000"})
    form = text_of(agent.get(url(case, "merge")))
    assert f'<option value="{target.number}">' in form
    assert stranger.number not in form
    refused = take(agent, case, "merge", into="TS26-999999", reason="重复")
    assert "没有找到要并入的案件，或您无权查看它" in text_of(refused)
    assert 'value="TS26-999999"' in text_of(refused)
    take(agent, case, "merge", into=target.number, reason="重复")
    assert state(case) == "closed"


def test_reopen_wants_its_reason(cast: Cast, supervisor: Client) -> None:
    case = f.closed(cast)
    assert take(supervisor, case, "reopen", reason="  ").status_code == 422
    take(supervisor, case, "reopen", reason="消费者提出新的证据")
    assert state(case) == "investigating"


def test_a_stale_page_is_refused_with_what_changed_and_keeps_the_text(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    opened = version_of(agent.get(url(case, "conclude")))
    holds.start(case.number, {"reason": "expert", "note": "送检两周"}, by=cast.supervisor)
    sent = {"findings": "我写了很久的结论", "why_the_rest": "无法查明", "no_evidence_reason": "无"}
    page = agent.post(url(case, "conclude"), {"version": opened, **sent})
    text = text_of(page)
    assert page.status_code == 409
    assert "您打开之后，案件有变动" in text
    assert "周启明" in text
    assert "中止计时：等待鉴定" in text
    assert "送检两周" in text
    assert "我写了很久的结论" in text
    assert state(case) == "investigating"
    agent.post(url(case, "conclude"), {"version": version_of(page), **sent})
    assert state(case) == "resolving"


def test_a_form_opened_from_an_old_page_says_at_once_what_changed(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    link = re.search(r'href="([^"]+)"[^>]*data-primary', text_of(agent.get(address(case))))[1]
    link = link.replace("&amp;", "&")
    assert "案件有变动" not in text_of(agent.get(link))
    f.with_evidence(case, cast.colleague)
    assert "案件有变动" in text_of(agent.get(link))


def test_a_double_click_takes_the_step_once_and_says_so(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    sent = {"version": version_of(agent.get(url(case, "accept")))}
    agent.post(url(case, "accept"), sent)
    second = agent.post(url(case, "accept"), sent, follow=True)
    assert "这一步刚才已经完成，没有重复进行" in text_of(second)
    assert Transition.objects.filter(complaint=case, step="accept").count() == 1


def test_the_wrong_role_is_refused_and_the_unknown_step_is_not_found(
    cast: Cast, agent: Client
) -> None:
    case = f.registered(cast)
    sent = {"version": "1:1", "reason": "duplicate", "explanation": WAYS}
    refused = agent.post(url(case, "decline"), sent)
    assert refused.status_code == 403
    assert "“不予受理”只能由客服主管进行" in text_of(refused)
    assert "“不予受理”只能由客服主管进行" in text_of(agent.get(url(case, "decline")))
    assert state(case) == "registered"
    assert agent.get(url(case, "fly")).status_code == 404
    assert agent.get(url(case, "escalate")).status_code == 404
    theirs = f.registered(cast, by=cast.outsider)
    assert agent.get(url(theirs, "accept")).status_code == 404
    assert agent.post(url(theirs, "accept")).status_code == 404


def test_signing_and_sending_back_happen_on_counsels_page(cast: Cast) -> None:
    case, counsel = f.in_review(cast), browser(cast.counsel)
    for step in ("sign", "send_back"):
        assert counsel.get(url(case, step)).url == reverse("review_case", args=[case.number])
        assert counsel.post(url(case, step)).url == reverse("review_case", args=[case.number])
    assert state(case) == "in_review"


def test_a_step_inside_the_dialog_sends_the_page_on(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    inside = {"HX-Request": "true"}
    opened = agent.get(url(case, "accept"), headers=inside)
    assert "<html" not in text_of(opened)
    sent = {"version": version_of(opened)}
    done = agent.post(url(case, "accept"), sent, headers=inside)
    assert (done.status_code, done["HX-Redirect"]) == (204, address(case))


def test_the_draft_of_a_form_waits_until_the_step_is_taken(cast: Cast, agent: Client) -> None:
    case, key = f.registered(cast), f"step:{f.Complaint.objects.latest('id').number}:accept"
    half_typed.save_draft(cast.agent, key, {"note": "写到一半"})
    assert json.dumps("写到一半") in text_of(agent.get(url(case, "accept")))
    take(agent, case, "accept", note="写完了")
    assert half_typed.load_draft(cast.agent, key) is None
