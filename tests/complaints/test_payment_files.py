"""Lists of payments: every row with its result before anything is written, and nothing paid
twice.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import broken_links
from complaints import tasks
from complaints.actions import commitment_ends, payment_file, payment_run, payments
from complaints.errors import Invalid, NotAllowed
from complaints.models import Commitment, Complaint, Event, Payment, PaymentFile, PaymentRow
from complaints.views import payment_pages
from evidence.receive import FileRefused
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_payments import executing
from tests.crowd import owing
from tests.importing.files import as_csv, as_xlsx, saved

HEADINGS = ("案件编号", "措施", "付款金额", "付款日期", "流水号", "付款方式", "备注")


def today() -> str:
    return timezone.localdate().isoformat()


def row(case: Any, amount: Any, reference: str, **more: Any) -> list[Any]:
    number = case.number if isinstance(case, Complaint) else case
    values = {"measure": "", "paid_on": today(), "way": "", "note": "", **more}
    return [
        number,
        values["measure"],
        amount,
        values["paid_on"],
        reference,
        values["way"],
        values["note"],
    ]


def upload(cast: Cast, rows: Sequence[Sequence[Any]], **more: Any) -> PaymentFile:
    data = more.pop("data", None) or as_csv(rows, more.pop("headings", HEADINGS))
    return payment_file.upload([data], "list.csv", by=cast.supervisor, **more)


def outcomes(file: PaymentFile) -> list[str]:
    return list(PaymentRow.objects.filter(file=file).values_list("outcome", flat=True))


def messages(file: PaymentFile) -> list[str]:
    return list(PaymentRow.objects.filter(file=file).values_list("message", flat=True))


def done(cast: Cast, file: PaymentFile) -> PaymentFile:
    payment_file.start(file, by=cast.supervisor)
    tasks.run_payments(file.pk)
    file.refresh_from_db()
    return file


def test_a_list_is_looked_at_before_anything_is_written_and_then_paid(cast: Cast) -> None:
    case = f.executing(cast)
    file = upload(cast, [row(case, "1,000.00", "B-1"), row(case, "¥2980", "b-2", way="支付宝")])
    assert outcomes(file) == ["paid", "paid"]
    assert (file.state, Payment.objects.count()) == ("checked", 0)
    assert payment_pages.file_page(file, {})["worth"] == Decimal("3980.00")
    assert done(cast, file).state == "done"
    promise = Commitment.objects.get()
    assert (promise.state, promise.paid) == ("kept", Decimal("3980.00"))
    paid = [(p.way, p.reference, p.by) for p in Payment.objects.all()]
    assert paid == [("bank", "B-1", cast.supervisor), ("alipay", "B-2", cast.supervisor)]
    assert Event.objects.filter(complaint=case, code="paid").count() == 2
    assert broken_links(case.subject) == []
    assert f.step(case, "complete", cast.agent).state == "closed"


def test_every_row_says_what_becomes_of_it_and_why(cast: Cast) -> None:
    case, other = f.executing(cast), f.executing(cast)
    many = executing(
        cast, {"kind": "refund", "amount": "100"}, {"kind": "compensation", "amount": "70"}
    )
    waived, archived = f.executing(cast), f.archived(cast)
    words = {"words": "不要了", "evidence": 1}
    commitment_ends.release(waived.number, waived.commitments.get().pk, words, by=cast.agent)
    f.paid(other.commitments.get(), cast.agent, amount="10", reference="OLD-1")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    file = upload(
        cast,
        [
            row(case, "3980", "N-1"),
            row(case, "1", "N-2"),
            row(other, "10", "old-1"),
            row(many, "70", "OLD-1"),
            row("TS26-999999", "5", "N-3"),
            row(many, "20", "N-4"),
            row(many, "20", "N-5", measure="赔偿损失"),
            row(many, "150", "N-6"),
            row(many, "150", "N-6"),
            row(many, "1000", "N-7"),
            row(many, "30", "N-8", measure="换货"),
            row(other, "$30", "N-9"),
            row(other, "30", "N-10", paid_on=tomorrow),
            row(other, "30", "N-11", paid_on="03/04/2026"),
            row(other, "30", "N-12", paid_on="2020-01-01"),
            row(other, "很多", "N-13"),
            row(other, "30", ""),
            row(other, "30", "2.02611E+15"),
            row(other, "30", "N-14", way="黄金"),
            row("", "", "N-15"),
            row(waived, "1", "N-16"),
            row(archived, "1", "N-17"),
        ],
    )
    expected = [
        ("paid", ""),
        ("too_much", "已经付清"),
        ("already", "此前已登记在本案"),
        ("taken", f"已登记在案件 {other.number}：10.00 元"),
        ("unknown_case", "没有案件 TS26-999999"),
        ("ambiguous", "看不出付的是哪一项；请在“措施”列写明"),
        ("paid", ""),
        ("paid", ""),
        ("double", "与第 9 行相同"),
        ("too_much", "已经付清"),
        ("unknown_measure", "本案没有这项措施；有：refund、compensation"),
        ("currency", "只能登记人民币（CNY）"),
        ("bad_date", "还没有到"),
        ("bad_date", "可能是 3 月 4 日，也可能是 4 月 3 日"),
        ("bad_date", "早于收到投诉"),
        ("unreadable", "“很多”不是金额"),
        ("unreadable", "请填写付款流水号"),
        ("unreadable", "末几位已经丢失"),
        ("unreadable", "不是付款方式"),
        ("unreadable", "合并的单元格请先拆开"),
        ("unknown_measure", "本案没有要付款的措施"),
        ("archived", "案卷已经归档"),
    ]
    found = list(zip(outcomes(file), messages(file), strict=True))
    for number, ((outcome, said), (is_outcome, is_said)) in enumerate(
        zip(expected, found, strict=True), start=2
    ):
        assert (number, is_outcome) == (number, outcome), is_said
        assert said in is_said
    forecast = found
    done(cast, file)
    assert list(zip(outcomes(file), messages(file), strict=True)) == forecast
    amounts = Payment.objects.filter(file_row__file=file).values_list("reference", "amount")
    assert Counter(r for r, _ in amounts) == {"N-1": 1, "N-5": 1, "N-6": 2}


def test_the_same_file_twice_pays_nothing_twice(cast: Cast) -> None:
    cases = [f.executing(cast) for _ in range(2)]
    rows = [row(c, "3980", f"S-{n}") for n, c in enumerate(cases)]
    first = done(cast, upload(cast, rows))
    again = upload(cast, rows)
    assert outcomes(again) == ["already", "already"]
    assert payment_file.same_before(again) == first
    done(cast, again)
    tasks.run_payments(again.pk)
    assert Payment.objects.count() == 2
    assert set(Commitment.objects.values_list("paid", flat=True)) == {Decimal("3980.00")}


def test_the_same_list_for_another_way_or_in_another_order_pays_nothing_twice(cast: Cast) -> None:
    case = f.executing(cast)
    rows = [row(case, "100.00", "S-1"), row(case, "200.00", "S-2")]
    done(cast, upload(cast, rows))
    for again in (rows, list(reversed(rows))):
        file = done(cast, upload(cast, again, way="alipay"))
        assert outcomes(file) == ["already", "already"]
    within = upload(cast, [row(case, "5", "S-3"), row(case, "5", "S-3", way="微信支付")])
    assert outcomes(within) == ["paid", "double"]
    other = upload(cast, [row(case, "7", "S-1", way="微信支付")])
    assert outcomes(other) == ["taken"]
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("300.00")


def test_of_two_columns_that_mean_the_same_nobody_guesses(cast: Cast) -> None:
    case = f.executing(cast)
    headings = ["案件编号", "金额", "实付", "付款日期", "流水号"]
    with pytest.raises(FileRefused, match="“金额”、“实付”；看不出用哪一列"):
        upload(cast, [[case.number, "1", "3980", today(), "D-1"]], headings=headings)
    headings[2] = "付款金额"  # the very name of the column
    file = upload(cast, [[case.number, "1", "3980", today(), "D-1"]], headings=headings)
    assert PaymentRow.objects.get(file=file).cells["amount"] == "3980"
    headings[1] = "付款金额"
    with pytest.raises(FileRefused, match="请只留一列"):
        upload(cast, [[case.number, "1", "3980", today(), "D-1"]], headings=headings)


def test_cells_are_read_as_lists_write_them_and_never_guessed(cast: Cast) -> None:
    case = f.executing(cast)
    file = upload(
        cast,
        [
            row(case, "1", '="000123"', measure="退款"),
            row(case, "￥1 000.00", "'000124", measure="refund"),
            row(case, "39 8", "R-1"),
            row(case, "1", "1.23457e15"),
        ],
    )
    assert outcomes(file) == ["paid", "paid", "unreadable", "unreadable"]
    references = [r.cells["reference"] for r in PaymentRow.objects.filter(file=file)]
    assert references[:2] == ["000123", "000124"]
    assert "不是金额" in messages(file)[2]
    assert "末几位已经丢失" in messages(file)[3]


def test_hidden_rows_are_said_and_days_of_an_old_macintosh_are_days(cast: Cast) -> None:
    case = f.executing(cast)
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    day = (timezone.localdate() - date(1904, 1, 1)).days
    for line in (HEADINGS, row(case, 1, "M-1", paid_on=day), row(case, 1, "M-2", paid_on=day)):
        book.active.append(list(line))
    book.active.row_dimensions[3].hidden = True
    file = upload(cast, [], data=saved(book))
    assert outcomes(file) == ["paid", "paid"]
    assert "有隐藏的行，也一并读取" in file.about
    assert "隐藏" not in str(upload(cast, [], data=as_xlsx([row(case, 1, "M-3")], HEADINGS)).about)


def test_two_lists_that_were_looked_at_before_either_was_paid_pay_once(cast: Cast) -> None:
    case = f.executing(cast)
    one, two = (upload(cast, [row(case, "3980", "T-1")]) for _ in range(2))
    assert outcomes(two) == ["paid"]
    done(cast, one)
    done(cast, two)
    assert (outcomes(one), outcomes(two)) == (["paid"], ["already"])
    assert Payment.objects.count() == 1


def test_what_changed_since_the_look_is_seen_when_it_is_paid(cast: Cast) -> None:
    case = f.executing(cast)
    file = upload(cast, [row(case, "3980", "L-1")])
    f.paid(case.commitments.get(), cast.agent, reference="BY-HAND")
    done(cast, file)
    assert outcomes(file) == ["too_much"]
    assert Payment.objects.count() == 1


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_run, "BATCH", 2)
    cases = [f.executing(cast) for _ in range(3)]
    file = upload(cast, [row(c, "3980", f"K-{n}") for n, c in enumerate(cases)])
    payment_file.start(file, by=cast.supervisor)
    halfway = PaymentFile.objects.select_related("user").get(pk=file.pk)
    late = PaymentFile.objects.select_related("user").get(pk=file.pk)
    assert payment_run._batch(halfway, timezone.now())  # and the worker dies
    assert not payment_run._batch(
        late, timezone.now()
    )  # somebody who read the counter before leaves
    silent = timezone.now() - timedelta(minutes=5)
    PaymentFile.objects.filter(pk=file.pk).update(progress_at=silent)
    assert payment_file.sweep(timezone.now()) == 1
    tasks.run_payments(file.pk)
    file.refresh_from_db()
    assert (file.state, file.read, Payment.objects.count()) == ("done", 3, 3)


def test_a_stopped_list_keeps_what_was_paid_and_goes_on_later(cast: Cast) -> None:
    file = upload(cast, [row(f.executing(cast), "3980", "H-1")])
    payment_file.start(file, by=cast.supervisor)
    payment_file.start(file, by=cast.supervisor)  # twice starts once
    payment_file.stop(file)
    tasks.run_payments(file.pk)
    assert (PaymentFile.objects.get().state, Payment.objects.count()) == ("failed", 0)
    with pytest.raises(Invalid, match="不能放弃"):
        payment_file.discard(file)
    assert done(cast, file).state == "done"
    with pytest.raises(Invalid, match="已经登记完成"):
        payment_file.start(file, by=cast.supervisor)


def test_a_person_who_may_no_longer_pay_stops_the_list(cast: Cast) -> None:
    file = upload(cast, [row(f.executing(cast), "3980", "R-1")])
    payment_file.start(file, by=cast.supervisor)
    cast.supervisor.roles = ["agent"]
    cast.supervisor.save()
    tasks.run_payments(file.pk)
    file.refresh_from_db()
    assert (file.state, Payment.objects.count()) == ("failed", 0)
    assert "不能批量登记付款" in file.message


def test_only_supervisors_send_lists_and_only_for_cases_that_they_see(cast: Cast) -> None:
    case = f.executing(cast)
    data = as_csv([row(case, "3980", "V-1")], HEADINGS)
    for nobody in (cast.agent, cast.counsel, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            payment_file.upload([data], "x.csv", by=nobody)
    foreign = payment_file.upload([data], "x.csv", by=cast.outside_supervisor)
    assert outcomes(foreign) == ["unknown_case"]
    with pytest.raises(PaymentFile.DoesNotExist):
        payment_file.find(foreign.pk, cast.supervisor)


def test_english_headings_and_words_and_gb18030_are_read(cast: Cast) -> None:
    case = f.executing(cast)
    headings = ("Case number", "Measure", "Amount", "Payment date", "Reference", "Method")
    english = as_csv(
        [[case.number.lower(), "Refund", "3,980.00", today(), "e 1", "Bank transfer"]], headings
    )
    file = upload(cast, [], data=english)
    assert outcomes(file) == ["paid"]
    chinese = as_csv([row(case, "３９８０元", "E-2")], HEADINGS, encoding="gb18030")
    assert outcomes(upload(cast, [], data=chinese)) == ["paid"]


def test_workbooks_are_read_their_formulas_never_evaluated(cast: Cast) -> None:
    case = f.executing(cast)
    rows = [
        row(case, 980.5, "X-1", paid_on=timezone.localdate()),
        row(case, "=1+1", "X-2", paid_on=timezone.localdate()),
        row(case, 10, 1234567890123456789, paid_on=timezone.localdate()),
    ]
    file = upload(cast, [], data=as_xlsx(rows, HEADINGS))
    assert outcomes(file) == ["paid", "unreadable", "unreadable"]
    assert "是公式，文件里没有它的计算结果" in messages(file)[1]
    assert "末几位已经丢失" in messages(file)[2]
    done(cast, file)
    assert Payment.objects.get().amount == Decimal("980.50")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "文件是空的"),
        ("案件编号,付款金额\nTS26-1,5\n".encode(), "文件里没有这些列：付款日期、流水号"),
        ("案件编号,付款金额,付款日期,流水号\n".encode(), "只有列名"),
        (b"%PDF-1.7 x", "不是表格文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 .xls"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(cast: Cast, data: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        upload(cast, [], data=data or b" ")
    assert not PaymentFile.objects.exists()


def test_the_result_is_a_list_that_can_be_sent_again_and_runs_no_formula(cast: Cast) -> None:
    case = f.executing(cast)
    evil = row(case, "10", "F-1", measure='=HYPERLINK("x")', note="@cmd")
    file = done(cast, upload(cast, [evil, row(case, "3980", "F-2")]))
    text = payment_pages.result(file).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][:3] == ["行号", "原因", "案件编号"]
    assert lines[1][3].startswith("'=HYPERLINK")
    assert lines[1][-1] == "没有此措施"
    assert lines[2][-1] == "登记付款"
    again = upload(cast, [], data=text.encode())
    assert outcomes(again) == ["unknown_measure", "already"]


def test_a_batch_takes_the_same_statements_for_few_and_for_many(cast: Cast) -> None:
    counted = []
    for many in (3, 12):
        cases = owing(cast, many, Decimal("100.00"))
        file = upload(cast, [row(n, "100", f"Q-{many}-{i}") for i, n in enumerate(cases)])
        payment_file.start(file, by=cast.supervisor)
        current = PaymentFile.objects.select_related("user").get(pk=file.pk)
        with CaptureQueriesContext(connection) as seen:
            assert payment_run._batch(current, timezone.now())
        counted.append(len(seen))
        payment_file.stop(file)
    assert counted[0] == counted[1] <= 26, counted


def test_ten_thousand_rows_are_reconciled_with_a_result_for_each(cast: Cast) -> None:
    numbers = owing(cast, 5_000, Decimal("200.00"))
    first = [row(n, "120.00", f"A-{i}") for i, n in enumerate(numbers)]
    second = [row(n, "80.00", f"B-{i}") for i, n in enumerate(numbers)]
    second[0][2], second[1][4], second[2][0] = "80.01", "A-1", "TS00-1"
    data = as_csv([*first, *second], HEADINGS)
    began = timezone.now()
    file = done(cast, upload(cast, [], data=data))
    assert timezone.now() - began < timedelta(seconds=60)
    assert (file.state, file.rows, file.read) == ("done", 10_000, 10_000)
    assert Counter(outcomes(file)) == {
        "paid": 9_997,
        "too_much": 1,
        "double": 1,
        "unknown_case": 1,
    }
    assert Payment.objects.aggregate(s=Sum("amount"))["s"] == Decimal(5_000 * 200 - 240)
    assert Commitment.objects.filter(state="kept").count() == 4_997
    again = done(cast, upload(cast, [], data=data))
    assert Counter(outcomes(again))["already"] == 9_997
    assert Payment.objects.count() == 9_997


def test_a_payment_of_a_list_is_undone_by_a_reversal(cast: Cast) -> None:
    case = f.executing(cast)
    done(cast, upload(cast, [row(case, "3980", "U-1")]))
    paid = Payment.objects.get()
    payments.reverse(case.number, paid.pk, {"reason": "文件有误"}, by=cast.agent)
    assert Commitment.objects.get().state == "open"
    assert outcomes(upload(cast, [row(case, "3980", "U-1")])) == ["paid"]
