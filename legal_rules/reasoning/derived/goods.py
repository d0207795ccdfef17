"""Facts computed about goods: return, warranty, repair."""

from __future__ import annotations

from datetime import timedelta

from legal_rules.reasoning.derived.inputs import (
    Get,
    day_of,
    months_after,
    over,
    within,
)

LONG_LASTING = (
    "机动车",
    "计算机",
    "移动电话",
    "电视机",
    "电冰箱",
    "空调器",
    "洗衣机",
    "家用视听商品",
    "其他耐用商品",
    "装饰装修服务",
)


def dv_within_7d_receipt(get: Get) -> bool | None:
    """消费者权益保护法 25; 七日无理由退货暂行办法 10: seven days from the day after signing."""
    return within(get, "rt_demand_date", "tx_delivery_date", days=7)


def dv_within_7d_sale(get: Get) -> bool | None:
    """移动电话机三包规定 11: the fault appears within seven days of the sale."""
    return _appeared_after_sale(get, 7)


def dv_within_15d_sale(get: Get) -> bool | None:
    """移动电话机三包规定 12: the fault appears by the fifteenth day after the sale."""
    return _appeared_after_sale(get, 15)


def dv_within_6m_receipt(get: Get) -> bool | None:
    """消费者权益保护法 23(3): durable goods, decoration; flaw found within six months."""
    category = get("tx_category")
    if category is not None and category not in LONG_LASTING:
        return False
    found, received = day_of(get, "q_defect_found_date"), day_of(get, "tx_delivery_date")
    if category is None or found is None or received is None:
        return None
    return get.days.in_time(found, months_after(received, 6))


def dv_repaired_twice(get: Get) -> bool | None:
    """移动电话机三包规定 13; 家用汽车三包规定 24(1)(i): 经两次修理."""
    return over(get, "q_repair_count", 1)


def dv_repaired_over_4(get: Get) -> bool | None:
    """家用汽车三包规定 24(1)(iv): 因同一质量问题累计修理超过4次."""
    return over(get, "q_repair_count", 4)


def dv_repair_over_30d(get: Get) -> bool | None:
    """家用汽车三包规定 24(1)(iv): 累计修理时间超过30日, without what 24(3) leaves out."""
    return over(get, "q_repair_days", 30)


def dv_under_repair(get: Get) -> bool | None:
    """消费者权益保护法实施条例 18(1): 修理的时间."""
    spans = over(get, "q_repair_days", 0), over(get, "q_single_repair_days", 0)
    if True in spans:
        return True
    return None if None in spans else False


def dv_single_repair_over_5d(get: Get) -> bool | None:
    """家用汽车三包规定 21: 单次修理时间超过5日."""
    return over(get, "q_single_repair_days", 5)


def dv_single_repair_over_7d(get: Get) -> bool | None:
    """移动电话机三包规定 15: 在7日内不能修好."""
    return over(get, "q_single_repair_days", 7)


def dv_single_repair_over_30d(get: Get) -> bool | None:
    """移动电话机三包规定 17: 修理时间超过30日."""
    return over(get, "q_single_repair_days", 30)


def dv_single_repair_over_60d(get: Get) -> bool | None:
    """移动电话机三包规定 16: 自送修之日起超过60日."""
    return over(get, "q_single_repair_days", 60)


def dv_part_replaced(get: Get) -> bool | None:
    """微型计算机三包规定 18: 更换后仍不能正常使用."""
    return over(get, "q_assembly_replaced_count", 0)


def dv_part_replaced_twice(get: Get) -> bool | None:
    """家用汽车三包规定 24(1)(ii)(iii): 累计更换2次."""
    return over(get, "q_assembly_replaced_count", 1)


def _appeared_after_sale(get: Get, days: int) -> bool | None:
    """Only what is beyond dispute: the demand came in time, so the fault did; or the fault came
    too late even when counted from delivery; or the warranty is over and no day is given that
    speaks for an early fault. Between, counsel decides (售出之日: contract or delivery; a fault in
    time that was reported later; time of first installation, which some provisions leave out).
    """
    found, asked = day_of(get, "q_defect_found_date"), day_of(get, "rt_demand_date")
    sold, handed_over = day_of(get, "tx_contract_date"), day_of(get, "tx_delivery_date")
    span = timedelta(days=days)
    if asked and sold and get.days.in_time(asked, sold + span):
        return True
    late = found is None or (sold and get.days.in_time(found, sold + span) is False)
    if late and get("q_in_warranty") is False:
        return False
    if get("q_needs_installation") is True:
        return None
    if found and handed_over:
        begun = max(sold or handed_over, handed_over)
        if get.days.in_time(found, begun + span) is False:
            return False
    return None
