"""法务审核: counsel signs exactly what was read, once and in person, or sends it back."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from complaints.actions import consulting, half_typed
from complaints.actions import resolution as resolutions
from complaints.checklist import ITEMS
from complaints.models import Complaint, Draft, FactAnswer, Opinion, Outbox, Resolution, Transition
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import PASSWORD, Cast, assemble
from tests.pages.test_resolution import FOUND


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Complaint) -> str:
    return reverse("review_case", args=[case.number])


def hidden(page, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def word(page, action: str, **changes: Any) -> dict[str, Any]:
    """What the page sends, with what it had shown."""
    shown = {name: hidden(page, name) for name in ("read", "seen", "version")}
    drafts = re.findall(r'name="(take_over-[^"]+)"', page.content.decode())
    shown |= dict.fromkeys(drafts, "核对过条文，由本人承担")
    shown["checklist"] = list(ITEMS)
    return {"action": action, **shown, "opinion": "事实清楚，同意", "password": PASSWORD, **changes}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.in_review(cast)


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def investigated(cast: Cast, **changes: Any) -> Complaint:
    """With counsel, the facts such that only counsel's finding decides on increased damages."""
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **FOUND)
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    resolutions.save_draft(case.number, f.proposal(**changes), by=cast.agent)
    return f.step(case, "submit", cast.agent)


# --- the list


def test_the_list_holds_what_lies_with_counsel_soonest_first(cast: Cast, counsel: Client) -> None:
    now = timezone.now()
    numbers = []
    for days in (1, 5, 3):
        case = f.drafted(cast)
        f.step(case, "submit", cast.agent, now=now - timedelta(days=days))
        numbers.append((-days, case.number))
    f.drafted(cast)
    f.offered(cast)
    page = counsel.get(reverse("review")).content.decode()
    assert re.findall(r'<tr id="(TS[\d-]+)"', page) == [n for _d, n in sorted(numbers)]
    assert "v1 · 陈晓雨" in page
    assert "王测试" not in page


def test_the_list_says_what_a_proposal_waits_for(cast: Cast, counsel: Client) -> None:
    first, asked = f.in_review(cast, risk_flags=["group"]), f.in_review(cast)
    dear = f.in_review(cast, price_paid="8000.00")
    page = counsel.get(reverse("review")).content.decode()
    for words in ("您已签署", "等加签答复", "已附条件签署"):
        assert words not in page
    f.step(first, "sign", cast.counsel, opinion="同意")
    question = {"user": cast.counsel2.username, "question": "举证责任？"}
    consulting.ask(asked.number, question, by=cast.counsel)
    f.step(dear, "sign", cast.counsel, opinion="同意", conditions=["核对收款渠道"])
    page = counsel.get(reverse("review")).content.decode()
    for words in ("您已签署，等另一位法务", "等加签答复", "已附条件签署，等条件落实"):
        assert page.count(words) == 1
    assert "您已签署" not in browser(cast.counsel2).get(reverse("review")).content.decode()


def test_an_empty_list_says_what_it_is_for(counsel: Client) -> None:
    assert "没有待审核的方案" in counsel.get(reverse("review")).content.decode()


def test_only_counsel_gets_in_and_only_to_cases_sent_to_counsel(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    for user in (cast.agent, cast.supervisor, cast.auditor, cast.administrator, cast.outsider):
        client = browser(user)
        assert client.get(reverse("review")).status_code == 403
        assert client.get(address(case)).status_code == 403
        assert client.post(address(case), {"action": "sign"}).status_code == 403
        findings = reverse("review_findings", args=[case.number])
        assert client.post(findings, {}).status_code in (403, 404)
    never_sent = f.drafted(cast)
    assert counsel.get(address(never_sent)).status_code == 404
    assert counsel.post(address(never_sent), {"action": "sign"}).status_code == 404


# --- reading


def test_the_letter_shows_word_by_word_what_changed(cast: Cast, counsel: Client) -> None:
    case = f.in_review(cast)
    f.step(case, "send_back", cast.counsel, comments="请写明金额")
    letter = f.LETTER.replace("退还价款", "退还价款 3,980.00 元")
    resolutions.save_draft(case.number, f.proposal(letter=letter), by=cast.agent)
    f.step(case, "submit", cast.agent)
    text = counsel.get(address(case)).content.decode()
    assert re.search(
        r"<ins><span class=\"sr\">[^<]*</span><span data-at=\"\d+\"> 3,980.00 元</span></ins>", text
    )
    assert "与 v1 比较：新增 1 处，删除 0 处" in text
    clean = counsel.get(address(case), {"view": "clean"}).content.decode()
    assert "<ins>" not in clean
    assert "退还价款 3,980.00 元" in clean
    history = counsel.get(address(case), {"tab": "history"}).content.decode()
    assert "请写明金额" in history
    assert "已退回" in history


def test_every_tab_shows_its_part_of_the_file(case: Complaint, counsel: Client) -> None:
    for tab, words in (
        ("proposal", "处理方案"),
        ("facts", "外呼录音"),
        ("law", "消费者可以主张"),
        ("history", "方案各版"),
        ("nonsense", "处理方案"),
    ):
        page = counsel.get(address(case), {"tab": tab})
        assert words in page.content.decode(), tab
        assert "王测试" not in page.content.decode()


def test_an_offer_below_the_law_is_said(cast: Cast, counsel: Client) -> None:
    little = {"kind": "increased_damages", "amount": "100"}
    case = investigated(cast, measures=[little])
    f.answer(case, cast.counsel, fr_intent="有证据")
    text = counsel.get(address(case)).content.decode()
    assert "最低额 ¥15,920.00，低了 ¥15,820.00" in text


def test_the_page_costs_a_fixed_number_of_statements(cast: Cast, counsel: Client) -> None:
    case = f.in_review(cast)
    counted = []
    for more in (0, 4):
        for n in range(more):
            f.with_evidence(case, cast.agent, f"材料 {n}")
            f.in_review(cast)
        counsel.get(address(case))
        with CaptureQueriesContext(connection) as statements:
            counsel.get(address(case))
        counted.append(len(statements))
    assert counted == [25, 25], [q["sql"][:90] for q in statements]


# --- counsel's own findings


def test_counsel_finds_fraud_and_the_analysis_follows(cast: Cast, counsel: Client) -> None:
    case = investigated(cast)
    page = counsel.get(address(case), {"tab": "facts"})
    assert 'name="fr_intent"' in page.content.decode()
    before = hidden(page, "read")
    findings = reverse("review_findings", args=[case.number])
    sent = {"fr_intent": "有证据", "note-fr_intent": "话术脚本可证", "fr_is_advertisement": "true"}
    assert counsel.post(findings, sent).status_code == 302
    answer = FactAnswer.objects.get(complaint=case, fact="fr_intent")
    assert (answer.value, answer.by, answer.note) == ("有证据", cast.counsel, "话术脚本可证")
    after = counsel.get(address(case))
    assert "最低额 ¥15,920.00" in after.content.decode()
    assert hidden(after, "read") != before
    # the analysis is fresh: nothing but the reason for staying below keeps counsel from signing
    signed = counsel.post(
        address(case), word(after, "sign", below_minimum_reason="消费者只要求退款")
    )
    assert signed.status_code == 302
    assert Complaint.objects.get(pk=case.pk).state == "offered"


def test_a_finding_that_cannot_be_made_needs_a_reason_and_keeps_the_answers(
    cast: Cast, counsel: Client
) -> None:
    case = investigated(cast)
    sent = {"fr_intent": "?", "fr_is_advertisement": "true", "note-fr_is_advertisement": "直播间"}
    page = counsel.post(reverse("review_findings", args=[case.number]), sent)
    assert page.status_code == 422
    assert "请说明为何无法查明" in page.content.decode()
    assert 'value="直播间"' in page.content.decode()
    assert not FactAnswer.objects.filter(complaint=case, by=cast.counsel).exists()


def test_a_colleagues_finding_is_not_overwritten_unseen(cast: Cast, counsel: Client) -> None:
    case = investigated(cast)
    f.answer(case, cast.counsel2, fr_intent="无证据")
    findings = reverse("review_findings", args=[case.number])
    page = counsel.post(findings, {"fr_intent": "有证据", "standing-fr_intent": ""})
    assert page.status_code == 409
    assert "刚被他人回答过" in page.content.decode()
    standing = FactAnswer.objects.get(complaint=case, fact="fr_intent", superseded_at=None)
    assert standing.value == "无证据"


def test_an_agents_own_judgement_is_shown_as_a_report(cast: Cast, counsel: Client) -> None:
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **FOUND, fr_intent="有证据")
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    resolutions.save_draft(case.number, f.proposal(), by=cast.agent)
    f.step(case, "submit", cast.agent)
    text = counsel.get(address(case), {"tab": "facts"}).content.decode()
    assert "客服报告：有证据" in text
    assert "最低额 ¥0.00" in counsel.get(address(case)).content.decode()


# --- signing


def test_signing_needs_the_password_and_writes_the_fingerprint(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    assert f"SHA-256 {hidden(page, 'read')[:4]}" in page.content.decode()
    answer = counsel.post(address(case), word(page, "sign"))
    assert answer.status_code == 302
    opinion = Opinion.objects.get(resolution__complaint=case)
    assert (opinion.signed, opinion.by, opinion.text) == (True, cast.counsel, "事实清楚，同意")
    assert opinion.content_hash == hidden(page, "read")
    signed = counsel.get(address(case)).content.decode()
    assert "林若衡 已于" in signed
    assert 'id="sign"' not in signed


def test_a_wrong_password_signs_nothing_counts_and_says_when_to_try_again(
    case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    wrong = word(page, "sign", password="wrong", opinion="我的意见")
    first = counsel.post(address(case), wrong)
    assert first.status_code == 422
    assert "密码不正确，没有签署。还可以再试 4 次。" in first.content.decode()
    assert "我的意见" in first.content.decode()
    assert "<dialog" in first.content.decode()
    for _ in range(3):
        counsel.post(address(case), wrong)
    locked = counsel.post(address(case), wrong)
    assert locked.status_code == 429
    assert "已暂停验证" in locked.content.decode()
    assert "我的意见" in locked.content.decode()
    right = counsel.post(address(case), word(page, "sign"))
    assert right.status_code == 429
    assert not Opinion.objects.exists()
    assert AccessAttempt.objects.get().username == lockout.kept("counsel")


def test_an_empty_password_is_asked_for(case: Complaint, counsel: Client) -> None:
    page = counsel.post(address(case), word(counsel.get(address(case)), "sign", password=""))
    assert page.status_code == 422
    assert "请输入登录密码" in page.content.decode()
    assert not AccessAttempt.objects.exists()


def test_the_password_counts_for_five_minutes_in_this_session_only(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    missing = counsel.post(address(case), word(page, "sign", opinion=" "))
    assert "请填写审核意见" in missing.content.decode()
    assert "已验证身份" in missing.content.decode()
    other = browser(cast.counsel)
    refused = other.post(address(case), word(page, "sign", password=""))
    assert "请输入登录密码" in refused.content.decode()
    session = counsel.session
    session["reauthenticated_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()
    late = counsel.post(address(case), word(page, "sign", password=""))
    assert "请输入登录密码" in late.content.decode()
    session["reauthenticated_at"] = (timezone.now() - timedelta(minutes=4)).isoformat()
    session.save()
    assert counsel.post(address(case), word(page, "sign", password="")).status_code == 302


def test_without_scripts_the_dialog_is_a_page_and_keeps_the_opinion(
    case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    asked = counsel.post(address(case), word(page, "prepare", opinion="我的意见"))
    text = asked.content.decode()
    assert re.search(r'<dialog[^>]*id="sign"[^>]* open', text)
    assert case.number in text
    assert "¥3,980.00" in text
    assert "我的意见" in text


def test_a_second_press_signs_nothing_again_and_says_so(case: Complaint, counsel: Client) -> None:
    sent = word(counsel.get(address(case)), "sign")
    counsel.post(address(case), sent)
    again = counsel.post(address(case), sent, follow=True)
    assert "您已在" in again.content.decode()
    assert "没有重复签署" in again.content.decode()
    assert Opinion.objects.count() == 1
    assert Transition.objects.filter(step="sign").count() == 1


def test_what_changed_since_reading_keeps_the_signature_away_and_is_shown(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    read = counsel.get(address(case))
    f.with_evidence(case, cast.agent, "后来补充的聊天记录")
    page = counsel.post(address(case), word(read, "sign", opinion="我的意见"))
    text = page.content.decode()
    assert page.status_code == 409
    for words in ("没有签署", "您打开之后发生了", "陈晓雨", "我的意见"):
        assert words in text, words
    assert not Opinion.objects.exists()
    assert not Outbox.objects.filter(effect="send_reply_letter").exists()
    # read anew and signed
    assert counsel.post(address(case), word(page, "sign")).status_code == 302


def test_another_version_since_reading_is_shown_with_its_difference(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    read = counsel.get(address(case))
    f.step(case, "send_back", cast.counsel2, comments="请改")
    changed = f.LETTER.replace("退还价款", "退还全部价款")
    resolutions.save_draft(case.number, f.proposal(letter=changed), by=cast.agent)
    f.step(case, "submit", cast.agent)
    page = counsel.post(address(case), word(read, "sign"))
    assert page.status_code == 409
    assert re.search(r"<ins>.{0,60}>全部</span></ins>", page.content.decode())
    back = counsel.post(address(case), word(read, "send_back"))
    assert back.status_code == 409
    assert "另有新版本，没有退回" in back.content.decode()
    case.refresh_from_db()
    assert case.state == "in_review"


def test_an_offer_below_the_minimum_is_signed_only_with_a_reason(
    cast: Cast, counsel: Client
) -> None:
    case = investigated(cast)
    f.answer(case, cast.counsel, fr_intent="有证据")
    page = counsel.get(address(case))
    assert 'name="below_minimum_reason"' in page.content.decode()
    refused = counsel.post(address(case), word(page, "sign"))
    assert refused.status_code == 422
    assert "请写明理由后再签署" in refused.content.decode()
    reason = {"below_minimum_reason": "消费者只要求退款"}
    assert counsel.post(address(case), word(page, "sign", **reason)).status_code == 302
    assert Opinion.objects.get().below_minimum_reason == "消费者只要求退款"


def test_nobody_signs_or_returns_the_own_proposal(cast: Cast) -> None:
    cast.agent.roles = ["agent", "counsel"]
    cast.agent.save()
    case = f.in_review(cast)
    client = browser(cast.agent)
    assert "由您拟订，须另一位法务审核" in client.get(reverse("review")).content.decode()
    page = client.get(address(case))
    assert "只能由另一位法务退回或签署" in page.content.decode()
    assert 'value="sign"' not in page.content.decode()
    for action in ("sign", "send_back"):
        refused = client.post(address(case), word(page, action))
        assert refused.status_code == 422
        assert "方案拟订人不得审核或签署自己的方案" in refused.content.decode()
    assert not Opinion.objects.exists()


def test_facts_that_moved_keep_the_signature_away_until_the_analysis_is_renewed(
    cast: Cast, counsel: Client
) -> None:
    case = investigated(cast)
    f.answer(case, cast.agent, tm_consent=False)
    page = counsel.get(address(case))
    assert "留存的法律分析已经过期" in page.content.decode()
    assert 'value="sign"' not in page.content.decode()
    assert counsel.post(address(case), word(page, "sign")).status_code == 422
    assert not Opinion.objects.exists()


# --- sending back


def test_sending_back_needs_comments(case: Complaint, counsel: Client) -> None:
    page = counsel.get(address(case))
    refused = counsel.post(address(case), word(page, "send_back", opinion="　\n"))
    assert refused.status_code == 422
    assert "请填写退回意见" in refused.content.decode()
    case.refresh_from_db()
    assert case.state == "in_review"
    answer = counsel.post(address(case), word(page, "send_back", opinion="请写明金额"))
    assert answer.url == reverse("review")
    assert Resolution.objects.get(complaint=case).status == "returned"
    assert Opinion.objects.get().text == "请写明金额"


def test_what_another_counsel_decided_is_said_and_my_words_stay(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    f.step(case, "sign", cast.counsel2, opinion="同意", below_minimum_reason="x")
    for action in ("sign", "send_back"):
        late = counsel.post(address(case), word(page, action, opinion="我的意见"))
        assert late.status_code == 409
        assert "已由沈知远" in late.content.decode()
    assert Opinion.objects.count() == 1


def test_an_opinion_being_typed_comes_back(cast: Cast, case: Complaint, counsel: Client) -> None:
    key = f"review:{case.number}"
    half_typed.save_draft(cast.counsel, key, {"opinion": "写到一半", "read": "old"})
    page = counsel.get(address(case))
    assert "写到一半" in page.content.decode()
    assert hidden(page, "read") != "old"
    counsel.post(address(case), word(page, "sign"))
    assert not Draft.objects.filter(key=key).exists()


# --- two at the same instant


@pytest.fixture
def own_cast(transactional_db: None) -> Cast:
    return assemble()


def test_two_counsel_press_at_once_and_one_signature_stands(own_cast: Cast) -> None:
    case = f.in_review(own_cast)
    clients = [browser(own_cast.counsel), browser(own_cast.counsel2)]
    for client in clients:
        session = client.session
        session["reauthenticated_at"] = timezone.now().isoformat()
        session.save()
    sent = [word(client.get(address(case)), "sign") for client in clients]
    start, answers = threading.Barrier(2), {}

    def press(n: int) -> None:
        try:
            start.wait(10)
            answers[n] = clients[n].post(address(case), sent[n])
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(n,)) for n in (0, 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    statuses = sorted(answer.status_code for answer in answers.values())
    assert statuses == [302, 409]
    refused = next(a for a in answers.values() if a.status_code == 409).content.decode()
    assert re.search(r"已由(林若衡|沈知远)在 \d\d:\d\d 签署，您的意见没有提交", refused)
    assert Opinion.objects.filter(signed=True).count() == 1
    assert Transition.objects.filter(complaint=case, step="sign").count() == 1


# --- draft rules


def test_a_proposal_on_draft_rules_asks_counsel_to_take_each_over_by_name(
    cast: Cast, counsel: Client
) -> None:
    case = investigated(cast, legal_basis=["《价格法》第四十一条"])
    page = counsel.get(address(case))
    text = page.content.decode()
    assert "草稿规则须由您具名承担" in text
    assert "林若衡" in text
    assert 'name="take_over-price_law.41"' in text
    assert "方案引用了它的条文" in text
    reason = {"take_over-price_law.41": " "}
    refused = counsel.post(address(case), word(page, "sign", opinion="我的意见", **reason))
    assert refused.status_code == 422
    assert "请先签署规则，或由您具名承担" in refused.content.decode()
    assert "我的意见" in refused.content.decode()
    assert re.search(r'<dialog[^>]*id="sign"[^>]* open', refused.content.decode())
    typed = {"take_over-price_law.41": "本案应当退还多收的款项"}
    assert counsel.post(address(case), word(refused, "sign", **typed)).status_code == 302
    for tab in ("", "history"):
        shown = counsel.get(address(case), {"tab": tab}).content.decode()
        assert "具名承担的草稿规则" in shown
        assert "本案应当退还多收的款项" in shown


def test_a_proposal_on_signed_rules_asks_nothing_more(cast: Cast, counsel: Client) -> None:
    RULES.sign_many(["price_law.41"], by=cast.counsel2, comment="")
    case = investigated(cast, legal_basis=["《价格法》第四十一条"])
    text = counsel.get(address(case)).content.decode()
    assert 'name="take_over-price_law.41"' not in text


def test_reasons_that_were_begun_are_there_again(cast: Cast, counsel: Client) -> None:
    case = investigated(cast, legal_basis=["《价格法》第四十一条"])
    typed = {"opinion": "看过", "take_over-price_law.41": "写到一半的理由"}
    half_typed.save_draft(cast.counsel, f"review:{case.number}", typed)
    assert "写到一半的理由" in counsel.get(address(case)).content.decode()


def test_what_changed_is_not_signed_unread_after_a_wrong_password(
    cast: Cast, counsel: Client
) -> None:
    case = investigated(cast)
    page = counsel.get(address(case))
    f.with_evidence(case, cast.agent, "后来的材料")
    for action in ("prepare", "sign"):
        refused = counsel.post(address(case), word(page, action, password="wrong"))
        assert refused.status_code == 409, action
        assert "在您打开之后有变动" in refused.content.decode()


def test_the_letter_stands_under_the_title_with_which_it_leaves(
    cast: Cast, counsel: Client, case: Complaint
) -> None:
    page = counsel.get(address(case)).content.decode()
    assert "<h3>投诉处理意见书</h3>" in page
    assert f"关于您投诉事项的处理意见（{case.number}）" in page
    row = resolutions.current(case)
    assert row is not None
    row.template = "resolution.en"
    row.save()
    page = counsel.get(address(case)).content.decode()
    assert '<article class="letter" lang="en"' in page
    assert "<h3>投诉处理意见书</h3>" not in page
