"""Facts computed about the parties: consumer, business, platform."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get

NEVER_FARM_SUPPLIES = (
    "食品",
    "保健食品",
    "药品",
    "医疗器械",
    "化妆品",
    "移动电话",
    "计算机",
    "电视机",
    "电冰箱",
    "空调器",
    "洗衣机",
    "家用视听商品",
    "装饰装修服务",
    "服装鞋帽",
    "数字化商品",
    "报纸期刊",
    "金融服务",
    "电信服务",
    "快递服务",
    "旅游服务",
    "航空客运",
    "教育培训",
    "美容健身",
    "网络游戏",
)

INTERMEDIARIES = (
    "电商平台经营者",
    "直播间运营者",
    "直播营销平台",
    "广告发布者",
    "柜台出租者或展销会举办者",
    "受托处理者",
    "电子支付服务提供者",
)


def dv_farm_supplies(get: Get) -> bool | None:
    """消费者权益保护法 62: means of production used directly in farming, by farmers.

    Not answered, it is refuted where goods of that kind are never means of farm production.
    """
    said = get("tx_farm_supplies")
    if said is None and get("tx_category") in NEVER_FARM_SUPPLIES:
        return False
    return said is True if said is not None else None


def dv_not_a_business(get: Get) -> bool | None:
    """网络消费纠纷规定（一） 7: a seller who does not trade. A platform is a business."""
    trades = get("tx_seller_is_business")
    if trades is None:
        return None
    return trades is False and get("tx_our_role") in (None, "销售者", "服务提供者")


def dv_not_the_seller(get: Get) -> bool | None:
    """消费者权益保护法 43-45: platforms and lessors answer otherwise than sellers."""
    role = get("tx_our_role")
    return None if role is None else role in INTERMEDIARIES


def dv_beyond_consumer_law(get: Get) -> bool | None:
    """消费者权益保护法 2, 3, 62: a consumer on one side and a business on the other.

    True where either is refuted; False where a consumer is shown and nothing speaks against the
    business.
    """
    if dv_not_a_business(get):
        return True
    consumer = get("tx_living_consumption")
    if consumer or dv_farm_supplies(get):
        return False
    return None if consumer is None else True
