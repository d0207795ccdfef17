"""No export runs anything: what a spreadsheet would take for a formula is text in every cell of
every CSV that any route gives out, and comes back as it was when the file is read again.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from complaints.actions import import_run, importing, payment_file, payment_run, revealing
from complaints.importing import sheets
from complaints.importing.table import unescaped
from complaints.models import Complaint, ImportRun
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.importing.files import as_csv
from tests.walks.ask import ENDS_THE_SESSION, ask, browser, undone
from tests.walks.routes import GAPS, Route, all_routes

SIGNS = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " =", "　=", "\u00a0=")
FORMULAS = [f'{sign}HYPERLINK("http://192.0.2.1/{n}";1)' for n, sign in enumerate(SIGNS)]
# A cell that begins so is reckoned; some programs pass over blanks first
RECKONED = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
PLAIN_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
NO_ROWS_HERE = {"disposal_register_file"}  # codes and numbers: tests/complaints/test_disposal.py


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Formulas in the names of people, in whatever is typed and in files that were read."""
    for n, user in enumerate(cast.everybody().values()):
        User.objects.filter(pk=user.pk).update(name=FORMULAS[n % len(FORMULAS)])
        user.refresh_from_db()
    texts = {"title": FORMULAS[0], "order_number": "@SUM(1)", "external_reference": "+CRM(1)"}
    case = f.executing(cast, **texts, product={"name": FORMULAS[6], "category": "-x"})
    promise = case.commitments.get()
    f.paid(promise, cast.agent, amount="1.00", reference="-T1")
    look = {"field": "phone", "purpose": "call_back", "note": FORMULAS[1]}
    now = timezone.now()
    revealing.reveal(case.number, look, by=cast.agent, via="session", confirmed_at=now)
    _lists(cast, case)
    send_waiting()
    return case


def _lists(cast: Cast, case: Complaint) -> None:
    rows = [[text, "甲", "12012345678", "03/04/2026"] for text in FORMULAS]
    run = importing.upload(
        [as_csv(rows, ["内容", "姓名", "电话", "购买日期"])],
        f"{FORMULAS[0][:9]}.csv",
        by=cast.agent,
    )
    importing.choose(run, {})
    importing.start(run, by=cast.agent, enqueue=False)
    import_run.proceed(run.pk)
    head = ["案件编号", "付款金额", "付款日期", "流水号", "备注"]
    paid = [[case.number, "x", "2026-01-02", f"={n}", text] for n, text in enumerate(FORMULAS)]
    file = payment_file.upload([as_csv(paid, head)], "=1+1.csv", by=cast.supervisor)
    payment_file.start(file, by=cast.supervisor)
    payment_run.proceed(file.pk)


def test_no_cell_of_any_export_is_a_formula_and_each_comes_back_as_it_was(
    cast: Cast, case: Complaint
) -> None:
    found: dict[str, list[list[str]]] = {}
    for name in ("agent", "supervisor", "auditor", "administrator", "counsel"):
        client = browser(getattr(cast, name))
        client.get(f"/complaints/{case.number}/")  # a reading in this name
        for route in [r for r in all_routes() if not r.is_api and r.name not in ENDS_THE_SESSION]:
            if ".csv" in route.pattern or "export" in route.pattern or "register" in route.pattern:
                found.setdefault(route.name, []).extend(_cells(client, route, case))
    every = {r.name for r in all_routes() if r.pattern.endswith(".csv")} - NO_ROWS_HERE
    empty = every - {name for name, rows in found.items() if rows}
    assert not empty
    cells = [(name, cell) for name, rows in found.items() for row in rows for cell in row]
    wrong = [c for c in cells if RECKONED.match(c[1]) and not PLAIN_NUMBER.fullmatch(c[1])]
    assert not wrong, wrong[:9]
    back = {name: {unescaped(c) for row in rows for c in row} for name, rows in found.items()}
    names = {u.name for u in User.objects.filter(username__in=("agent", "supervisor"))}
    for export in ("readings_export", "audit_readings_export", "audit_person_export"):
        assert names & back[export], export
    for export in ("import_rejected", "payment_result"):
        lost = {x.strip() for x in FORMULAS} - {x.strip() for x in back[export]}
        assert not lost, (export, lost)


def _cells(client: Any, route: Route, case: Complaint) -> list[list[str]]:
    """Every row that the person is given there, asked in every way."""
    values = {g: GAPS[g](case) for g in route.gaps} | {"form": "csv"}
    kinds = ("reveals", "readings", "searches", "denials", "exports", "")
    why = {"purpose": "核对", "password": PASSWORD, "person": str(case.consumer_id)}
    asked = [("get", {}), *(("post", {**why, "show": kind}) for kind in kinds)]
    rows: list[list[str]] = []
    for method, body in asked:
        with undone():
            answer: Any = ask(client, method, route, values, **body)
            if answer.headers.get("Content-Type", "").startswith("text/csv"):
                text = answer.getvalue().decode("utf-8-sig")
                rows += csv.reader(io.StringIO(text, newline=""))
        if answer.status_code in (403, 404):
            break
    return rows


def test_the_rows_that_were_sent_back_are_read_again_as_they_were(
    cast: Cast, case: Complaint
) -> None:
    run = ImportRun.objects.latest("pk")
    table = sheets.read(importing.rejected_rows(run, by=cast.agent))
    assert [row.cells[0].strip() for row in table.rows] == [text.strip() for text in FORMULAS]
