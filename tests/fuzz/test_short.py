"""A few seconds of what `make fuzz` does for ten minutes: everything that is described is called,
by everybody, and nothing is answered that the description does not know.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import world
from tests.live import Site

SECONDS = 12.0
NUMBER = 7  # the same calls each time, as far as the time allows


@pytest.mark.django_db(transaction=True)
def test_no_call_of_a_short_run_finds_a_fault(tmp_path: Path) -> None:
    with Site(tmp_path, **world.UNLIMITED) as site:
        fuzz = world.small(site.url, NUMBER)
        fuzz.run(SECONDS)
    assert not fuzz.faults, fuzz.words()
    # it got somewhere: things were read and written, and refused in each way
    assert {200, 400, 401, 403, 404} <= set(fuzz.answers), fuzz.answers
