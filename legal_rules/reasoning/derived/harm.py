"""Facts computed about harm: property damage, lapse of claims."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get, day_of, months_after, positive

HARM = (
    "q_not_conform",
    "q_officially_unqualified",
    "q_expired",
    "q_quantity_short",
    "fd_below_standard",
    "fr_adulterated",
    "fr_trademark_infringing",
    "fr_take_money_no_performance",
    "fr_service_cheating",
    "sp_broken",
)


def dv_rights_harmed(get: Get) -> bool | None:
    """消费者权益保护法 44, 48: 合法权益受到损害. Said, or shown by what is known of the goods."""
    signs = [get(fact) for fact in HARM]
    signs.append(get("fd_fake_or_inferior_drug") in ("假药", "劣药"))
    signs.append(all([get("fr_false_statement"), get("fr_induced")]))
    signs.append(positive(get, "pr_overpaid"))
    said = get("pf_rights_harmed")
    return True if any(signs) else said if isinstance(said, bool) else None


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
    return True if get.days.in_time(asked, months_after(begun, months)) is False else None
