"""Seals one package, killed at each of its writes, and prints how many there are.

A process of its own: whatever draws a PDF keeps threads, which a child of the tests, where letters
were drawn before, would wait for without end.
"""

from __future__ import annotations

import sys

import django

django.setup()

from complaints.actions import sealing  # noqa: E402
from complaints.models import Package  # noqa: E402
from tests.outages.plug import everything, until_it_survives  # noqa: E402


def main(waiting: int) -> None:
    """Raises AssertionError where a kill leaves more than nothing."""
    before = everything()

    def check(done: bool) -> None:
        assert Package.objects.filter(sealing=waiting).count() == done
        assert done or everything() == before

    print(until_it_survives(lambda: sealing.seal(waiting), check))


main(int(sys.argv[1]))
