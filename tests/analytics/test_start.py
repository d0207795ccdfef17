"""What every process loads at its start."""

import subprocess
import sys

LOAD = """
import sys, django
django.setup()
from django.urls import get_resolver
import analytics.tasks
assert len(get_resolver().url_patterns) > 5
print(*sorted(sys.modules.keys() & {"scipy", "datasketch", "rjieba"}))
"""


def test_no_process_loads_what_only_the_detection_needs() -> None:
    """scipy alone takes 90 MB and most of a second, for each worker that serves a page."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
