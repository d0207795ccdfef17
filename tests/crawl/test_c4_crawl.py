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
from django.db import connection
from django.http import HttpResponseBase

from complaints.models import Complaint
from tests import planted
from tests.accounts.test_c1_masked_columns import MASKING, columns, is_closed
from tests.cast import Cast
from tests.complaints.test_c1_two_hundred_numbers import valued
from tests.complaints.test_nothing_left import every_row
from tests.crawl.reading import Scanner, words_of
from tests.crawl.world import World, lived
from tests.markup import Reader, alive
from tests.walks import ask
from tests.walks.ask import ENDS_THE_SESSION
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
NAMES = {"User.name"}  # beside the masked columns
# Columns that the journey does not come to: errors and explanations that the product words, and
# words of steps that it does not take, and queries, which are kept only without a number. No
# template prints any of them loose (`tests/walks/test_escaping.py`).
_UNPLANTED = """
    Alarm.detail AlarmNotice.last_error FactorNotice.last_error
    TrainingRecord.withdrawn_reason RuleSignature.comment Item.obtained_by Custody.detail
    Upload.name Complaint.product_name Complaint.product_category Complaint.no_evidence_reason
    Complaint.withdrawal_words AccessRequest.number AccessReview.note Resolution.below_reason
    Resolution.options Measure.formula Measure.basis Measure.proposed_formula
    Measure.payee_words Approval.note CalendarNotice.title CalendarNotice.number
    CalendarNotice.file_name TargetLength.reason Deadline.explanation ClockEvent.detail
    Moment.note Hold.items DisposalRow.problem Outbox.payload Outbox.last_error
    Sealing.problem ExportConsent.reason Extension.note FactAnswer.value Analysis.facts
    Analysis.settled Analysis.result ImportRun.about ImportRun.message ImportRow.reference
    ImportRow.problems LegalHold.matter LegalHold.reason LegalHold.release_reason
    LetterRow.problem MassCase.product_name MassOpinion.text SilentConsumer.told_how
    MassDraftRow.message PaymentFile.file_name PaymentFile.about PaymentFile.message
    PaymentRow.message Payment.reference Payment.reversed_reason PublicPromise.text_en
    PublicPromise.withdrawn_reason Condition.text Condition.met_note NamedPerson.why
    Recusal.reason SweepRun.error Postponed.error Trial.message TrialResult.words
    Mail.last_error Notice.reason Notice.reference AccessCall.last_error SignalNotice.last_error
    DetectionRun.last_error ReportMail.last_error CorrectiveAction.numbers
    BulkRow.asked BulkRow.why BulkRow.kept_why RecentSearch.text SavedSearch.text SavedSearch.chosen
    MacroVersion.anyway QuickTextVersion.anyway QuickText.abbreviation QuickTextVersion.abbreviation
    CaseLink.note CaseLink.ended_reason TeamConsult.question TeamConsult.words
    SavedView.name SavedView.filters SavedView.columns
    Snooze.waiting_for
    ViewAlert.last_error
"""
UNPLANTED = set(_UNPLANTED.split())
# Place → why nobody reads it at an address.
NOT_SHOWN = {
    "云外省无名市玄冥路 9 号，收件": "an address is shown masked",
    "新地址": "an address is shown masked",
    **dict.fromkeys(
        ("文件一", "文件二", "信件主题", "信件正文", "格子", "表中文字"),
        "the inside of a file is shown after a look that is recorded (a POST), and sandboxed",
    ),
    "没传完的": "the inside of a file that was not sent whole",
    "涉及同事": "why somebody was named is in the record alone",
    "遮盖": "what is to be hidden in a package",
}
# Stands on the accounts of those who were trained: which account is opened hangs on its number.
OF_ONE_ACCOUNT = {"证书"}


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
    user, client = getattr(world.cast, name), ask.browser(getattr(world.cast, name))
    seen = set(Complaint.objects.visible_to(user).values_list("pk", flat=True))
    shown = [case for case in world.cases.values() if case.pk in seen]
    hidden = [case for case in world.cases.values() if case.pk not in seen]
    for turn, route in enumerate(walked(name)):
        cases = shown + hidden[turn % len(hidden) :][:1] if hidden else shown
        for case in cases if route.about_a_case else cases[:1]:
            for values in gaps(world, name, case, route):
                answer = ask.ask(client, "get", route, values, **LOOKED_FOR.get(route.name, {}))
                yield route.address(values), answer
            if answer.status_code == 405:
                break  # nothing is read here


def gaps(world: World, name: str, case: Complaint, route: Route) -> list[dict[str, Any]]:
    """What fills the gaps of the address; of the own case's files each, once."""
    values = example(world.cast, case).of(route)
    if "item" in values and name == "agent" and case == world.cases["own"]:
        return [{**values, "item": item} for item in range(1, 6)]
    return [values]


def test_c4_of_two_hundred_numbers_none_is_read_and_no_planted_markup_lives_at_any_address(
    world: World,
) -> None:
    scanner, reader, wrong, kinds = Scanner(world.written), Reader(), [], set()
    for name in ROLES:
        for address, answer in answers(world, name):
            kind, data = answer.get("Content-Type", ""), answer.getvalue()  # type: ignore[attr-defined]
            told = sorted(scanner.found(words_of(data, kind)))
            kinds |= {kind.partition(";")[0]} if answer.status_code == 200 else set()
            if kind.startswith("text/html"):
                told += reader.alive(data.decode(), world.places)
            elif "planted" in kind or not inert(answer):
                told += [f"{kind} is shown by the browser"]
            if told or answer.status_code >= 500:
                wrong.append(f"{name} {address}: {answer.status_code} {told}")
    assert not wrong, "\n".join(wrong)
    assert {"text/html", "application/json", "application/pdf", "text/csv"} <= kinds, kinds
    unseen = world.places - reader.shown
    assert unseen - OF_ONE_ACCOUNT == set(NOT_SHOWN), sorted(unseen)
    assert unplanted() == []
    assert [line for sent in mail.outbox for line in alive_in_mail(sent)] == []
    kept = [(place, scanner.found(data)) for place, data in left()]
    assert [(place, told) for place, told in kept if told] == []
    assert len(world.written) > 200


def inert(answer: HttpResponseBase) -> bool:
    """What is no page runs nothing: it is saved, or its type is none that takes scripts."""
    kind = answer.get("Content-Type", "")
    saved = answer.get("Content-Disposition", "").startswith("attachment")
    sure = answer.get("X-Content-Type-Options") == "nosniff"
    sandboxed = "sandbox" in answer.get("Content-Security-Policy", "")
    return sure and (saved or sandboxed or not any(word in kind for word in ("html", "xml", "svg")))


def unplanted() -> list[str]:
    """Columns that take words of people, and into which the journey wrote none."""
    with connection.cursor() as cursor:
        return [
            f"{label}.{field.name}"
            for label, name, field in columns()
            if not is_closed(field)
            and (isinstance(field, MASKING) or f"{label}.{name}" in NAMES)
            and f"{label}.{name}" not in UNPLANTED
            and not _holds(cursor, field)
        ]


def _holds(cursor: Any, field: Any) -> bool:
    table, column = field.model._meta.db_table, field.column
    cursor.execute(
        f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text LIKE %s)',  # noqa: S608
        ["%planted%"],
    )
    return bool(cursor.fetchone()[0])


def alive_in_mail(sent: Any) -> list[str]:
    """The same of a mail that left, in each of its forms for programs that show pages."""
    return [
        f"mail {sent.subject!r}: {line}"
        for content, kind in getattr(sent, "alternatives", [])
        if "html" in kind
        for line in alive(str(content))
    ]


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
