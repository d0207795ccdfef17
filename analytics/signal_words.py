"""A signal in one sentence: what, where, since when, how many against how many were to be expected;
in the language that is active.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from analytics.models import Signal
from analytics.series import REST
from analytics.signal_life import Kind
from complaints import places
from complaints.choices import Channel
from legal_rules.vocabulary import CATEGORIES

# Attribute of a case → where it stands, when it is called otherwise there.
COLUMNS = {"product": "product_name", "team": "team__name"}
LONGEST = 24  # characters of a word or product in a heading


def category_name(code: str) -> str:
    """In the language of the screen; a code that nobody knows stands as it is."""
    known = CATEGORIES.get(code)
    return known.name_for(get_language() or "zh-hans") if known else code


def region_name(code: str) -> str:
    """The same for a region."""
    if code == REST:
        return pgettext("region", "其他地区")
    return str(places.NAMES.get(code, code))


def day(value: date) -> str:
    """11月20日, 20 Nov."""
    return str(formats.date_format(value, pgettext("date format", "n月j日")))


def place(signal: Signal) -> str:
    """The series: 手机 · X1 · 江苏; "" for all cases."""
    product = _("其他商品") if signal.product == REST else signal.product
    parts = [category_name(signal.category), product, region_name(signal.region)]
    return " · ".join(filter(None, parts))


def case_place(case: Any) -> str:
    """The same of one case: category · product · region."""
    parts = [category_name(case.category), case.product_name, region_name(case.region)]
    return " · ".join(filter(None, parts))


def number(value: float | None, digits: int = 1) -> str:
    """12.3; "—" for none."""
    return "—" if value is None else f"{value:,.{digits}f}"


def interval(signal: Signal) -> str:
    """3.3 (2.4–4.4); "" without a ratio."""
    if signal.ratio is None:
        return ""
    if signal.low is None or signal.high is None:
        return number(signal.ratio)
    words = _("{ratio} 倍（95% 区间 {low}–{high}）")
    return words.format(
        ratio=number(signal.ratio), low=number(signal.low), high=number(signal.high)
    )


def subject_of(signal: Signal) -> str:
    """A heading without figures: what it is about."""
    if signal.kind == Kind.TERM:
        return _("“{word}”").format(word=signal.word[:LONGEST])
    if signal.kind == Kind.COPIES:
        return pgettext("signal", "内容雷同的投诉")
    if signal.kind == Kind.CAUSE and signal.causes:
        return cause_words(signal.causes[0]["values"])
    return place(signal) or _("全部投诉")


def cause_words(values: list[list[str]]) -> str:
    """[["batch", "B7"], ["region", "32"]] → 批次 B7、地区 江苏."""
    return _("、").join(f"{attribute_name(a)} {value_name(a, v)}" for a, v in values)


def attribute_name(attribute: str) -> str:
    """An attribute of a case in words."""
    names = {
        "product": pgettext("cause", "商品"),
        "category": pgettext("cause", "类别"),
        "brand": pgettext("cause", "品牌"),
        "batch": pgettext("cause", "批次"),
        "supplier": pgettext("cause", "供应商"),
        "script_version": pgettext("cause", "话术版本"),
        "channel": pgettext("cause", "渠道"),
        "region": pgettext("cause", "地区"),
        "team": pgettext("cause", "团队"),
    }
    return names.get(attribute, attribute)


def value_name(attribute: str, value: str) -> str:
    """A value of it in words: codes are named, what people wrote stands as it is."""
    if attribute == "region":
        return region_name(value)
    if attribute == "category":
        return category_name(value)
    if attribute == "channel":
        return str(Channel(value).label) if value in Channel.values else value
    return value


def sentence(signal: Signal) -> str:
    """The whole finding in one sentence."""
    since, n = day(signal.started_on), signal.observed
    if signal.kind == Kind.TERM:
        words = ngettext(
            "自{since}起，{n} 件投诉里出现“{word}”，此前很少见。",
            "自{since}起，{n} 件投诉里出现“{word}”，此前很少见。",
            n,
        )
        return words.format(since=since, n=n, word=signal.word)
    if signal.kind == Kind.COPIES:
        words = ngettext(
            "自{since}起，{n} 件投诉的内容几乎相同。",
            "自{since}起，{n} 件投诉的内容几乎相同。",
            n,
        )
        return words.format(since=since, n=n)
    words = ngettext(
        "自{since}起，{what} {n} 件，预期 {expected} 件：{ratio}。",
        "自{since}起，{what} {n} 件，预期 {expected} 件：{ratio}。",
        n,
    )
    return words.format(
        since=since,
        what=subject_of(signal),
        n=n,
        expected=number(signal.expected),
        ratio=interval(signal),
    )
