"""GET never changes state: mail scanners and browsers follow links by themselves. What a GET may
write is that something was read, looked for or refused.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection

from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, ask, browser, undone
from tests.walks.routes import all_routes
from tests.walks.world import example

_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# Table → why a GET may write into it.
MAY = {
    "audit_reading": "who read which case",
    "audit_entry": "that something was refused, handed out or looked for too often",
    "accounts_session": "the last act of the session",
    "django_session": "the last act of the session",
    "complaints_personsearch": "what was looked for, as a hash",
    "evidence_custody": "that a piece of evidence was opened",
    "accounts_alarm": "an alarm about too many tries",
    **dict.fromkeys(
        (
            *("analytics_touched", "analytics_casefigures", "analytics_occurrence"),
            *("analytics_cell", "analytics_turn"),
        ),
        "what was done before is counted before it is shown",
    ),
    "accounts_vaultkey": "a key that is used for the first time",
}


def test_no_get_changes_anything_but_what_is_known_of_reading(cast: Cast) -> None:
    case = f.offered(cast)
    f.with_evidence(case, cast.agent)
    wrote: list[tuple[str, str]] = []  # (name of the address, table)
    opened: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := _WRITES.match(sql)) and found[1] not in MAY:
            wrote.append((route.name, found[1]))
        return execute(sql, params, many, context)

    for user in (cast.auditor, cast.counsel, cast.agent, cast.administrator):
        client, values = browser(user), example(cast, case)
        for route in all_routes():
            if route.pattern in opened or route.name in ENDS_THE_SESSION:
                continue  # once by whoever opens it
            with undone(), connection.execute_wrapper(watch):
                answer = ask(client, "get", route, values.of(route))
                opened |= {route.pattern} if answer.status_code == 200 else set()
    assert sorted(set(wrote)) == []
    assert len(opened) > 150
