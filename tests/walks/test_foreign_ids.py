"""C4, IDOR: the id of a row that somebody may not see opens nothing, wherever it is sent: in an
address beside the own case, in an address of its own, in a form or in a body. The answer, with its
words, is the one for an id that was never given, and the same tables are written (none of a case).
Hidden cases themselves: test_hidden_cases.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from accounts import absences, keys
from accounts.models import Team
from accounts.roles import Role
from analytics import saving
from complaints.actions import (
    commenting,
    communication,
    consulting,
    exporting,
    extensions,
    holds,
    macros,
    quick_texts,
    saved_views,
    searches,
    team_consults,
    uploads,
    view_alerts,
)
from complaints.actions.saved_views import Wanted
from complaints.models import Complaint, Condition, Opinion, Package
from correspondence.tasks import send_waiting
from evidence.models import Upload
from tests import factories as f
from tests.api import contract
from tests.archive.test_export import WANTED, granted
from tests.archive.test_package import packed
from tests.cast import Cast, person
from tests.fuzz.calling import known_bodies
from tests.walks.ask import ENDS_THE_SESSION, WRITING, ask, browser, text_of, undone
from tests.walks.routes import GAPS, MISSING, Route, all_routes
from tests.walks.test_hidden_cases import FORM
from tests.walks.world import other_team, own_cases

NEVER = 999_999_937  # no row has this id
FIRST = 910_000_000  # of theirs; numbers that stand in no page by chance
# Whose rows belong to a case, a team or a person: the id of somebody else's is as good as none.
OF_SOMEBODY = {
    *("commitment", "promise_id", "payment", "payment_file", "communication_id", "outgoing"),
    *("letter_id", "condition", "comment", "consult", "hold", "deadline", "extension", "api_key"),
    *("factor", "absence", "notice", "run", "export_request", "export", "rights_request"),
    *("letter_batch", "upload", "report", "draft", "bulk_act", "saved_search"),
    *("quick_text", "macro"),
    "link",
    "queue_view",
    "view_alert",
    "team_consult",
}
# What everybody reads who opens the page at all, by permission and not by row: the law, the
# calendar, the house's own lists, people and teams (`pk`, `user`, `record`); words of the address;
# what is counted within its case or request (`item`, `rights_paper`). Of a mass case, a hold and a
# batch the rows are seen by case (test_hidden_cases.py). A request for access is decided by
# approvers of another team (C8, tests/pages/test_access.py). A mail and the links in mails are
# known by their token alone.
OF_THE_HOUSE = {
    *("number", "step", "fact", "field", "public_promise", "act", "record", "username", "rule"),
    *("term", "regime", "template", "trial", "pk", "instrument", "article", "token", "mass"),
    *(
        "disposal_batch",
        "form",
        "legal_hold",
        "invitation",
        "offer_token",
        "name",
        "notice_id",
        "change",
    ),
    *("stamp", "item", "user", "owner", "what", "access_request", "rights_paper", "menu"),
    # a signal and what belongs to it is seen by its cases (tests/analytics/test_signals.py)
    *("signal", "signal_step", "group", "given", "action", "action_act", "cause", "cause_act"),
    "action_file",
    "volume_file",
}
# End the session, count every answer, make a PDF of the case
TAKES_NONE = {*ENDS_THE_SESSION, "metrics", "dossier_print", "case_print"}
ASKERS = ("outside_supervisor", "counsel2", "outsider")  # the first who is let in proves it
STATS = """SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
 WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""


def test_every_gap_is_somebodys_or_the_houses() -> None:
    assert not OF_SOMEBODY & OF_THE_HOUSE
    assert set(GAPS) == OF_SOMEBODY | OF_THE_HOUSE


@pytest.fixture
def theirs(cast: Cast) -> Iterator[dict[str, Complaint]]:
    """State → a case of another team, with everything that can hang on one, under ids that nothing
    else has.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE start_value = 1"
            " AND sequencename ~ '^(analytics|complaints|correspondence|accounts_a|mfa)_'"
        )
        before = cursor.fetchall()
        for name, _last in before:
            cursor.execute("SELECT setval(%s, %s)", [name, FIRST])
    yield _lived(cast)
    with connection.cursor() as cursor:  # sequences are not rolled back
        for name, last in before:
            cursor.execute("SELECT setval(%s, %s, %s)", [name, last or 1, last is not None])


def _lived(cast: Cast) -> dict[str, Complaint]:
    made, now = own_cases(cast), timezone.now()
    review, clock = made["in_review"].number, made["investigating"].deadlines
    person("keeper", Role.AGENT, team=Team.objects.create(name="仓储组"))
    asked = {"team": "仓储组", "question": "是否签收", "length": 2, "unit": "working_day"}
    team_consults.ask(made["investigating"].number, asked, by=cast.agent)
    commenting.add(review, {"part": "letter", "text": "批注"}, by=cast.counsel)
    consulting.ask(review, {"user": "counsel2", "question": "可否"}, by=cast.counsel)
    longer = clock.filter(kind="investigate").get()
    extensions.request(made["investigating"].number, longer.pk, {"reason": "等"}, by=cast.agent)
    uploads.begin(review, {"name": "a.pdf", "size": 9}, by=cast.agent)
    kept = packed(made["archived"])
    granted(kept, cast.supervisor, cast.counsel, cast.supervisor2)
    wanted = {**WANTED, "package": str(kept.pk), "recipient": "另一家法院"}
    exporting.ask(made["archived"].number, wanted, by=cast.supervisor, now=now)
    note = {"kind": "reply", "text": "答复"}
    communication.write(made["registered"].number, note, by=cast.agent)
    holds.start(made["registered"].number, {"reason": "consumer", "note": "等"}, by=cast.agent)
    soon = timezone.localdate() + timedelta(days=3)
    days = {"first_day": soon, "last_day": soon}
    absences.set_absence(cast.agent, **days, deputy=cast.colleague, note="", by=cast.agent)
    keys.issue(cast.agent, ["complaints:read"], by=cast.agent)
    opinion = Opinion.objects.get(resolution__complaint=made["offered"])
    Condition.objects.create(opinion=opinion, position=1, text="核对收款渠道")
    Authenticator.objects.create(user=cast.agent, type="totp", data={"secret": "x"})
    saving.save({"name": "每周例会", "span": "30d"}, by=cast.supervisor)
    searches.save("虫子", "蟑螂", {}, by=cast.agent)
    macros.save(
        {"name": "先看", "team": str(cast.team.pk), "priority": "urgent"}, by=cast.supervisor
    )
    quick_texts.save({"name": "收到", "abbreviation": "sd", "text": "已收到"}, by=cast.agent)
    view = saved_views.save(Wanted("价格", filters={"category": "price"}), by=cast.agent)
    view_alerts.subscribe(view.pk, 1, 7, by_mail=True, by=cast.agent)
    send_waiting()
    return made


def row_of(gap: str, case: Complaint) -> Any:
    """The id of a row of the case, or of its people."""
    if gap == "upload":
        return Upload.objects.filter(about=case.subject).values_list("pk", flat=True).first()
    return GAPS[gap](case)


def never(value: Any) -> Any:
    """An id of the same kind that no row has."""
    return UUID(int=1) if isinstance(value, UUID) else NEVER


class Asker:
    """Somebody in a browser, and what answers told and wrote."""

    def __init__(self, cast: Cast, name: str, own: Complaint) -> None:
        self.client, self.own, self.name = browser(getattr(cast, name)), own, name
        self.was_let_in = False  # to the last route, whatever was found there

    def told(self, method: str, route: Route, values: dict[str, Any], body: Any) -> Any:
        """(status, where to, words, what was written), without the ids that were asked for."""
        for name in set(self.client.cookies) - {"sessionid"}:
            del self.client.cookies[name]  # words that wait for the next page
        before = _written()
        with undone():
            answer = ask(self.client, method, route, values, **body)
            said = str(answer.cookies.get("messages", ""))
            text = said.partition(":")[0] + text_of(answer)
        after = _written()
        rows = {t: after[t] for t in after if after[t] != before.get(t)}
        wrote = {
            t: tuple(a - b for a, b in zip(n, before.get(t, (0, 0, 0)), strict=True))
            for t, n in rows.items()
        }
        text = re.sub(rf"{NEVER}|{FIRST // 1000}\d\d\d|{UUID(int=1)}", "ID", text)
        return answer.status_code, text, wrote


def _written() -> dict[str, tuple[int, ...]]:
    """Table → rows inserted, updated, deleted in this transaction, undone ones too."""
    with connection.cursor() as cursor:
        cursor.execute(STATS)
        return {name: counts for name, *counts in cursor.fetchall()}


def good(route: Route, method: str) -> dict[str, Any]:
    """What could be taken."""
    if method not in WRITING:
        return {}
    if not route.is_api:
        return {**FORM, "reason": "理由", "outcome": "kept", "due": "2099-01-01"}
    return dict(next(iter(known_bodies().get((route.pattern, method), [])), {}))


def ways(route: Route) -> list[str]:
    """The methods that the address knows."""
    if not route.is_api:
        return ["get", "post"]
    return [*contract.description()["paths"].get(route.pattern, ())]


@pytest.fixture
def askers(cast: Cast, theirs: dict[str, Complaint]) -> list[Asker]:
    """Agent and supervisor of another team with a case that they may do everything about; counsel
    with one that lies there.
    """
    other = other_team(cast)
    own = f.with_evidence(f.executing(other), cast.outsider)
    review = f.in_review(other)
    return [Asker(cast, n, review if n == "counsel2" else own) for n in ASKERS]


def test_c4_the_id_of_a_foreign_row_opens_nothing_wherever_it_is_sent(
    theirs: dict[str, Complaint], askers: list[Asker]
) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # pages say when they were made
        wrong = [*_by_addresses(theirs, askers), *_by_bodies(theirs, askers)]
    assert not wrong, "\n".join(wrong)


def _by_addresses(theirs: dict[str, Complaint], askers: list[Asker]) -> Iterator[str]:
    rows = {g: next((v for c in theirs.values() if (v := row_of(g, c))), 0) for g in OF_SOMEBODY}
    assert all(rows.values()), {gap for gap, found in rows.items() if not found}
    for route in [r for r in all_routes() if OF_SOMEBODY & set(r.gaps)]:
        for asker in askers:
            yield from _in_the_address(asker, route, rows)
            if asker.was_let_in:
                break


def _in_the_address(asker: Asker, route: Route, rows: dict[str, Any]) -> Iterator[str]:
    mine = {g: asker.own.number if g == "number" else GAPS[g](asker.own) for g in route.gaps}
    asker.was_let_in = False
    decides = {"rights_request"} if asker.name == "counsel2" else set()  # about everybody's
    for gap in [g for g in route.gaps if g in OF_SOMEBODY - decides]:
        for method in ways(route):
            body, value = good(route, method), rows[gap]
            expected = asker.told(method, route, {**mine, gap: never(value)}, body)
            if expected[0] in (403, 405):
                continue  # the role or the method: no row is looked for
            asker.was_let_in = True
            answer = asker.told(method, route, {**mine, gap: value}, body)
            if answer != expected:
                yield f"{asker.name} {method} {route} {gap}={value}: {_apart(answer, expected)}"


def _apart(one: Any, other: Any) -> str:
    if one[0] != other[0]:
        return f"{one[0]}, for none {other[0]}"
    if one[2] != other[2]:
        return f"{one[0]} writes {one[2]}, for none {other[2]}"
    lines = [*set(one[1].splitlines()) ^ set(other[1].splitlines())]
    return f"{one[0]} says {[line[:300] for line in lines[:4]]}"


# Names under which ids are sent, and where the row is that is sent
SENT: dict[str, Any] = {
    "communication": "communication_id",
    "commitment": "commitment",
    "promise": "commitment",
    "payment": "payment",
    "deadline": "deadline",
    "hold": "hold",
    "comment": "comment",
    "consult": "consult",
    "condition": "condition",
    "letter": "letter_id",
    "outgoing": "outgoing",
    "upload": "upload",
    "run": "run",
    "absence": "absence",
    "factor": "factor",
}


def _by_bodies(theirs: dict[str, Complaint], askers: list[Asker]) -> Iterator[str]:
    n = theirs["investigating"].number
    ids = {
        name: next(v for c in theirs.values() if (v := row_of(gap, c)))
        for name, gap in SENT.items()
    }
    package = Package.objects.order_by("pk").first()
    assert package is not None
    ids |= {"package": package.pk, "item": FIRST + 1, "evidence": FIRST + 1, "mass": FIRST + 1}
    numbers = {"into": n, "case": f"{n}:1", "key": f"case:{n}", "numbers": n, "number": n}
    numbers |= {"cases": n, "of": n, "target": n, "duplicate_of": n, "subject": f"case:{n}"}
    for route in [r for r in all_routes() if r.name not in TAKES_NONE]:
        for asker in askers:
            yield from _in_the_body(asker, route, ids, numbers, n)
            if asker.was_let_in:
                break


def _in_the_body(
    asker: Asker, route: Route, ids: dict[str, Any], numbers: dict[str, str], hidden: str
) -> Iterator[str]:
    values = {g: asker.own.number if g == "number" else GAPS[g](asker.own) for g in route.gaps}
    asker.was_let_in = False
    for method in [m for m in ways(route) if m in WRITING]:
        body = good(route, method)
        known = _described(route, method) if route.is_api else {*ids, *numbers}
        foreign = {k: v for k, v in {**ids, **numbers}.items() if k in known}
        none = {k: never(v) if k in ids else v.replace(hidden, MISSING) for k, v in foreign.items()}
        if not foreign:
            continue
        if route.is_api:
            foreign, none = _as_json(foreign), _as_json(none)
        expected = asker.told(method, route, values, {**body, **none})
        if expected[0] in (403, 405):
            continue
        asker.was_let_in = True
        status, text, wrote = asker.told(method, route, values, {**body, **foreign})
        answer = status, text.replace(hidden, MISSING), wrote
        if answer != expected:
            yield f"{asker.name} {method} {route} {sorted(foreign)}: {_apart(answer, expected)}"


def _as_json(sent: dict[str, Any]) -> dict[str, Any]:
    """Lists of numbers as lists, an upload as text."""
    lists = {name: [sent[name]] for name in ("numbers", "cases") if name in sent}
    return {**{k: str(v) if k == "upload" else v for k, v in sent.items()}, **lists}


def _described(route: Route, method: str) -> set[str]:
    """The names that the body of a call knows."""
    call = contract.description()["paths"].get(route.pattern, {}).get(method, {})
    names: set[str] = set()
    for kind in call.get("requestBody", {}).get("content", {}).values():
        shape = kind["schema"]
        shape = (
            contract.description()["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
            if "$ref" in shape
            else shape
        )
        names |= set(shape.get("properties", {}))
    return names
