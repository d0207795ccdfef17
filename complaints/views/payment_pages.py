"""What the pages of a list of payments show, and its files as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db.models import F, Sum
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions import payment_file
from complaints.choices import PaymentWay
from complaints.importing.headings import OWN_COLUMNS
from complaints.importing.rejected import BOM
from complaints.importing.table import MAX_ROWS, escaped
from complaints.importing.values import yuan
from complaints.models import Complaint, Payment, PaymentFile, PaymentRow
from complaints.paying.columns import COLUMNS
from complaints.paying.sums import NOTHING
from complaints.seen import saw_cases

State, Outcome = PaymentFile.State, PaymentRow.Outcome
PAGE = 100
QUIET = timedelta(seconds=15)
FINE = (Outcome.PAID, Outcome.ALREADY)


def upload_page(by: User, refused: str = "", way: str = "") -> dict[str, Any]:
    """The way in, with the person's earlier lists."""
    return {
        "refused": refused,
        "files": payment_file.own_files(by),
        "ways": PaymentWay.choices,
        "way": way or PaymentWay.BANK.value,
        "max_rows": MAX_ROWS,
        "columns": [(c.label, c.required) for c in COLUMNS.values()],
    }


def file_page(file: PaymentFile, query: Mapping[str, str]) -> dict[str, Any]:
    """One list wherever it stands: sums by outcome that open exactly their rows."""
    counts = payment_file.counts(file)
    usual = next((o for o, n in counts.items() if n and o not in FINE), Outcome.PAID.value)
    wanted = query.get("show", "")
    show = wanted if wanted in counts else str(usual)
    lines = PaymentRow.objects.filter(file=file, outcome=show).order_by("number")
    page = Paginator(lines, PAGE).get_page(query.get("page"))
    tabs = [(o, Outcome(o).label, n, o == show) for o, n in counts.items() if n or o == show]
    paid = Payment.objects.filter(file_row__file=file, reversed_at=None)
    return {
        **progress(file),
        "same": payment_file.same_before(file),
        "tabs": tabs,
        "show": show,
        "page": page,
        "lines": _lines(list(page), file.user),
        "refused": sum(n for o, n in counts.items() if o not in FINE),
        "ready": counts[Outcome.PAID.value],
        "worth": _worth(file) if file.state == State.CHECKED else NOTHING,
        "total": paid.aggregate(total=Sum("amount"))["total"] or NOTHING,
    }


def _worth(file: PaymentFile) -> Decimal:
    """What will be paid, as it looks now."""
    rows = PaymentRow.objects.filter(file=file, outcome=Outcome.PAID)
    amounts = rows.values_list("cells__amount", flat=True)
    return sum((yuan(amount) for amount in amounts), NOTHING)


def _lines(rows: list[PaymentRow], by: User) -> list[dict[str, Any]]:
    """Rows with their case where the person may still see it."""
    visible = Complaint.objects.visible_to(by).only("id", "number", "title")
    cases = visible.in_bulk([row.complaint_id for row in rows if row.complaint_id])
    saw_cases(*(case.number for case in cases.values()))
    return [{"row": row, "case": cases.get(row.complaint_id or 0)} for row in rows]


def progress(file: PaymentFile) -> dict[str, Any]:
    """How far it is."""
    waiting = timezone.now() - file.progress_at > QUIET
    share = 100 * file.read // file.rows if file.rows else 0
    return {"file": file, "share": share, "waiting": waiting, "left": file.rows - file.read}


def template() -> HttpResponse:
    """An empty list with our column names in the person's language."""
    return as_csv([[str(c.label) for c in COLUMNS.values()]], _("付款清单模板"))


def result(file: PaymentFile) -> HttpResponse:
    """Every row with what became of it. Corrected, it can be uploaded again: our own first two
    columns are passed over.
    """
    names = [str(c.label) for c in COLUMNS.values()]
    rows: list[list[str]] = [[*OWN_COLUMNS, *names, _("结果")]]
    lines = PaymentRow.objects.filter(file=file).annotate(case=F("complaint__number"))
    for line in lines.order_by("number").iterator():
        saw_cases(line.case)
        cells = [line.cells.get(code, "") for code in COLUMNS]
        word = str(Outcome(line.outcome).label)
        rows.append([str(line.number), line.message, *cells, word])
    return as_csv(rows, f"{file.file_name.rpartition('.')[0] or file.file_name}.{_('结果')}")


def as_csv(rows: Iterable[Iterable[str]], name: str) -> HttpResponse:
    """UTF-8 with BOM; what a spreadsheet would take for a formula is neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    data = (BOM + out.getvalue()).encode()
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    response["Cache-Control"] = "no-store"
    return response
