"""Facts computed about personal information: harm, and the numbers that make a crime."""

from __future__ import annotations

from decimal import Decimal

from legal_rules.reasoning.derived.inputs import Get, money

HALF, WHOLE = Decimal("0.5"), Decimal(1)
LIMITS = {"pi_count_property": 50, "pi_count_transaction": 500, "pi_count_other": 5000}


def dv_pi_harm(get: Get) -> bool | None:
    """个人信息保护法 69(1): 造成损害."""
    loss, harm = money(get, "pi_loss"), get("pi_harm")
    if loss or harm is True:
        return True
    return False if harm is False and loss == 0 else None


def dv_pi_no_fault(get: Get) -> bool | None:
    """个人信息保护法 69(1), 行政处罚法 33(2): absence of fault, proved in either matter."""
    either = get("pi_no_fault"), get("pn_no_fault")
    if True in either:
        return True
    return False if either[0] is False else None


def dv_pi_serious(get: Get) -> bool | None:
    """侵犯公民个人信息刑事案件解释 5(1)(iii)-(viii): 50 / 500 / 5,000 records or 5,000 yuan, in
    proportion to one another; half of that for information from one's duty or service.

    Records not counted by type are estimated by person, in the heaviest type present, and only to
    show that the threshold is reached; a count displaces the estimate. That it is not reached is
    shown only where every count and the gain are given."""
    counted = _share(get)
    most = counted if _counts(get) else max(counted, _estimate(get))
    if most >= _threshold(get, WHOLE):
        return True
    return False if _all_counted(get) and most < _threshold(get, HALF) else None


def dv_pi_very_serious(get: Get) -> bool | None:
    """侵犯公民个人信息刑事案件解释 5(2)(iii): ten times the threshold, by what was counted."""
    share = _share(get)
    if share >= 10 * _threshold(get, WHOLE):
        return True
    return False if _all_counted(get) and share < 10 * _threshold(get, HALF) else None


def dv_million_people(get: Get) -> bool | None:
    """国家网络安全事件报告管理办法 4: a leak of a million people is 较大, whatever else may be."""
    people = get("pi_leak_count")
    return people >= 1_000_000 if isinstance(people, int) else None


def _threshold(get: Get, unknown: Decimal) -> Decimal:
    """5(1)(viii): half for what was obtained in one's duty or service, as an employee's or our own
    customers' data are; `unknown` while nobody has said who sold it."""
    sold = (get("pi_employee_sold"), get("pi_business_sold"))
    if True in sold:
        return HALF
    return WHOLE if sold == (False, False) else unknown


def _counts(get: Get) -> dict[str, int]:
    return {name: n for name in LIMITS if isinstance(n := get(name), int)}


def _all_counted(get: Get) -> bool:
    return len(_counts(get)) == len(LIMITS) and money(get, "pi_illegal_gain") is not None


def _share(get: Get) -> Decimal:
    """How much of the threshold is reached: the counts in proportion, or the gain."""
    counts = sum((Decimal(n) / LIMITS[name] for name, n in _counts(get).items()), Decimal(0))
    return max(counts, (money(get, "pi_illegal_gain") or Decimal(0)) / 5000)


def _estimate(get: Get) -> Decimal:
    """Share of the threshold by persons: property information 50, anything else 5,000."""
    people, kinds = get("pi_leak_count"), get("pi_sensitive")
    if not isinstance(people, int):
        return Decimal(0)
    heavy = isinstance(kinds, tuple) and {"金融账户", "行踪轨迹"} & set(kinds)
    return Decimal(people) / (50 if heavy else 5000)
