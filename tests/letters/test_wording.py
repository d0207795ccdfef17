"""Words that start a quarrel are found in both languages; ordinary letters raise no question."""

import pytest

from letters import wording

QUARREL_ZH = [
    ("您这是无理取闹", "贬低"),
    ("您属于恶意投诉", "动机"),
    ("我们认为您是职业打假人", "动机"),
    ("这涉嫌敲诈勒索", "违法"),
    ("您在撒谎", "违法"),
    ("否则后果自负", "威胁"),
    ("我们将追究您的法律责任", "威胁"),
    ("我们将报警处理", "威胁"),
    ("商品损坏是您自己的责任", "推给"),
    ("这与我司无关", "推给"),
    ("您想投诉就去投诉吧", "轻慢"),
    ("我们再次强调，期限已过", "命令"),
    ("您必须在三日内答复", "命令"),
    ("您所谓的损失并不存在", "不真实"),
    ("如果给您造成不便，我们深表歉意", "道歉"),
    ("对您的误解我们表示遗憾", "道歉"),
]
QUARREL_EN = [
    ("Your complaint is frivolous.", "贬低"),
    ("Please calm down.", "贬低"),
    ("You act in bad faith.", "动机"),
    ("This is blackmail.", "违法"),
    ("You are lying to us.", "违法"),
    ("This is our final warning.", "威胁"),
    ("We will sue you for this.", "威胁"),
    ("That was your own fault.", "推给"),
    ("You failed to read the terms.", "推给"),
    ("Feel free to sue us.", "轻慢"),
    ("As we have already told you, no.", "命令"),
    ("You must answer within three days.", "命令"),
    ("Your so-called loss is none.", "不真实"),
    ("We are sorry that you feel this way.", "道歉"),
    ("We regret if you were upset.", "道歉"),
]


@pytest.mark.parametrize(("text", "why"), QUARREL_ZH)
def test_words_that_start_a_quarrel_are_questioned(text: str, why: str) -> None:
    hits = wording.check(f"尊敬的李女士：{text}。", "zh-hans")
    assert any(hit.topic == "conflict" and why in str(hit.why) for hit in hits), hits


@pytest.mark.parametrize(("text", "why"), QUARREL_EN)
def test_words_that_start_a_quarrel_are_questioned_in_english(text: str, why: str) -> None:
    hits = wording.check(f"Dear Ms Li, {text}", "en")
    assert any(hit.topic == "conflict" and why in str(hit.why) for hit in hits), hits


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("This will never happen again.", "absolute"),
        ("It is 100% safe.", "absolute"),
        ("You waive all further claims.", "unfair"),
        ("You may not report this to anyone.", "unfair"),
        ("Please delete your review first.", "unfair"),
        ("This is in full and final settlement.", "unfair"),
        ("Silence will be deemed acceptance.", "unfair"),
        ("我们保证永不再犯", "absolute"),
        ("视为您放弃", "unfair"),
    ],
)
def test_promises_and_unfair_terms_are_questioned_in_both_languages(text: str, topic: str) -> None:
    for lang in ("zh", "en"):  # whatever language the letter says it is in
        assert topic in {hit.topic for hit in wording.check(text, lang)}


@pytest.mark.parametrize(
    "text",
    [
        "为销售人员作出承诺却没有兑现，我们向您诚恳道歉。",
        "您不答复不会被视为同意，也不会被视为放弃任何权利。",
        "您认为“与我司无关”的说法伤人，我们理解。",
        "请您在 12 月 8 日前告诉我们是否同意。",
        "您可以向市场监督管理部门投诉，也可以提起诉讼。",
        "本案由您与我们协商确定检测机构。",
        "经营者提供商品或者服务有欺诈行为的，应当增加赔偿。",
        "质量问题由我们负责，运费由我们承担。",
        "We apologise for the delay.",
        "If you do not answer, that is not taken as consent, nor as giving up any right.",
        "You can complain to the regulator or bring a lawsuit.",
        "You can withdraw your consent at any time.",
        "This is not your own fault.",
    ],
)
def test_ordinary_words_of_letters_raise_no_question(text: str) -> None:
    for lang in ("zh", "en"):
        assert wording.check(text, lang) == []


def test_one_place_is_questioned_once() -> None:
    for lang in ("zh", "en"):
        (hit,) = wording.check("我们的商品 100% 安全", lang)
        assert (hit.topic, hit.quote) == ("absolute", "100%")


def test_a_hit_says_where_it_stands() -> None:
    text = "您好！这是无理取闹。您必须答复。"
    hits = wording.check(text, "zh")
    assert [text[hit.start : hit.start + len(hit.quote)] for hit in hits] == ["无理取闹", "您必须"]


def test_a_letter_names_every_way_or_the_check_names_what_is_missing() -> None:
    assert len(wording.missing_ways("请等待。", "zh")) == 4
    assert len(wording.missing_ways("Please wait.", "en")) == 4
    ways = "Call 12315, ask the Consumers' Association, go to arbitration or to a court."
    assert wording.missing_ways(ways, "en") == []
    assert [str(w) for w in wording.missing_ways(ways.replace("arbitration", "sleep"), "en")] == [
        "仲裁"
    ]
