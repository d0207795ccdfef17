"""A notice's file: every kind that is read, and every mistake with its line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import Workbook

from complaints import calendars
from complaints.importing.notice_rows import NoticeRefused
from complaints.models import CalendarDay, CalendarNotice
from tests import notices
from tests.cast import Cast
from tests.complaints.test_calendar import at, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


def lines(refused: pytest.ExceptionInfo[NoticeRefused]) -> list[str]:
    return [str(m) for m in refused.value.mistakes]


BAD: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "空的"),
    ("only spaces", lambda: b"\xef\xbb\xbf \n\n", "空的"),
    ("too large", lambda: notices.as_csv() + b" " * 600_000, "超过 512 KB"),
    ("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "不是日历文件"),
    ("an old workbook", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, ".xls"),
    ("a broken workbook", lambda: b"PK\x03\x04" + b"x" * 40, "损坏"),
    ("a web page", lambda: b"<!doctype html><p>", "网页"),
    ("wrong encoding", lambda: bytes(range(128, 256)) * 20, "编码"),
    ("no headings", lambda: notices.as_csv(headings=("a", "b", "c")), "找不到列名"),
    ("headings only", lambda: notices.as_csv([]), "没有日期"),
    (
        "a date twice",
        lambda: notices.changed(x=("2027/1/1", "放假", "元旦")),
        "第 38 行：2027-01-01 在第 2 行已经写过",
    ),
    (
        "off and worked",
        lambda: notices.changed(x=("2027-01-02", "补班", "元旦")),
        "第 38 行：2027-01-02 在第 3 行已经写过",
    ),
    ("another year", lambda: notices.changed(x=("2028-01-01", "放假", "元旦")), "第 38 行"),
    ("November before", lambda: notices.changed(x=("2026-11-29", "补班", "元旦")), "第 38 行"),
    ("unknown type", lambda: notices.changed(d0101=("2027-01-01", "也许", "元旦")), "第 2 行"),
    (
        "make-up day on a weekday",
        lambda: notices.changed(d0116=("2027-01-15", "补班", "补班")),
        "第 31 行：2027-01-15 不是周六、周日，不能是补班日",
    ),
    (
        "no name",
        lambda: notices.changed(d0101=("2027-01-01", "放假", "")),
        "第 2 行：放假日没有名称",
    ),
    ("no date", lambda: notices.changed(d0101=("", "放假", "元旦")), "第 2 行：没有日期"),
    ("no such day", lambda: notices.changed(x=("2027-02-30", "放假", "春节")), "第 38 行"),
    ("two readings", lambda: notices.changed(x=("03/04/2027", "放假", "春节")), "第 38 行"),
    ("a time", lambda: notices.changed(x=("2027-02-14 08:00", "补班", "春节")), "不写时间"),
    ("a festival missing", lambda: notices.changed(d0609=None), "缺少端午节"),
    ("a fixed holiday worked", lambda: notices.changed(d1001=None), "2027-10-01 是法定节假日"),
    ("half a quote", lambda: notices.as_csv() + '"2027-03-01,放假,x\n'.encode(), "引号不成对"),
    ("too many rows", lambda: notices.as_csv(notices.rows() * 12), "超过 400 行"),
    ("broken YAML", lambda: b"year: 2027\ndays: [", "YAML"),
    ("a list", lambda: b"[1, 2]", "最外层"),
    ("nested without end", lambda: b"{days: " + b"[" * 3000, "第 1 行"),
    ("YAML without days", lambda: b"year: 2027\n", "没有日期"),
    ("days are texts", lambda: b"year: 2027\ndays: [a, b]\n", "第 2 行"),
    ("a fraction", lambda: b'{"year": 2027.5, "days": [{"date": 1.5}]}', "第 1 行"),
]


@pytest.mark.parametrize(("make", "said"), [(m, s) for _n, m, s in BAD], ids=[n for n, *_r in BAD])
def test_a_bad_file_is_refused_with_its_line_and_nothing_of_it_stays(
    cast: Cast, make: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(NoticeRefused) as refused:
        read(cast.administrator, make())
    assert said in "\n".join(lines(refused))
    assert not CalendarNotice.objects.exists()
    assert not CalendarDay.objects.exists()
    assert not calendars.fresh().is_published(2027)


def test_all_mistakes_are_told_at_once_in_order(cast: Cast) -> None:
    data = notices.changed(
        d0101=("2027-01-01", "?", "元旦"), d0116=("2027-01-15", "补班", ""), x=("?", "放假", "")
    )
    with pytest.raises(NoticeRefused) as refused:
        read(cast.administrator, data)
    assert [m.line for m in refused.value.mistakes] == [2, 31, 38, 38]


def test_the_year_that_was_asked_for_is_compared_with_the_file(cast: Cast) -> None:
    with pytest.raises(NoticeRefused, match="文件是 2027 年的，您选择的是 2026 年"):
        read(cast.administrator, year=2026)
    assert read(cast.administrator, year=2027).year == 2027


def test_a_year_far_away_cannot_have_been_published(cast: Cast) -> None:
    with pytest.raises(NoticeRefused, match="2027 年的通知不能载入"):
        read(cast.administrator, now=at("2025-11-10 10:00"))


@pytest.mark.parametrize(
    "data",
    [
        notices.as_csv().decode("utf-8-sig").encode("gb18030"),
        notices.as_csv().decode("utf-8-sig").encode("utf-16"),
        notices.as_csv(headings=("date", "type", "name")),
        b"sep=,\n" + notices.as_csv().removeprefix(b"\xef\xbb\xbf"),
        (notices.TITLE + "\n\n").encode() + notices.as_csv().removeprefix(b"\xef\xbb\xbf"),
        notices.as_csv((d.replace("-", "/"), k, n) for d, k, n in notices.rows()),
    ],
    ids=["gb18030", "utf-16", "english headings", "sep line", "title above", "slashes"],
)
def test_the_same_notice_in_other_clothes(cast: Cast, data: bytes) -> None:
    assert read(cast.administrator, data).days == read(cast.administrator).days


def test_yaml_and_the_widely_used_json_are_read(cast: Cast) -> None:
    plain = read(cast.administrator).days
    yaml_text = (
        f"year: 2027\ntitle: {notices.TITLE}\nnumber: 国办发明电〔2026〕9号\ndays:\n"
        + "".join(f"  - {{date: {d}, type: {k}, name: {n}}}\n" for d, k, n in notices.rows())
    )
    notice = read(cast.administrator, yaml_text.encode())
    assert (notice.days, notice.number) == (plain, "国办发明电〔2026〕9号")
    days = [{"name": n, "date": d, "isOffDay": k == "放假"} for d, k, n in notices.rows()]
    known = {"year": 2027, "papers": ["https://www.example.org/"], "days": days}
    assert read(cast.administrator, json.dumps(known).encode()).days == plain


def test_a_workbook_is_read(cast: Cast) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["日期", "类型", "名称"])
    for day, kind, name in notices.rows():
        sheet.append([date.fromisoformat(day), kind, name])
    out = io.BytesIO()
    book.save(out)
    assert read(cast.administrator, out.getvalue()).days == read(cast.administrator).days
