"""No address asks the database more often because there is more in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.actions import communication, evidence, facts, intake
from complaints.actions import resolution as resolutions
from complaints.models import Complaint
from complaints.views import rule_list
from config import badges
from correspondence import inbox
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, ask, browser
from tests.walks.routes import all_routes
from tests.walks.world import example

LIMITS = {"queue": 9, "case": 11}  # with the row that says that it was read
MORE = 6
NAMES = ("agent", "counsel", "auditor")
ANSWERS = ["tx_living_consumption", "tx_identity_verified"]


def grown(cast: Cast, case: Complaint, times: int) -> None:
    """More of everything that hangs on a case and that a list shows."""
    number = case.number
    for n in range(times):
        by = cast.agent if n % 2 else cast.supervisor
        evidence.add(number, [f"录音 {n}".encode()], f"{n}.txt", {"title": f"录音 {n}"}, by=by)
        communication.write(number, {"kind": "internal_note", "text": f"备注 {n}"}, by=by)
        communication.write(number, {"kind": "reply", "text": f"答复 {n}"}, by=by)
        facts.answer(number, {ANSWERS[n % 2]: n % 4 > 1}, by=by)
        f.registered(cast, order_number=f"SO-{n}")
    for make in (f.in_review, f.archived):
        make(cast)
    send_waiting()


def drafted(cast: Cast, case: Complaint, times: int) -> Complaint:
    """A proposal with that many measures and points at issue, with counsel."""
    measure = f.proposal()["measures"][0]
    goodwill = {**measure, "basis": "客服补偿办法"}  # many refunds are more than the price
    many = [{**goodwill, "description": f"退款 {n}"} for n in range(times)]
    proposal = f.proposal(measures=many, points=[f.POINT] * times)
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    return f.step(case, "submit", cast.agent)


class Statements:
    """Counts them; to write each down as well, as Django's own does, takes longer than some."""

    count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def counted(
    cast: Cast, name: str, cases: list[Complaint], before: dict[str, int] | None = None
) -> dict[str, int]:
    """Address with its gaps → statements, for everything that answers 200, or that did `before`."""
    client, found = browser(getattr(cast, name)), {}
    cache.clear()
    client.get("/settings/")
    for route in all_routes():
        if route.name in ENDS_THE_SESSION:
            continue
        for case in cases if route.about_a_case else cases[:1]:
            key = f"{route.name or route.pattern} {case.state if route.about_a_case else ''}"
            key = key.strip()
            if before is not None and key not in before:
                continue
            values = example(cast, case).of(route)
            with transaction.atomic():
                statements = Statements()
                with connection.execute_wrapper(statements):
                    answer = ask(client, "get", route, values)
                # else the record begins with refusals, and a list of it would show no case
                transaction.set_rollback(answer.status_code in (403, 404))
            if answer.status_code == 405:
                break
            if answer.status_code != 200:
                continue
            found[key] = statements.count
    return found


@pytest.fixture(autouse=True)
def _kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for seconds would run out somewhere in a slow run, and be counted there."""
    for module in (badges, rule_list, inbox):
        monkeypatch.setattr(module, "KEPT_SECONDS", 3600)


def test_the_number_of_statements_is_the_same_for_few_and_for_many(cast: Cast) -> None:
    open_case, reviewed = f.investigating(cast), drafted(cast, f.resolving(cast), 1)
    executing = f.executing(cast)
    cases = [open_case, reviewed, executing]
    grown(cast, open_case, 1)
    few = {name: counted(cast, name, cases) for name in NAMES}
    grown(cast, open_case, MORE)
    grown(cast, executing, MORE)
    f.step(reviewed, "send_back", cast.counsel, comments="补正")
    drafted(cast, reviewed, MORE)
    wrong = []
    for name in NAMES:
        many = counted(cast, name, cases, few[name])
        assert len(many) > 0.9 * len(few[name])
        for where, n in many.items():
            before, most = few[name][where], LIMITS.get(where.split()[0], 99)
            if n > before or n > most:
                wrong.append(f"{name} {where}: {n}, not {before} or at most {most}")
    assert not wrong, "\n".join(wrong)


def test_registering_takes_at_most_fifteen_statements(cast: Cast) -> None:
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            intake.register(f.values(), by=cast.agent)
    assert len(statements) <= 15, [q["sql"][:60] for q in statements]
