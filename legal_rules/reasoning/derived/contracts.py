"""Facts computed about contracts and money: prepayment, deposits, delay, time limits."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get, day_of, money, months_after, positive, within


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
    """民法典 152: one year from knowledge, five from the act. Only lateness can be computed: that a
    demand came in time does not show that court or arbitration was seised in time."""
    demanded = day_of(get, "rt_demand_date")
    known, made = day_of(get, "tx_knowledge_date"), day_of(get, "tx_contract_date")
    if demanded is None:
        return None
    late = [
        demanded > months_after(start, span) for start, span in ((known, 12), (made, 60)) if start
    ]
    return True if any(late) else None
