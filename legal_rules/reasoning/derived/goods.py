"""Facts computed about goods: return, warranty, family cars."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get, day_of, last_day, months_after, within

LONG_LASTING = (
    "机动车",
    "计算机",
    "移动电话",
    "电视机",
    "电冰箱",
    "空调器",
    "洗衣机",
    "其他耐用商品",
    "装饰装修服务",
)


def dv_within_7d_receipt(get: Get) -> bool | None:
    """消费者权益保护法 25; 七日无理由退货暂行办法 10: seven days from the day after signing."""
    return within(get, "rt_demand_date", "tx_delivery_date", days=7)


def dv_within_15d_sale(get: Get) -> bool | None:
    """移动电话机三包规定 12: within fifteen days of the sale."""
    return within(get, "rt_demand_date", "tx_contract_date", days=15)


def dv_within_6m_receipt(get: Get) -> bool | None:
    """消费者权益保护法 23(3): durable goods, decoration; flaw found within six months."""
    category = get("tx_category")
    if category is not None and category not in LONG_LASTING:
        return False
    found, received = day_of(get, "q_defect_found_date"), day_of(get, "tx_delivery_date")
    if category is None or found is None or received is None:
        return None
    return found <= last_day(months_after(received, 6))


def dv_car_7d(get: Get) -> bool | None:
    """家用汽车三包规定 22: seven days from the start of the warranty."""
    return within(get, "rt_demand_date", "tx_delivery_date", days=7)


def dv_car_60d_3000km(get: Get) -> bool | None:
    """家用汽车三包规定 23: the fault appears within 60 days or 3,000 km, whichever comes first."""
    days = within(get, "q_defect_found_date", "tx_delivery_date", days=60)
    mileage = get("q_car_mileage")
    if days is False:
        return False
    if isinstance(mileage, int) and mileage <= 3000:
        return days  # driven less now, so less when the fault appeared
    return None  # more now says nothing of the day of the fault


def dv_car_warranty(get: Get) -> bool | None:
    """家用汽车三包规定 18: two years or 50,000 km at least; beyond, the declared terms."""
    found, received = day_of(get, "q_defect_found_date"), day_of(get, "tx_delivery_date")
    mileage = get("q_car_mileage")
    if found is None or received is None or not isinstance(mileage, int):
        return None
    inside = found <= last_day(months_after(received, 24)) and mileage <= 50_000
    return True if inside else None
