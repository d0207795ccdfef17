"""Anchors: the last block of each day, laid down where whoever rules the database does not rule.

Each block contains the hash of the one before it, so that an anchor vouches for everything that
was sealed up to its day. `known` answers what was laid down; whoever checks the record compares.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from audit import proving, stamping, tsa
from audit.models import Block
from audit.outside import Anchor, Stamp, Wanted, Way
from audit.proving import Means, NotNow
from audit.verify import GONE

SHANGHAI = ZoneInfo("Asia/Shanghai")
GRACE = timedelta(minutes=5)  # a block that was begun before midnight may be written after it
MEMBERS = {"block", "hash", "day", "at"}


def plan(now: datetime) -> int:
    """Enter the anchors that are due and missing, in every way that is in use; answers how many.

    Missed days are made up. A way that is new begins with the last day that has a block.
    """
    return sum(_plan(how, now) for how, means in proving.MEANS.items() if means.in_use())


def _plan(how: str, now: datetime) -> int:
    today = timezone.localdate(now - GRACE, SHANGHAI)
    last = _last_planned(how)
    blocks = Block.objects.filter(sealed_at__lt=datetime.combine(today, time(0), SHANGHAI))
    if last is None:
        numbers = list(blocks.order_by("-number").values_list("number", flat=True)[:1])
    else:
        start = datetime.combine(last + timedelta(days=1), time(0), SHANGHAI)
        days = blocks.filter(sealed_at__gte=start).annotate(
            day=TruncDate("sealed_at", tzinfo=SHANGHAI)
        )
        by_day = days.order_by().values("day").annotate(last=Max("number"))
        numbers = [row["last"] for row in by_day]
    found = Block.objects.filter(pk__in=numbers).only("number", "hash", "sealed_at")
    rows = [_wanted(how, block, now) for block in found]
    Wanted.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _last_planned(how: str) -> date | None:
    # In this order: what was waiting and is done meanwhile is then seen as done.
    waits = Wanted.objects.filter(how=how).aggregate(day=Max("day"))["day"]
    done = Anchor.objects.filter(how=how).aggregate(day=Max("day"))["day"]
    return max((day for day in (done, waits) if day is not None), default=None)


def _wanted(how: str, block: Block, now: datetime) -> Wanted:
    return Wanted(
        how=how,
        what=named(block.number),
        digest=block.hash,
        block=block.number,
        day=timezone.localdate(block.sealed_at, SHANGHAI),
        since=now,
        not_before=now,
    )


def named(number: int) -> str:
    """What stamps call a block."""
    return f"block:{number}"


# --- the file


def folder() -> Path:
    """Where the files lie, one a day."""
    return Path(settings.ANCHOR_DIR)


def cannot_write() -> str:
    """Why no file can be made in the folder; "" where one can. Leaves nothing behind."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder()):
            return ""
    except OSError as error:
        return f"{folder()}: {error.strerror or type(error).__name__}"


def write_file(wanted: Wanted, now: datetime) -> str:
    """Write the file of the day, whole or not at all; answers its name. Raises OSError, and NotNow
    when it is there and says something else: it is never overwritten.
    """
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{wanted.day}.json"
    said = {"block": wanted.block, "hash": wanted.digest, "day": str(wanted.day)}
    if path.exists():
        there = _read(path)
        if there is None or any(there[name] != value for name, value in said.items()):
            raise NotNow("differs", path.name)
        return path.name
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    line = json.dumps({**said, "at": at}, separators=(",", ":")) + "\n"
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(new, line.encode())
        new.replace(path)  # nobody else writes this day: the row in `Wanted` is locked
    finally:
        new.unlink(missing_ok=True)
    return path.name


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Mapping[str, Any] | None:
    """What a file says; None when it is none of ours."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(said, dict) and said.keys() >= MEMBERS and isinstance(said["block"], int)
    return said if whole else None


FILE = Means(in_use=lambda: True, prove=write_file)


# --- what was laid down


class Known(NamedTuple):
    """The hash that block `number` had when it was laid down `where`. `hash` is empty when what
    lies there cannot be read or does not hold, and `verify.GONE` when nothing lies there any more.
    """

    number: int
    hash: str
    where: str


def known(place: Path | None = None) -> Iterator[Known]:
    """Everything that was laid down: the files (of `place`, another folder than the configured
    one), the stamps as their authority signed them, and what is noted about e-mails.
    """
    yield from _in_files(place or folder())
    if place is None:
        yield from _gone_files()
    yield from _in_stamps()
    for anchor in Anchor.objects.order_by("block", "how").iterator():
        yield Known(anchor.block, anchor.hash, f"anchor {anchor.day} {anchor.how} {anchor.where}")


def _in_files(place: Path) -> Iterator[Known]:
    for path in sorted(place.glob("*.json")):
        said = _read(path)
        yield (
            Known(said["block"], str(said["hash"]), path.name) if said else Known(0, "", path.name)
        )


def _gone_files() -> Iterator[Known]:
    """Files that were written here and are no more, from the first day on of which one is there: a
    restored installation may begin with an empty folder.
    """
    there = {path.name for path in folder().glob("*.json")}
    written = Anchor.objects.filter(how=Way.FILE).order_by("day")
    for number, name in written.values_list("block", "where").iterator():
        if there and min(there) < name and name not in there:
            yield Known(number, GONE, name)


def _in_stamps() -> Iterator[Known]:
    """As signed: the digest is read from the token, not from the column beside it."""
    for stamp in Stamp.objects.filter(what__startswith="block:").order_by("pk").iterator():
        number = stamp.what.partition(":")[2]
        where = f"stamp {stamp.at:%Y-%m-%d %H:%M:%S} UTC {stamp.tsa}"
        yield Known(int(number) if number.isdecimal() else 0, _digest(stamp), where)


def _digest(stamp: Stamp) -> str:
    """What the authority signed; "" when it did not. Without its certificates, what it would have
    signed.
    """
    try:
        digest = tsa.covered(bytes(stamp.token))
        if settings.TSA_CERTIFICATES:
            tsa.read(bytes(stamp.token), digest)
    except tsa.NotStamped:
        return ""
    return digest


def lay_down(now: datetime) -> int:
    """The whole round: enter what is due, lay down what waits; answers how much was laid down."""
    plan(now)
    return proving.work(now)


MEANS: dict[str, Means] = {Way.FILE: FILE, Way.STAMP: stamping.MEANS}
