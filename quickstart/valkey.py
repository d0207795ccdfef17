"""The embedded Valkey, a server that speaks Redis: queue of Celery, cache, nothing to be missed
after a crash but the last second.
"""

import contextlib
import signal
from urllib.parse import quote

import redis

from config.state import kept_secret
from quickstart import binaries
from quickstart.places import Places
from quickstart.process import Program, wrapped
from quickstart.servers import Server

DATABASES = 64  # one per process of a test run


class Valkey(Server):
    """`durable` off keeps nothing on disk, for tests."""

    name = "valkey"
    variable = "REDIS_URL"

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        super().__init__(places)
        self.durable = durable
        self.binary = binaries.usable(binaries.valkey(), places)
        self.password = kept_secret("valkey_password", 24)

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.places.give(self.data)

    def program(self) -> Program:
        """The password stands in a 0600 file, not on a command line that everybody can read."""
        # relative names, from the data folder: Valkey splits a line of its file at spaces
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"requirepass {self.password}",
            "dir .",
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "daemonize no",
            "maxmemory-policy noeviction",
            f"databases {DATABASES}",
        ]
        file = self.data / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text("\n".join(lines) + "\n", encoding="ascii")
        self.places.give(file)
        command = [str(self.binary), "valkey.conf"]
        return Program(wrapped(command, signal.SIGTERM, self.places.account, self.data))

    def ready(self) -> bool:
        with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=2)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
