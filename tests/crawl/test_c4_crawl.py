"""C4, and Show 2 of the access to personal data: after a journey that writes two hundred numbers of
persons into whatever takes words, nobody reads one of them anywhere.

Every address that can be opened × every role × a case of the own team, another team's, a
confidential and an archived one; then what the crawl itself left: rows, mails, Valkey. Of a case
that somebody may not see, each address is asked once, the kinds in turn: that all of them answer
like a missing number, each with each, is `tests/walks/test_hidden_cases.py`. Dump, logs and tasks
of real processes are `tests/complaints/test_c1_two_hundred_numbers.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponseBase

from complaints.models import Complaint
from tests import planted
from tests.cast import Cast
from tests.complaints.test_c1_two_hundred_numbers import valued
from tests.complaints.test_nothing_left import every_row
from tests.crawl.reading import Scanner, words_of
from tests.crawl.world import World, lived
from tests.walks.ask import ENDS_THE_SESSION, ask, browser
from tests.walks.routes import Route, all_routes
from tests.walks.test_answers import LOOKED_FOR
from tests.walks.world import example

# The auditor comes first: sees every case, and what says the same to everybody.
ROLES = ("auditor", "agent", "supervisor", "counsel", "administrator", "security")
# Storeys below the cases cannot know of a person (`./run lint`): the same for everybody.
BELOW = {"legal_rules", "letters", "reading_room"}
# A file of evidence is what the consumer handed in, byte for byte (docs/privacy.md).
AS_HANDED_IN = {"api-evidence-file"}
EXAMPLES = {"api-schema", "api-docs"}  # made-up numbers


@pytest.fixture
def world(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> Iterator[World]:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cache.clear()
    yield lived(cast, monkeypatch)
    cache.clear()


def walked(name: str) -> list[Route]:
    """What the role is walked through."""
    below = BELOW if name != ROLES[0] else set()
    left_out = ENDS_THE_SESSION | EXAMPLES | AS_HANDED_IN
    return [
        route
        for route in all_routes()
        if route.name not in left_out and route.view.__module__.split(".")[0] not in below
    ]


def answers(world: World, name: str) -> Iterator[tuple[str, HttpResponseBase]]:
    """(address, answer) of everything that the person can open, or is refused."""
    user, client = getattr(world.cast, name), browser(getattr(world.cast, name))
    seen = set(Complaint.objects.visible_to(user).values_list("pk", flat=True))
    shown = [case for case in world.cases.values() if case.pk in seen]
    hidden = [case for case in world.cases.values() if case.pk not in seen]
    for turn, route in enumerate(walked(name)):
        cases = shown + hidden[turn % len(hidden) :][:1] if hidden else shown
        for case in cases if route.about_a_case else cases[:1]:
            values = example(world.cast, case).of(route)
            answer = ask(client, "get", route, values, **LOOKED_FOR.get(route.name, {}))
            yield route.address(values), answer
            if answer.status_code == 405:
                break  # nothing is read here


def test_c4_of_two_hundred_numbers_none_is_read_at_any_address_by_anybody(world: World) -> None:
    scanner, wrong, kinds = Scanner(world.written), [], set()
    for name in ROLES:
        for address, answer in answers(world, name):
            kind = answer.get("Content-Type", "")
            told = scanner.found(words_of(answer.getvalue(), kind))  # type: ignore[attr-defined]
            kinds |= {kind.partition(";")[0]} if answer.status_code == 200 else set()
            if told or answer.status_code >= 500:
                wrong.append(f"{name} {address}: {answer.status_code} {sorted(told)}")
    assert not wrong, "\n".join(wrong)
    assert {"text/html", "application/json", "application/pdf", "text/csv"} <= kinds, kinds
    kept = [(place, scanner.found(data)) for place, data in left()]
    assert [(place, told) for place, told in kept if told] == []
    assert len(world.written) > 200


def _without_chance(message: Message) -> str:
    """The mail without its boundaries and its id: numbers drawn by lot, one in ten of which passes
    for a card.
    """
    del message["Message-ID"]
    text = str(message)
    for edge in filter(None, (part.get_boundary() for part in message.walk())):
        text = text.replace(edge, "")
    return text


def left() -> Iterator[tuple[str, bytes]]:
    """Rows, mails and what stands in Valkey, after all that."""
    for table, row in every_row():
        yield table, row.encode()
    for sent in mail.outbox:
        yield "mail", _without_chance(sent.message()).encode() + sent.body.encode()
    store = redis.from_url(os.environ["REDIS_URL"])
    for key in store.scan_iter("*"):
        yield f"redis {key!r}", key + b"\n" + valued(store, key)


def test_c4_the_scanner_reads_what_it_is_given_in_any_spelling_and_file() -> None:
    numbers = planted.planted(len(planted.WAYS) * 4)
    for number, written, way in numbers:
        assert Scanner([number]).found(f"<td>{written}</td>".encode()) >= {number}, way
    scanner = Scanner([])
    assert scanner.found(b"13800000000") == {"13800000000"}
    assert scanner.found(b"13800000000") == set()  # each line once
