"""When e-mails may come: pure sums over hours and days."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.workdays import SHANGHAI, STATE
from correspondence.quiet import Hours, may_ring, next_digest, opens
from tests.correspondence.conftest import at

WORKS = STATE.is_working_day
USUAL = Hours()
OFFICE = Hours(working_only=True, work_from=time(10), work_until=time(16))


@pytest.mark.parametrize(
    ("moment", "hours", "leaves"),
    [
        ("2026-03-02 10:00", USUAL, "2026-03-02 10:00"),
        ("2026-03-02 07:59", USUAL, "2026-03-02 08:00"),
        ("2026-03-02 08:00", USUAL, "2026-03-02 08:00"),
        ("2026-03-02 19:59", USUAL, "2026-03-02 19:59"),
        ("2026-03-02 20:00", USUAL, "2026-03-03 08:00"),
        ("2026-03-06 22:00", USUAL, "2026-03-09 08:00"),  # Friday night to Monday
        ("2026-09-30 21:00", USUAL, "2026-10-08 08:00"),  # 国庆
        ("2026-02-14 10:00", USUAL, "2026-02-14 10:00"),  # a Saturday that is worked (补班)
        ("2026-03-07 10:00", Hours(rest_days=False), "2026-03-07 10:00"),
        ("2026-03-07 21:00", Hours(rest_days=False), "2026-03-08 08:00"),
        ("2026-03-02 23:00", Hours(quiet=False, rest_days=False), "2026-03-02 23:00"),
        ("2026-03-02 13:00", Hours(quiet_from=time(12), quiet_until=time(14)), "2026-03-02 14:00"),
        ("2026-03-02 09:00", OFFICE, "2026-03-02 10:00"),
        ("2026-03-02 16:00", OFFICE, "2026-03-03 10:00"),
        ("2026-03-06 16:00", OFFICE, "2026-03-09 10:00"),
        ("2026-03-02 10:00", Hours(quiet_from=time(9), quiet_until=time(9)), "2026-03-02 10:00"),
    ],
)
def test_an_e_mail_waits_for_the_end_of_quiet(moment: str, hours: Hours, leaves: str) -> None:
    assert opens(at(moment), hours, WORKS) == at(leaves)


@pytest.mark.parametrize(
    ("moment", "hours", "leaves"),
    [
        ("2026-03-02 08:30", USUAL, "2026-03-02 09:00"),
        ("2026-03-02 09:00", USUAL, "2026-03-02 09:00"),
        ("2026-03-02 09:01", USUAL, "2026-03-02 14:00"),
        ("2026-03-02 14:01", USUAL, "2026-03-03 09:00"),
        ("2026-03-06 18:00", USUAL, "2026-03-09 09:00"),
        ("2026-09-30 18:00", USUAL, "2026-10-08 09:00"),
        ("2026-03-02 08:00", Hours(digests=(time(22),)), "2026-03-02 08:00"),
        ("2026-03-02 21:00", Hours(digests=(time(22),)), "2026-03-03 08:00"),
    ],
)
def test_a_digest_leaves_at_its_hour_on_a_day_that_is_worked(
    moment: str, hours: Hours, leaves: str
) -> None:
    assert next_digest(at(moment), hours, WORKS) == at(leaves)


def test_a_contradiction_loses_nothing() -> None:
    never = Hours(working_only=True, work_from=time(21), work_until=time(22))
    assert opens(at("2026-03-02 10:00"), never, WORKS) == at("2026-03-02 10:00")
    assert next_digest(at("2026-03-02 10:00"), never, WORKS) == at("2026-03-02 10:00")


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(
    moment=st.datetimes(
        min_value=at("2024-01-01 00:00").replace(tzinfo=None),
        max_value=at("2026-11-01 00:00").replace(tzinfo=None),
    ),
    quiet_from=TIMES,
    quiet_until=TIMES,
    rest_days=st.booleans(),
)
def test_the_moment_is_never_earlier_and_is_never_quiet(
    moment, quiet_from: time, quiet_until: time, rest_days: bool
) -> None:
    start = moment.replace(tzinfo=SHANGHAI)
    hours = Hours(True, quiet_from, quiet_until, rest_days)
    leaves = opens(start, hours, WORKS)
    assert leaves >= start
    assert may_ring(leaves, hours, WORKS)
    assert opens(leaves, hours, WORKS) == leaves
