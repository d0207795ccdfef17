"""Figures that leave: the workbook and the pages say what the dashboard says, to whom and why."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import unquote

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Team
from analytics.asking import asked
from analytics.overview import Heat, Part, overview
from analytics.papers import of_overview, printed, workbook
from analytics.papers.hidden import of_heat
from analytics.papers.shown import on_page
from analytics.papers.tables import Cell, Column, Kind, Paper, Table
from audit.models import Entry
from complaints.models import Complaint
from complaints.places import area_of
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

URL = reverse("analytics_export")


def sent(user: Any, **values: str) -> Any:
    """The answer to the form."""
    given = {"purpose": "月度例会", "password": PASSWORD, "format": "xlsx", **values}
    return browser(user).post(URL, given)


def said_of(cell: Any) -> str:
    return str(cell.value if isinstance(cell, Cell) else cell)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def words(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def table(sheet: Any) -> list[list[Any]]:
    """The rows below the heading, up to the first empty one."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    return rows[
        : next((n for n, row in enumerate(rows) if not any(v is not None for v in row)), None)
    ]


def world(cast: Cast) -> None:
    """A closed case, one in review whose product looks like a formula, ten more, one of the other
    team.
    """
    f.closed(cast)
    for number in range(10):
        f.registered(cast, order_number=f"SO-1{number}")
    f.in_review(cast, order_number="SO-2", product={"name": "=HYPERLINK(A1)"})
    f.registered(cast, by=cast.outsider, team=cast.other_team.pk)


def test_the_workbook_says_what_the_dashboard_says(cast: Cast) -> None:
    world(cast)
    now = timezone.now()
    shown = overview(cast.supervisor, asked({}, cast.supervisor, timezone.localdate(now)), now)
    answer = sent(cast.supervisor)
    assert answer["Content-Type"].endswith("officedocument.spreadsheetml.sheet")
    assert "投诉统计报表" in unquote(answer["Content-Disposition"])
    assert "no-store" in answer["Cache-Control"]
    book = opened(answer.content)
    assert book.sheetnames == [
        *("说明", "指标", "每日新增", "类别", "类别×地区", "渠道", "商品", "品牌", "团队"),
        *("权利", "法定期限", "阶段", "责任人"),
    ]
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows(max_col=2)}
    assert about["用途"] == "月度例会"
    assert "周启明" in about["导出人"]
    assert cast.team.name in about["范围"]
    assert cast.other_team.name not in about["范围"]

    figures = {row[0]: row for row in table(book["指标"])}
    assert [cell.value for cell in book["指标"][1]][:5] == [
        "指标",
        "数值",
        "单位",
        "目标",
        "是否达标",
    ]
    received = shown.figures["received"]
    assert figures["新增投诉"][1] == received.value == 12
    for code, figure in shown.figures.items():
        row = figures[str(figure.measure.title)]
        value = None if figure.value is None else Decimal(figure.value)
        if str(figure.measure.unit) == "%" and value is not None:
            value /= 100
        assert (row[1] is None) == (value is None), code
        assert value is None or Decimal(str(row[1])) == pytest.approx(value), code
        assert row[7:9] == [figure.n, figure.of], code
        assert row[10] == str(figure.measure.meaning)
    share = next(
        row[1] for row in book["指标"].iter_rows(min_row=2) if row[0].value == "承诺兑现率"
    )
    assert share.number_format == "0.0%"
    paid = next(row[1] for row in book["指标"].iter_rows(min_row=2) if row[0].value == "已付金额")
    assert "¥" in paid.number_format
    assert paid.data_type == "n"

    days = table(book["每日新增"])
    assert all(isinstance(day, datetime) and isinstance(n, int) for day, n in days[:-1])
    assert book["每日新增"]["A2"].number_format == "yyyy-mm-dd"
    assert len(days) == 31
    assert days[-1] == ["合计", sum(n for _day, n in days[:-1])] == ["合计", 12]
    for name in ("类别", "渠道", "团队"):
        *rows, total = table(book[name])
        assert total[:2] == ["合计", sum(row[1] for row in rows)] == ["合计", 12], name
    *rows, total = table(book["商品"])  # one could be worked out from the eleven others
    assert [row[1:] for row in rows] == [["<10", None], ["*", None]]  # by name
    assert total[:2] == ["合计", 12]
    assert "“<10”为少于 10 件" in str(book["商品"]["A6"].value)
    *rows, total = table(book["类别×地区"])
    assert [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)] == total[1:]
    assert all(sum(row[1:-1]) == row[-1] for row in rows)
    assert total[-1] == 12
    assert "'=HYPERLINK(A1)" in [row[0] for row in table(book["商品"])]
    formulas = [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert not formulas
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes in ("A2", "B2")
        assert sheet.print_title_rows == "$1:$1"
    numbers = {cast_case.number for cast_case in Complaint.objects.all()}
    texts = {str(c.value) for s in book for row in s.iter_rows() for c in row}
    assert not any(number in text for number in numbers for text in texts)
    assert not any(said in text for said in ("王测试", "王**", "120") for text in texts)

    entry = Entry.objects.filter(verb="analytics.exported").get()
    assert entry.detail["purpose"] == "月度例会"
    assert entry.detail["format"] == "xlsx"
    assert entry.detail["asked"]["from"] == shown.asked.since.isoformat()


def test_the_pages_say_it_too_and_in_the_readers_language(cast: Cast) -> None:
    world(cast)
    data = sent(cast.supervisor, format="pdf").content
    text = words(data)
    for said in (
        "投诉统计报表",
        "指标",
        "新增投诉",
        "类别×地区",
        "法定期限",
        "月度例会",
        "密级：内部",
    ):
        assert said in text
    assert "supervisor 周启明" in text
    assert "第 1 页" in text.replace("\n", "")
    assert b"pdfaid" in data
    cast.auditor.language = "en"
    cast.auditor.save()
    client = browser(cast.auditor)
    client.cookies["kesu_language"] = "en"
    given = {"purpose": "meeting", "password": PASSWORD, "format": "pdf"}
    english = words(client.post(URL, given, headers={"accept-language": "en"}).content)
    assert "Page 1 of" in english


def test_an_export_is_refused_without_purpose_person_or_a_readable_window(cast: Cast) -> None:
    f.registered(cast)
    gone = Team.objects.order_by("-pk").first()
    assert gone is not None
    for given, said in (
        ({"purpose": ""}, "请写明导出的用途"),
        ({"password": ""}, "请输入登录密码"),
        ({"password": "wrong"}, "没有导出"),
        ({"format": "doc"}, "请选择导出为 Excel 还是 PDF"),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "开始日期在结束日期之后"),
        ({"from": "2006-05-02", "to": "2026-05-01"}, "一次最多看"),
        ({"from": "gestern"}, "“gestern”不是可以查看的日期"),
        ({"team": str(gone.pk + 1)}, "没有这个团队"),
        ({"team": str(cast.other_team.pk)}, "没有这个团队"),
        ({"channel": "phone"}, "新增投诉少于 10 件"),  # the file would be about one
    ):
        answer = sent(cast.supervisor, **given)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), given
    assert not Entry.objects.filter(verb="analytics.exported").exists()
    for nobody in (cast.agent, cast.counsel, cast.administrator, cast.security):
        assert sent(nobody).status_code == 403
    page = browser(cast.auditor).get(URL, {"from": "2026-05-02", "to": "2026-05-01"})
    assert page.status_code == 200
    assert "开始日期在结束日期之后" in page.content.decode()


def test_tables_of_any_kind_become_both() -> None:
    """Empty ones, one value, characters without a glyph, a wide heat map."""
    odd = Table(
        "a/b:[c]?*\\一张名字非常非常非常非常非常非常非常非常长的表",
        [
            Column("文字"),
            Column("数", Kind.COUNT),
            Column("日", Kind.DAY),
            Column("时", Kind.MOMENT),
        ],
        [
            (
                "+1+1",
                1_234_567,
                date(2026, 2, 28),
                datetime(2026, 1, 1, tzinfo=timezone.get_current_timezone()),
            ),
            ("@x\x00𠮷\U0001f600", None, None, None),
            ("-3", Cell(Decimal("0.5"), Kind.SHARE), None, None),
        ],
    )
    empty = Table("空", [Column("a")], [], ("合计",))
    paper = Paper("标题", "=企业", [("用途", "=1")], [odd, odd, empty], timezone.now(), "x", "zh")
    book = opened(workbook.written(paper, "说明"))
    assert len(set(book.sheetnames)) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    sheet = book.worksheets[1]
    assert sheet["A2"].value == "'+1+1"
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].value == 1_234_567
    assert sheet["B4"].number_format == "0.0%"
    assert sheet["C2"].value == datetime(2026, 2, 28)  # noqa: DTZ001 Excel knows no zones
    assert sheet["D2"].is_date
    text = words(printed.printed(paper))
    assert "1,234,567" in text
    assert "50.0%" in text
    assert "没有数据" in text
    assert "U+1F600" in text


def test_a_median_of_nothing_opens_its_rows_and_a_count_of_none_has_none() -> None:
    columns = [Column("一"), Column("二"), Column("三")]
    row = [Cell(Decimal(0), Kind.NUMBER, "/a"), Cell(0, Kind.COUNT, "/b"), Cell(None, Kind.SHARE)]
    (found,) = on_page(Table("表", columns, [row])).rows
    assert [cell.url for cell in found] == ["/a", "", ""]


def test_a_file_hides_what_is_few_with_what_gives_it_away_by_province_and_large_region(
    cast: Cast,
) -> None:
    def seen(**changed: int) -> list[list[list[str]]]:
        """What stands in the sheet and on paper, cell by cell."""
        found = overview(cast.supervisor, asked({}, cast.supervisor, timezone.localdate()))
        numbers = {"31": 40, "33": 3, "44": 50, **changed}
        cells = {(c, r): n + (c == "b") for c in "ab" for r, n in numbers.items()}
        by_area = Counter[tuple[str, str]]()
        for (c, r), n in cells.items():
            by_area[c, area_of(r)] += n
        found = replace(found, heat=crossed(cells), areas=crossed(by_area))
        with translation.override("zh-hans"):
            sheet = of_overview.places(found, of_heat(found))
        return [
            [[said_of(cell) for cell in row] for row in (*table.rows, table.total or ())]
            for table in (sheet, sheet.printed)
            if table
        ]

    sheet, paper = seen()
    assert sheet == [
        ["b", "51", "*", "<10", "96"],
        ["a", "50", "*", "<10", "93"],
        ["合计", "101", "*", "<10", "189"],
    ]
    assert paper == [["b", "51", "45", "96"], ["a", "50", "43", "93"], ["合计", "101", "88", "189"]]
    sheet, paper = seen(**{"44": 2})  # too few for the large region: nothing else to hide it behind
    assert "<10" in chain(*paper)


def crossed(cells: Mapping[tuple[str, str], int]) -> Heat:
    down, across = Counter[str](), Counter[str]()
    for (category, place), n in cells.items():
        down[category] += n
        across[place] += n
    named = [[(key, key) for key, _n in counts.most_common()] for counts in (down, across)]
    return Heat(named[0], named[1], {key: Part("", "", n, "") for key, n in cells.items()})


def test_paper_has_large_regions_and_the_workbook_their_provinces(cast: Cast) -> None:
    for region in ("31", "33", "44"):
        case = f.registered(cast, order_number=f"SO-{region}")
        Complaint.objects.filter(pk=case.pk).update(region=region)

    def heads(**params: str) -> list[list[str]]:
        look = asked(params, cast.supervisor, timezone.localdate())
        sheet = of_overview.places(overview(cast.supervisor, look))
        found = [one for one in (sheet, sheet.printed) if one]
        assert {one.total[-1] for one in found if one.total} == {sum(r[-1] for r in sheet.rows)}  # type: ignore[misc]
        return [[column.title for column in one.columns[1:-1]] for one in found]

    with translation.override("zh-hans"):
        assert heads() == [["上海", "浙江", "广东"], ["华东", "华南"]]
        assert heads(area="east") == [["上海", "浙江"]]
