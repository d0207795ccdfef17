"""法定期限: reading the table of deadlines, and counsel's sign-off of its regimes on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import half_typed
from legal_rules import deadline_table
from legal_rules.models import RuleSignature
from legal_rules.regime_signatures import REGIMES
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

LIST = "/law/deadlines/"
ADDRESS = "/law/deadlines/regime/prepaid/"


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


@pytest.fixture
def longer(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """After an upgrade the first deadline of the regime has twenty days."""

    def upgrade() -> None:
        table = deadline_table.current()
        regime = table.regimes["prepaid"]
        entry = table.entries[regime.entries[0]]
        changed = replace(
            table,
            sha256="e" * 64,
            entries={**table.entries, entry.id: replace(entry, length=20)},
            regimes={**table.regimes, "prepaid": replace(regime, content="{}", sha256="f" * 64)},
        )
        monkeypatch.setattr(deadline_table, "current", lambda: changed)

    return upgrade


def word(page: object, action: str = "sign", **changes: str) -> dict[str, str]:
    """The form as the page shows it, filled in."""
    text = page.content.decode()  # type: ignore[attr-defined]
    read = re.search(r'name="read" value="([0-9a-f]{64})"', text)
    assert read
    return {"action": action, "read": read[1], "password": PASSWORD, **changes}


def listed(text: str) -> list[str]:
    return re.findall(r'<tr id="([^"]+)"', text)


# --- reading


def test_the_table_names_every_deadline_in_its_regime_with_two_statements(counsel: Client) -> None:
    counsel.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        text = counsel.get(LIST).content.decode()
    assert set(listed(text)) == set(deadline_table.current().entries)
    assert text.count('scope="rowgroup"') == len(deadline_table.current().regimes)
    assert sum("rulesignature" in query["sql"] for query in asked) == 1
    assert "草稿" in text


@pytest.mark.parametrize(
    ("asked", "wanted", "unwanted"),
    [
        ({"regime": "finance"}, "bank_simple_15d", "penalty8_15d"),
        ({"use": "none"}, "compare_price_7d", "penalty8_15d"),
        ({"use": "window"}, "cpl24_return_7d", "penalty8_15d"),
        ({"use": "retention"}, "ret_livestream_3y", "penalty8_15d"),
        ({"owed_by": "guardian"}, "ratify_30d", "penalty8_15d"),
        ({"q": "penalty8_15d"}, "penalty8_15d", "cpl25_refund_7d"),
        ({"q": "故意拖延 十五日"}, "penalty8_15d", "csir_4h"),
        ({"q": "72 hours"}, "telecom_fault_72h_rural", "penalty8_15d"),
        ({"q": "处罚办法 第九条"}, "penalty9_refund_15d", "penalty8_15d"),
        ({"regime": "food", "use": "clock", "owed_by": "enterprise"}, "food_stop_immediate", ""),
    ],
)
def test_deadlines_are_found_by_regime_use_debtor_and_words(
    counsel: Client, asked: dict[str, str], wanted: str, unwanted: str
) -> None:
    found = listed(counsel.get(LIST, asked).content.decode())
    assert wanted in found
    assert unwanted not in found


def test_what_has_no_machine_says_why_in_the_list(counsel: Client) -> None:
    text = counsel.get(LIST, {"q": "samr121_jurisdiction_7wd"}).content.decode()
    assert "不设时钟" in text
    assert "是市场监管部门之间的期限" in text


def test_an_unknown_filter_is_left_out_and_said_and_nothing_found_leads_back(
    counsel: Client,
) -> None:
    text = counsel.get(LIST, {"use": "<odd>", "regime": "x"}).content.decode()
    assert "没有“&lt;odd&gt;”这一项，已忽略。" in text
    assert len(listed(text)) == len(deadline_table.current().entries)
    nothing = counsel.get(LIST, {"q": "没有这样的期限"}).content.decode()
    assert "没有符合条件的期限" in nothing
    assert counsel.get(LIST, {"q": "x" * 500}).status_code == 200


def test_a_deadline_is_told_in_sentences_beside_the_words_of_the_law(counsel: Client) -> None:
    text = counsel.get("/law/deadlines/bank_simple_15d/").content.decode()
    for part in (
        "随案件的“答复消费者”开始；已经知道“收到投诉”更早的，从那时起算",
        "中止的理由是“等待鉴定、检测”“调解组织调解期间”的，期间不计入",
        "可以依次延长到共 30 日、60 日，由客服主管批准，并须先告知消费者。",
        "“投诉人提出新的事实和理由”时，从那时起重新计算。",
        "更正参考资料（复核 C4）",
        "《银行业保险业消费投诉办法》第十八条第三款",
        "处理期限自收到新的投诉材料之日起重新计算",
        "行业为银行、保险、支付的案件。",
    ):
        assert part in text


def test_a_deadline_is_told_in_english_too(counsel: Client) -> None:
    counsel.cookies["django_language"] = "en"
    text = counsel.get("/law/deadlines/bank_simple_15d/").content.decode()
    assert "To 30 days, then 60 days in all, with the approval of a supervisor" in text
    assert "Time held for waiting for an expert or mediation by a mediation body" in text
    assert "Bank and Insurance Complaint Measures, Article 18(1)" in text


def test_why_a_deadline_reaches_further_back_is_said_in_the_language_of_the_page(
    counsel: Client,
) -> None:
    basis = deadline_table.current().entries["penalty8_15d"].basis
    assert basis
    for lang, other in (("zh-hans", "en"), ("en", "zh-hans")):
        counsel.cookies["django_language"] = lang
        text = counsel.get("/law/deadlines/penalty8_15d/").content.decode()
        assert f'<p class="meta">{basis.in_(lang)}</p>' in text
        assert basis.in_(other) not in text


def test_a_window_names_the_rule_and_the_question_that_compute_it(counsel: Client) -> None:
    text = counsel.get("/law/deadlines/limitation_3y/").content.decode()
    assert "从这个日期算起：" in text
    assert "有这个日期的，从它重新算起：" in text
    assert "诉讼时效是否尚未届满？" in text
    returned = counsel.get("/law/deadlines/cpl25_no_reason_7d/").content.decode()
    assert 'href="/law/rules/cpl.25/"' in returned


def test_a_source_that_is_not_here_is_no_link_and_never_statutory(counsel: Client) -> None:
    text = counsel.get("/law/deadlines/air_complaint_10wd/").content.decode()
    assert "没有录入原文。" in text
    assert "二手来源，没有原文" in text
    assert "内部" in text


def test_versions_of_one_deadline_lead_to_each_other(counsel: Client) -> None:
    old = counsel.get("/law/deadlines/samr20_accept_7wd/").content.decode()
    assert 'href="/law/deadlines/samr121_accept_7wd/"' in old
    new = counsel.get("/law/deadlines/samr121_accept_7wd/").content.decode()
    assert 'href="/law/deadlines/samr20_accept_7wd/"' in new


def test_every_deadline_and_regime_opens_and_every_article_that_one_quotes(
    counsel: Client,
) -> None:
    table, articles = deadline_table.current(), set()
    for name in table.entries:
        page = counsel.get(reverse("deadline", args=[name]))
        assert page.status_code == 200, name
        articles |= set(re.findall(r'<cite><a href="([^"]+)"', page.content.decode()))
    for name in table.regimes:
        assert counsel.get(reverse("regime", args=[name])).status_code == 200, name
    assert len(articles) > 80
    for address in articles:
        assert counsel.get(address).status_code == 200, address


def test_an_article_names_the_deadlines_that_quote_it(counsel: Client) -> None:
    text = counsel.get("/law/express_delivery_regs_2025/29/").content.decode()
    assert "引用本条的期限" in text
    assert 'href="/law/deadlines/express_complaint_7d/"' in text
    assert "应当自接到投诉之日起7日内予以处理并告知用户" in text


def test_the_table_is_reached_from_the_rules_and_from_the_laws(counsel: Client) -> None:
    for address in ("/law/", "/law/rules/"):
        assert f'href="{LIST}"' in counsel.get(address).content.decode()


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_everybody_reads_deadlines_and_only_counsel_signs_them(cast: Cast, name: str) -> None:
    client = browser(getattr(cast, name))
    assert client.get(LIST).status_code == 200
    assert 'value="sign"' not in client.get(ADDRESS).content.decode()
    read = deadline_table.current().regimes["prepaid"].sha256
    sent = {"action": "sign", "read": read, "password": PASSWORD}
    assert client.post(ADDRESS, sent).status_code == 403
    assert not RuleSignature.objects.exists()


def test_what_is_not_there_is_404(counsel: Client) -> None:
    assert counsel.get("/law/deadlines/nothing_9d/").status_code == 404
    assert counsel.get("/law/deadlines/regime/nothing/").status_code == 404
    assert counsel.post(ADDRESS, {"action": "burn"}).status_code == 400
    assert counsel.post("/law/deadlines/penalty8_15d/").status_code == 405


# --- signing


def test_counsel_signs_a_regime_as_it_stands_on_the_page(cast: Cast, counsel: Client) -> None:
    page = counsel.get(ADDRESS)
    assert "从未签署" in page.content.decode()
    assert counsel.post(ADDRESS, word(page, comment="核对无误")).status_code == 302
    act = RuleSignature.objects.get()
    assert (act.rule, act.by, act.comment) == ("deadlines.prepaid", cast.counsel, "核对无误")
    assert REGIMES.signed() == {"prepaid"}
    for address in (ADDRESS, LIST, "/law/deadlines/prepaid_cooling_7d/"):
        assert "林若衡" in counsel.get(address).content.decode(), address


def test_the_password_is_asked_and_nothing_typed_is_lost(counsel: Client) -> None:
    page = counsel.get(ADDRESS)
    wrong = counsel.post(ADDRESS, word(page, password="wrong", comment="我的意见"))
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.content.decode()
    assert "我的意见" in wrong.content.decode()
    assert not RuleSignature.objects.exists()


def test_a_stale_tab_is_refused_and_says_what_changed(
    cast: Cast, counsel: Client, longer: Callable[[], None]
) -> None:
    REGIMES.sign_many(["prepaid"], by=cast.counsel2, comment="")
    REGIMES.revoke("prepaid", by=cast.counsel2, reason="待核对")
    page = counsel.get(ADDRESS)
    longer()
    refused = counsel.post(ADDRESS, word(page, comment="我的意见"))
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "的期限在您打开之后有变动，没有签署" in text
    assert "您打开之后改成了" in text
    assert "<ins>" in text
    assert "我的意见" in text
    assert REGIMES.signed() == frozenset()
    assert counsel.post(ADDRESS, word(refused)).status_code == 302


def test_a_changed_regime_is_a_draft_that_says_what_changed(
    counsel: Client, longer: Callable[[], None]
) -> None:
    counsel.post(ADDRESS, word(counsel.get(ADDRESS)))
    longer()
    text = counsel.get(ADDRESS).content.decode()
    assert "签署之后的改动" in text
    assert "<ins>" in text
    assert "签署后有改动" in counsel.get(LIST, {"regime": "prepaid"}).content.decode()


def test_a_signature_is_revoked_with_a_reason_and_both_stand_in_the_history(
    counsel: Client,
) -> None:
    counsel.post(ADDRESS, word(counsel.get(ADDRESS)))
    page = counsel.get(ADDRESS)
    refused = counsel.post(ADDRESS, word(page, "revoke", reason=" "))
    assert refused.status_code == 422
    assert "请写明撤销签署的理由" in refused.content.decode()
    assert counsel.post(ADDRESS, word(page, "revoke", reason="日数有疑问")).status_code == 302
    text = counsel.get(ADDRESS, {"tab": "history"}).content.decode()
    assert "日数有疑问" in text
    assert text.index("撤销签署") < text.index("录入")


def test_a_comment_that_was_begun_is_there_again(cast: Cast, counsel: Client) -> None:
    half_typed.save_draft(cast.counsel, "regime:prepaid", {"comment": "写到一半", "read": "0"})
    page = counsel.get(ADDRESS)
    assert "写到一半" in page.content.decode()
    assert counsel.post(ADDRESS, word(page, comment="写完")).status_code == 302
    assert half_typed.load_draft(cast.counsel, "regime:prepaid") is None
