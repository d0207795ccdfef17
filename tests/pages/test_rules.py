"""法律规则: reading the rulebook, and counsel's sign-off of single rules on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import half_typed
from complaints.models import Complaint
from complaints.views.rule_page import RulePage
from legal_rules import examples, rulebook
from legal_rules.models import RuleSignature
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.legal_rules.books import reworded, upgraded
from tests.walks.ask import browser

RULE = "cpl.29.3"
SPAM = {"tm_contacted": True, "tm_consent": False}
ADDRESS = f"/law/rules/{RULE}/"


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def word(page: object, action: str = "sign", **changes: str) -> dict[str, str]:
    """The form as the page shows it, filled in."""
    text = page.content.decode()  # type: ignore[attr-defined]
    read = re.search(r'name="read" value="([0-9a-f]{64})"', text)
    assert read
    return {"action": action, "read": read[1], "password": PASSWORD, **changes}


def resting(cast: Cast, **more: object) -> Complaint:
    case = f.investigating(cast, transaction_date="2026-03-01", **more)
    return f.answer(case, cast.agent, **SPAM)


# --- reading


def test_the_list_names_every_rule_with_its_law_its_signature_and_its_cases(
    cast: Cast, counsel: Client
) -> None:
    page = counsel.get(reverse("rules"))
    text = page.content.decode()
    assert len(re.findall(r"<tr id=", text)) == len(rulebook.current().rules)
    assert "法务已签署 0 条，" not in text
    assert "从未签署" in text


def test_drafts_and_signed_rules_are_told_apart_and_found_by_status(
    cast: Cast, counsel: Client
) -> None:
    RULES.sign_many([RULE], by=cast.counsel, comment="")
    signed = counsel.get(reverse("rules"), {"status": "signed"}).content.decode()
    assert re.findall(r'<tr id="([^"]+)"', signed) == [RULE]
    assert "林若衡" in signed
    drafts = counsel.get(reverse("rules"), {"status": "draft"}).content.decode()
    assert len(re.findall("<tr id=", drafts)) == len(rulebook.current().rules) - 1


def test_rules_are_found_by_law_remedy_and_words(counsel: Client) -> None:
    for asked, wanted in (
        ({"instrument": "price_law_1997"}, "price_law.41"),
        ({"remedy": "prepaid_7d"}, "spc_prepaid.14"),
        ({"q": "消费者权益保护法 二十九"}, RULE),
        ({"q": RULE}, RULE),
    ):
        text = counsel.get(reverse("rules"), asked).content.decode()
        assert f'<tr id="{wanted}"' in text, asked
        assert len(re.findall("<tr id=", text)) < 40
    nothing = counsel.get(reverse("rules"), {"q": "没有这样的规则"}).content.decode()
    assert "没有符合条件的规则" in nothing


def test_an_unknown_filter_is_left_out_and_said(counsel: Client) -> None:
    text = counsel.get(reverse("rules"), {"status": "<odd>", "instrument": "x"}).content.decode()
    assert "没有“&lt;odd&gt;”这一项，已忽略。" in text
    assert len(re.findall("<tr id=", text)) == len(rulebook.current().rules)


def test_the_page_of_a_rule_has_its_sentences_beside_the_words_of_the_law(counsel: Client) -> None:
    text = counsel.get("/law/rules/cpl.55.1/").content.decode()
    for part in (
        " × 3；不足 500 元的，为 500 元",
        "有欺诈行为的，应当按照消费者的要求增加赔偿其受到的损失",
        "《消费者权益保护法》第五十五条第一款",
        "更早的事实适用",
        "2014-03-15",
    ):
        assert part in text


def test_the_page_is_read_in_english_too(cast: Cast, counsel: Client) -> None:
    counsel.cookies["django_language"] = "en"
    text = counsel.get("/law/rules/cpl.55.1/").content.decode()
    assert "if that is less than 500 yuan, 500 yuan" in text
    assert "Consumer Law, Article 55(1)" in text
    reach = "The civil law before them required intent for fraud too (from memory)."
    assert reach in text
    assert rulebook.current().rules["cpl.55.1"].versions[0].basis.zh not in text
    counsel.cookies["django_language"] = "zh-hans"
    assert reach not in counsel.get("/law/rules/cpl.55.1/").content.decode()


def test_every_rule_opens_and_every_example_is_told_and_holds(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, judged = examples.check, {}

    def once(book: Any, rule: Any, example: Any) -> list[str]:
        """An example holds or not, whatever the language."""
        key = rule.id, example.name
        if key not in judged:
            judged[key] = judge(book, rule, example)
        return judged[key]

    monkeypatch.setattr(examples, "check", once)
    for name, rule in rulebook.current().rules.items():
        assert counsel.get(reverse("rule", args=[name])).status_code == 200, name
        for lang in ("zh-hans", "en"):
            for shown in RulePage(rule, cast.counsel, lang).examples:
                assert (bool(shown.expected), shown.wrong) == (True, []), (name, shown.name)
                assert not re.search(r"^[a-z_]+: ", "\n".join(shown.expected), re.MULTILINE)


def test_every_article_that_a_rule_quotes_can_be_opened(counsel: Client) -> None:
    text = counsel.get("/law/rules/cpl.55.1/").content.decode()
    links = set(re.findall(r'<cite><a href="([^"]+)"', text))
    assert "/law/cpl_2013/55/" in links
    for address in links:
        assert counsel.get(address).status_code == 200, address


def test_examples_stand_in_a_table_with_what_is_expected(counsel: Client) -> None:
    text = counsel.get("/law/rules/price_law.41/", {"tab": "examples"}).content.decode()
    assert "标价之外加收 46 元" in text
    assert "46.00 元：退还多付部分" in text
    assert "不成立" in text


def test_an_example_has_a_number_in_english_and_quotes_its_chinese_name(counsel: Client) -> None:
    counsel.cookies["django_language"] = "en"
    text = counsel.get("/law/rules/price_law.41/", {"tab": "examples"}).content.decode()
    assert re.search(r'<b>[^<]*1</b><q class="meta" lang="zh-CN">[^<]+</q>', text)
    assert "<b>标价之外加收 46 元</b>" not in text
    counsel.cookies["django_language"] = "zh-hans"
    text = counsel.get("/law/rules/price_law.41/", {"tab": "examples"}).content.decode()
    assert "<b>标价之外加收 46 元</b>" in text


def test_which_open_cases_rest_on_a_rule_is_limited_to_those_one_may_see(cast: Cast) -> None:
    case = resting(cast)
    hidden = f.investigating(cast, order_number="SO-2")
    for name, seen in (("agent", True), ("auditor", True), ("counsel", False), ("outsider", False)):
        client = browser(getattr(cast, name))
        text = client.get(ADDRESS, {"tab": "cases"}).content.decode()
        assert (case.number in text) is seen, name
        assert hidden.number not in text
        listed = client.get(reverse("rules"), {"q": RULE}).content.decode()
        assert ("1 件在办案件" in listed) is seen, name


def test_the_cases_of_a_rule_are_paged(cast: Cast) -> None:
    case = resting(cast)
    for n in range(55):
        f.registered(cast, order_number=f"SO-{n}")
    Complaint.objects.exclude(pk=case.pk).update(rests_on=[RULE])
    client = browser(cast.agent)
    seen, address = set(), f"{ADDRESS}?tab=cases"
    for _ in range(3):
        text = client.get(address).content.decode()
        seen |= set(re.findall(r'<tr id="(TS[^"]+)"', text))
        later = re.search(r'href="([^"]+)" rel="next"', text)
        if not later:
            break
        address = ADDRESS + later[1].replace("&amp;", "&")
    assert len(seen) == 56
    assert client.get(ADDRESS, {"tab": "cases", "cursor": "odd"}).status_code == 200


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_everybody_reads_rules_and_only_counsel_signs_them(cast: Cast, name: str) -> None:
    client = browser(getattr(cast, name))
    assert client.get(reverse("rules")).status_code == 200
    assert 'value="sign"' not in client.get(ADDRESS).content.decode()
    sent = {"action": "sign", "read": rulebook.current().rules[RULE].sha256, "password": PASSWORD}
    assert client.post(ADDRESS, sent).status_code == 403
    assert not RuleSignature.objects.exists()


def test_a_rule_that_is_not_there_is_404(counsel: Client) -> None:
    assert counsel.get("/law/rules/cpl.999/").status_code == 404
    assert counsel.post(ADDRESS, {"action": "burn"}).status_code == 400


# --- signing


def test_counsel_signs_what_stands_on_the_page(cast: Cast, counsel: Client) -> None:
    page = counsel.get(ADDRESS)
    assert "从未签署" in page.content.decode()
    assert counsel.post(ADDRESS, word(page, comment="核对无误")).status_code == 302
    act = RuleSignature.objects.get()
    assert (act.by, act.comment, act.sha256) == (
        cast.counsel,
        "核对无误",
        rulebook.current().rules[RULE].sha256,
    )
    text = counsel.get(ADDRESS).content.decode()
    assert "林若衡 已于" in text
    assert "核对无误" in text
    assert "撤销签署" in text


def test_the_password_is_asked_and_nothing_typed_is_lost(cast: Cast, counsel: Client) -> None:
    page = counsel.get(ADDRESS)
    wrong = counsel.post(ADDRESS, word(page, password="wrong", comment="我的意见"))
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.content.decode()
    assert "我的意见" in wrong.content.decode()
    assert not RuleSignature.objects.exists()
    assert counsel.post(ADDRESS, word(wrong)).status_code == 302
    assert counsel.post(ADDRESS, word(counsel.get(ADDRESS), "revoke", reason="疑问", password=""))


def test_a_stale_tab_is_refused_and_says_what_changed(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    RULES.sign_many([RULE], by=cast.counsel2, comment="")
    RULES.revoke(RULE, by=cast.counsel2, reason="待核对")
    page = counsel.get(ADDRESS)
    book = reworded(RULE)
    monkeypatch.setattr(rulebook, "current", lambda: book)
    refused = counsel.post(ADDRESS, word(page, comment="我的意见"))
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "在您打开之后有变动，没有签署" in text
    assert "您打开之后改成了" in text
    assert "<ins>" in text
    assert "我的意见" in text
    assert RULES.signed() == frozenset()
    assert counsel.post(ADDRESS, word(refused)).status_code == 302


def test_a_double_click_signs_once(counsel: Client) -> None:
    sent = word(counsel.get(ADDRESS))
    assert [counsel.post(ADDRESS, sent).status_code for _ in range(2)] == [302, 302]
    assert RuleSignature.objects.count() == 1


def test_a_signature_is_revoked_with_a_reason(cast: Cast, counsel: Client) -> None:
    counsel.post(ADDRESS, word(counsel.get(ADDRESS)))
    page = counsel.get(ADDRESS)
    refused = counsel.post(ADDRESS, word(page, "revoke", reason=" "))
    assert refused.status_code == 422
    assert "请写明撤销签署的理由" in refused.content.decode()
    assert counsel.post(ADDRESS, word(page, "revoke", reason="条文有疑问")).status_code == 302
    text = counsel.get(ADDRESS, {"tab": "history"}).content.decode()
    assert "条文有疑问" in text
    assert text.index("撤销签署") < text.index("录入")


def test_a_changed_rule_is_a_draft_that_says_what_changed_since_it_was_signed(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counsel.post(ADDRESS, word(counsel.get(ADDRESS)))
    book = reworded(RULE)
    monkeypatch.setattr(rulebook, "current", lambda: book)
    text = counsel.get(ADDRESS).content.decode()
    assert "签署之后的改动" in text
    assert "<ins>" in text
    listed = counsel.get(reverse("rules"), {"status": "changed"}).content.decode()
    assert re.findall(r'<tr id="([^"]+)"', listed) == [RULE]


def test_a_change_of_examples_alone_is_said_too(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counsel.post(ADDRESS, word(counsel.get(ADDRESS)))
    name = rulebook.current().rules[RULE].examples[0].name
    book = upgraded(RULE, name, f"{name}（改）")
    monkeypatch.setattr(rulebook, "current", lambda: book)
    assert "文字没有变化；例子" in counsel.get(ADDRESS).content.decode()


def test_a_comment_that_was_begun_is_there_again(cast: Cast, counsel: Client) -> None:
    half_typed.save_draft(cast.counsel, "rule:cpl-29-3", {"comment": "写到一半", "read": "0"})
    page = counsel.get(ADDRESS)
    assert "写到一半" in page.content.decode()
    assert counsel.post(ADDRESS, word(page, comment="写完")).status_code == 302
    assert half_typed.load_draft(cast.counsel, "rule:cpl-29-3") is None


def test_related_rules_are_a_click_away(counsel: Client) -> None:
    assert 'href="/law/rules/cpl_1993.49/"' in counsel.get("/law/rules/cpl.55.1/").content.decode()
    assert 'href="/law/rules/cpl.55.1/"' in counsel.get("/law/rules/cpl_1993.49/").content.decode()
