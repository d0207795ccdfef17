"""Cells become values, or a sentence that says what to write instead."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from complaints.errors import Invalid
from complaints.importing import dates, headings, mapping
from complaints.importing.table import (
    EXCEL_EPOCH,
    MAC_EPOCH,
    Row,
    escaped,
    masked_numbers,
    unescaped,
)
from complaints.importing.values import Reading, read_row
from complaints.validation import Refused
from complaints.workdays import SHANGHAI


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2025-11-23", date(2025, 11, 23)),
        ("2025/11/23", date(2025, 11, 23)),
        ("2025.11.23", date(2025, 11, 23)),
        ("2025/1/2", date(2025, 1, 2)),
        ("20251123", date(2025, 11, 23)),
        ("2025年11月23日", date(2025, 11, 23)),
        ("2025 年 1 月 2 日", date(2025, 1, 2)),
        ("2025年11月23号 星期日", date(2025, 11, 23)),
        ("２０２５－１１－２３", date(2025, 11, 23)),
        ("11/23/2025", date(2025, 11, 23)),
        ("23/11/2025", date(2025, 11, 23)),
        ("5/5/2025", date(2025, 5, 5)),
        ("45984", date(2025, 11, 23)),
        ("45984.0", date(2025, 11, 23)),
        ("2025-11-23 14:40", at(2025, 11, 23, 14, 40)),
        ("2025-11-23 14:40:05", at(2025, 11, 23, 14, 40, 5)),
        ("2025-11-23T14:40:05", at(2025, 11, 23, 14, 40, 5)),
        ("2025-11-23T06:40:05Z", at(2025, 11, 23, 14, 40, 5)),
        ("2025-11-23T14:40:05+08:00", at(2025, 11, 23, 14, 40, 5)),
        ("2025/11/23 9:05", at(2025, 11, 23, 9, 5)),
        ("2025年11月23日 下午2:40", at(2025, 11, 23, 14, 40)),
        ("2025年11月23日14时40分", at(2025, 11, 23, 14, 40)),
        ("2025年11月23日 14点", at(2025, 11, 23, 14, 0)),
        ("2025年11月23日（星期日）14点5分6秒", at(2025, 11, 23, 14, 5, 6)),
        ("11/23/2025 2:40 PM", at(2025, 11, 23, 14, 40)),
        ("2025-11-23 12:10 am", at(2025, 11, 23, 0, 10)),
        ("20251123 144005", at(2025, 11, 23, 14, 40, 5)),
        ("202511231440", at(2025, 11, 23, 14, 40)),
        ("45984.611111", at(2025, 11, 23, 14, 40)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, value: date | datetime) -> None:
    found = dates.read(text).value
    assert found == value
    assert isinstance(found, datetime) == isinstance(value, datetime)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("03/04/2025", "可能是 3 月 4 日，也可能是 4 月 3 日"),
        ("25-11-23", "年份不完整"),
        ("11/23/25", "年份不完整"),
        ("2025-13-01", "不是日期"),
        ("2025-02-30", "不是日期"),
        ("20251323", "不是日期"),
        ("2025/7/112", "不是日期"),
        ("2025-11-23 25:00", "不是日期"),
        ("昨天", "不是日期"),
        ("2025年", "不是日期"),
        ("12345", "不是日期"),
        ("1763880000", "不是日期"),
    ],
)
def test_what_is_no_date_or_can_be_read_in_two_ways_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        dates.read(text)


@pytest.mark.parametrize("text", ["2025/7/7 8", "2025/7/7 1", "2025-07-07 14:"])
def test_a_time_that_was_cut_off_leaves_the_day_and_says_so(text: str) -> None:
    found = dates.read(text)
    assert found.value == date(2025, 7, 7)
    assert "时间不完整" in found.note


def test_a_date_number_says_how_it_was_understood_and_knows_both_calendars() -> None:
    assert "读作 2025-11-23" in dates.read("45984").note
    assert dates.read("44522", epoch=MAC_EPOCH).value == date(2025, 11, 23)


COLUMNS = ("编号", "日期", "标题", "内容", "金额", "类别", "诉求", "电话")


def read(**cells: str) -> Reading:
    row = Row(7, tuple(cells.get(c, "") for c in COLUMNS))
    return read_row(row, COLUMNS, headings.guess(COLUMNS), epoch=EXCEL_EPOCH)


def sentences(reading: Reading) -> list[tuple[str, str]]:
    return [(p.column, p.message) for p in reading.problems]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("¥3,980.00", "3980.00"),
        ("￥3980", "3980.00"),
        ("3980元", "3980.00"),
        ("人民币 3,980.5 元整", "3980.50"),
        ("３９８０．５", "3980.50"),
        ("RMB 12", "12.00"),
        ("0", "0.00"),
        ("12 块", "12.00"),
    ],
)
def test_money_is_read_as_people_write_it(cell: str, amount: str) -> None:
    assert read(内容="x", 金额=cell).values["price_paid"] == Decimal(amount)


@pytest.mark.parametrize("cell", ["-5", "1.234", "1.2万", "约 300", "三千", "3980-4000"])
def test_what_is_no_amount_names_its_column(cell: str) -> None:
    assert [column for column, _message in sentences(read(内容="x", 金额=cell))] == ["金额"]


def test_categories_and_claims_are_read_by_name_by_code_and_by_usual_words() -> None:
    assert read(内容="x", 类别="商品质量瑕疵").values["category"] == "quality_goods"
    assert read(内容="x", 类别="quality_goods").values["category"] == "quality_goods"
    found = read(内容="x", 诉求="退款、赔礼道歉，compensation;退一赔三")
    assert found.values["claims"] == ["refund", "apology", "compensation", "increased_damages"]
    wrong = sentences(read(内容="x", 类别="其他问题", 诉求="要个说法"))
    assert [column for column, _message in wrong] == ["类别", "诉求"]
    assert "“其他问题”不是已有的类别；可用：" in wrong[0][1]
    assert "退还价款" in wrong[1][1]


def test_one_row_names_everything_that_is_wrong_with_it() -> None:
    found = read(编号="1.2E+17", 日期="03/04/2025", 金额="-1")
    assert [c for c, _m in sentences(found)] == ["编号", "日期", "金额"]


def test_a_title_stands_in_for_an_empty_narrative_and_nothing_stands_in_for_both() -> None:
    found = read(标题="快递丢件")
    assert found.values["narrative"] == "快递丢件"
    assert found.notes[0].note
    assert "没有投诉内容" in sentences(read(编号="1"))[0][1]


def test_masked_names_emoji_and_soft_breaks_survive() -> None:
    columns = ("姓名", "电话", "内容")
    row = Row(2, ("青*禾", "120****5678", "第一行\x0b第二行 😠\ufeff"))
    found = read_row(row, columns, headings.guess(columns))
    assert found.values["consumer"] == {"name": "青*禾", "phone": "120****5678"}
    assert found.values["narrative"] == "第一行\n第二行 😠"
    assert not found.problems


def test_a_formula_in_a_text_is_a_text_and_comes_back_from_a_neutralised_export() -> None:
    for cell in (
        "=1+1",
        "+86 120",
        "-好",
        "@x",
        "'=1",
        "''=1",
        "'quoted",
        "＝1",
        "普通",
        "-5",
        "+3,000",
        " =1",
        "　＝1",
        "\n=1",
        "\u00a0'=1",
    ):
        assert unescaped(escaped(cell)) == cell
    assert escaped("=HYPERLINK()").startswith("'")
    for cell in (" =1", "　＝1", "\n=1", "\u00a0'=1"):  # blanks that some programs pass over
        assert escaped(cell) == f"'{cell}"
    assert escaped("-5") == "-5"
    assert read(内容="=1+1").values["narrative"] == "=1+1"


def test_long_numbers_in_sentences_and_previews_are_masked() -> None:
    assert masked_numbers("电话 12012345678，卡 6222 0212 3456 7890 123") == (
        "电话 120****5678，卡 622************0123"
    )
    assert masked_numbers("20251123 与 SO-12345678") == "20251123 与 SO-12345678"
    assert "12012345678" not in sentences(read(内容="x", 金额="12012345678元左右"))[0][1]


def test_headings_in_chinese_and_english_are_guessed_each_field_once() -> None:
    found = headings.guess(
        ("工单编号（必填）", "投诉时间", "Subject", "投诉内容", "描述", "联系电话:", "颜色")
    )
    assert list(found.values()) == [
        "external_reference",
        "received_at",
        "title",
        "narrative",
        "",
        "consumer.phone",
        "",
    ]
    for field in headings.FIELDS.values():
        for heading in field.headings:
            assert headings.normalised(heading) == heading
            assert headings.field_of(heading) == field.code


def test_every_field_can_be_registered() -> None:
    from django.utils import timezone

    from complaints.actions.intake_values import cleaners
    from complaints.validation import CONSUMER_FIELDS

    known = set(cleaners(timezone.now())) - {"consumer", "product"}
    known |= {f"consumer.{name}" for name in CONSUMER_FIELDS} | {"product.name", "product.category"}
    assert set(headings.FIELDS) <= known


def test_a_mapping_on_the_command_line_takes_codes_and_names() -> None:
    chosen = mapping.parse(
        ["投诉人话=narrative", "联系=电话", "颜色="], ("投诉人话", "联系", "颜色")
    )
    assert chosen == {"投诉人话": "narrative", "联系": "consumer.phone", "颜色": ""}


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("内容", "应写成 列名=字段"),
        ("没有=narrative", "文件里没有“没有”这一列；有：内容"),
        ("内容=story", "没有“story”这个字段；可用：external_reference（外部编号）"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_what_can(option: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        mapping.parse([option], ("内容",))


def test_a_mapping_needs_words_and_one_column_per_field() -> None:
    with pytest.raises(Invalid, match="请指定哪一列是投诉的"):
        mapping.check({"a": "source"})
    with pytest.raises(Invalid, match="“a”“b”都对应“经过”"):
        mapping.check({"a": "narrative", "b": "narrative"})
    mapping.check({"a": "title"})


def test_a_remembered_mapping_fits_the_same_columns_in_another_order() -> None:
    remembered = {"甲": "narrative", "内容": "title", "编号": ""}
    columns = ("编号", "内容", "甲", "日期")
    assert headings.fingerprint(remembered) == headings.fingerprint(["行号", "原因", *remembered])
    found = headings.complete(columns, remembered)
    assert found == {"编号": "", "内容": "title", "甲": "narrative", "日期": "received_at"}
