"""The one folder that holds everything an installation makes for itself: keys, embedded servers, uploads, logs."""

import base64
import json
import os
import secrets
from pathlib import Path

from config import env

PROJECT = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """`STATE_DIR`, else `var/` in the project."""
    chosen = env.text("STATE_DIR")
    return Path(chosen).resolve() if chosen else PROJECT / "var"


def kept_secret(name: str, length: int = 48) -> str:
    """A secret made once and kept in the state folder, readable by its owner only."""
    file = state_dir() / "keys" / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        value = base64.b64encode(secrets.token_bytes(length)).decode()
        temporary = file.with_name(f"{name}.{os.getpid()}.new")
        descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(value)
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(temporary, file)  # atomic and never over a key that another process just made
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
    return file.read_text(encoding="ascii")


def embedded_servers() -> dict[str, str]:
    """URLs of the running embedded servers, so that `manage.py` in another terminal finds them; {} when none runs."""
    try:
        return json.loads((state_dir() / "run" / "embedded.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
