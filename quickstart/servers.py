"""What an embedded server is to the supervisor, and how one is brought up."""

import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from quickstart.errors import CannotStart
from quickstart.places import Places
from quickstart.process import Process, Program

PATIENCE = 90.0  # seconds until a server has to answer; the disk of a busy machine is slow
ATTEMPTS = 3


class Server(ABC):
    """An embedded server: one program, one data folder, one port of the loopback address."""

    name: str
    variable: str  # the setting that replaces it by a server of one's own

    def __init__(self, places: Places) -> None:
        self.places = places
        self.data: Path = places.servers / self.name
        self.port = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """With the password, for whoever may do everything; valid once prepared."""

    @property
    def addresses(self) -> dict[str, str]:
        """Settings by which the programs of an installation find it."""
        return {self.variable: self.url}

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder when there is none; clear away what a crash left."""

    @abstractmethod
    def program(self) -> Program:
        """What to start, on `self.port`."""

    @abstractmethod
    def ready(self) -> bool:
        """True when it answers."""

    def finish(self) -> None:  # noqa: B027 - most servers have nothing left to do
        """What is left to do once it answers."""


def bring_up(server: Server, process: Process, pause: Callable[[float], None]) -> None:
    """Start and wait until it answers. Raises CannotStart with the end of its log.

    A second and third attempt cover a port that was taken in between and the last moments of a
    killed predecessor.
    """
    for attempt in range(1, ATTEMPTS + 1):
        server.port = free_port(server.port)
        server.prepare()
        process.program = server.program()
        process.start()
        if _answers(server, process, pause):
            server.finish()
            return
        if process.alive:
            break
        pause(attempt)
    raise CannotStart(f"{server.name} 没有启动 / did not start; {process.log}:\n{process.tail()}")


def _answers(server: Server, process: Process, pause: Callable[[float], None]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while process.alive and time.monotonic() < deadline:
        if server.ready():
            return True
        pause(0.1)
    return False


def free_port(preferred: int = 0) -> int:
    """The preferred port of the loopback address when it is free, else any that is."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            bound: int = probe.getsockname()[1]
            return bound
    raise CannotStart("There is no free port on 127.0.0.1.")
