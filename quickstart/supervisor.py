"""Brings everything up in order, watches it, and takes everything down in order."""

import fcntl
import os
import signal
import socket
import time
from pathlib import Path
from types import FrameType

from config import env
from config.state import state_dir
from quickstart import address, kept, leftovers, places, programs, unfinished, welcome
from quickstart.errors import CannotStart
from quickstart.postgres import Postgres
from quickstart.process import Process, stop_all
from quickstart.servers import Server, bring_up
from quickstart.terminal import say
from quickstart.valkey import Valkey

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WEB_PATIENCE = 120.0  # seconds until the site has to answer
PROGRAMS_STOP = 4.0  # seconds to stop in order, then by force: with the servers' less than 10
SERVERS_STOP = 3.5
EARLY = 10.0  # a program that dies sooner after its start has failed to start …
EARLY_LIMIT = 3  # … and after so many of these everything ends, loudly
LONGEST_BACK_OFF = 30.0


class Stopped(Exception):
    """Somebody asked for the end."""


class AlreadyRunning(Exception):
    """Another supervisor holds the lock; the text is its address, "" while it starts."""


class Supervisor:
    """One installation, from its lock to its last process."""

    def __init__(self, *, empty: bool) -> None:
        self.empty = empty
        self.places = places.prepare(state_dir(), env.text("EMBEDDED_USER"))
        self.verbose = env.flag("VERBOSE")
        self.asked: list[str] = []  # signals received
        self.servers: list[Process] = []
        self.programs: list[Process] = []
        self.retry_at: dict[str, float] = {}
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        # What Python compiles is kept: four programs would compile all of it anew at every start,
        # and most containers ask for that.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._lock = lock(self.places.run / "lock", self.places.run / "web.json")
        for number in SIGNALS:
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self.asked.append(signal.Signals(number).name)

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Stopped as soon as somebody asks for the end."""
        until = time.monotonic() + seconds
        while True:
            if self.asked:
                raise Stopped(self.asked[0])
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))

    def run(self) -> int:
        """Everything; answers the exit code."""
        code = 0
        self._withdraw_addresses()
        try:
            leftovers.end(self._noted)
            self._refuse_a_half_restore()
            self._start_servers()
            self._bootstrap()
            with address.claim(env.text("HOST"), env.number("PORT")) as listener:
                self._start_programs(listener)
                self._watch()
        except Stopped as reason:
            say(f"正在停止 / stopping ({reason}) …")
        except (CannotStart, OSError, ValueError) as error:
            say(f"错误 / error: {error}")
            code = 1
        finally:
            self._stop()
        return code

    def _refuse_a_half_restore(self) -> None:
        if unfinished.is_there(self.places):
            raise CannotStart(
                "上次恢复没有完成，请重新运行 / a restore was not finished; run it again: "
                "./run restore FILE"
            )

    @property
    def _noted(self) -> Path:
        return self.places.run / "processes.json"

    def _started(self) -> None:
        running = [*self.servers, *self.programs]
        leftovers.note(self._noted, [p.pid for p in running if p.alive])

    def _withdraw_addresses(self) -> None:
        for name in ("embedded.json", "web.json", "begun.json"):
            (self.places.run / name).unlink(missing_ok=True)

    def _start_servers(self) -> None:
        """The embedded servers, for the settings that name none of one's own."""
        urls: dict[str, str] = {}
        ports_file = self.places.state / "ports.json"
        ports: dict[str, int] = kept.read(ports_file, {})
        for kind in (Postgres, Valkey):
            if env.text(kind.variable):
                say(f"使用您的 {kind.variable} / using your {kind.variable}")
                continue
            server: Server = kind(self.places)
            server.port = ports.get(server.name, 0)
            process = Process(server.name, self.places.log, verbose=self.verbose)
            self.servers.append(process)
            bring_up(server, process, self.pause)
            urls.update(server.addresses)
            ports[server.name] = server.port
            self._started()
            say(f"{server.name} · 127.0.0.1:{server.port}")
        self.environment.update(urls)
        kept.write(ports_file, ports)
        kept.write(self.places.run / "embedded.json", urls)

    def _bootstrap(self) -> None:
        """Bring database and files up to date. Raises CannotStart when that fails."""
        report = self.places.run / "begun.json"
        program = programs.bootstrap(self.environment, empty=self.empty, report=report)
        process = Process("bootstrap", self.places.log, program)
        self.programs.append(process)
        process.start()
        while process.alive:
            self.pause(0.1)
        process.read_all()
        self.programs.remove(process)
        if process.code:
            raise CannotStart(f"bootstrap: {process.log}")

    def _start_programs(self, listener: socket.socket) -> None:
        wanted, port = env.number("PORT"), listener.getsockname()[1]
        if wanted not in (0, port):
            say(f"端口 {wanted} 已被占用，改用 {port} / port {wanted} is taken, using {port}")
        environment = programs.of_the_application(self.environment)
        for name, program in (
            ("web", programs.web(listener.fileno(), environment, self.places.run)),
            ("worker", programs.worker(environment)),
            ("beat", programs.beat(environment)),
        ):
            process = Process(name, self.places.log, program, verbose=self.verbose)
            self.programs.append(process)
            process.start()
        self._started()
        self._wait_for_web(listener)
        url = address.url(listener)
        kept.write(self.places.run / "web.json", {"url": url, "pid": os.getpid()})
        welcome.show(url, self.places)

    def _wait_for_web(self, listener: socket.socket) -> None:
        web = self.programs[0]
        deadline = time.monotonic() + WEB_PATIENCE
        while not address.alive(listener):
            if not web.alive or time.monotonic() > deadline:
                raise CannotStart(f"web 没有启动 / did not start; {web.log}:\n{web.tail()}")
            self.pause(0.1)

    def _watch(self) -> None:
        """Restart what ends, until somebody asks for the end. Raises CannotStart or Stopped."""
        while True:
            for process in [*self.servers, *self.programs]:
                if not process.alive:
                    self._revive(process)
            self.pause(0.3)

    def _revive(self, process: Process) -> None:
        """Restart with growing distance; give up when it keeps failing at its start."""
        now = time.monotonic()
        if process.name not in self.retry_at:
            lived = now - process.started
            process.early_deaths = process.early_deaths + 1 if lived < EARLY else 0
            if process.early_deaths >= EARLY_LIMIT:
                raise CannotStart(
                    f"{process.name} 反复启动失败 / keeps failing; {process.log}:\n{process.tail()}"
                )
            wait = min(2.0**process.early_deaths - 1, LONGEST_BACK_OFF)
            self.retry_at[process.name] = now + wait
            say(f"{process.name} 意外退出，重新启动 / ended ({process.code}), restarting")
        if now >= self.retry_at[process.name]:
            del self.retry_at[process.name]
            process.sweep()
            process.start()
            self._started()

    def _stop(self) -> None:
        """Programs, then servers; at the second signal without ceremony."""
        self._withdraw_addresses()
        asked = max(len(self.asked), 1)
        stop_all(self.programs, PROGRAMS_STOP, lambda: len(self.asked) > asked)
        stop_all(self.servers, SERVERS_STOP, lambda: len(self.asked) > asked)
        self._noted.unlink(missing_ok=True)
        say("已停止 / stopped")


def lock(file: Path, web: Path) -> int:
    """Hold the installation's lock until this process ends. Raises AlreadyRunning."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by children
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(kept.read(web, {}).get("url", "")) from None
    return descriptor
