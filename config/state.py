"""The one folder that holds everything an installation makes for itself: keys, embedded servers,
uploads, logs.
"""

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path

from config import env

PROJECT = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """`STATE_DIR` (relative to the project), else `var/`."""
    chosen = env.text("STATE_DIR")
    return (PROJECT / chosen).resolve() if chosen else PROJECT / "var"


def made(folder: Path) -> Path:
    """The folder, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def kept_secret(name: str, length: int = 48) -> str:
    """A secret made once and kept in the state folder, readable by its owner only."""
    return kept_file(name, length).read_text(encoding="ascii")


def kept_file(name: str, length: int) -> Path:
    """The file of such a secret, which is there then: that many random bytes in base64."""
    file = state_dir() / "keys" / name
    if not file.exists():
        made(file.parent)
        value = base64.b64encode(secrets.token_bytes(length)).decode()
        temporary = file.with_name(f"{name}.{os.getpid()}.new")
        descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(value)
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, file)  # atomic and never over a key that another process just made
        temporary.unlink(missing_ok=True)
    return file


def embedded_servers() -> dict[str, str]:
    """URLs of the running embedded servers, so that `manage.py` in another terminal finds them;
    {} when none runs.
    """
    file = state_dir() / "run" / "embedded.json"
    try:
        urls: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return urls
    except (OSError, json.JSONDecodeError):
        return {}
