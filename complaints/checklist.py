"""What counsel ticks off with a signature, item by item. What the program could look at is said
beside each; it ticks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.validation import Refused

# item → what counsel answers for with the tick; the program's checks that speak of it
ITEMS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "claims": (gettext_lazy("消费者的诉求逐项答复"), ()),
    "points": (gettext_lazy("争点都已认定，函件逐一答复"), ("points",)),
    "facts": (gettext_lazy("事实有证据，证据看过"), ("facts", "proofs")),
    "articles": (gettext_lazy("条文为适用日期的文本，适用正确"), ("basis", "signed_rules")),
    "sums": (gettext_lazy("金额、算式与函件一致"), ("amount", "formulas", "letter_agrees")),
    "ways": (gettext_lazy("函件写明其他救济途径"), ("other_remedies",)),
    "wording": (
        gettext_lazy("没有绝对化承诺，不排除、限制权利"),
        ("absolute", "unfair", "conflict"),
    ),
    "privacy": (gettext_lazy("没有多余的个人信息"), ("privacy",)),
}


def cleaned(value: Any) -> dict[str, bool]:
    """`{item: true}` as it is sent with a signature. Raises Refused."""
    if not isinstance(value, Mapping):
        raise Refused(_("这里应是“核对项：true 或 false”的对象"))
    unknown = sorted(str(name) for name in value if name not in ITEMS)
    if unknown:
        known = ", ".join(ITEMS)
        words = _("没有核对项“{item}”；可用的核对项：{known}")
        raise Refused(words.format(item=unknown[0][:60], known=known))
    if any(type(ticked) is not bool for ticked in value.values()):
        raise Refused(_("每个核对项应是 true 或 false"))
    return {str(name): ticked for name, ticked in value.items()}


def missing(value: Mapping[str, bool]) -> list[str]:
    """The items that are not ticked, in words."""
    return [str(label) for name, (label, _codes) in ITEMS.items() if not value.get(name)]


def in_words(ticked: Iterable[str]) -> list[str]:
    """What was ticked, in the order of the list."""
    known = set(ticked)
    return [str(label) for name, (label, _codes) in ITEMS.items() if name in known]
