"""`./run backup [FILE]` and `./run restore FILE [KEYS]`: with the servers of this installation."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from config.state import made, state_dir
from quickstart import kept, once, unfinished
from quickstart.backup import keys
from quickstart.errors import CannotStart
from quickstart.process import PROJECT
from quickstart.supervisor import AlreadyRunning
from quickstart.terminal import say, tolerate_any_encoding

REFUSED = 1  # exit status of `manage.py restore`: nothing was restored
FOUND_WRONG = 3  # … restored, but not everything is as it was recorded


def main(arguments: list[str]) -> int:
    """The exit code: that of `manage.py backup` or `manage.py restore`."""
    tolerate_any_encoding()
    os.umask(0o077)
    command, *files = arguments
    try:
        if command == "backup":
            return take(Path(files[0]) if files else _next_name())
        return restore(Path(files[0]), Path(files[1]) if len(files) > 1 else None)
    except (AlreadyRunning, CannotStart, keys.WrongKeys) as error:
        say(str(error), timed=False)
        return 1


def _next_name() -> Path:
    folder = made(state_dir() / "backups")
    return folder / time.strftime("kesu-%Y%m%d-%H%M%S.tar")


def take(file: Path) -> int:
    """Write a backup; the site may be at work meanwhile."""
    before = file.exists()
    code = _anyhow("backup", str(file))
    if file.exists() and not before:
        _write_keys(file)
    return code


def _anyhow(*arguments: str) -> int:
    """With servers that run already, or else with our own."""
    try:
        if not once.own_servers():
            return once.Once().perform(*arguments)
    except AlreadyRunning as running:
        if not str(running):  # it has not come far enough to be asked
            raise CannotStart("正在启动，请稍后再试 / it is starting; try again later.") from None
    return _directly(*arguments)


def _directly(*arguments: str) -> int:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, stdin=subprocess.DEVNULL, check=False).returncode


def _write_keys(file: Path) -> None:
    made_here = keys.made_here()
    if not made_here:
        say("密钥由您自己保管 / the keys are in your own keeping: VAULT_KEYS, …", timed=False)
        return
    beside = keys.beside(file)
    kept.write(beside, made_here)
    say(
        f"密钥 / keys: {beside}\n"
        "  没有密钥，备份里的个人信息谁也打不开；有了密钥就能打开。请把它和备份分开存放。\n"
        "  Without them nobody can read the personal data in the backup, and with them anybody "
        "can: keep this file in another place than the backup.",
        timed=False,
    )


def restore(file: Path, keys_file: Path | None) -> int:
    """Make an installation of a backup, where there is none."""
    if not file.is_file():
        raise CannotStart(f"没有这个文件 / there is no such file: {file}")
    if once.own_servers():
        _place_keys(file, keys_file)
        return _directly("restore", str(file))
    try:
        here = once.Once()
    except AlreadyRunning:
        raise CannotStart(
            "系统正在运行，不会被覆盖：请换一个 STATE_DIR，或先停止并移走它的数据。\n"
            "This installation is running and is not overwritten: use another STATE_DIR, or stop "
            "it and move its data away."
        ) from None
    unfinished.begin(here.places)
    code = REFUSED
    try:
        _place_keys(file, keys_file)
        code = here.perform("restore", str(file))
    finally:
        if code == REFUSED:
            unfinished.clear(here.places)
    if code in (0, FOUND_WRONG):
        unfinished.end(here.places)
        say("现在可以启动 / it can be started now: ./run", timed=False)
    return code


def _place_keys(file: Path, keys_file: Path | None) -> None:
    """Those that are named, or lie beside the backup; else those that are here already. Without
    any, new ones would be made, which open nothing of the backup. Raises WrongKeys.
    """
    chosen = keys_file or keys.beside(file)
    if keys_file or chosen.exists():
        keys.put_in_place(chosen)
    lacking = [name for name in keys.missing() if name in keys.NEEDED]
    if lacking:
        raise keys.WrongKeys(
            "缺少这份备份的密钥 / the keys of this backup are missing: "
            f"{', '.join(lacking)}\n  ./run restore {file} {chosen.name}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
