"""English is complete: what a screen says in Chinese it says in English, with the same gaps."""

import re

import pytest

from config.state import PROJECT
from quickstart import catalogue

PO = PROJECT / "locale" / "en" / "LC_MESSAGES" / "django.po"
_GAP = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")
_HAN = re.compile(r"[一-鿿]")
# Names of languages stand in their own script.
KEEPS_CHINESE = {
    "中文",
    "客诉",
    # words that may stand in the file of a notice
    "类型“{value}”不明；请写“放假”或“补班”",
    "放假日没有名称；请写节日名称，例如“春节”",
    "找不到列名；表头要有“日期”“类型”“名称”三列（或 date、type、name）",
    "CSV 或 .xlsx：三列“日期、类型、名称”，一天一行，类型写“放假”或“补班”；"
    "也可以是 .yaml 或 .json。最多 %(most_kb)s KB。",
    # an example of what to look for in Chinese laws
    "几个词之间用空格隔开，每个词都要在同一条里；也可以写条号，例如“消费者权益保护法 55”。",
}


@pytest.fixture(scope="module")
def said() -> catalogue.Catalog:
    return catalogue.collect(PROJECT)


@pytest.fixture(scope="module")
def kept() -> catalogue.Catalog:
    return catalogue.read(PO)


def texts(value: object) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [str(value)]


def test_every_text_has_an_english_one_that_somebody_checked(said, kept) -> None:
    missing = []
    for message in said:
        known = kept.get(message.id, message.context) if message.id else None
        if message.id and (known is None or known.fuzzy or not all(texts(known.string))):
            missing.append(message.id)
    assert missing == [], f"{len(missing)} texts: manage.py update_catalogue, then translate them"


def test_no_translation_outlives_its_text(said, kept) -> None:
    used = {(str(m.id), m.context) for m in said}
    assert [m.id for m in kept if m.id and (str(m.id), m.context) not in used] == []


def test_a_translation_has_the_gaps_of_its_text(kept) -> None:
    wrong = []
    for message in kept:
        if not message.id:
            continue
        gaps = {tuple(sorted(set(_GAP.findall(t)))) for t in texts(message.id)}
        for text in texts(message.string):
            if tuple(sorted(set(_GAP.findall(text)))) not in gaps:
                wrong.append((message.id, text))
    assert wrong == []


def test_english_says_it_in_english(kept) -> None:
    mixed = [
        (m.id, text)
        for m in kept
        if m.id and m.id not in KEEPS_CHINESE
        for text in texts(m.string)
        if _HAN.search(text)
    ]
    assert mixed == []
