"""Names of laws: which belong together, and in which order they are listed."""

from __future__ import annotations

import re

_ADDED = re.compile(r"[（(][^（）()]*[）)]$")
_STATE = "中华人民共和国"


def of_the_work(title: str) -> str:
    """The name without the state and without what stands in brackets at its end: the same for the
    texts of one law.
    """
    return _ADDED.sub("", title.strip()).removeprefix(_STATE)


def sort_key(title: str, code: str) -> str:
    """Laws, then regulations, interpretations of the courts, and rules of departments; in each by
    name. The code makes it unique.
    """
    name = of_the_work(title)
    return f"{_rank(name)} {name} {code}"


def _rank(name: str) -> int:
    if "人民法院" in name:
        return 3
    if name.startswith("全国人民代表大会") or name.endswith(("法", "法典")):
        return 4 if name.endswith("办法") else 1
    return 2 if name.endswith("条例") else 4
