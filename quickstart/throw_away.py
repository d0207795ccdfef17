"""A real PostgreSQL and a real Valkey for one run of something: gone after it, however it ends.

For the tests and the benchmarks. Where DATABASE_URL or REDIS_URL is set, that server is used.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from config import env
from quickstart import places
from quickstart.postgres import THROW_AWAY, Postgres
from quickstart.process import Process, stop_all
from quickstart.servers import Server, bring_up
from quickstart.valkey import Valkey

SWEEPER = Path(__file__).with_name("sweeper.py")


def begin(prefix: str, *, durable: bool = False) -> Path:
    """Start the servers and name them in the environment; the folder is the run's state folder.

    `durable`: what is committed is on the disk, as in an installation. Everything ends with this
    process. Raises CannotStart.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    sweeper = subprocess.Popen(
        [sys.executable, "-S", "-E", str(SWEEPER), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    os.environ["STATE_DIR"] = str(folder)  # keys, uploads and mails of the run too
    rooms = places.prepare(folder, env.text("EMBEDDED_USER"))
    processes: list[Process] = []
    atexit.register(_end, processes, sweeper)
    for server in _wanted(rooms, durable):
        process = Process(server.name, rooms.log)
        processes.append(process)
        bring_up(server, process, time.sleep)
        os.environ[server.variable] = server.url
    return folder


def _wanted(rooms: places.Places, durable: bool) -> Iterator[Server]:
    """Those that no setting replaces; the others' programs may not be installed here at all."""
    if not env.text(Postgres.variable):
        yield Postgres(rooms, {} if durable else THROW_AWAY)
    if not env.text(Valkey.variable):
        yield Valkey(rooms, durable=False)


def _end(processes: list[Process], sweeper: subprocess.Popen[bytes]) -> None:
    stop_all(processes, 5, lambda: False)
    if sweeper.stdin:
        sweeper.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        sweeper.wait(timeout=30)
