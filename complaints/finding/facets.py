"""What results can be narrowed by, with how many there are of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.finding.matching import ANY, FINISHED, OPEN, STAGES, Found
from complaints.lifecycle import Outcome, State
from legal_rules.vocabulary import CATEGORIES


@dataclass(frozen=True)
class Facet:
    """One way of narrowing."""

    code: str
    label: str | Promise


FACETS = (
    Facet("stage", gettext_lazy("状态")),
    Facet("category", gettext_lazy("类别")),
    Facet("outcome", gettext_lazy("处理结果")),
    Facet("year", gettext_lazy("收到年份")),
    Facet("files", gettext_lazy("附件")),
)
_STAGES: dict[str, str | Promise] = {
    FINISHED: gettext_lazy("已办结和已归档"),
    "archived": State.ARCHIVED.label,
    "closed": State.CLOSED.label,
    OPEN: gettext_lazy("办理中"),
    ANY: gettext_lazy("全部案件"),
}
_FILES: dict[str, str | Promise] = {
    "yes": gettext_lazy("有附件"),
    "no": gettext_lazy("没有附件"),
}


def chosen(given: Mapping[str, str], stage: str = FINISHED) -> tuple[dict[str, str], list[str]]:
    """The choices of an address, and what is said about those that are none; `stage` where none is
    chosen.
    """
    found, problems = {"stage": stage}, []
    for facet in FACETS:
        value = given.get(facet.code, "").strip()
        if value and is_known(facet.code, value):
            found[facet.code] = value
        elif value:
            problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
    return found, problems


def is_known(code: str, value: str) -> bool:
    """Whether there is such a choice."""
    if code == "year":
        return value.isascii() and value.isdigit() and 1900 <= int(value[:5]) <= 2200
    known = {"stage": STAGES, "category": CATEGORIES, "outcome": Outcome.values, "files": _FILES}
    return value in known[code]


def choices(code: str, found: Found, language: str) -> list[tuple[str, str, int]]:
    """(value, name, how many) of a facet; the frequent first, stages in the order of a life."""
    counts = found.counts(code)
    if code == "stage":
        return [(s, str(_STAGES[s]), counts[s]) for s in STAGES if found.hits]
    values = [value for value in counts if value]
    if (now := found.chosen.get(code)) and now not in counts:
        values.append(now)  # so that it can be taken away
    if code == "year":
        values.sort(reverse=True)
    elif code != "files":
        values.sort(key=lambda v: (-counts[v], v))
    else:
        values.sort(reverse=True)
    return [(value, name_of(code, value, language), counts[value]) for value in values]


def said(chosen: Mapping[str, str], language: str) -> str:
    """What is chosen in words: 类别：商品质量；附件：有附件. Nothing for all cases."""
    known = [(f, chosen[f.code]) for f in FACETS if is_known(f.code, str(chosen.get(f.code, "")))]
    return _("；").join(
        _("{label}：{value}").format(label=facet.label, value=name_of(facet.code, value, language))
        for facet, value in known
        if value != ANY
    )


def name_of(code: str, value: str, language: str) -> str:
    """What a choice is called."""
    if code == "category":
        known = CATEGORIES.get(value)
        return known.name_for(language) if known else value
    if code == "stage":
        return str(_STAGES[value])
    if code == "outcome":
        return str(Outcome(value).label)
    return str(_FILES[value]) if code == "files" else value
