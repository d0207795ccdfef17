"""Facts computed about harm: property damage, lapse of claims."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get, day_of, last_day, months_after, positive


def dv_property_lost(get: Get) -> bool | None:
    """产品质量法 41(1): 缺陷产品以外的其他财产损害."""
    return positive(get, "sf_property_damage")


def dv_product_lost(get: Get) -> bool | None:
    """民法典 1202: 造成他人损害; whether the product itself is meant is left to counsel."""
    return positive(get, "sf_product_loss")


def dv_defect_claim_lapsed(get: Get) -> bool | None:
    """产品质量法 45(2): ten years from delivery to the first consumer.

    Only lateness can be computed: an earlier first delivery is possible.
    """
    return _later_than(get, "tx_delivery_date", 120)


def dv_termination_lapsed(get: Get) -> bool | None:
    """民法典 564(2): one year from knowledge. That the notice came in time is not shown."""
    return _later_than(get, "tx_knowledge_date", 12)


def _later_than(get: Get, start: str, months: int) -> bool | None:
    asked, begun = day_of(get, "rt_demand_date"), day_of(get, start)
    if asked is None or begun is None:
        return None
    return True if asked > last_day(months_after(begun, months)) else None
