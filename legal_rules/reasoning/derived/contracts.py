"""Facts computed about contracts and money: prepayment, deposits, delay, set-off, time limits."""

from __future__ import annotations

from datetime import date, timedelta

from legal_rules.reasoning.derived.inputs import (
    Get,
    day_of,
    money,
    months_after,
    positive,
    within,
)


def dv_prepaid_within_7d(get: Get) -> bool | None:
    """预付式消费解释 14: seven days from payment."""
    return within(get, "rt_demand_date", "tx_payment_date", days=7)


def dv_limitation_open(get: Get) -> bool | None:
    """民法典 188, 195: three years from knowledge, begun anew by each demand."""
    known, demanded = day_of(get, "tx_knowledge_date"), day_of(get, "tx_last_demand_date")
    if known is None or demanded is None:
        return None
    return True if demanded <= months_after(known, 36) else None


def dv_bonus_ratio(get: Get) -> str | None:
    """预付式消费解释 18(1)(2): paid ÷ (paid + bonus), to four places."""
    paid, bonus = money(get, "pp_amount"), money(get, "pp_bonus")
    if not paid or bonus is None:
        return None
    return f"{paid / (paid + bonus):.4f}"


def dv_prepaid_money(get: Get) -> bool | None:
    """消费者权益保护法 53: 以预收款方式."""
    return positive(get, "pp_amount")


def dv_overpaid(get: Get) -> bool | None:
    """价格法 41: 致使消费者或者其他经营者多付价款."""
    return positive(get, "pr_overpaid")


def dv_deposit_paid(get: Get) -> bool | None:
    """消费者权益保护法实施条例 20: 押金."""
    return positive(get, "tx_deposit_amount")


def dv_late(get: Get) -> bool | None:
    """民法典 577: 履行合同义务不符合约定, late."""
    days = get("sp_delay_days")
    return days > 0 if isinstance(days, int) else None


def dv_renewal_charged(get: Get) -> bool | None:
    """消费者权益保护法实施条例 10: 自动续费."""
    return positive(get, "ar_charged")


def dv_rescission_lapsed(get: Get) -> bool | None:
    """民法典 152: one year from knowledge, five from the act. A demand that came too late shows the
    right to be lost; one in time proves nothing, for only court or arbitration rescinds."""
    known, made = day_of(get, "tx_knowledge_date"), day_of(get, "tx_contract_date")
    ends = [known and months_after(known, 12), made and months_after(made, 60)]
    return _lapsed(get, ends, day_of(get, "rt_demand_date"))


def dv_mistake_lapsed(get: Get) -> bool | None:
    """民法典 152(1)(i), (2): ninety days from knowledge of the mistake, five years from the act."""
    known, made = day_of(get, "pr_mistake_found_date"), day_of(get, "tx_contract_date")
    ends = [known and known + timedelta(days=90), made and months_after(made, 60)]
    return _lapsed(get, ends, None)


def dv_promised_sum(get: Get) -> bool | None:
    """消费者权益保护法 16(2): the promise concerns a sum."""
    return positive(get, "sp_promise_sum")


def dv_penalty_excess(get: Get) -> bool | None:
    """民法典合同编通则解释 65(2): the penalty is more than thirty per cent above the loss."""
    penalty, loss = money(get, "sp_penalty"), money(get, "sp_seller_loss")
    if penalty is None or loss is None:
        return None
    return penalty * 100 > loss * 130


def dv_unauthorised_payment(get: Get) -> bool | None:
    """电子商务法 57(2): 未经授权的支付造成的损失."""
    return positive(get, "sf_unauthorised_payment")


def dv_enlarged_loss(get: Get) -> bool | None:
    """电子商务法 57(3): 未及时采取措施导致损失扩大."""
    return positive(get, "sf_enlarged_loss")


def dv_within_30d_trip_end(get: Get) -> bool | None:
    """旅游法 35(3): 在旅游行程结束后三十日内."""
    return within(get, "rt_demand_date", "tr_end_date", days=30)


def _lapsed(get: Get, ends: list[date | None], demanded: date | None) -> bool | None:
    """Whether the right was used after one of `ends`; in time only if every end is known."""
    used = day_of(get, "tx_rescission_filed_date")
    asked = used or demanded
    kept = [get.days.in_time(asked, end) if asked and end else None for end in ends]
    if False in kept:
        return True
    return False if used and all(kept) else None
