"""Workers and beats are killed (SIGKILL) again and again while deadlines fall due; afterwards every
rung was climbed exactly once, and nothing is lost.

    python -m tests.complaints.crash_sweep [DEADLINES] [KILLS] [SEED]

Throw-away servers, real processes: two workers of two, two beats, which all do the same. A small
run of it is a test. Half of the kills wait until a batch is being written.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from quickstart.process import Process, stop_all
from quickstart.terminal import say, tolerate_any_encoding

DEADLINES, KILLS = 20_000, 200
RUNGS = 3  # of each deadline: two warnings, then it falls due
EVERY = "0.5"  # seconds between two calls of a beat
PAUSE = 0.6  # seconds between two kills, on average
WORKERS = BEATS = 2
PATIENCE = 120.0


@dataclass
class Herd:
    """Workers and beats; one that died is started again at once."""

    folder: Path
    chance: random.Random
    workers: list[Process] = field(default_factory=list)
    beats: list[Process] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=lambda: {"child": 0, "worker": 0, "beat": 0})
    in_a_batch: int = 0
    gave_up: int = 0

    def start(self) -> Herd:
        """Start all."""
        from django.conf import settings

        from quickstart import programs
        from tests.live import environment

        # a folder of its own holds no keys, and nothing starts with others than those in use
        own = {name: getattr(settings, name) for name in ("VAULT_KEYS", "BLIND_INDEX_KEY")}
        self.folder.mkdir(exist_ok=True)
        for n in range(WORKERS):
            given = environment(SWEEP_EVERY=EVERY, WORKER_CONCURRENCY="2")
            self.workers.append(Process(f"worker{n}", self.folder, programs.worker(given)))
        for n in range(BEATS):
            place = str(self.folder / f"beat{n}")
            given = environment(SWEEP_EVERY=EVERY, STATE_DIR=place, **own)
            self.beats.append(Process(f"beat{n}", self.folder, programs.beat(given)))
        for process in (*self.workers, *self.beats):
            process.start()
        return self

    def kill(self) -> None:
        """One of them: mostly a child that is at work, sometimes a whole worker or a beat."""
        kind = self.chance.choices(["child", "worker", "beat"], [80, 10, 10])[0]
        if self.chance.random() < 0.5:
            self.in_a_batch += wait_for_a_batch()
        self.revive()
        children = children_of(self.workers) if kind == "child" else []
        try:
            if children:
                os.kill(self.chance.choice(children), signal.SIGKILL)
            else:
                kind = "beat" if kind == "beat" else "worker"
                kill_and_start(self.chance.choice(self.beats if kind == "beat" else self.workers))
        except ProcessLookupError:  # it was quicker
            self.kill()
        else:
            self.killed[kind] += 1

    def revive(self) -> None:
        """Start again what ended by itself, as a supervisor does: a worker gives up when a child is
        killed before it has begun.
        """
        for process in (*self.workers, *self.beats):
            if not process.alive:
                self.gave_up += 1
                process.start()

    def stop(self) -> None:
        """End all."""
        stop_all([*self.beats, *self.workers], 10, lambda: False)


def kill_and_start(process: Process) -> None:
    """With all its children. Raises ProcessLookupError when it ended before."""
    os.killpg(process.pid, signal.SIGKILL)
    while process.alive:  # until the kernel has taken it away; nothing tells of that
        time.sleep(0.01)
    process.start()


def children_of(processes: list[Process]) -> list[int]:
    """The process ids of the workers' children: they do the tasks."""
    table = subprocess.check_output(["/bin/ps", "-A", "-o", "pid=,ppid="], text=True)
    pairs = (map(int, line.split()) for line in table.splitlines())
    parents = {process.pid for process in processes if process.alive}
    return sorted(pid for pid, parent in pairs if parent in parents)


def wait_for_a_batch(seconds: float = 2.0) -> bool:
    """Until somebody is writing a batch; False when nobody does."""
    from django.db import connection

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = "
                "(hashtext('sweep')::bigint & 4294967295)::oid AND granted)"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.002)  # a lock of others is asked for; the database tells nobody of it
    return False


def fall_due(count: int, seconds: float) -> None:
    """Let so many deadlines fall due: half of them in the past, half during the next seconds, the
    warnings of each before it.
    """
    from benchmarks import clocks

    clocks.open_cases(count, records=False)
    clocks.spread(count, seconds)


def run(folder: Path, count: int, kills: int, seed: int) -> Herd:
    """Kill so often while so many deadlines fall due, then wait until all were handled."""
    from accounts.vault import start
    from complaints import health

    chance = random.Random(seed)  # noqa: S311
    # written down while nobody is here: a copied consumer's data key is that of the original
    if found := start.problems():
        raise AssertionError(found)
    fall_due(count, kills * PAUSE)
    herd = Herd(folder, chance).start()
    try:
        wait_for_a_batch(PATIENCE)
        for _ in range(kills):
            time.sleep(chance.uniform(0, 2 * PAUSE))  # the moment of a kill is what is tried here
            herd.kill()
        end, before = time.monotonic() + PATIENCE, -1
        while (due := health.current().due) or left():
            if due != before:
                end, before = time.monotonic() + PATIENCE, due
            if time.monotonic() > end:
                raise AssertionError(f"{due} deadlines are left: {herd.workers[0].tail(20)}")
            time.sleep(0.2)  # the herd works in other processes; who died meanwhile is started anew
            herd.revive()
    finally:
        herd.stop()
    return herd


def left() -> bool:
    """True while a rung is still to come."""
    from django.utils import timezone

    from complaints.models import Deadline

    soon = timezone.now() + timedelta(hours=12)  # the others: in a day and later
    return Deadline.objects.filter(state="running", ladder_at__lt=soon).exists()


def wrong(count: int) -> Iterator[str]:
    """What is not exactly once, a sentence each."""
    from django.db.models import Count, F

    from complaints.models import ClockEvent, Complaint, Event, Outbox, Postponed, Transition

    warnings, escalated = count * RUNGS, count
    told = ClockEvent.objects.filter(kind="warned")
    wanted: list[tuple[str, Any, int, str]] = [
        ("warnings of clocks", told, warnings, "deadline"),
        ("entries of the story", Event.objects.filter(kind="deadline"), warnings, "complaint"),
        ("messages", Outbox.objects.filter(effect="warn_of_deadline"), warnings, "complaint"),
        ("steps", Transition.objects.filter(step="escalate"), escalated, "complaint"),
        ("stories of steps", Event.objects.filter(code="escalate"), escalated, "complaint"),
        ("alarms", Outbox.objects.filter(effect="tell_escalation"), escalated, "complaint"),
    ]
    for name, rows, number, owner in wanted:
        if (found := rows.count()) != number:
            yield f"{found} {name}, not {number}"
        each = rows.values(owner).annotate(n=Count("id")).exclude(n=number // count)
        if uneven := each.count():
            yield f"{uneven} have not {number // count} {name}"
    alarms = Outbox.objects.filter(effect="tell_escalation")
    if torn := alarms.exclude(transition__complaint=F("complaint")).count():
        yield f"{torn} alarms without their step"
    latest = Transition.objects.filter(step="escalate", version=F("complaint__version"))
    if latest.count() != Complaint.objects.filter(transitions__step="escalate").count():
        yield "a case has another version than its last step"
    if Postponed.objects.exists():
        yield f"{Postponed.objects.count()} clocks failed"
    yield from broken_chains(count)


def broken_chains(count: int) -> Iterator[str]:
    """Chains of the record that do not hold, or lack an entry."""
    from audit.models import Entry
    from audit.record import breaks

    entries = Entry.objects.filter(subject__startswith="complaint:").order_by("subject", "sequence")
    chains = 0
    for subject, chain in itertools.groupby(entries.iterator(), lambda entry: entry.subject):
        whole = list(chain)
        chains += 1
        if breaks(whole) or len(whole) != RUNGS + 1:
            yield f"{subject} does not hold, or has {len(whole)} entries"
    if chains != count:
        yield f"{chains} chains, not {count}"


def main() -> int:
    """The exit code."""
    tolerate_any_encoding()
    given = [int(text) for text in sys.argv[1:]]
    count, kills, seed = [*given, *(DEADLINES, KILLS, 1)[len(given) :]]
    from quickstart import throw_away

    folder = throw_away.begin("kesu-crash-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site_settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    began = time.monotonic()
    herd = run(folder / "crash", count, kills, seed)
    took = time.monotonic() - began
    say(f"{count:,} deadlines, {sum(herd.killed.values())} kills in {took:.0f} s: {herd.killed}")
    say(f"{herd.in_a_batch} of them waited for a batch and met one; {herd.gave_up} gave up")
    found = list(wrong(count))
    for line in found[:20]:
        say(line)
    say("every rung exactly once, nothing lost" if not found else f"{len(found)} mistakes")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
