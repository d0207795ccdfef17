"""How measures, points at issue and numbers are said in a letter, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence

from legal_rules.reasoning.prose import chinese_number
from letters.blocks import Block, Heading, Paragraph, Run, Runs, joined
from letters.values import Measure, Point, day, line, money, paragraphs

CONCLUDES = ("结论：", "Our conclusion: ")


def listed(words: Sequence[str], lang: str) -> str:
    """A list within a sentence: 退还价款、增加赔偿 / refund, repair and apology. What has a comma
    of its own is parted by semicolons.
    """
    if not lang.startswith("en"):
        return "、".join(words)
    if any("," in word for word in words):
        return "; ".join(words)
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def within_quotes(text: str) -> str:
    """Words that come to stand in “…”: what they quote stands in ‘…’ (GB/T 15834)."""
    return text.replace("“", "‘").replace("”", "’")


def ordinal(number: int, lang: str) -> str:
    """Before a heading: 一、 / 1. with its space."""
    return f"{number}. " if lang.startswith("en") else f"{chinese_number(number)}、"


def measure(one: Measure, lang: str) -> Runs:
    """**退还价款**：3,980.00 元。… 计算方法：…；依据：…；最迟 2026年12月3日。"""
    english = lang.startswith("en")
    amount = money(one.amount)
    first = f"{amount} yuan" if english else f"{amount} 元"
    words = [first if amount else "", line(one.note).rstrip("。.；; ")]
    if formula := line(one.formula):
        words.append(f"worked out as {formula}" if english else f"计算方法：{formula}")
    if basis := line(one.basis):
        words.append(f"under {basis}" if english else f"依据：{basis}")
    if due := day(one.due, lang) if one.due else "":
        words.append(f"by {due} at the latest" if english else f"最迟 {due}")
    said = ("; " if english else "；").join(word for word in words if word)
    what = Run(line(one.what), strong=True)
    if not said:
        return what, Run("." if english else "。")
    return joined((what, Run(f": {said}." if english else f"：{said}。")))


def point(number: int, one: Point, lang: str) -> list[Block]:
    """The heading, what was said, what was found and what follows, each a paragraph."""
    english = lang.startswith("en")
    mark = f"({number}) " if english else f"（{chinese_number(number)}）"
    blocks: list[Block] = [Heading(3, (Run(mark + line(one.title)),))]
    for zh, en, said in (
        ("您反映：", "You told us: ", one.says),
        ("我们查明：", "We found: ", one.found),
        (*CONCLUDES, one.finding),
    ):
        first = Run(en if english else zh, strong=True)
        for text in paragraphs(said):
            blocks.append(Paragraph(joined((first, Run(_ended(text, lang))))))
            first = Run()
    return blocks


def _ended(text: str, lang: str) -> str:
    """The text with a full stop where it has no end of its own."""
    if text[-1:] in "。！？；：…”）.!?;:)":
        return text
    return text + ("." if lang.startswith("en") else "。")
