"""A case that a person may not see does not exist for that person: not by its address, not in any
list, count or search, whatever the page or the program's address.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from complaints.finding import waiting
from complaints.models import Complaint, Event
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, WRITING, ask, browser, methods, text_of, undone
from tests.walks.routes import MISSING, Example, Route, all_routes
from tests.walks.world import HIDDEN_PERSON, Hidden, example, hidden_cases

# The auditor meets every case
NOT_ALL = ("agent", "supervisor", "counsel", "administrator", "security")
SEE_NONE = ("agent", "administrator", "security")
# What a page or a program could be sent, well formed; each takes what it knows.
FORM: dict[str, Any] = {
    "version": "1",
    "step": "accept",
    "kind": "internal_note",
    "text": "备注",
    "note": "备注",
    "reason": "consumer",
    "comments": "意见",
    "explanation": "说明，可拨打 12315",
    "narrative": "经过",
    "channel": "phone",
    "state": "kept",
    "proof": "凭证",
    "decision": "refused",
    "at": "2026-01-05",
    "items": "付款凭证",
}
JSON: dict[str, dict[str, Any]] = {
    "steps": {"step": "accept", "version": 1},
    "facts": {"tx_living_consumption": True},
    "communications": {"kind": "internal_note", "text": "备注"},
    "extensions": {"reason": "等报告"},
    "decide": {"decision": "refused", "note": "备注"},
    "comments": {"part": "letter", "text": "批注"},
    "consults": {"user": "counsel2", "question": "?"},
    "answer": {"answer": "同意"},
    "meet": {"note": "已办"},
    "named-people": {"user": "colleague", "why": "x"},
    "clear": {"reason": "x"},
    "recusals": {"reason": "x"},
    "moments": {"kind": "goods_returned", "at": "2026-01-05"},
    "holds": {"reason": "consumer", "note": "备注"},
    "owner": {"user": "agent", "note": "备注"},
    "resolutions": {"explanation": "说明"},
    "reveal": {"field": "phone", "purpose": "callback"},
}


def bodies(route: Route, method: str) -> list[dict[str, Any]]:
    """One that could be taken, and an empty one."""
    if method not in WRITING:
        return [{}]
    if not route.is_api:
        return [FORM, {}]
    last = route.pattern.rstrip("/").rpartition("/")[2]
    return [JSON.get(last, {"title": "标题"}), {}]


def state_of(cases: list[Hidden]) -> list[tuple[Any, ...]]:
    return [
        (
            *Complaint.objects.filter(pk=h.case.pk).values_list("state", "version", "updated_at"),
            Event.objects.filter(complaint=h.case).count(),
            Entry.objects.filter(subject=h.case.subject).count(),
        )
        for h in cases
    ]


def test_its_address_answers_like_a_number_that_was_never_given(cast: Cast) -> None:
    hidden = hidden_cases(cast)
    before, wrong = state_of(hidden), []
    for name in NOT_ALL:
        client = browser(getattr(cast, name))
        unseen = [example(cast, h.case) for h in hidden if name in h.to]
        for route in [r for r in all_routes() if r.about_a_case]:
            wrong += [f"{name}: {line}" for line in _told_apart(client, route, unseen)]
    assert not wrong, "\n".join(wrong)
    assert state_of(hidden) == before


def _told_apart(client: Any, route: Route, unseen: list[Example]) -> list[str]:
    """Ways of asking by which the person learns that a case exists, or that nobody looked."""
    wrong, codes = [], set()
    gaps = [example.of(route) for example in unseen]
    for method in methods(route):
        for body in bodies(route, method):
            nowhere = gaps[0] | {"number": MISSING}
            expected = _told(client, method, route, nowhere, body)
            codes.add(expected[0])
            # why it is hidden matters to none without; a person or a way of asking that is refused
            # for a number of nobody is refused before a case is looked for
            one = not body or expected[0] in (403, 405)
            for values in gaps[:1] if one else gaps:
                told = _told(client, method, route, values, body)
                if told != expected or not 400 <= told[0] < 500:
                    wrong.append(f"{method} {route}: {told[0]}, for no case {expected[0]}")
            if expected[0] in (403, 405):
                break  # whatever is sent
    if not codes & {403, 404}:
        wrong.append(f"{route}: neither 403 nor 404 but {sorted(codes)}")
    return wrong


def _told(client: Any, method: str, route: Route, values: Any, body: Any) -> tuple[int, str]:
    """(status, text) without the number that was asked for."""
    with undone():
        answer = ask(client, method, route, values, **body)
        return answer.status_code, text_of(answer).replace(values["number"], "NUMBER")


def seen(cast: Cast, name: str, client: Client, own: list[Complaint]) -> dict[str, str]:
    """Everything that a person can open: address → what is read there."""
    found: dict[str, str] = {}
    cache.clear()
    for route in all_routes():
        if route.name in ENDS_THE_SESSION or route.name in TOLD_ELSEWHERE:
            continue
        if SAME_LAW & {route.view.__module__.partition(".")[0]} and name != NOT_ALL[0]:
            continue
        for case in own:
            values = example(cast, case).of(route)
            if (address := route.address(values)) in found:
                continue
            with undone(cached_too=False):
                answer = ask(client, "get", route, values)
                found[address] = f"{answer.status_code} {text_of(answer)}"
            if answer.status_code == 405:
                break  # nothing is read here, whatever the case
    return found


# The second counts every answer; and what describes the API knows no case.
TOLD_ELSEWHERE = {"metrics", "api-schema", "api-docs"}
# Storeys that cannot know of a case (`./run lint`): one person tells for all.
SAME_LAW = {"legal_rules", "letters", "reading_room"}
# Numbers over the whole house, for those who run it: they name no case and lead to none.
WHOLE_HOUSE = {("administrator", "/health/"), ("administrator", "/calendar/targets/")}
OWN_ORDER = "ORD-玄一"  # of the hidden case too; a program reads it in the own one


@pytest.fixture
def own(cast: Cast) -> list[Complaint]:
    """Cases that the whole team sees; one has the very person and order of the hidden ones."""
    same_person = {"consumer": dict(HIDDEN_PERSON), "order_number": OWN_ORDER}
    return [f.investigating(cast, **same_person), f.in_review(cast)]


def test_nothing_that_a_person_sees_changes_when_a_hidden_case_comes_into_being(
    cast: Cast, own: list[Complaint]
) -> None:
    send_waiting()
    with time_machine.travel(timezone.now(), tick=False):
        # the same sign-ins before and after: where and when somebody signed in is shown to some
        clients = {name: browser(user) for name, user in cast.everybody().items()}
        # the others may see one of the hidden cases, and so another number
        before = {name: seen(cast, name, clients[name], own) for name in SEE_NONE}
        hidden = hidden_cases(cast)
        send_waiting()
        after = {name: seen(cast, name, clients[name], own) for name in NOT_ALL}
    wrong = []
    for name in NOT_ALL:
        unseen = [h for h in hidden if name in h.to]
        for address, text in after[name].items():
            words = [w for h in unseen for w in h.words[:2] if w in text.replace(OWN_ORDER, "")]
            changed = name in SEE_NONE and (name, address) not in WHOLE_HOUSE
            if words or (changed and not _as_before(before[name], address, text)):
                wrong.append(f"{name} {address}: {words or 'changed'}")
    assert not wrong, "\n".join(wrong)
    assert set(SEE_NONE) == {n for n in NOT_ALL if all(n in h.to for h in hidden)}


def _as_before(before: dict[str, str], address: str, text: str) -> bool:
    """An address reads as it did; of a row that came with the hidden cases (a signal of theirs), as
    a refusal that was read before.
    """
    if address in before:
        return text == before[address]
    return text.startswith("4") and text in before.values()


SEARCHES = {"search", "search_quick", "archive_search", "api-archive-search"}
QUERIES = ("q", "search", "number", "phone", "order_number", "external_reference", "subject")


def test_no_search_finds_it(cast: Cast, own: list[Complaint]) -> None:
    hidden = hidden_cases(cast)
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1)) >= len(hidden)
    wrong: list[str] = []
    looked_into: list[str] = []
    for name in ("agent", "supervisor", "counsel"):
        client = browser(getattr(cast, name))
        unseen = [h for h in hidden if name in h.to]
        lists = [r for r in all_routes() if not r.gaps and r.name not in ENDS_THE_SESSION]
        for route in lists:
            shows = route.name in SEARCHES  # nothing before something is asked
            shown = "" if shows else text_of(ask(client, "get", route, {}))
            if not shows and not any(case.number in shown for case in own):
                continue  # shows no cases; what it shows does not change, see above
            queries = _read_by(client, route)
            looked_into += queries
            wrong += [f"{name}: {line}" for line in _found(client, route, unseen, queries)]
    assert not wrong, "\n".join(wrong)
    assert looked_into.count("q") >= 6


def _read_by(client: Any, route: Route) -> list[str]:
    """The queries that make a difference to a list, be it that it then is empty or refuses."""

    def asked(**query: str) -> str:
        with undone():
            return text_of(client.get(route.address({}), query))

    more = {"stage": "any"} if route.name in SEARCHES else {}
    plain = asked(**more)
    return [q for q in QUERIES if asked(**{q: "没有这样的词"}, **more) != plain]


def _found(client: Any, route: Route, unseen: list[Hidden], queries: list[str]) -> list[str]:
    """What tells of a hidden case when its words are searched for; the person's, whom all of them
    share, are asked once for all.
    """
    more = {"stage": "any"} if route.name in SEARCHES else {}
    asked = {HIDDEN_PERSON["phone"]: unseen, HIDDEN_PERSON["name"]: unseen}
    for secret in unseen:
        mark, number = secret.words[:2]
        asked |= {word: [secret] for word in (mark, number, f"ORD-{mark}")}
    wrong = []
    for query in queries:
        for word, secrets in asked.items():
            with undone():
                text = text_of(client.get(route.address({}), {query: word, **more})).replace(
                    OWN_ORDER, ""
                )
            telling = [w for secret in secrets for w in secret.words[:2]]
            told = [w for w in telling if w not in word and w in text]
            if told:
                wrong.append(f"{route}?{query}={word} tells {told}")
    return wrong


def test_nothing_that_is_typed_elsewhere_tells_of_it(cast: Cast, own: list[Complaint]) -> None:
    hidden = hidden_cases(cast)
    wrong = []
    for name in NOT_ALL:
        client = browser(getattr(cast, name))
        routes = [r for r in all_routes() if r.name not in ENDS_THE_SESSION]
        for secret in [h for h in hidden if name in h.to]:
            mark, number = secret.words[:2]
            typed = {
                **FORM,
                **HIDDEN_PERSON,
                **{f"consumer.{k}": v for k, v in HIDDEN_PERSON.items()},
                **{f"consumer-{k}": v for k, v in HIDDEN_PERSON.items()},
                "order_number": f"ORD-{mark}",
                "into": number,
                "case": f"{number}:1",
                "to": str(cast.colleague.pk),
                "key": f"case:{number}",
            }
            sent = {
                "channel": "phone",
                "narrative": "经过",
                "consumer": dict(HIDDEN_PERSON),
                "order_number": f"ORD-{mark}",
            }
            for route in list(routes):
                values = example(cast, own[0]).of(route)
                with undone():
                    answer = ask(client, "post", route, values, **(sent if route.is_api else typed))
                    text = text_of(answer)
                if f"{mark}标题" in text or f"{mark}牌" in text or answer.status_code >= 500:
                    wrong.append(f"{name} post {route}: {answer.status_code}")
                if answer.status_code in (403, 405):
                    routes.remove(route)  # refused before what is typed is read
    assert not wrong, "\n".join(wrong)
