"""The product's own programs: web server, Celery worker, beat, and the work before them."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from config import env
from quickstart.process import Program, wrapped

OWNER = ("OWNER_DATABASE_URL", "OWNER_DATABASE_URL_FILE")
GRACE = 3  # seconds for requests and tasks that run when everything is to stop


def of_the_application(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the address of the owner of the tables: the site has no use for it."""
    return {name: value for name, value in environment.items() if name not in OWNER}


def web(
    listener: int,
    environment: Mapping[str, str],
    scratch: Path,
    application: str = "config.wsgi",
    *,
    preload: bool = True,
) -> Program:
    """gunicorn with threads on a socket that is already open, so that a restart refuses nobody.
    `preload`: the application is loaded once, and its workers have that memory together.
    """
    memory = Path("/dev/shm")  # noqa: S108 - heartbeat files; a slow disk would look like a hang
    command = ["-m", "gunicorn", application, "--bind", f"fd://{listener}"]
    command += ["--worker-class", "gthread", "--workers", str(env.number("WEB_WORKERS"))]
    command += ["--threads", str(env.number("WEB_THREADS")), "--no-control-socket"]
    # a search of 400 Chinese characters is 3,600 bytes, and 6,000 inside the `next` of a sign-in
    command += ["--limit-request-line", "8190", *(["--preload"] if preload else [])]
    command += ["--graceful-timeout", str(GRACE), "--timeout", "60", "--log-level", "warning"]
    command += ["--worker-tmp-dir", str(memory if os.access(memory, os.W_OK) else scratch)]
    return _python(command, environment, pass_fds=(listener,))


def worker(environment: Mapping[str, str]) -> Program:
    """Celery's worker. The checks of the whole are those of `bootstrap`, a moment before."""
    command = ["-m", "celery", "-A", "config", "--skip-checks", "worker"]
    command += ["--without-mingle", "--without-gossip"]
    command += ["--concurrency", str(env.number("WORKER_CONCURRENCY")), "--loglevel", "INFO"]
    return _python(command, environment)


def beat(environment: Mapping[str, str]) -> Program:
    """Celery's clock; there must be exactly one."""
    command = ["-m", "celery", "-A", "config", "--skip-checks", "beat"]
    command += ["--pidfile", "", "--loglevel", "INFO"]
    return _python(command, environment)


def bootstrap(environment: Mapping[str, str], *, empty: bool, report: Path) -> Program:
    """Migrations, translations, static files, demo data."""
    command = ["manage.py", "bootstrap", "--report", str(report), *(["--empty"] if empty else [])]
    return _python(command, environment, echo=True)


def _python(
    arguments: list[str],
    environment: Mapping[str, str],
    *,
    pass_fds: tuple[int, ...] = (),
    echo: bool = False,
) -> Program:
    command = wrapped([sys.executable, *arguments], signal.SIGTERM, None, None)
    return Program(command, environment, pass_fds=pass_fds, echo=echo)
