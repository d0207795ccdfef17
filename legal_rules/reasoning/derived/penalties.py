"""Facts computed for fines, offences and the protection of personal information."""

from __future__ import annotations

from decimal import Decimal

from legal_rules.reasoning.derived.inputs import Get, money

HALF = Decimal("0.5")


def dv_over_15d(get: Get) -> bool | None:
    """侵害消费者权益行为处罚办法 8: over fifteen days without good reason.

    Stated reasons may be good or bad: that is left open."""
    days = get("as_open_days")
    if not isinstance(days, int):
        return None
    if days <= 15:
        return False
    return True if get("as_refusal_reasoned") is False else None


def dv_pi_harm(get: Get) -> bool | None:
    """个人信息保护法 69(1): 造成损害."""
    loss, harm = money(get, "pi_loss"), get("pi_harm")
    if loss or harm is True:
        return True
    return False if harm is False and loss == 0 else None


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
    gain = money(get, "pi_illegal_gain")
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
