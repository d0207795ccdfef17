"""The same in what is looked out for and mended: signals with the goods, origins and words that a
model would have found, causes and corrective actions, order volumes, targets and saved reports.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from analytics import (
    acting,
    curing,
    detecting,
    giving,
    proving,
    saving,
    targets,
    tasks,
    telling,
    volume_files,
)
from analytics.found import Found
from analytics.models import Signal
from analytics.signal_life import Kind
from correspondence import at_once
from tests import planted
from tests.importing.files import as_csv

if TYPE_CHECKING:
    from tests.crawl.world import World


def watched(world: World) -> None:
    """All of it, by the doors through which it comes; then the mails about it."""
    goods, by = world.line("货品"), world.cast.supervisor
    by.email = "supervisor@example.org"
    by.save(update_fields=["email"])
    _mended(world, _found(world, goods))
    _ordered(world, goods)
    _reported(world, goods)
    held = {"measure": "open", "value": "3", "reason": world.words("目标的理由")}
    targets.set_target(held, by=by)
    assert tasks.send_reports() == 1
    later = timezone.now() + timedelta(days=15)  # the longest holiday is over, and its last night
    assert at_once.send_each(telling.waiting(later), lambda pk: telling.send(pk, later)) == 1


def _found(world: World, goods: str) -> Signal:
    """As if a model had read the cases before anything in them was masked."""
    day = timezone.localdate()
    cases = [world.cases[kind].pk for kind in ("own", "archived", "other")]
    one = Found(Kind.SPIKE, ("telesales_fraud", goods, ""), day, day, day, cases)
    one.word = _short(world, "信号的词")
    counted = {"observed": 3, "expected": 0.4, "ratio": 7.0, "low": 2.0, "high": 20.0}
    origin = {"values": [["batch", world.line("批号")]], "within": None, "chance": 0.001}
    word = {"word": world.line("新词"), "cases": 3, "before": 0, "z": 4.0, "alarm": True}
    one.fields = {
        **{name: value for name, value in counted.items() if name != "observed"},
        "model_version": "1",
        "causes": [{**counted, **origin, "score": 5.0}],
        "words": [{**word, "rows": cases}],
        "numbers": {"apart": [goods], "regions": []},
    }
    with transaction.atomic():
        detecting.write([one], day, timezone.now())
    return Signal.objects.get()


def _short(world: World, where: str) -> str:
    """For the shortest fields: the number as it stands."""
    return f"{world.place(where)}{world.plain(planted.mobile)}"


def _mended(world: World, signal: Signal) -> None:
    """It is confirmed, has a cause of the house's own, and two actions, one of which is done."""
    by = world.cast.supervisor
    acting.take(signal.pk, "acknowledge", by=by)
    acting.take(signal.pk, "confirm", by=by, reason=world.words("核实的理由"))
    cause = giving.add({"title": _short(world, "自拟原因")}, by=by)
    giving.of_signal(signal.pk, cause.pk, world.words("信号的依据"), by=by)
    cure = {"what": world.words("整改"), "owner": by.username, "due_on": str(timezone.localdate())}
    action = curing.open_one(cure, by=by, signal=signal.pk)
    proving.add(action.pk, [b"who was there"], f"{world.line('名单')}.txt", by=by)
    wrong = proving.add(action.pk, [b"who was not"], "b.txt", by=by)
    proving.withdraw(action.pk, wrong.pk, world.words("撤回名单的理由"), by=by)
    curing.done(action.pk, {"evidence": world.words("完成的证据")}, by=by)
    curing.open_one({**cure, "owner": world.cast.supervisor2.username}, by=by, signal=signal.pk)


def _ordered(world: World, goods: str) -> None:
    """A list that waits, one that was taken over, and one with a number where none belongs."""
    by, day = world.cast.supervisor, str(timezone.localdate() - timedelta(days=2))
    headings = ["日期", "商品", "订单量", world.line("没有的列")]
    waits = as_csv([[day, world.line("订单的商品"), "10", ""]], headings)
    volume_files.upload([waits], f"{world.line('订单表')}.csv", by=by)
    taken = volume_files.upload([as_csv([[day, goods, "10"]], headings[:3])], "a.csv", by=by)
    volume_files.take(taken.pk, by=by)
    number = world.plain(planted.mobile)
    wrong = volume_files.upload([as_csv([[day, number, number]], headings[:3])], "b.csv", by=by)
    assert wrong.report["faults"]


def _reported(world: World, goods: str) -> None:
    """Mailed to whoever keeps it."""
    by = world.cast.supervisor
    daily = {"span": "30d", "every": "daily", "recipients": [by.username], "product": goods}
    report = saving.save({**daily, "name": _short(world, "报表")}, by=by)
    report.next_due = timezone.now()
    report.save(update_fields=["next_due"])
