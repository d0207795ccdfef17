"""What is asked, of whom, and the table."""

import os
import platform
import socket
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.utils import timezone

from benchmarks import world
from benchmarks.day import create, register
from benchmarks.measure import Client, Pair, in_turn, seconds
from complaints.actions.sweep import enforce_due
from complaints.models import Complaint
from quickstart import programs
from quickstart.process import Process, stop_all
from quickstart.terminal import table
from tests.cast import Cast
from tests.live import eventually, fetch, session_of

TIMES = 60  # requests per page and size
DUE, SWEEPS = 100, 3
COMMON = "退款"
Result = Pair | float  # milliseconds of two, seconds of one
Ask = Callable[[], float]


@contextmanager
def sites(logs: Path, workers: str = "1") -> Iterator[tuple[str, str]]:
    """Two web servers with so many workers each, ours and the floor's: their addresses."""
    processes, addresses = [], []
    for application, settings in (
        ("config.wsgi", "benchmarks.settings"),
        ("benchmarks.floor.wsgi", "benchmarks.floor.settings"),
    ):
        listener = socket.create_server(("127.0.0.1", 0))
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "WEB_WORKERS": workers}
        program = programs.web(  # the floor is started as gunicorn starts by itself
            listener.fileno(), environment, logs, application, preload=application == "config.wsgi"
        )
        processes.append(Process(application.replace(".", "_"), logs, program))
        processes[-1].start()
        addresses.append(f"http://127.0.0.1:{listener.getsockname()[1]}")
        listener.detach()
    try:
        yield addresses[0], addresses[1]
    finally:
        stop_all(processes, 5, lambda: False)


class Round:
    """All pages at one number of cases."""

    def __init__(self, cast: Cast, ours: str, floor: str) -> None:
        self.cast, self.ours, self.floor = cast, ours, floor
        eventually(lambda: fetch(f"{ours}/healthz")[0] == 200)
        self.agent = Client(ours, session_of(cast.agent))
        self.lead = Client(ours, session_of(cast.supervisor))
        self.bare = Client(floor, session_of(cast.agent))

    def run(self) -> dict[str, Result]:
        """Page → Pair, and sweep → seconds."""
        case = Complaint.objects.filter(owner=self.cast.agent, state="executing").last()
        pages: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
            "my queue": (
                lambda: self.agent.get("/complaints/")[0],
                lambda: self.bare.get("/queue/")[0],
            ),
            "team's queue": (
                lambda: self.lead.get("/complaints/?state=open")[0],
                lambda: self.bare.get("/queue/")[0],
            ),
            "case": (
                lambda: self.agent.get(f"/complaints/{case.number}/")[0],
                lambda: self.bare.get(f"/case/{case.pk}/")[0],
            ),
            "search, common word": self.search(COMMON),
            "search, rare word": self.search(world.RARE),
            "register a case": (lambda: register(self.agent), lambda: create(self.bare)),
        }
        found: dict[str, Result] = {n: in_turn(*p, times=TIMES) for n, p in pages.items()}
        return {**found, **self.sweep()}

    def search(self, word: str) -> tuple[Callable[[], float], Callable[[], float]]:
        """Both searches for a word, after a look that both find something."""
        ours, floor = f"/complaints/?q={quote(word)}&state=all", f"/search/?q={quote(word)}"
        if "/complaints/TS" not in self.agent.get(ours)[2] or "TS" not in self.bare.get(floor)[2]:
            raise RuntimeError(f"{word} is not found")
        return lambda: self.agent.get(ours)[0], lambda: self.bare.get(floor)[0]

    def sweep(self) -> dict[str, Result]:
        """The work of the clocks: seconds with nothing due, and with some due out of many."""
        enforce_due(timezone.now())
        idle = statistics.median(seconds(lambda: enforce_due(timezone.now())) for _ in range(9))
        busy = []
        for _ in range(SWEEPS):
            world.make_due(DUE)
            busy.append(seconds(lambda: enforce_due(timezone.now())))
        return {"sweep, nothing due": idle, f"sweep, {DUE} due": statistics.median(busy)}


def show(sizes: tuple[int, int], small: dict[str, Result], large: dict[str, Result]) -> None:
    """The table, and what it was measured on."""
    rows = [("", f"{sizes[0]:,} cases", f"{sizes[1]:,} cases", "growth", "floor", "to the floor")]
    for name, one in small.items():
        other = large[name]
        if isinstance(one, Pair) and isinstance(other, Pair):
            growth = other.ours / one.ours
            cells = (f"{one.ours:.1f} ms", f"{other.ours:.1f} ms", f"× {growth:.2f}")
            rows.append((name, *cells, f"{other.floor:.1f} ms", f"× {other.ratio:.1f}"))
        elif isinstance(one, float) and isinstance(other, float):
            cells = (f"{one * 1000:.1f} ms", f"{other * 1000:.1f} ms", f"× {other / one:.2f}")
            rows.append((name, *cells, "", ""))
    print(f"\n{table(rows)}\n\n  {machine()}")


def machine() -> str:
    """What the figures depend on, and the ratios should not."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = platform.python_version()
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {python}{load}"
    )
