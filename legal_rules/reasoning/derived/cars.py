"""Facts computed about family cars: 家用汽车产品修理更换退货责任规定."""

from __future__ import annotations

from datetime import timedelta

from legal_rules.reasoning.derived.inputs import Get, day_of, months_after, within


def dv_car_7d(get: Get) -> bool | None:
    """家用汽车三包规定 22: seven days from the start of the warranty, which is delivery (18(2)).

    A fault that appeared in time and was reported later is left to counsel.
    """
    if within(get, "rt_demand_date", "tx_delivery_date", days=7):
        return True
    return (
        False if within(get, "q_defect_found_date", "tx_delivery_date", days=7) is False else None
    )


def dv_car_60d_3000km(get: Get) -> bool | None:
    """家用汽车三包规定 20, 23: 60 days and 3,000 km, whichever ends first, when it appeared."""
    found, start = day_of(get, "q_defect_found_date"), day_of(get, "tx_delivery_date")
    in_days = get.days.in_time(found, start + timedelta(days=60)) if found and start else None
    return _both(in_days, _driven_at_most(get, 3000))


def dv_car_warranty(get: Get) -> bool | None:
    """家用汽车三包规定 18: two years and 50,000 km at least; beyond, the declared terms count."""
    return _both(_within_months(get, 24), _driven_at_most(get, 50_000)) or None


def dv_car_repair_period(get: Get) -> bool | None:
    """家用汽车三包规定 18: three years and 60,000 km at least; beyond, the declared terms count."""
    return _both(_within_months(get, 36), _driven_at_most(get, 60_000)) or None


def dv_car_factor_given(get: Get) -> bool | None:
    """家用汽车三包规定 27: n is declared on the warranty certificate."""
    return True if isinstance(get("q_car_usage_factor"), int) else None


def _within_months(get: Get, months: int) -> bool | None:
    found, start = day_of(get, "q_defect_found_date"), day_of(get, "tx_delivery_date")
    return get.days.in_time(found, months_after(start, months)) if found and start else None


def _driven_at_most(get: Get, limit: int) -> bool | None:
    """The mileage when the fault appeared. Less now was less then; more now says nothing of it."""
    then, now = get("q_car_mileage_at_fault"), get("q_car_mileage")
    if isinstance(then, int):
        return then <= limit
    return True if isinstance(now, int) and now <= limit else None


def _both(*parts: bool | None) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True
