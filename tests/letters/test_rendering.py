"""Values in their places: what is missing is named, what is there stays words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters import library, values
from letters.blocks import Items
from letters.rendering import Rendered, UnknownOption, again, has_marks, render, unresolved_mark
from letters.template import Template
from letters.values import Measure, Point
from letters.variables import VARIABLES, Kind, examples, label

TEMPLATES = list(library.current().templates.values())
RESOLUTION = library.current().template("resolution", "zh-hans")
ALL = {option.id for option in RESOLUTION.options}


def written(template: Template = RESOLUTION, **given: Any) -> Rendered:
    options = {option.id for option in template.options}
    return render(template, {**examples(template.language), **given}, options)


# --- what is missing


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_without_any_value_every_variable_is_named_and_marked(template: Template) -> None:
    letter = render(template, {}, {option.id for option in template.options})
    wanted = [name for name in template.names() if VARIABLES[name].fallback is None]
    assert list(letter.unresolved) == wanted
    everything = "\n".join((letter.title, letter.subject, letter.sms, letter.text))
    for name in wanted:
        assert unresolved_mark(name, template.language) in everything
    assert "None" not in everything
    assert has_marks(letter.text)


@pytest.mark.parametrize(
    "nothing", [None, "", "  ", "\n\t", "\u3000", "None", "null", "NaN", "\x00"]
)
@pytest.mark.parametrize("name", ["matter", "pay_by", "findings"])
def test_what_says_nothing_leaves_the_variable_open(name: str, nothing: Any) -> None:
    letter = written(**{name: nothing})
    assert letter.unresolved == (name,)
    assert unresolved_mark(name, "zh") in letter.text
    assert f"{{{{ {name} }}}}" in letter.markdown


@pytest.mark.parametrize("nothing", [None, [], [""], ["", None]])
@pytest.mark.parametrize("name", ["requests", "evidence", "legal_basis"])
def test_a_list_of_nothing_leaves_the_variable_open(name: str, nothing: Any) -> None:
    if nothing == ["", None]:
        nothing = ["", " "]
    assert written(**{name: nothing}).unresolved == (name,)


def test_measures_and_points_without_names_leave_the_variable_open() -> None:
    letter = written(measures=[Measure(" ")], points=[Point("")])
    assert letter.unresolved == ("points", "measures")
    assert written(measures=None, points=None).unresolved == ("points", "measures")


@pytest.mark.parametrize("nothing", [None, "", " ", "None", "：", "，"])
def test_a_letter_never_addresses_nobody(nothing: Any) -> None:
    for template, whole in ((RESOLUTION, "尊敬的消费者：\n"), ("en", "Dear customer,\n")):
        if template == "en":
            template = library.current().template("resolution", "en")
        letter = written(template, salutation=nothing)
        assert letter.text.startswith(whole)
        assert letter.unresolved == ()


def test_the_mark_behind_the_salutation_is_not_doubled() -> None:
    assert written(salutation="尊敬的李先生：").text.startswith("尊敬的李先生：\n")


@pytest.mark.parametrize(
    ("masked", "said"),
    [
        ("李**", "尊敬的李先生/女士"),
        ("欧阳*", "尊敬的欧阳先生/女士"),
        ("J*** S***", ""),
        ("**", ""),
        ("", ""),
    ],
)
def test_a_person_is_addressed_as_far_as_the_masked_name_shows(masked: str, said: str) -> None:
    assert values.salutation(masked, "zh-hans") == said
    assert values.salutation(masked, "en") == ""


def test_what_is_kept_and_edited_still_knows_what_is_missing() -> None:
    letter = written(pay_by=None)
    kept = again(letter.title, letter.markdown, "zh-hans")
    assert (kept.blocks, kept.unresolved) == (letter.blocks, ("pay_by",))
    mended = again(letter.title, letter.markdown.replace("{{ pay_by }}", "2026年12月3日"), "zh")
    assert mended.unresolved == ()
    assert again("函", "您好 {{ whatever }}", "zh").unresolved == ("whatever",)
    assert label("whatever", "zh") == "whatever"


# --- options


def test_options_are_those_ticked_from_the_start_unless_somebody_chooses() -> None:
    usual = render(RESOLUTION, examples("zh"))
    assert usual == render(RESOLUTION, examples("zh"), RESOLUTION.usual)
    assert "合计" in usual.text
    assert "第五十五条" not in usual.text


def test_an_option_that_the_template_has_not_is_refused() -> None:
    with pytest.raises(UnknownOption) as bad:
        render(RESOLUTION, examples("zh"), {"total", "gift", "bribe"})
    assert bad.value.args == ("bribe", "gift")


def test_a_heading_under_which_nothing_is_ticked_is_left_out() -> None:
    assert "付款和退货" not in render(RESOLUTION, examples("zh"), {"total"}).text
    assert "付款和退货" in render(RESOLUTION, examples("zh"), {"payee"}).text


# --- kinds of values


def test_days_and_sums_are_said_as_each_language_says_them() -> None:
    moment = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # after midnight in Beijing
    assert values.day(moment, "zh-hans") == "2027年1月1日"
    assert values.day(date(2026, 1, 5), "en") == "5 January 2026"
    assert values.day("2026年1月5日（预计）", "zh") == "2026年1月5日（预计）"
    assert values.money(Decimal("15920")) == "15,920.00"
    assert values.money("1,234.5") == "1,234.50"
    assert values.money("") == values.money(None) == ""


@pytest.mark.parametrize("bad", [3980.0, "三千", "NaN", "Infinity", Decimal("sNaN")])
def test_what_is_no_sum_is_refused(bad: Any) -> None:
    if bad == "NaN":
        assert written(total=bad).unresolved == ("total",)
        return
    with pytest.raises((TypeError, ValueError)):
        written(total=bad)


def test_a_bare_text_is_no_list() -> None:
    for name in ("requests", "evidence"):
        with pytest.raises(TypeError):
            written(**{name: "退款"})
        with pytest.raises(TypeError):
            written(**{name: 5})


def test_measures_say_all_that_is_known_of_them_and_nothing_else() -> None:
    whole = Measure(
        "增加赔偿", Decimal("11940"), "一次付清。", "3,980.00 × 3", "《消法》55", date(2026, 12, 3)
    )
    text = written(measures=[whole, Measure("赔礼道歉")]).text
    assert (
        "1. 增加赔偿：11,940.00 元；一次付清；计算方法：3,980.00 × 3；依据：《消法》55；"
        "最迟 2026年12月3日。\n"
        "2. 赔礼道歉。" in text
    )
    english = library.current().template("resolution", "en")
    assert (
        "1. Refund: 5.00 yuan; by 3 December 2026 at the latest.\n2. Apology."
        in written(
            english,
            measures=[Measure("Refund", Decimal(5), due=date(2026, 12, 3)), Measure("Apology")],
        ).text
    )


def test_a_point_says_only_what_was_found() -> None:
    text = written(
        points=[Point("是否欺诈", finding="不成立"), Point("是否迟延", "迟了\n\n三天")]
    ).text
    assert "（一）是否欺诈\n\n结论：不成立。\n\n（二）是否迟延\n\n您反映：迟了。\n\n三天。" in text


# --- hostile values

HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("*_#-+.){}:`|<>[]!\\&\"'\n\r\t\x00\x1b\u202e\u2028 老，。《“😀𠮷ﷺé\u0301"),
        st.characters(),
    ),
    max_size=200,
)
_LISTS = (Kind.JOINED, Kind.ITEMS)


def hostile(kind: Kind, text: str) -> Any:
    if kind in _LISTS:
        return [text, "{{ number }}", text]
    if kind is Kind.MEASURES:
        return [Measure(text, Decimal("1.00"), text, text, text)]
    if kind is Kind.POINTS:
        return [Point(text, text, text, text)]
    return "1.00" if kind is Kind.MONEY else text


def lists_in(letter: Rendered) -> list[Items]:
    return [block for block in letter.blocks if isinstance(block, Items)]


@given(st.sampled_from(TEMPLATES), HOSTILE)
def test_no_value_becomes_markup_or_breaks_the_letter(template: Template, text: str) -> None:
    given = {name: hostile(v.kind, text) for name, v in VARIABLES.items()}
    letter = render(template, given, {option.id for option in template.options})
    plain = render(template, examples(template.language), {o.id for o in template.options})
    says_nothing = not values.line(text).strip("：:，,、 ")
    if not says_nothing:
        assert set(letter.unresolved) <= {"salutation"}
        assert len(lists_in(letter)) == len(lists_in(plain))
    for one in (letter.title, letter.subject, letter.sms):
        assert "\n" not in one
        assert "\r" not in one
    assert again(letter.title, letter.markdown, template.language).blocks == letter.blocks
    assert not any(odd in letter.text for odd in "\x00\x1b\u202e\u2028\r")


def test_a_value_that_looks_like_a_variable_stays_words() -> None:
    letter = written(matter="{{ total }} ::: option **x**")
    assert "“{{ total }} ::: option **x**”" in letter.text
    assert letter.unresolved == ()
    assert again("", letter.markdown, "zh").unresolved == ()


def test_very_long_values_are_kept_whole() -> None:
    long = "长" * 20_000
    assert long in written(findings=long, matter=long).text
