"""Looking for signals: every night, and when somebody asks. Idempotent: what is found twice is one
signal; a killed worker leaves nothing half written, and its run is taken up again, a few times.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from analytics import acting, budgets, telling
from analytics.models import DetectionRun, Signal, SignalCase, SignalNotice, SignalStep
from analytics.signal_life import FOUND, Kind, State
from audit.record import record
from complaints.errors import Invalid
from complaints.models import Complaint
from config import bulk

if TYPE_CHECKING:
    from analytics.found import Found

log = logging.getLogger(__name__)
LOCK = 7_301_806  # advisory: one look at a time, whoever asked
SILENT = timedelta(minutes=15)  # a run without a worker for so long is taken up again
TRIES = 3
KILLED = "WorkerLost"  # stands on a run until its worker says otherwise
QUIET = timedelta(days=14)  # an episode without an alarm for so long is over
_NUMBERS = (
    "expected", "ratio", "low", "high", "statistic", "threshold", "orders", "orders_before",
    "baseline_from", "baseline_until", "model_version", "causes", "words", "numbers",
)  # fmt: skip


def yesterday(now: datetime) -> date:
    """The last whole local day."""
    return timezone.localdate(now) - timedelta(days=1)


def ask(by: User, now: datetime | None = None) -> DetectionRun:
    """Look now. While a look is under way, that one answers. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    acting.allowed(by)
    try:
        with transaction.atomic():
            run = DetectionRun.objects.create(by=by, asked_at=now, until=yesterday(now))
            record("signals.asked", "signals", by, now, {"run": run.pk})
    except IntegrityError as error:
        raise Invalid({"run": [_("检测正在进行，完成后结果会出现在本页")]}) from error
    transaction.on_commit(lambda: enqueue(run.pk))
    return run


def nightly(now: datetime) -> int | None:
    """The night's run, once a day; None when it is there already."""
    until = yesterday(now)
    if DetectionRun.objects.filter(by=None, until=until).exists():
        return None
    try:
        with transaction.atomic():
            run = DetectionRun.objects.create(by=None, asked_at=now, until=until)
    except IntegrityError:  # another beat, or a look that somebody asked for: the next round
        return None
    return run.pk


def enqueue(pk: int) -> None:
    """Hand it to a worker. A broker that is away costs minutes: `waiting` finds the run."""
    try:
        current_app.send_task("analytics.tasks.detect", [pk])
    except (OperationalError, OSError) as error:
        log.warning("detection %s waits for the broker: %s", pk, type(error).__name__)


def waiting(now: datetime) -> list[int]:
    """Runs whose worker died, or that none has taken up."""
    rows = DetectionRun.objects.filter(finished_at=None)
    return [run.pk for run in rows if (run.started_at or run.asked_at) < now - SILENT]


def run(pk: int, now: datetime | None = None) -> bool:
    """Do one run; False when it is done, another worker is at it, or it is given up."""
    now, began = now or timezone.now(), timezone.now()
    if not _begun(pk, now):
        return False
    from analytics import found  # scipy and datasketch: only for the process that looks

    with transaction.atomic():
        one = _taken(pk)
        if one is None:
            return False
        budget = partial(budgets.per_series_year, budgets.newest())
        things, one.series, one.cases = found.look(one.until, budget)
        one.found, one.continued = write(things, one.until, now)
        one.finished_at, one.last_error = now + (timezone.now() - began), ""
        one.save()
        detail = {"run": one.pk, "series": one.series, "found": one.found}
        record("signals.looked", "signals", one.by, now, detail)
    return True


def _begun(pk: int, now: datetime) -> bool:
    """Count the attempt before the look, because a worker that is killed for its memory says
    nothing afterwards; whether there is one left.
    """
    with transaction.atomic():
        one = _taken(pk)
        if one is None:
            return False
        left = one.attempts < TRIES
        if left:
            one.started_at, one.attempts, one.last_error = now, one.attempts + 1, KILLED
        else:
            one.finished_at = now
            log.error("the detection %s is given up: its workers were killed", pk)
        one.save(update_fields=["started_at", "attempts", "last_error", "finished_at"])
    return left


def _taken(pk: int) -> DetectionRun | None:
    """The run, while nobody else looks and it is not over; until the transaction ends."""
    if not _alone():
        return None
    rows = DetectionRun.objects.select_for_update(no_key=True)
    return rows.filter(pk=pk, finished_at=None).first()


def failed(pk: int, error: Exception, now: datetime) -> None:
    """What went wrong stands on the run; it is tried again, and given up after some times."""
    with transaction.atomic():
        one = DetectionRun.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if one is None or one.finished_at is not None:
            return
        one.started_at, one.last_error = now, type(error).__name__
        if one.attempts >= TRIES:
            one.finished_at = now
        one.save(update_fields=["started_at", "last_error", "finished_at"])


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


# --- writing


def write(things: Sequence[Found], until: date, now: datetime) -> tuple[int, int]:
    """(new, continued) signals, in the caller's transaction. Of several alarms of one series the
    latest counts: the others are its past.
    """
    latest: dict[str, Found] = {}
    for thing in sorted(things, key=lambda t: t.last_on):
        if thing.cases:
            latest[thing.digest] = thing
    new = continued = 0
    known = {digest: _of_series(digest, thing) for digest, thing in latest.items()}
    written = {signal.pk for signal in known.values() if signal}
    for digest, thing in latest.items():
        signal = known[digest]
        if signal is None and thing.kind != Kind.SPIKE:
            signal = _of_cases(thing, written)
        if signal is None or _is_after_its_cure(thing, signal):
            signal = _begin(thing, now)
            new += 1
        elif thing.last_on >= signal.started_on:
            _continue(signal, thing)
            continued += 1
        written.add(signal.pk)
    over = Signal.objects.filter(ended_on=None, last_on__lt=until - QUIET)
    over.update(ended_on=F("last_on"))
    return new, continued


def _of_series(digest: str, thing: Found) -> Signal | None:
    """The signal of the same series, with no longer quiet in between; the open one first."""
    rows = Signal.objects.select_for_update(no_key=True).filter(digest=digest)
    near = rows.filter(last_on__gte=thing.started_on - QUIET)
    return near.order_by(F("ended_on").desc(nulls_first=True), "-last_on", "-pk").first()


def _of_cases(thing: Found, written: set[int]) -> Signal | None:
    """Without a series (words, copies, an origin) the one with which it shares most of its cases;
    none of those that this look found itself: of two findings neither is the other.
    """
    shared = SignalCase.objects.filter(signal__kind=thing.kind, complaint__in=thing.cases)
    shared = shared.filter(signal__last_on__gte=thing.started_on - QUIET)
    counted = shared.exclude(signal__in=written).order_by().values("signal")
    most = counted.annotate(n=Count("pk")).order_by("-n", "-signal").first()
    if most is None or most["n"] * 2 < len(thing.cases):
        return None
    return Signal.objects.select_for_update(no_key=True).get(pk=most["signal"])


def _is_after_its_cure(thing: Found, signal: Signal) -> bool:
    """Is it an alarm since the effect was checked? Then the cure did not hold, and people are told
    again. A window of days counts when most of its cases came since.
    """
    if signal.state != State.EFFECT_CHECKED:
        return False
    closing = signal.steps.filter(to_state=State.EFFECT_CHECKED).order_by("-pk").first()
    if closing is None or thing.alarmed_on < timezone.localdate(closing.at):
        return False
    since = Complaint.objects.filter(pk__in=thing.cases, received_at__gte=closing.at)
    return thing.kind == Kind.SPIKE or since.count() * 2 > len(thing.cases)


def _begin(thing: Found, now: datetime) -> Signal:
    Signal.objects.filter(digest=thing.digest, ended_on=None).update(ended_on=F("last_on"))
    category, product, region = thing.series
    signal = Signal(
        kind=thing.kind,
        digest=thing.digest,
        category=category,
        product=product,
        region=region,
        word=thing.word,
        detected_at=now,
        model_version="",
    )
    _fill(signal, thing)
    signal.last_on = thing.last_on
    signal.save(force_insert=True)
    _keep(signal, thing.cases, later=False)
    _keep(signal, thing.later, later=True)
    SignalStep.objects.create(
        signal=signal, step=FOUND, from_state="", to_state=State.NEW, by=None, at=now
    )
    detail = {"kind": str(thing.kind), "cases": signal.observed}
    record("signal.found", signal.subject, None, now, detail)
    telling.tell(SignalNotice.Why.FOUND, telling.concerned(signal), now, signal=signal)
    return signal


def _fill(signal: Signal, thing: Found) -> None:
    signal.started_on, signal.alarmed_on = thing.started_on, thing.alarmed_on
    signal.observed = len(thing.cases)
    for name in _NUMBERS:
        if name in thing.fields:
            setattr(signal, name, thing.fields[name])


def _continue(signal: Signal, thing: Found) -> None:
    """The episode goes on. Nobody has looked: the numbers follow the data. Somebody has: what was
    read stays, and what came since is added; so do the cases of another word, which do not say the
    one that the signal names.
    """
    if signal.state != State.NEW:
        _keep(signal, [*thing.cases, *thing.later], later=True)
    elif thing.kind == Kind.TERM and thing.digest != signal.digest:
        there = set(signal.cases.values_list("complaint", flat=True))
        _keep(signal, [pk for pk in thing.cases if pk not in there], later=True)
    elif thing.kind in (Kind.TERM, Kind.COPIES):  # the window moves on, the cases stay
        _keep(signal, thing.cases, later=False)
        signal.alarmed_on = thing.alarmed_on
        signal.observed = signal.cases.filter(later=False).count()
    else:
        _fill(signal, thing)
        signal.cases.exclude(complaint__in=[*thing.cases, *thing.later]).delete()
        _keep(signal, thing.cases, later=False)
        _keep(signal, thing.later, later=True)
    signal.last_on = max(signal.last_on, thing.last_on)
    if signal.ended_on is not None and signal.last_on > signal.ended_on:
        signal.ended_on = None
    signal.save()


def _keep(signal: Signal, cases: Iterable[int], *, later: bool) -> None:
    """Those that are not there yet; of a signal that nobody has looked at also whether they count
    or came later.
    """
    there = dict(signal.cases.values_list("complaint", "later"))
    wanted = list(dict.fromkeys(cases))
    rows = [SignalCase(signal=signal, complaint_id=pk, later=later) for pk in wanted]
    bulk.insert([row for row in rows if row.complaint_id not in there])
    if signal.state == State.NEW:
        other = [pk for pk in wanted if there.get(pk, later) != later]
        signal.cases.filter(complaint__in=other).update(later=later)
