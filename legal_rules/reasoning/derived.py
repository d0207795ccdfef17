"""Facts that are computed: comparisons, dates and counting, one small named function each.

Each takes `get` (normal value of a fact, or None) and answers a normal value, or None while its
inputs do not decide it. Dates follow 民法典 201, 203: the first day is not counted, and a period
whose last day is a holiday ends with the first working day after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import chinese_calendar

HALF = Decimal("0.5")
Get = Callable[[str], object | None]
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
    return _within(get, "rt_demand_date", "tx_delivery_date", days=7)


def dv_within_15d_sale(get: Get) -> bool | None:
    """移动电话机三包规定 12: within fifteen days of the sale."""
    return _within(get, "rt_demand_date", "tx_contract_date", days=15)


def dv_within_6m_receipt(get: Get) -> bool | None:
    """消费者权益保护法 23(3): durable goods, decoration; flaw found within six months."""
    category = get("tx_category")
    if category is not None and category not in LONG_LASTING:
        return False
    found, received = _day(get, "q_defect_found_date"), _day(get, "tx_delivery_date")
    if category is None or found is None or received is None:
        return None
    return found <= last_day(months_after(received, 6))


def dv_prepaid_within_7d(get: Get) -> bool | None:
    """预付式消费解释 14: seven days from payment."""
    return _within(get, "rt_demand_date", "tx_payment_date", days=7)


def dv_car_7d(get: Get) -> bool | None:
    """家用汽车三包规定 22: seven days from the start of the warranty."""
    return _within(get, "rt_demand_date", "tx_delivery_date", days=7)


def dv_car_60d_3000km(get: Get) -> bool | None:
    """家用汽车三包规定 23: the fault appears within 60 days or 3,000 km, whichever comes first."""
    days = _within(get, "q_defect_found_date", "tx_delivery_date", days=60)
    mileage = get("q_car_mileage")
    if days is False:
        return False
    if isinstance(mileage, int) and mileage <= 3000:
        return days  # driven less now, so less when the fault appeared
    return None  # more now says nothing of the day of the fault


def dv_car_warranty(get: Get) -> bool | None:
    """家用汽车三包规定 18: two years or 50,000 km at least; beyond, the declared terms."""
    found, received = _day(get, "q_defect_found_date"), _day(get, "tx_delivery_date")
    mileage = get("q_car_mileage")
    if found is None or received is None or not isinstance(mileage, int):
        return None
    inside = found <= last_day(months_after(received, 24)) and mileage <= 50_000
    return True if inside else None


def dv_is_minor(get: Get) -> bool | None:
    """民法典 17, 19: under eighteen."""
    return _younger(get, 18)


def dv_under_8(get: Get) -> bool | None:
    """民法典 20: under eight, without capacity."""
    return _younger(get, 8)


def dv_under_14(get: Get) -> bool | None:
    """个人信息保护法 31: under fourteen."""
    return _younger(get, 14)


def dv_over_15d(get: Get) -> bool | None:
    """侵害消费者权益行为处罚办法 8: over fifteen days without good reason.

    Stated reasons may be good or bad: that is left open."""
    days = get("as_open_days")
    if not isinstance(days, int):
        return None
    if days <= 15:
        return False
    return True if get("as_refusal_reasoned") is False else None


def dv_limitation_open(get: Get) -> bool | None:
    """民法典 188, 195: three years from knowledge, begun anew by each demand."""
    known, demanded = _day(get, "tx_knowledge_date"), _day(get, "tx_last_demand_date")
    if known is None or demanded is None:
        return None
    return True if demanded <= months_after(known, 36) else None


def dv_bonus_ratio(get: Get) -> str | None:
    """预付式消费解释 18(1)(2): paid ÷ (paid + bonus), to four places."""
    paid, bonus = _money(get, "pp_amount"), _money(get, "pp_bonus")
    if not paid or bonus is None:
        return None
    return f"{paid / (paid + bonus):.4f}"


def dv_pi_harm(get: Get) -> bool | None:
    """个人信息保护法 69(1): 造成损害."""
    loss, harm = _money(get, "pi_loss"), get("pi_harm")
    if loss or harm is True:
        return True
    return False if harm is False and loss == 0 else None


def dv_prepaid_money(get: Get) -> bool | None:
    """消费者权益保护法 53: 以预收款方式."""
    return _positive(get, "pp_amount")


def dv_overpaid(get: Get) -> bool | None:
    """价格法 41: 致使消费者或者其他经营者多付价款."""
    return _positive(get, "pr_overpaid")


def dv_deposit_paid(get: Get) -> bool | None:
    """消费者权益保护法实施条例 20: 押金."""
    return _positive(get, "tx_deposit_amount")


def dv_late(get: Get) -> bool | None:
    """民法典 577: 履行合同义务不符合约定, late."""
    days = get("sp_delay_days")
    return days > 0 if isinstance(days, int) else None


def dv_minor_paid(get: Get) -> bool | None:
    """民法典 145: the minor's own act. A sum paid shows it; no sum does not refute it."""
    return True if _positive(get, "mn_amount") else None


def dv_renewal_charged(get: Get) -> bool | None:
    """消费者权益保护法实施条例 10: 自动续费."""
    return _positive(get, "ar_charged")


def dv_rescission_lapsed(get: Get) -> bool | None:
    """民法典 152: one year from knowledge, five from the act. Only lateness can be computed: that a
    demand came in time does not show that court or arbitration was seised in time."""
    demanded = _day(get, "rt_demand_date")
    known, made = _day(get, "tx_knowledge_date"), _day(get, "tx_contract_date")
    if demanded is None:
        return None
    late = [
        demanded > months_after(start, span) for start, span in ((known, 12), (made, 60)) if start
    ]
    return True if any(late) else None


def dv_pi_serious(get: Get) -> bool | None:
    """侵犯公民个人信息刑事案件解释 5(1)(iii)-(viii): 50 / 500 / 5,000 records or 5,000 yuan, in
    proportion to one another; half of that for information from one's duty or service.

    Records not counted by type are estimated by person, in the heaviest type present, and only to
    show that the threshold is reached; a count displaces the estimate. That it is not reached is
    shown only where every count and the gain are given."""
    sold = get("pi_employee_sold")
    limits = {"pi_count_property": 50, "pi_count_transaction": 500, "pi_count_other": 5000}
    counts = {name: n for name in limits if isinstance(n := get(name), int)}
    share = sum((Decimal(n) / limits[name] for name, n in counts.items()), Decimal(0))
    gain = _money(get, "pi_illegal_gain")
    most = max(share, (gain or Decimal(0)) / 5000, Decimal(0) if counts else _estimate(get))
    if most >= (HALF if sold is True else 1):
        return True
    if len(counts) == len(limits) and gain is not None and most < (1 if sold is False else HALF):
        return False
    return None


def _estimate(get: Get) -> Decimal:
    """Share of the threshold by persons: property information 50, anything else 5,000."""
    people, kinds = get("pi_leak_count"), get("pi_sensitive")
    if not isinstance(people, int):
        return Decimal(0)
    heavy = isinstance(kinds, tuple) and {"金融账户", "行踪轨迹"} & set(kinds)
    return Decimal(people) / (50 if heavy else 5000)


DERIVED: Mapping[str, Callable[[Get], object | None]] = {
    name: function for name, function in list(globals().items()) if name.startswith("dv_")
}


def last_day(day: date) -> date:
    """民法典 203: a period that ends on a holiday ends with the first working day after it.

    For a year whose holidays are not known, weekends alone are holidays."""
    while not _working(day):
        day += timedelta(days=1)
    return day


def months_after(day: date, months: int) -> date:
    """民法典 202: the same day of the month, or its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(day)


def _working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _day(get: Get, fact: str) -> date | None:
    value = get(fact)
    return date.fromisoformat(value) if isinstance(value, str) else None


def _money(get: Get, fact: str) -> Decimal | None:
    value = get(fact)
    return Decimal(value) if isinstance(value, str) else None


def _positive(get: Get, fact: str) -> bool | None:
    value = _money(get, fact)
    return None if value is None else value > 0


def _younger(get: Get, years: int) -> bool | None:
    age = get("mn_age")
    return age < years if isinstance(age, int) else None


def _within(get: Get, late: str, start: str, days: int) -> bool | None:
    asked, begun = _day(get, late), _day(get, start)
    if asked is None or begun is None:
        return None
    return asked <= last_day(begun + timedelta(days=days))
