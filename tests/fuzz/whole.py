"""The whole API for ten minutes, or for `FUZZ_SECONDS`; `FUZZ_SEED` begins where an earlier run
began. `make fuzz` runs this; it is not collected with the suite, which has test_short.py.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.fuzz import world
from tests.live import Site


@pytest.mark.django_db(transaction=True)
def test_no_call_finds_a_fault(tmp_path: Path) -> None:
    number = int(os.environ.get("FUZZ_SEED") or time.time())
    with Site(tmp_path, **world.UNLIMITED) as site:
        fuzz = world.whole(site.url, number)
        fuzz.run(float(os.environ.get("FUZZ_SECONDS") or 600))
    print(
        f"\nFUZZ_SEED={number}: {fuzz.calls} calls, answered {dict(sorted(fuzz.answers.items()))}"
    )
    assert not fuzz.faults, fuzz.words()
