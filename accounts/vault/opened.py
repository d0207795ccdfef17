"""Data keys that a key management service opened just now.

Keys in memory open a data key in microseconds, and nothing is kept. A service on another machine
takes milliseconds, and a page that compares several fields asks for the same key again and again:
the last ones are kept for a minute, by the wrapped key itself, so that a destroyed key opens
nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from accounts.vault.ring import KeyRing, LocalRing

SECONDS, MOST = 60.0, 1000


class Opened:
    """Safe between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[bytes, str], tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Keep none."""
        with self._lock:
            self._kept.clear()

    def key(self, by: KeyRing, what: tuple[bytes, str], unwrap: Callable[[], bytes]) -> bytes:
        """The data key, asked for once a minute where it has to be fetched."""
        if isinstance(by, LocalRing):
            return unwrap()
        with self._lock:
            until, key = self._kept.get(what, (0.0, b""))
        if until > time.monotonic():
            return key
        key = unwrap()
        with self._lock:
            self._kept[what] = (time.monotonic() + SECONDS, key)
            self._kept.move_to_end(what)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return key
