"""The real cases, looked through as every night: what is planted is found, once, with its origin
and its words; what orders explain is not; and whether a cure helped is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from analytics import (
    acting,
    budgets,
    compared,
    curing,
    detecting,
    effects,
    found,
    giving,
    series,
    spoken,
    tasks,
)  # fmt: skip
from analytics.detection import terms
from analytics.detection.budget import STRICT
from analytics.models import (
    CauseGiven,
    CorrectiveAction,
    Denominator,
    DetectionRun,
    Signal,
    VolumeFile,
)  # fmt: skip
from analytics.series import midnight
from audit.models import Entry
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint
from tests import crowd
from tests.cast import Cast

DAY = timedelta(days=1)
HISTORY, SINCE = 200, 9  # days of cases, days of the outbreak
GOODS = ("净水器 X1", "净水器 X2", "电饭煲 Z")
SAID = ("送货太慢，等了很久。", "客服电话打不通。", "少发了一件配件。", "颜色与订购的不同。")


def planted(cast: Cast, rows: list[dict[str, Any]]) -> list[int]:
    """Cases with these values, by a few statements; their keys."""
    keys = crowd.crowd(cast, len(rows), [{}], category="product_quality")
    cases = list(Complaint.objects.filter(pk__in=keys).order_by("pk"))
    for case, values in zip(cases, rows, strict=True):
        for name, value in values.items():
            setattr(case, name, value)
    Complaint.objects.bulk_update(cases, list(rows[0]), batch_size=500)
    return [case.pk for case in cases]


def _days(until: date) -> Iterator[dict[str, Any]]:
    """Two hundred days; X1's batch B7 breaks in the last nine, and Z sells and fails twice as often
    in the same days.
    """
    chance = random.Random(8)  # noqa: S311 - the same cases every time
    for ago in range(HISTORY):
        day = until - ago * DAY
        for place, goods in enumerate(GOODS):
            often = 4 if place == 2 and ago < SINCE else 2
            for _n in range(chance.choice((often - 1, often, often + 1))):
                yield row(day, goods, chance.choice(SAID), batch=chance.choice(("A1", "A2", "B7")))
        for n in range(5 if ago < SINCE else 0):
            yield row(day, GOODS[0], f"第{n}个问题：密封圈老化，水一直漏。", batch="B7")


def row(day: date, goods: str, said: str, *, batch: str = "", region: str = "32") -> dict[str, Any]:
    return {
        "received_at": midnight(day) + timedelta(hours=10),
        "product_name": goods,
        "narrative": said,
        "batch": batch,
        "region": region,
        "confidential": False,
    }


def sold(cast: Cast, until: date) -> None:
    """Orders of each of the goods; twice as many of Z in the last days."""
    file = VolumeFile.objects.create(by=cast.supervisor, at=timezone.now(), name="a.csv")
    Denominator.objects.bulk_create(
        Denominator(
            day=until - ago * DAY,
            product=goods,
            orders=2000 if goods == GOODS[2] and ago < SINCE else 1000,
            file=file,
        )
        for ago in range(HISTORY)
        for goods in GOODS
    )


def test_what_is_planted_is_found_once_and_what_orders_explain_is_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = detecting.yesterday(timezone.now())
    planted(cast, list(_days(until)))
    sold(cast, until)
    with pytest.raises(NotAllowed):
        detecting.ask(cast.auditor)
    budgets.choose("strict", cast.supervisor)
    run = detecting.ask(cast.supervisor)
    with pytest.raises(Invalid, match="正在进行"):
        detecting.ask(cast.supervisor2)
    with monkeypatch.context() as broken:  # the plug is pulled while it writes
        broken.setattr(detecting, "_keep", _pulled)
        assert tasks.detect(run.pk) is False
    assert not Signal.objects.exists()
    assert DetectionRun.objects.get(pk=run.pk).finished_at is None
    assert detecting.waiting(timezone.now() + 2 * detecting.SILENT) == [run.pk]
    assert tasks.detect(run.pk) is True
    assert tasks.detect(run.pk) is False  # a second worker finds it done

    spike = Signal.objects.get(kind="spike")
    assert (spike.category, spike.product) == ("product_quality", GOODS[0])
    assert until - SINCE * DAY <= spike.started_on <= until
    counted = spike.cases.filter(later=False)
    assert spike.observed == counted.count() > 10
    days = counted.values_list("complaint__received_at", flat=True)
    assert {timezone.localdate(at) for at in days} <= {
        spike.started_on + n * DAY for n in range((spike.alarmed_on - spike.started_on).days + 1)
    }
    assert spike.expected is not None
    assert spike.expected * 2 < spike.observed
    assert spike.orders is not None
    assert spike.numbers["budget"] == STRICT  # what was chosen is what the look is done with
    assert ["batch", "B7"] in spike.causes[0]["values"]
    assert "密封圈" in {word["word"] for word in spike.words if word["alarm"]}
    assert not Signal.objects.filter(product=GOODS[2]).exists()  # 2 × the orders
    assert Entry.objects.filter(verb="signal.found", subject=spike.subject).count() == 1

    acting.take(spike.pk, "dismiss", by=cast.supervisor, reason="已知的召回，另案处理")
    before = Signal.objects.count()
    again = detecting.ask(cast.supervisor)
    assert tasks.detect(again.pk) is True
    assert (Signal.objects.count(), Signal.objects.get(kind="spike").state) == (before, "false")
    assert detecting.nightly(timezone.now()) is not None
    assert detecting.nightly(timezone.now()) is None


def _pulled(*_args: Any, **_more: Any) -> None:
    raise RuntimeError("pulled")


def _killed(*_args: Any) -> None:
    raise SystemExit


def test_a_new_house_is_looked_through_and_a_look_that_kills_its_workers_is_given_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = detecting.yesterday(timezone.now())
    assert tasks.detect(detecting.ask(cast.supervisor).pk) is True  # no case at all
    planted(cast, [row(until - n % 3 * DAY, GOODS[0], SAID[0], batch="B7") for n in range(12)])
    first = detecting.ask(cast.supervisor)
    assert tasks.detect(first.pk) is True  # and none before the last days
    first.refresh_from_db()
    assert (first.cases, first.last_error) == (12, "")

    run = detecting.ask(cast.supervisor)
    with monkeypatch.context() as heavy:
        heavy.setattr(found, "look", _killed)
        for _delivery in range(detecting.TRIES):
            with pytest.raises(SystemExit):  # no sentence is left behind, and it is delivered again
                tasks.detect(run.pk)
        assert tasks.detect(run.pk) is False
    run.refresh_from_db()
    assert (run.attempts, run.last_error) == (detecting.TRIES, detecting.KILLED)
    assert run.finished_at is not None
    assert detecting.nightly(timezone.now()) is not None  # the nights go on


def test_only_the_texts_of_the_series_are_read_and_no_word_is_the_name_of_a_person(
    cast: Cast,
) -> None:
    until = detecting.yesterday(timezone.now())
    spelt = [GOODS[0], GOODS[0].upper().replace(" ", "  "), GOODS[1], "甲", "乙"]
    rows = [row(until - n * DAY, name, "不说什么") for n in range(25) for name in spelt[:3]]
    planted(cast, rows + [row(until, name, "不说什么") for name in spelt[3:]])
    everything = series.read(until)
    cases = series.received(until - 90 * DAY, until)
    path = ("product_quality", series.tidy(GOODS[0]))
    for its, names in ((path, set(spelt[:2])), ((path[0], series.REST), set(spelt[3:]))):
        chosen = compared.of_products(everything, its, cases)
        assert {case.product for case in compared.cases_of(chosen, 999)} == names
    assert everything.counts.sum() == cases.count()

    told = "经办人铁柱说密封圈没有问题，测试也来了"
    User.objects.filter(pk=cast.agent.pk).update(name="司铁柱")
    keys = planted(cast, [row(until, GOODS[0], told) for _n in range(8)])
    now = [c for c in compared.cases_of(cases, 999) if c.narrative == told]
    before = [c for c in compared.cases_of(cases, 999) if c.narrative != told]
    assert len(now) == len(keys) == 8
    plain = {one.word for one in terms.emerging_terms([told] * 8, ["不说什么"] * len(before))}
    assert plain >= {"铁柱", "测试", "密封圈"}  # the consumer's name is 王测试
    safe = {one.word for one in spoken.emerging(now, before)}
    assert "密封圈" in safe
    assert not safe & {"铁柱", "测试"}


def test_the_rest_of_what_has_no_other_part_is_called_by_the_whole() -> None:
    rest, own = series.REST, ("price", "x1")
    alone = series.Series([], [("price", rest, rest)])
    assert found.called(alone, ("price", rest, rest))[0] == ("price", "", "")
    beside = series.Series(
        [],
        [("price", rest, rest), ("price", rest, "32"), ("price", "x1", rest)],
        names={"x1": "X1"},
        own=frozenset({own}),
    )
    assert found.called(beside, ("price", rest, rest)) == (
        ("price", rest, rest),
        {"apart": ["x1"], "regions": ["32"]},
    )
    assert found.called(beside, ("price", "x1", rest))[0] == ("price", "X1", "")
    assert found.called(beside, ("price",)) == (("price", "", ""), {})


def test_an_interval_from_too_few_cases_is_not_told() -> None:
    said = effects.in_words("unclear", 8.5, 1.1, 33_625.9, "too_few", 0.975)
    assert said == "投诉太少，分不清是效果还是偶然"
    assert "8.50 倍" in effects.in_words("unclear", 8.5, 0.9, 12.0, "within_chance", 0.95)


@pytest.mark.parametrize(("after", "verdict"), [(3, "fell"), (12, "unclear"), (40, "rose")])
def test_the_effect_of_a_cure_is_measured_on_the_weeks_after(
    cast: Cast, after: int, verdict: str
) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    done = today - 43 * DAY
    chance = random.Random(after)  # noqa: S311 - the same cases every time
    rows = []
    for week in range(30):
        start = done + (6 - week) * 7 * DAY - 7 * DAY
        for n in range(after if start >= done else chance.choice((11, 12, 13))):
            rows.append(row(start + n % 7 * DAY, GOODS[0], "漏水"))
    planted(cast, rows)
    signal = Signal.objects.create(
        kind="spike",
        state="action",
        digest="0" * 64,
        category="product_quality",
        product=GOODS[0].upper(),
        started_on=done - 60 * DAY,
        alarmed_on=done - 50 * DAY,
        last_on=done - 50 * DAY,
        observed=1,
        model_version="test",
        detected_at=now,
        owner=cast.supervisor,
    )
    for case in Complaint.objects.all()[:1]:
        signal.cases.create(complaint=case)
    entered = now - timedelta(days=50)
    values = {"what": "更换密封圈", "owner": "supervisor", "due_on": str(done)}
    action = curing.open_one(values, by=cast.supervisor, signal=signal.pk, now=entered)
    curing.done(action.pk, {"evidence": "更换记录 12", "done_on": str(done)}, by=cast.supervisor)
    early = CorrectiveAction(signal=signal, done_on=today - 3 * DAY, at=now)
    assert effects.of(early, now).early
    checked = curing.check(action.pk, by=cast.supervisor)
    assert (checked.effect, checked.state) == (verdict, "checked")
    assert checked.low is not None
    assert checked.high is not None
    assert checked.low < (checked.ratio or 0) < checked.high
    assert checked.numbers["weeks_after"] == 6
    acting.take(signal.pk, "check_effect", by=cast.supervisor, reason=effects.said(checked))
    with pytest.raises(Invalid, match="效果已核查"):
        curing.check(action.pk, by=cast.supervisor)


def test_fewer_labels_are_no_cure_of_a_cause_and_words_are_counted_in_any_case(cast: Cast) -> None:
    now = timezone.now()
    done = timezone.localdate(now) - 28 * DAY
    rows = [row(done + (n - 70) * DAY, GOODS[0], "VIP 卡") for n in range(98) for _each in range(3)]
    keys = planted(cast, rows)
    cause, other = (giving.add({"title": t}, by=cast.supervisor) for t in ("甲", "乙"))
    action = CorrectiveAction(cause=cause, done_on=done, at=now - 30 * DAY, owner=cast.supervisor)

    def given(days: range, often: int) -> None:
        """In these days one case a day has the cause, and so many more have another."""
        CauseGiven.objects.bulk_create(
            CauseGiven(
                complaint_id=keys[3 * day + n], cause=of, by=cast.supervisor, at=now, why="."
            )
            for day in days
            for n, of in enumerate([cause, *[other] * often])
        )

    given(range(70), 1)
    nobody = effects.of(action, now)
    assert (nobody.effect, nobody.numbers["reason"], nobody.ratio) == ("unclear", "not_said", None)
    assert "登记原因" in nobody.words
    given(range(70, 98, 5), 1)
    assert effects.of(action, now).numbers["reason"] == "not_said"  # a few of them
    CauseGiven.objects.filter(complaint__in=keys[210:]).delete()
    given(range(70, 98), 1)
    assert effects.of(action, now).numbers["reason"] == "within_chance"  # as before
    CauseGiven.objects.filter(complaint__in=keys[210:], cause=cause).update(cause=other)
    fewer = CauseGiven.objects.filter(complaint__in=keys[210::3])
    assert fewer.count() == 28
    assert effects.of(action, now).effect == "fell"

    said = Signal(kind="term", word="vip", product="", category="", region="")
    assert sum(effects.by_day(said, done, done + 6 * DAY).values()) == 21
