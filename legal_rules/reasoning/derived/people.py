"""Facts computed about persons: age and what they paid."""

from __future__ import annotations

from legal_rules.reasoning.derived.inputs import Get, positive


def dv_is_minor(get: Get) -> bool | None:
    """民法典 17, 19: under eighteen."""
    return _younger(get, 18)


def dv_under_8(get: Get) -> bool | None:
    """民法典 20: under eight, without capacity."""
    return _younger(get, 8)


def dv_under_14(get: Get) -> bool | None:
    """个人信息保护法 31: under fourteen."""
    return _younger(get, 14)


def dv_under_16(get: Get) -> bool | None:
    """民法典 18(2): not yet sixteen, so not of full capacity by own earnings."""
    return _younger(get, 16)


def dv_minor_paid(get: Get) -> bool | None:
    """民法典 145: the minor's own act. A sum paid shows it; no sum does not refute it."""
    return True if positive(get, "mn_amount") else None


def _younger(get: Get, years: int) -> bool | None:
    age = get("mn_age")
    return age < years if isinstance(age, int) else None
