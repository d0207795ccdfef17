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
from tests.outages.plug import everything, stored, until_it_survives  # noqa: E402


def main(waiting: int) -> None:
    """Raises AssertionError where a kill leaves more than nothing."""
    before = everything()

    def check(done: bool) -> None:
        made = list(Package.objects.filter(sealing=waiting))
        assert len(made) == done
        assert done or everything() == before
        assert {package.sha256 for package in made} <= set(stored())

    print(until_it_survives(lambda: sealing.seal(waiting), check))


main(int(sys.argv[1]))
