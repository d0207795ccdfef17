"""Files of every kind become the same table; what is wrong is said by row and cell."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.xml import functions

from complaints.importing import sheets, table
from evidence.receive import FileRefused
from tests.importing.files import (
    HEADINGS,
    ROWS,
    WORKBOOK_DAY,
    WORKBOOK_MOMENT,
    as_csv,
    as_xlsx,
    many,
    saved,
)


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in sheets.read(data).rows]


def refusal(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        sheets.read(data)
    return refused.value


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_every_usual_encoding_is_read(encoding: str, said: str) -> None:
    found = sheets.read(as_csv(ROWS, encoding=encoding))
    assert found.columns == HEADINGS
    assert [row.cells for row in found.rows] == list(ROWS)
    assert [row.number for row in found.rows] == [2, 3, 4]
    assert said in found.about[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_delimiter_is_noticed(delimiter: str) -> None:
    assert cells(as_csv(ROWS, delimiter=delimiter)) == list(ROWS)


def test_the_delimiter_that_excel_names_is_believed() -> None:
    data = b"sep=|\n" + as_csv(ROWS, delimiter="|")
    found = sheets.read(data)
    assert [row.cells for row in found.rows] == list(ROWS)
    assert found.rows[0].number == 3


def test_no_row_is_lost_whatever_the_number_of_rows() -> None:
    for count in (1, 9, 10, 11, 12, 250):
        assert len(cells(as_csv(many(count)))) == count


def test_titles_above_the_headings_and_blank_rows_are_passed_over() -> None:
    data = "2026 年投诉汇总,,,,\r\n,,,,\r\n".encode() + as_csv(ROWS[:1]) + b",,,,\r\n"
    data += as_csv(ROWS[1:]).split(b"\r\n", 1)[1]
    found = sheets.read(data)
    assert found.columns == HEADINGS
    assert [row.number for row in found.rows] == [4, 6, 7]


def test_headings_that_stand_twice_or_are_missing_get_names_of_their_own() -> None:
    found = sheets.read(as_csv([("1", "x", "y", "z")], ("编号", "备注", "备注", "内容")))
    assert found.columns == ("编号", "备注", "备注 (2)", "内容")
    assert sheets.read(as_csv([("1", "x", "y")], ("编号", "", "内容"))).columns[1] == "第 2 列"


def test_a_row_with_too_many_cells_is_named_and_the_others_stay() -> None:
    lines = as_csv(ROWS).decode().split("\r\n")
    lines.insert(2, "W-9,2026-03-02,逗号,内容里有,没有引号的逗号,热线")
    found = sheets.read("\r\n".join(lines).encode())
    broken = [row for row in found.rows if row.damage]
    assert [row.number for row in broken] == [3]
    assert "这一行有 6 格，列名只有 5 个" in broken[0].damage[0][1]
    assert [row.cells for row in found.rows if not row.damage] == list(ROWS)


@pytest.mark.parametrize(
    "line", ['W-9,2026-03-02,引号,"他说"很好"，我不信,热线', 'W-9,2026-03-02,"没有关上,内容,热线']
)
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_quotes_that_do_not_fit_cost_their_own_row_only(line: str, place: int) -> None:
    lines = as_csv((ROWS[0], ROWS[1], ROWS[0]), encoding="utf-8").decode().split("\r\n")
    lines.insert(place, line)
    found = sheets.read("\r\n".join(lines).encode())
    assert [row.number for row in found.rows if row.damage] == [place + 1]
    assert len([row for row in found.rows if not row.damage]) == 3


def test_an_unclosed_quote_does_not_swallow_a_quoted_cell_that_follows() -> None:
    lines = as_csv(ROWS).decode().split("\r\n")
    lines.insert(1, 'W-9,2026-03-02,"没有关上,内容,热线')
    found = sheets.read("\r\n".join(lines).encode())
    assert [row.cells for row in found.rows if not row.damage] == list(ROWS)


def test_inches_in_a_plain_cell_are_just_a_quote() -> None:
    data = b"\xef\xbb\xbf" + '外部编号,内容\n1,27" 显示器坏了\n2,好\n'.encode()
    assert cells(data) == [("1", '27" 显示器坏了'), ("2", "好")]


def test_a_damaged_byte_costs_its_own_row_only() -> None:
    data = as_csv(ROWS).replace("办卡".encode(), b"\xe5\x8a\xff" + "卡".encode())
    found = sheets.read(data)
    assert [row.number for row in found.rows if row.damage] == [3]
    assert found.rows[1].damage[0][0] == 3
    assert "UTF-8" in found.about[0]
    assert (
        "字" * 3000 in sheets.read(data + as_csv([("1", "", "", "字" * 3000, "")])).rows[-1].cells
    )
    gb = as_csv(ROWS, encoding="gb18030").replace("办卡".encode("gb18030"), b"\xff\xff")
    assert [row.number for row in sheets.read(gb).rows if row.damage] == [3]


def test_long_texts_of_several_lines_arrive_whole() -> None:
    text = "第一行，“引号”\n" * 10_000
    assert cells(as_csv([("1", text)], ("外部编号", "内容")))[0][1] == text


def test_a_workbook_gives_dates_numbers_and_texts_as_a_person_would_write_them() -> None:
    data = as_xlsx(
        [
            (12012345678, WORKBOOK_DAY, 3980.5, "内容", True),
            (0.1 + 0.2, WORKBOOK_MOMENT, 3980.0, None, "x"),
        ]
    )
    found = sheets.read(data)
    assert [row.cells for row in found.rows] == [
        ("12012345678", "2026-03-02", "3980.5", "内容", "true"),
        ("0.3", "2026-03-02 14:40:00", "3980", "", "x"),
    ]
    assert "工作表“投诉”" in found.about[0]


def with_formula(saved_result: str | None, formula: str = "1+1") -> bytes:
    """A workbook whose cell D2 is a formula, with or without the result that Excel saved."""
    data = as_xlsx([("W-1", "2026-03-02", "t", "MARK", "x"), ROWS[1]])
    result = "" if saved_result is None else f"<v>{saved_result}</v>"
    kind = ' t="e"' if (saved_result or "").startswith("#") else ' t="str"' if saved_result else ""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                start = content.index(b'<c r="D2"')
                end = content.index(b"</c>", start) + 4
                cell = f'<c r="D2"{kind}><f>{formula}</f>{result}</c>'.encode()
                content = content[:start] + cell + content[end:]
            new.writestr(entry, content)
    return out.getvalue()


def test_a_formula_is_taken_by_its_saved_result_and_never_evaluated() -> None:
    found = sheets.read(with_formula("算好的内容"))
    assert found.rows[0].cells[3] == "算好的内容"
    assert not found.rows[0].damage


def test_a_formula_without_a_saved_result_names_its_cell() -> None:
    row = sheets.read(with_formula(None)).rows[0]
    assert row.damage[0][0] == 3
    assert "单元格 D2 是公式，文件里没有它的计算结果" in row.damage[0][1]
    assert table.LOST in row.cells[3]


def test_a_formula_that_went_wrong_names_its_cell() -> None:
    row = sheets.read(with_formula("#REF!")).rows[0]
    assert "单元格 D2 的公式出错（#REF!）" in row.damage[0][1]


def test_a_long_number_that_excel_rounded_names_its_cell() -> None:
    row = sheets.read(as_xlsx([(3.10112199001011e17, "", "t", "c", "x")])).rows[0]
    assert "单元格 A2 的号码被存成了数字" in row.damage[0][1]


def test_the_first_visible_sheet_with_content_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.title = "空"
    hidden = book.create_sheet("隐藏")
    hidden.sheet_state = "hidden"
    hidden.append(["外部编号", "内容"])
    sheet = book.create_sheet("清单")
    for row in (("外部编号", "内容"), ("1", "好")):
        sheet.append(row)
    found = sheets.read(saved(book))
    assert found.rows[0].cells == ("1", "好")
    assert "清单" in found.about[0]
    assert "另有 1 张工作表没有读取" in found.about[1]


def test_stray_notes_right_of_the_headings_of_a_workbook_are_passed_over() -> None:
    assert cells(as_xlsx([(*ROWS[0], "旁注")])) == [ROWS[0]]


def test_xml_of_workbooks_is_read_by_the_parser_that_refuses_bombs() -> None:
    assert openpyxl.DEFUSEDXML
    assert not openpyxl.LXML
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(ROWS))) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, bomb if "sheet1" in entry.filename else old.read(entry))
    assert "表格文件已损坏" in refusal(out.getvalue()).message
    assert functions.DEFUSEDXML


def test_a_workbook_that_unpacks_beyond_measure_is_refused_unread() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<x/>")
        for n in range(31):
            package.writestr(f"xl/{n}", b"\0" * 10 * 1024 * 1024)
    assert refusal(out.getvalue()).status == 413


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        (b" \r\n ", "文件是空的"),
        (b"\0\0\0\0", "认不出"),
        (b"%PDF-1.7\n1 0 obj", "内容是 application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "内容是 image/png"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
        ("<html><table><tr><td>外部编号".encode(), "网页格式"),
        (zipped("word/document.xml"), "不是 .xlsx 表格"),
        (b"PK\x03\x04 broken", "已损坏"),
        (b"\x80\x81\xfe\xff\xff\x90" * 50, "认不出文件的文字编码"),
        ("外部编号,内容\r\n".encode(), "只有列名，没有数据"),
        (b",,,\r\n,,,\r\n", "文件里没有内容"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data).message


def test_a_text_that_begins_like_a_picture_is_still_a_list() -> None:
    assert cells(b"BM no,content\r\n1,x\r\n") == [("1", "x")]


def test_limits_of_size_rows_and_columns_are_said(settings, monkeypatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 5)
    assert len(sheets.read(as_csv(many(5)), limit=5).rows) == 5
    with pytest.raises(FileRefused, match="超过 5 行"):
        sheets.read(as_csv(many(6)), limit=5)
    assert sheets.read(as_csv(many(6)), limit=3).more
    wide = [str(n) for n in range(80)]
    assert "列太多" in refusal(as_csv([wide], wide)).message
    settings.UPLOAD_LIMIT = 1024 * 1024
    assert refusal(b"x" * (1024 * 1024 + 1)).status == 413
