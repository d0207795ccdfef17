"""Which text followed which: the maps, and what their reader refuses."""

import pytest

from legal_rules.reasoning import source
from legal_rules.reasoning.source import LawError
from legal_rules.succession import SUCCESSIONS, read_successions

GOOD = """
successions:
  - older: cpl_1993
    newer: cpl_2013
    articles: {"49": "55"}
"""
BY_NEWER = {each.newer: each for each in SUCCESSIONS}


def read(text):
    return read_successions(source.parse(text, "succession.yaml"))


@pytest.mark.parametrize(
    ("newer", "old", "new"),
    [
        ("cpl_2013", "49", "55"),
        ("aucl_2025", "8", "9"),
        ("aucl_2025", "20", "25"),
        ("cybersecurity_law_2025", "42", "44"),
        ("cybersecurity_law_2025", "64", "71"),
        ("samr_complaints_2025", "14", "15"),
        ("samr_complaints_2025", "31", "35"),
    ],
)
def test_an_article_is_followed_in_both_directions(newer, old, new):
    assert BY_NEWER[newer].to_newer(old) == new
    assert BY_NEWER[newer].to_older(new) == old


def test_an_article_without_a_counterpart_has_none():
    samr = BY_NEWER["samr_complaints_2025"]
    assert samr.complete
    assert {samr.to_older(new) for new in ("7", "17", "25", "26", "42", "45")} == {None}
    assert not BY_NEWER["aucl_2025"].complete
    assert BY_NEWER["aucl_2025"].to_newer("33") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("older: cpl_1993", "older: cpl_1893", r":3: 'cpl_1893' is not in instruments"),
        ("older: cpl_1993", "older: cpl_regs_2024", r":3: .* does not end before"),
        ("newer: cpl_2013", "newer: cpl_1993", r":3: .* does not end before"),
        ('{"49": "55"}', '{"四十九": "55"}', r":5: an article is a number"),
        ('{"49": "55"}', '{"49": 55}', r":5: an article is a number"),
        ('{"49": "55"}', '{"49": "55", "50": "55"}', r":5: two articles"),
        ("articles:", "complete: maybe\n    articles:", r":5: 'complete' is yes or no"),
        ("articles:", "article:", r":\d: unknown key 'article'"),
    ],
)
def test_a_mistake_is_refused_with_its_line(old, new, message):
    assert len(read(GOOD)) == 1
    with pytest.raises(LawError, match=message):
        read(GOOD.replace(old, new))


def test_a_mistake_is_said_in_chinese_too():
    with pytest.raises(LawError) as refused:
        read(GOOD.replace("newer: cpl_2013", "newer: cpl_1993"))
    assert refused.value.sentence_for("zh-hans") == "cpl_1993 没有在 cpl_1993 施行之前失效"
    assert refused.value.remedy_for("zh-hans").startswith("核对两者的先后")
