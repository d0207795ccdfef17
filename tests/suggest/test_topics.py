"""Which category the words speak for."""

from __future__ import annotations

from datetime import date

import pytest

from legal_rules.suggest import suggest_categories

ON = date(2026, 11, 25)


def topics(text: str) -> list[str]:
    return [t.id for t in suggest_categories(text, ON)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "接到推销电话，对方自称健康顾问，说胶囊三个疗程根治高血压，11 月 9 日付款 3980 元。",
            "telesales_fraud",
        ),
        ("在店里办了三千元的健身卡，第二个月就关门跑路了，要求退钱", "prepaid"),
        ("快递显示签收，但我一直没收到货", "delivery"),
        ("买的面包里有异物，吃了拉肚子", "food_safety"),
        ("会员到期后自动续费扣了 25 元，取消不了", "auto_renewal"),
        ("空调用了一个月就坏了，质量差", "quality_goods"),
        ("我的手机号被泄露，个人信息泄露后天天有人骚扰", "pi_leak"),
        ("员工把 620 人的身份证号卖给诈骗团伙，要求赔偿并删除我的信息", "pi_leak"),
        ("店家把翻新的手机号称新机卖给我", "counterfeit"),
        ("老用户订酒店比新用户贵，大数据杀熟", "price_discrimination"),
        ("店里写着特价商品概不退换，最终解释权归商家", "standard_terms"),
        ("买的手机是翻新机，不是正品", "counterfeit"),
        ("孩子用我手机充值打赏了八千", "minor_spend"),
        ("保安搜包，不让走，还骂人", "dignity"),
        ("电饭煲爆炸把手烫伤了", "injury"),
        ("洗衣机保修期内修了三次修不好", "warranty"),
        ("导游强制购物，不买就甩团", "tourism"),
        ("银行卡被盗刷，不是我付的", "payment"),
        ("三斤苹果缺斤短两", "measure"),
        ("多次投诉没人管，客服踢皮球", "handling"),
        ("一直打电话骚扰，退订了还发", "spam"),
        ("申请注销账号一直不给注销", "pi_rights"),
    ],
)
def test_words_speak_for_a_category(text: str, first: str) -> None:
    assert topics(text)[0] == first
    best = suggest_categories(text, ON)[0]
    assert all(word in text for word in best.words)
    assert text[best.start : best.end] == best.quote


@pytest.mark.parametrize("text", ["", "你好，请问几点开门", "要求退钱", "希望三倍赔偿"])
def test_what_says_nothing_or_only_demands_speaks_for_none(text: str) -> None:
    assert topics(text) == []


def test_there_are_at_most_three_and_nobody_is_suspected() -> None:
    text = "假货，质量差，不退款，乱收费，骂人，搜包，职业打假"
    assert len(topics(text)) == 3
    assert "abuse_suspect" not in topics("职业打假人")


def test_what_is_denied_speaks_for_nothing() -> None:
    assert "dignity" not in topics("客服没有骂人")
    assert "counterfeit" not in topics("东西不是假货")
