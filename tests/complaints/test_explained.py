"""Why a clock is due when it is, in one sentence that a person can check with a calendar."""

from datetime import datetime

import pytest

from complaints import clock_words, deadlines, regimes
from complaints.actions import holds
from complaints.clock import Terms
from complaints.models import Complaint, Deadline
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock_of(length: int, unit: str, start: str) -> Deadline:
    """A clock of that length as it is when it starts."""
    row = regimes.row("investigate")
    assert row is not None
    return deadlines.new(Complaint(), row, at(start), terms=Terms(length, unit))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "unit", "start", "words"),
    [
        (
            10,
            "working_day",
            "2026-09-29 10:00",
            "10 个工作日，自 2026-09-29 次日起算，跳过 10-01 至 10-07，计入 10-10 补班",
        ),
        # weekends are what a working day leaves out anyway
        (5, "working_day", "2026-11-19 10:00", "5 个工作日，自 2026-11-19 次日起算"),
        (
            5,
            "working_day",
            "2026-02-12 10:00",
            "5 个工作日，自 2026-02-12 次日起算，跳过 02-15 至 02-23，计入 02-14 补班",
        ),
        (
            15,
            "calendar_day",
            "2026-09-20 10:00",
            "15 日，自 2026-09-20 次日起算，末日 10-05 为休息日，顺延至 10-08",
        ),
        (7, "calendar_day", "2026-11-20 09:00", "7 日，自 2026-11-20 次日起算"),
        (
            10,
            "working_day",
            "2026-12-25 10:00",
            "10 个工作日，自 2026-12-25 次日起算，跳过 2027-01-01，暂定：该年放假安排尚未公布",
        ),
        (
            7,
            "calendar_day",
            "2025-12-26 10:00",
            "7 日，自 2025-12-26 次日起算，末日 2026-01-02 为休息日，顺延至 2026-01-04",
        ),
        (24, "hour", "2026-11-26 10:00", "24 小时，自 2026-11-26 10:00 起算"),
        (6, "month", "2026-05-31 10:00", "6 个月，自 2026-05-31 次日起算"),
        (0, "immediate", "2026-11-26 10:00", "立即，自 2026-11-26 10:00 起"),
    ],
)
def test_a_date_tells_its_length_its_first_day_and_what_was_left_out(
    length: int, unit: str, start: str, words: str
) -> None:
    assert clock_words.explain(clock_of(length, unit, start)) == words


def held(cast: Cast, begin: str, end: str) -> Deadline:
    """The clock of the investigation of a case, held for a while."""
    start = at("2026-03-02 10:00")
    case = f.step(f.registered(cast, now=start), "accept", cast.agent, now=start)
    values = {"reason": "consumer", "note": "等付款凭证"}
    hold = holds.start(case.number, values, by=cast.agent, now=at(begin))
    holds.end(case.number, hold.pk, by=cast.agent, now=at(end))
    return Deadline.objects.get(complaint=case, kind="investigate")


def test_days_on_which_the_clock_stood_still_are_told(cast: Cast) -> None:
    deadline = held(cast, "2026-03-03 09:00", "2026-03-05 09:00")
    words = "5 个工作日，自 2026-03-02 次日起算，中止期间 03-04、03-05 不计"
    assert clock_words.explain(deadline) == words


def test_of_a_clock_of_hours_the_pause_is_told_to_the_minute(cast: Cast) -> None:
    deadline = held(cast, "2026-03-03 09:00", "2026-03-03 11:30")
    deadlines.change_terms([deadline], Terms(48, "hour"), "改为 48 小时", at("2026-03-03 12:00"))
    words = "48 小时，自 2026-03-02 10:00 起算，中止期间 03-03 09:00 至 03-03 11:30 不计"
    assert clock_words.explain(deadline) == words


def test_a_longer_term_is_told_with_its_approval(cast: Cast) -> None:
    deadline = clock_of(15, "calendar_day", "2026-11-02 10:00")
    deadline.explanation["extended"] = [{"to": 30}]
    assert "15 日，自 2026-11-02 次日起算，经批准延长至共 30 日" in clock_words.explain(deadline)
