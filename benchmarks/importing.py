"""Cases a second of an import with all its checks, and of COPY into the floor's lean tables."""

from __future__ import annotations

import io

from django.db import connection, transaction

from benchmarks.measure import seconds
from complaints.actions import import_run
from complaints.actions import importing as imports
from tests.cast import Cast
from tests.importing.files import as_csv

ROWS, BARE = 2_000, 20_000
EVENTS = 5
STORY = "办卡时说随时可退，现在说概不退换，门店已经换了人，要求退还余额并说明。"


def rates(cast: Cast) -> tuple[float, float]:
    """(ours, COPY's)."""
    rows = [
        (f"B-{n}", "2026-03-02", f"第 {n} 件", f"第 {n} 件：{STORY}", "热线") for n in range(ROWS)
    ]
    run = imports.upload([as_csv(rows)], "list.csv", by=cast.agent)
    imports.choose(run, {})
    imports.start(run, by=cast.agent)
    took = seconds(lambda: import_run.proceed(run.pk))
    run.refresh_from_db()
    if run.created != ROWS:
        raise RuntimeError(f"{run.created} of {ROWS} were taken: {run.message}")
    return ROWS / took, BARE / seconds(_copy)


def _copy() -> None:
    """A case, its words and five events each, into tables with every index in place."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM floor_case")
        last = cursor.fetchone()[0] + 1_000_000
        cases, events = io.StringIO(), io.StringIO()
        for n in range(last, last + BARE):
            words = " ".join(f"'{STORY[k : k + 2]}'" for k in range(len(STORY) - 1))
            cases.write(f"{n}\tB{n}\t第 {n} 件\tregistered\t1\tt\t2027-01-01\t{words}\n")
            for _ in range(EVENTS):
                events.write(f"{n}\t2026-11-01\tnew\t{STORY}\n")
        for text, target in (
            (cases, "floor_case (id, number, title, state, owner, open, due, words)"),
            (events, "floor_event (case_id, at, kind, text)"),
        ):
            text.seek(0)
            cursor.copy_expert(f"COPY {target} FROM STDIN", text)
