"""The demo as it was lived: act after act in the order of time, clocks and letters in between,
resumable after any interruption.

How far it got stands in the `Installation` row, written in the same transaction as the acts it
speaks of. A little longer than others: reading, doing and resuming keep the same place.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.utils import timezone, translation

from accounts.models import User
from complaints.actions import letters, sweep
from complaints.errors import CaseError
from complaints.models import Outbox
from correspondence import dispatch, inbox
from correspondence.models import Notice
from correspondence.transports import Message, Receipt
from correspondence.transports.manual import Manual
from evidence.receive import FileRefused
from quickstart.demo import acts as acting
from quickstart.demo import law, people, phrases, programme, promised, watched
from quickstart.demo.cases import Case
from quickstart.demo.moments import Anchor
from quickstart.demo.stage import Act, Stage
from quickstart.demo.stories import common
from quickstart.models import Installation

log = logging.getLogger(__name__)
BATCH = 25  # acts in one transaction
SENT_AFTER = timedelta(seconds=35)  # longer than the undo window of a reply
WEEK = timedelta(days=7)
TWO_YEARS = timedelta(days=730)  # files of before are told for the sake of their end alone
SIGNED_BY = "counsel"  # who read the rules before the first case
PROMISED_BY = "supervisor"  # who wrote down what the site promises everybody
BROUGHT_AFTER = timedelta(minutes=25)
UNREAD = timedelta(days=2)  # notices younger than this are still unread
TELL_EVERY = 30
REFUSALS = (CaseError, FileRefused, ObjectDoesNotExist)
# Acts after which nothing waits to leave the house.
SILENT = frozenset(
    [
        "register",
        "assign",
        "back_to_queue",
        "share",
        "told",
        "checked",
        "answered",
        "found",
        "evidence",
        "paper",
        "call",
        "written",
        "note",
        "hold",
        "resume",
        "conclude",
        "draft",
        "ask_withdrawal",
        "edit",
    ]
)


@dataclass
class Loaded:
    """What a load did: cases begun, acts refused (a sentence each), and whether anything was left
    to do.
    """

    cases: int = 0
    acts: int = 0
    refused: list[str] = field(default_factory=list)
    done_before: bool = False


class World:
    """What happens by itself between the acts: clocks fall due, letters leave, notices are read."""

    def __init__(self, stage: Stage, end: datetime) -> None:
        self.stage, self.end = stage, end
        self.rung: datetime | None = None
        self.acted: datetime | None = None
        self.read: datetime | None = None

    def until(self, moment: datetime) -> None:
        """Let the clocks run up to the moment, and what waits for its time leave at that time."""
        rung, letters_wait = _next(moment)
        while rung is not None and rung != self.rung:
            at = max(rung, self.acted or rung)  # a clock may begin in the past: it is seen today
            self.leave(at)
            sweep.enforce_due(at + timedelta(seconds=2))
            self.send(at)
            self.rung = rung  # what failed was postponed; never twice the same
            rung, letters_wait = _next(moment)
        if letters_wait:
            self.leave(moment)

    def leave(self, moment: datetime) -> None:
        """Deliver what was to leave up to the moment, each when it was due."""
        due = dispatch.waiting(moment)
        if not due:
            return
        times = dict(Outbox.objects.filter(pk__in=due).values_list("pk", "not_before"))
        for pk in due:
            at = max(times[pk], self.acted or times[pk])
            dispatch.deliver(pk, at, _LEFT, mailed=False)

    def send(self, moment: datetime) -> None:
        """Deliver what waits to leave, as of that moment; old mails are not posted again."""
        now = moment + SENT_AFTER
        for pk in dispatch.waiting(now):
            dispatch.deliver(pk, now, _LEFT, mailed=False)

    def bring(self, case: Case, moment: datetime) -> None:
        """Letters without an address are brought by the owner of the case, the latest not yet."""
        number, by = self.stage.numbers[case.key], self.stage.people[case.owner]
        waiting = Notice.objects.filter(
            outbox__complaint__number=number, way=Notice.Way.MANUAL, sent_at=None
        )
        for pk in list(waiting.values_list("pk", flat=True)):
            note = case.said([], common().brought, pk)
            letters.delivered(number, pk, note, by=by, now=moment + BROUGHT_AFTER)

    def after(self, act: Act) -> None:
        """What follows an act. Once a week everybody has read what is older than a day, except for
        the last days.
        """
        self.acted = act.at
        if act.name not in SILENT:
            self.send(act.at)
            case = self.stage.cases[act.case]
            if "email" not in case.consumer.values and act.at < self.end - UNREAD:
                self.bring(case, act.at)
        if (self.read is None or act.at > self.read + WEEK) and act.at < self.end - UNREAD:
            _all_read(act.at)
            self.read = act.at


def _next(until: datetime) -> tuple[datetime | None, bool]:
    """When the next clock warns or falls due, if by then; whether anything was to leave by then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT min(ladder_at) FROM complaints_deadline"
            " WHERE state = 'running' AND ladder_at <= %(until)s),"
            " EXISTS (SELECT FROM complaints_outbox WHERE done_at IS NULL AND cancelled_at IS NULL"
            " AND withheld_at IS NULL AND not_before <= %(until)s)",
            {"until": until},
        )
        rung, letters_wait = cursor.fetchone()
    return rung, letters_wait


class _Left:
    """The letter left at its time; nothing leaves now."""

    code = "email"

    def deliver(self, message: Message, key: str) -> Receipt:
        return Receipt()


_LEFT: dispatch.Ways = {"email": _Left(), "manual": Manual()}


def _all_read(moment: datetime) -> None:
    """Everybody reads what is a day old; whoever has nothing to read is not asked."""
    until = moment - timedelta(days=1)
    waiting = Notice.objects.filter(
        way=Notice.Way.IN_APP, read_at=None, created_at__lte=until
    ).values("user")
    for user in User.objects.filter(is_active=True, pk__in=waiting):
        inbox.read_all(user, now=moment, until=until)


def load(say: Callable[[str], None], now: datetime | None = None) -> Loaded:
    """Load what is missing of the demo. `now` anchors it when nothing is loaded yet."""
    place = Installation.objects.get(pk=1)
    if place.demo_loaded_at:
        return Loaded(done_before=True)
    anchor = place.demo_anchor or (now or timezone.now()).replace(microsecond=0)
    cases, acts = programme.make(Anchor(anchor))
    print_of = programme.fingerprint(acts)
    if place.demo_plan not in ("", print_of):
        say("演示数据由另一版本载入了一部分，保留现状 / another version loaded a part of the demo")
        acts = acts[: place.demo_position]
    people.colleagues()
    Installation.objects.filter(pk=1).update(demo_anchor=anchor, demo_plan=print_of)
    result = Loaded()
    with (
        translation.override("zh-hans"),
        dispatch.by_hand(),
        _without_waiting(),
        _few_collections(),
    ):
        stage = Stage(cases)
        if acts:
            first = next(act.at for act in acts if act.at > anchor - TWO_YEARS)
            law.sign(stage.people[SIGNED_BY], first)
            promised.publish(stage.people[PROMISED_BY], first)
            phrases.keep(stage.people[PROMISED_BY], first)
        _play(stage, acts, place.demo_position, anchor, say, result)
        with transaction.atomic():
            world = World(stage, anchor)
            world.until(anchor)
            world.send(anchor)
            _all_read(anchor - UNREAD)
            _watch(stage, anchor, result)
            Installation.objects.filter(pk=1).update(demo_loaded_at=timezone.now())
    return result


def _watch(stage: Stage, anchor: datetime, result: Loaded) -> None:
    """What the supervisor sees in all of it. A refusal is told, loudly, and keeps nothing else."""
    try:
        with transaction.atomic():
            watched.tell(stage.people, Anchor(anchor), _LEFT["email"])
    except REFUSALS as error:
        log.error("demo: the signals were refused: %s", error)
        result.refused.append(f"watched: {error}")


def _play(
    stage: Stage,
    acts: list[Act],
    position: int,
    end: datetime,
    say: Callable[[str], None],
    result: Loaded,
) -> None:
    world = World(stage, end)
    total, begun = len(stage.cases), len(stage.numbers)
    for start in range(position, len(acts), BATCH):
        batch = acts[start : start + BATCH]
        try:
            with _without_savepoints(), transaction.atomic():
                _together(stage, world, batch, start + BATCH)
        except (*REFUSALS, transaction.TransactionManagementError):
            world = World(stage, end)
            with transaction.atomic():
                _one_by_one(stage, world, batch, start + BATCH, result)
        done = len(stage.numbers)
        result.acts += len(batch)
        if done // TELL_EVERY > begun // TELL_EVERY:
            say(f"载入演示数据 / loading the demo data {done}/{total}")
        result.cases, begun = result.cases + done - begun, done


def _together(stage: Stage, world: World, batch: list[Act], position: int) -> None:
    for act in batch:
        world.until(act.at)
        acting.perform(stage, act)
        world.after(act)
    Installation.objects.filter(pk=1).update(demo_position=position)


def _one_by_one(
    stage: Stage, world: World, batch: list[Act], position: int, result: Loaded
) -> None:
    """After a refusal: the batch again, without what is refused. It is told, loudly, but must not
    keep the site from starting.
    """
    for act in batch:
        world.until(act.at)
        try:
            acting.perform(stage, act)
        except REFUSALS as error:
            log.error("demo: %s of %s refused: %s", act.name, act.case, error)
            result.refused.append(f"{act.case} {act.name}: {error}")
        world.after(act)
    Installation.objects.filter(pk=1).update(demo_position=position)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Commits are not waited for: a crash of the machine loses the last of them whole, and the load
    resumes there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """A sixth of all statements would be savepoints that nobody goes back to: the batch holds as a
    whole or not at all.
    """
    features = connection.features
    before, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = before


@contextmanager
def _few_collections() -> Iterator[None]:
    """Millions of short-lived objects: look for garbage in rings rarely."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
