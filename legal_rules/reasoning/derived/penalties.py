"""Facts computed for fines and detention: delay, time limits, sums that make a crime."""

from __future__ import annotations

from datetime import date

from legal_rules.reasoning.derived.inputs import Get, day_of, money, months_after, positive

FIVE_YEARS = date(2021, 7, 15)  # the text that brought them
AUCL_2025 = date(2025, 10, 15)


def dv_15d_passed(get: Get) -> bool | None:
    """侵害消费者权益行为处罚办法 8, 9, 10: over fifteen days, whatever the reason."""
    days = get("as_open_days")
    return days > 15 if isinstance(days, int) else None


def dv_over_15d(get: Get) -> bool | None:
    """侵害消费者权益行为处罚办法 8(2): over fifteen days without good reason.

    Stated reasons may be good or bad: that is left open until counsel has found them bad. That they
    are good is for the business to prove, beside this fact."""
    days, unexcused = get("as_open_days"), get("as_just_cause") is False
    if not isinstance(days, int):
        return None
    if days <= 15:
        return False
    return True if get("as_refusal_reasoned") is False or unexcused else None


def dv_penalty_lapsed(get: Get) -> bool | None:
    """行政处罚法 36: undiscovered for two years; for five where life, health or financial safety
    was harmed, which for acts before the text of 2021 is a question for counsel."""
    span, longer = _span(get, "pn_discovered_on"), get("pn_five_years")
    if span is None:
        return None
    started, found = span
    short, long = _passed(started, found, 24), _passed(started, found, 60)
    if short is not True:
        return short
    if long is True or longer is False:
        return True
    return long if longer is True and started >= FIVE_YEARS else None


def dv_ps_lapsed(get: Get) -> bool | None:
    """治安管理处罚法 25: undiscovered by the police for six months."""
    span = _span(get, "ps_discovered_on")
    return _passed(*span, 6) if span else None


def dv_decided_under_aucl_2025(get: Get) -> bool | None:
    """反不正当竞争法 2025 41; 行政处罚法 37: the lighter text applies to decisions from then on."""
    decided = day_of(get, "pn_decided_on")
    return None if decided is None else decided >= AUCL_2025


def dv_actual_loss(get: Get) -> bool | None:
    """消费者权益保护法 45(1); 广告法 56(1): 合法权益受到损害."""
    return positive(get, "tx_loss")


def dv_fraud_3000(get: Get) -> bool | None:
    """诈骗刑事案件解释 1: the lowest figure that a province may set for 数额较大."""
    return _reaches(get, 3_000)


def dv_fraud_10000(get: Get) -> bool | None:
    """诈骗刑事案件解释 1: the highest figure that a province may set for 数额较大."""
    return _reaches(get, 10_000)


def dv_shoddy_50000(get: Get) -> bool | None:
    """刑法 140: 销售金额五万元以上."""
    return _reaches(get, 50_000)


def _reaches(get: Get, limit: int) -> bool | None:
    """The total decides; while it is unknown, one price can only show that the limit is reached."""
    total, price = money(get, "fr_total_sales"), money(get, "tx_price_paid")
    if any(amount is not None and amount >= limit for amount in (total, price)):
        return True
    return None if total is None else False


def _span(get: Get, discovered: str) -> tuple[date, date] | None:
    """End of the act, day of discovery. An act that may still have gone on has no known end."""
    ended, found = day_of(get, "pn_act_ended"), day_of(get, discovered)
    if ended is None and get("pn_act_continuing") is False:
        ended = day_of(get, "conduct_date")
    return (ended, found) if ended and found else None


def _passed(start: date, day: date, months: int) -> bool | None:
    """Whether the period had run out. The law does not say if the first day counts, so that on the
    day on which the answer would differ there is none."""
    last = months_after(start, months)
    return None if day == last else day > last
