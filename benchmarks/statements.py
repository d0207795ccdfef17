"""How many statements a page asks the database, taken inside this process after a first look."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.models import User
from analytics import folding
from complaints.models import Complaint
from tests.cast import Cast
from tests.live import session_of

QUEUE, CASE, CREATE, DASHBOARD = 8, 10, 14, 6
FOLDED = 200_000  # changes


def statements(cast: Cast) -> Iterator[tuple[str, int, int]]:
    """(page, statements, the most that are wanted). The dashboard only where what waits to be
    counted is counted within minutes: of a million copied cases it would take hours.
    """
    case = Complaint.objects.filter(owner=cast.agent, state="executing").latest("pk")
    agent, lead = _signed_in(cast.agent), _signed_in(cast.supervisor)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield "list", _count(lambda: agent.get("/complaints/")), QUEUE
        yield "case", _count(lambda: agent.get(f"/complaints/{case.number}/")), CASE
        yield "registering", _count(lambda: agent.post("/complaints/new/", _form())), CREATE
        if folding.waiting(FOLDED) > FOLDED:
            return
        _fold()
        yield "dashboard", _count(lambda: lead.get("/analytics/")), DASHBOARD
        agent.post("/complaints/new/", _form())
        changed = _count(lambda: lead.get("/analytics/"), before=False)
        yield "dashboard after a change", changed, DASHBOARD


def _signed_in(user: User) -> Client:
    client = Client()
    client.cookies["sessionid"] = session_of(user)
    return client


def _fold() -> None:
    """What the worker does every minute: nothing waits to be counted."""
    while folding.fold().more:
        pass


def _count(ask: Callable[[], Any], *, before: bool = True) -> int:
    """Statements of the second time; what opens and ends a transaction is none."""
    if before:
        ask()
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{answer.status_code} {answer.content[:400]!r}")
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(marks) for query in asked.captured_queries)


def _form() -> dict[str, str]:
    return {
        "form_token": uuid.uuid4().hex,
        "consumer_name": "王测试",
        "consumer_phone": f"120{uuid.uuid4().int % 10**8:08}",
        "title": "胶囊无效，要求退款",
        "narrative": "十一月接到来电，称胶囊根治高血压，付款后服用无效。" * 4,
        "category": "telesales_fraud",
        "claims": "refund",
        "channel": "phone",
    }
