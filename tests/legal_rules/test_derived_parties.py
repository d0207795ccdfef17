"""Who is a consumer, a business, a seller."""

import pytest

from tests.legal_rules.test_derived import value


def test_goods_that_no_farmer_uses_to_produce_are_not_farm_supplies():
    assert value("dv_farm_supplies", tx_category="美容健身") is False
    assert value("dv_farm_supplies", tx_category="其他商品") is None
    assert value("dv_farm_supplies") is None
    assert value("dv_farm_supplies", tx_category="其他商品", tx_farm_supplies=True) is True
    assert value("dv_farm_supplies", tx_farm_supplies=False) is False
    assert value("dv_farm_supplies", tx_category="食品", tx_farm_supplies=True) is True


def test_a_private_seller_is_no_business_but_a_platform_is_one():
    assert value("dv_not_a_business") is None
    assert value("dv_not_a_business", tx_seller_is_business=True) is False
    assert value("dv_not_a_business", tx_seller_is_business=False) is True
    assert value("dv_not_a_business", tx_seller_is_business=False, tx_our_role="销售者") is True
    platform = {"tx_seller_is_business": False, "tx_our_role": "电商平台经营者"}
    assert value("dv_not_a_business", **platform) is False


@pytest.mark.parametrize(
    ("facts", "beyond"),
    [
        ({}, None),
        ({"tx_living_consumption": True}, False),
        ({"tx_living_consumption": False}, True),
        ({"tx_living_consumption": False, "tx_farm_supplies": True}, False),
        ({"tx_living_consumption": False, "tx_category": "食品"}, True),
        ({"tx_living_consumption": True, "tx_seller_is_business": False}, True),
        ({"tx_seller_is_business": False}, True),
        ({"tx_seller_is_business": True}, None),
    ],
)
def test_without_a_consumer_or_a_business_the_consumer_law_may_not_apply(facts, beyond):
    assert value("dv_beyond_consumer_law", **facts) is beyond


def test_a_platform_is_not_the_seller_but_its_own_shop_is():
    assert value("dv_not_the_seller") is None
    assert value("dv_not_the_seller", tx_our_role="电商平台经营者") is True
    assert value("dv_not_the_seller", tx_our_role="平台自营") is False
    assert value("dv_not_the_seller", tx_our_role="生产者") is False
