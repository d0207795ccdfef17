"""One command with the servers of this installation: those that run, or started for it."""

from __future__ import annotations

import signal
import sys

from config import env
from quickstart import leftovers
from quickstart.errors import CannotStart
from quickstart.process import Process, Program, wrapped
from quickstart.supervisor import Stopped, Supervisor
from quickstart.terminal import say


def own_servers() -> bool:
    """Nothing has to be started: both servers are the person's own."""
    return bool(env.text("DATABASE_URL") and env.text("REDIS_URL"))


class Once(Supervisor):
    """Holds the installation's lock, so that nothing else starts meanwhile."""

    def __init__(self) -> None:
        super().__init__(empty=False)

    def perform(self, *arguments: str) -> int:
        """`manage.py` with the arguments; its exit code."""
        code = 1
        try:
            leftovers.end(self._noted)
            self._start_servers()
            code = self._to_its_end(arguments)
        except Stopped as reason:
            say(f"正在停止 / stopping ({reason}) …")
        except (CannotStart, OSError, ValueError) as error:
            say(f"错误 / error: {error}")
        finally:
            self._stop()
        return code

    def _to_its_end(self, arguments: tuple[str, ...]) -> int:
        command = wrapped([sys.executable, "manage.py", *arguments], signal.SIGTERM, None, None)
        process = Process(
            arguments[0], self.places.log, Program(command, self.environment, echo=True)
        )
        self.programs.append(process)
        process.start()
        self._started()
        while process.alive:
            self.pause(0.1)
        process.read_all()
        self.programs.remove(process)
        return process.code or 0
