"""Sums and counts: 3,980.00元, 两万块, ¥99, 充值680, 修了三次, 10岁, 1001公里.

A number is a sum only with a sign of money, or behind a verb of paying; a long row of digits never
is.
"""

from __future__ import annotations

import re
from decimal import Decimal

from legal_rules.suggest.numbers import PATTERN, number
from legal_rules.suggest.slots import Slot

_YUAN = (
    r"元(?!旦|月|素|气|件|宵|老|首|宇宙)|圆整|块钱|rmb|cny|yuan|人民币"
    r"|块(?=[,?!;。\n)\"、]|$|[买给就还一每多退押定运服手一二两三四五六七八九\d])"
)
_UNITS = (
    rf"(?P<yuan>{_YUAN})|(?P<age>周?岁)|(?P<km>公里|千米|km)|(?P<days>个?工作日|天|日)|(?P<weeks>个?(?:周(?!年)|星期|礼拜))"
    r"|(?P<span>个?(?:小时|钟头|月|季度|学期)|年|分钟|周年)|(?P<times>次(?!日|数|品|要|性)|回(?!复|来|家|去)|趟)"
    r"|(?P<people>个?人(?!民|生|资|信|隐|原因|账)|位(?!于|置)|名(?!字|称|义))|(?P<multiple>倍)|(?P<units>节(?!日|目|省|约|奏)|课时)"
    r"|(?P<thing>[个盒袋瓶件条斤克台辆张号%度折点页层楼室栋区号套只份本双包箱级期户公]|毫升|mg|ml|kg|g(?![a-z])|平米)"
)
_NUMBER = re.compile(
    rf"(?P<sign>[¥￥]\s?|人民币\s?|rmb\s?)?(?P<number>{PATTERN})(?P<about>\s?[多余来几])?\s?(?:{_UNITS})?(?P<more>钱?(?:多|左右|上下|以[上下]|不到|出头))?"
)
_ABOUT_BEFORE = re.compile(
    r"(?:(?<![最附])近|约|大概|差不多|几|好?数|超过?|至少|最少|最多|不到|不足|上|各|[\d元块万千百十][-~—到至])\s?$"
)
_RATE_BEFORE = re.compile(
    r"(?:每|一)(?:个?(?:月|年|次|天|节|盒|件|瓶|斤|箱|袋|人|小时|套|支|张|包|份|单|课时|节课|公里))[^,。;!?]{0,8}$|单价\S{0,3}$"
)
_RATE_AFTER = re.compile(
    r"\s?(?:/|每|一)(?:个|盒|次|月|天|节|件|瓶|斤|箱|张|人|小时|套|支|单|份|课时|公里|包|吨|晚|只|袋|本|平)"
)
_RANGE_AFTER = re.compile(r"\s?[-~—到至]\s?(?:\d|[一二两三四五六七八九十])")
_PAID_BEFORE = re.compile(
    r"(?:花|付|交|充|充值|转账?|支付|付款|价格?|共计?|送|扣|退|存|收|赔)(?:了|给[他她它]|款|我|费)?\s?$"
)
_NO_SUM_AFTER = re.compile(r"[\d.:a-z-]|[美欧日港韩加澳新]元|美金|港币|英镑|积分|[qg金]币")
_CODE = re.compile(r"\d(?:[ -]?\d){9,}|[a-z]+-?\d[\da-z-]{5,}|\d{6,}(?=[xX])")
_TENTHS = re.compile(
    r"块([1-9一二三四五六七八九])(?:毛|角)?(?![\d个斤瓶盒袋条只台件张点多百千万元块])"
)
_KINDS = ("age", "km", "days", "weeks", "span", "times", "people", "multiple", "units")


def numbers(text: str) -> list[Slot]:
    """The sums and counts of a folded text whose dates are covered, in order."""
    codes = [found.span() for found in _CODE.finditer(text)]
    found_all = [_slot(text, found) for found in _NUMBER.finditer(text)]
    slots = [s for s in found_all if s and not any(a < s.end and s.start < b for a, b in codes)]
    slots += [Slot("code", a, b) for a, b in codes if not _is_sum(text, b)]
    return sorted(slots, key=lambda s: s.start)


def _is_sum(text: str, end: int) -> bool:
    return text[end : end + 1] == "元"


def _slot(text: str, found: re.Match[str]) -> Slot | None:
    if text[found.start() - 1 : found.start()] == "第":
        return None
    kind = next((k for k in _KINDS if found[k]), None)
    if found["yuan"] or found["sign"]:
        return _sum(text, found)
    if kind:
        return _count(kind, found)
    if found["thing"] or _NO_SUM_AFTER.match(text, found.end("number")):
        return None
    written = found["number"]
    before = text[max(0, found.start() - 6) : found.start()]
    bare = len(written) > 1 and written[0].isdigit() and _PAID_BEFORE.search(before)
    return _sum(text, found) if bare or (len(written) > 1 and written[-1] in "万w") else None


def _sum(text: str, found: re.Match[str]) -> Slot:
    start, end = found.span()
    before, value = text[max(0, start - 10) : start], number(found["number"])
    tenths = _TENTHS.match(text, found.start("yuan")) if found["yuan"] == "块" else None
    if tenths and value is not None:
        value, end = value + (number(tenths[1]) or Decimal(0)) / 10, tenths.end()
    if value is None or found["about"] or found["more"] or _ABOUT_BEFORE.search(before):
        return Slot("about", start, end)
    if _RANGE_AFTER.match(text, end):
        return Slot("about", start, end)
    if _RATE_BEFORE.search(before) or _RATE_AFTER.match(text, end):
        return Slot("rate", start, end)
    exact = value == value.quantize(Decimal("0.01")) and value < 10**10
    return Slot("money" if exact else "about", start, end, value if exact else None)


def _count(kind: str, found: re.Match[str]) -> Slot:
    value = number(found["number"])
    whole = value is not None and value == int(value) and value < 10**7
    if not whole or found["about"] or found["more"]:
        return Slot("span" if kind in ("days", "weeks", "span") else kind, *found.span())
    count = int(value or 0)
    if kind == "weeks":
        return Slot("days", *found.span(), count * 7)
    return Slot(kind, *found.span(), count)
