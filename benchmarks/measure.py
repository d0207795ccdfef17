"""Asking two servers in turn, and what to make of the times."""

import http.client
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

WARM_UP = 5


class Client:
    """One persistent connection of somebody who is signed in."""

    def __init__(self, url: str, session: str) -> None:
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self.cookies = f"sessionid={session}"

    def get(self, path: str) -> tuple[float, int, str]:
        """(milliseconds, bytes, text). Raises RuntimeError unless the answer is 200."""
        return self._ask("GET", path, None, {}, 200)

    def post(self, path: str, body: str, cookies: str = "") -> tuple[float, int, str]:
        """The same for a form that leads on to another page."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{self.cookies}; {cookies}",
        }
        return self._ask("POST", path, body, headers, 302)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str], wanted: int
    ) -> tuple[float, int, str]:
        began = time.perf_counter()
        try:
            self.connection.request(method, path, body, {"Cookie": self.cookies, **headers})
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # closed while it was idle
            self.connection.close()
            return self._ask(method, path, body, headers, wanted)
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != wanted:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:400]!r}")
        return took, len(content), content.decode()


@dataclass(frozen=True)
class Pair:
    """Medians in milliseconds of our page and of the floor's, asked in turn."""

    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        """How many times the floor's."""
        return self.ours / self.floor


def in_turn(ours: Callable[[], float], floor: Callable[[], float], times: int) -> Pair:
    """Ask one after the other, so that a busy moment of the machine meets both."""
    for _ in range(WARM_UP):
        ours()
        floor()
    pairs = [(ours(), floor()) for _ in range(times)]
    return Pair(statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs))


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
