"""Facts computed about sums: the price affected, what was paid back, what of a prepayment is used.

An amount that is not known stays unknown; only what nobody has proved to be paid counts as unpaid.
"""

from __future__ import annotations

from decimal import Decimal

from legal_rules.reasoning.amounts import to_cents
from legal_rules.reasoning.derived.inputs import Get, money


def dv_affected_price(get: Get) -> str | None:
    """消费者权益保护法 55(1): the price of the goods bought, the fee of the service received; where
    only a part is at fault, of that part."""
    return _yuan(_affected(get))


def dv_set_off(get: Get) -> str:
    """民法典 557(1)(i), (ii): a debt ends as far as it was performed or set off. Whoever says
    that he paid proves it; until then nothing is deducted."""
    return f"{money(get, 'tx_already_paid') or Decimal(0):.2f}"


def dv_value_off(get: Get) -> str:
    """民法典 157: what cannot be given back is made good in money. Whoever wants the deduction
    proves it; until then nothing is deducted."""
    return f"{money(get, 'tx_value_used') or Decimal(0):.2f}"


def dv_fault_share(get: Get) -> int:
    """民法典 592(2): 对方对损失的发生有过错, in per cent. Whoever says so proves it; until then
    there is none."""
    share = get("tx_consumer_fault_share")
    return share if isinstance(share, int) else 0


def dv_seller_knew(get: Get) -> bool | None:
    """食品安全民事纠纷解释（一） 6: any of the seven cases is knowledge; 否 excludes them."""
    kinds = get("fd_seller_knew")
    return kinds != ("否",) if isinstance(kinds, tuple) and kinds else None


def dv_price_within_need(get: Get) -> str | None:
    """食药惩罚性赔偿解释 12(1): 在合理生活消费需要范围内."""
    return _yuan(_within_need(get))


def dv_food_loss(get: Get) -> str | None:
    """食品安全法 148(2): 损失 from eating or using it. Nobody hurt, there is none."""
    return _yuan(_food_loss(get))


def dv_loss_outweighs(get: Get) -> bool | None:
    """食品安全法 148(2): 价款十倍或者损失三倍, whichever is more."""
    loss, price = _food_loss(get), _within_need(get)
    if loss == 0:
        return False
    return None if loss is None or price is None else loss * 3 > price * 10


def dv_prepaid_used_discounted(get: Get) -> str | None:
    """预付式消费解释 18(1): at the discounted price, or by the ratio of what was paid to what was
    paid and given; units in proportion."""
    stated, paid = money(get, "pp_used_discounted"), money(get, "pp_amount")
    if stated is not None or paid is None:
        return _yuan(stated)
    bonus, at_list = money(get, "pp_bonus"), money(get, "pp_used_list")
    if bonus and at_list is not None:
        return _yuan(at_list * paid / (paid + bonus))
    every, used = get("pp_units_total"), get("pp_units_used")
    if used == 0 or at_list == 0:
        return _yuan(Decimal(0))
    if isinstance(every, int) and isinstance(used, int) and every > 0:
        return _yuan(paid * min(used, every) / every)
    return None


def dv_prepaid_used_list(get: Get) -> str | None:
    """预付式消费解释 19(1): at the price before discount."""
    stated, price, used = money(get, "pp_used_list"), money(get, "pp_unit_price"), _used(get)
    if stated is not None or used is None:
        return _yuan(stated)
    if used == 0:
        return _yuan(Decimal(0))
    return None if price is None else _yuan(price * used)


def _affected(get: Get) -> Decimal | None:
    part, whole = money(get, "tx_affected_price"), money(get, "tx_price_paid")
    if part is not None:
        return part if whole is None else min(part, whole)
    return None if get("tx_part_only") is True else whole


def _within_need(get: Get) -> Decimal | None:
    needed, bought = money(get, "fd_reasonable_price"), _affected(get)
    if needed is not None:
        return needed if bought is None else min(needed, bought)
    return bought if get("fd_reasonable_need") is True else None


def _food_loss(get: Get) -> Decimal | None:
    loss, unhurt = money(get, "fd_injury_loss"), get("sf_injury") == "无"
    return Decimal(0) if loss is None and unhurt else loss


def _used(get: Get) -> int | None:
    units = get("pp_units_used")
    return units if isinstance(units, int) else None


def _yuan(value: Decimal | None) -> str | None:
    return None if value is None else f"{to_cents(value):.2f}"
