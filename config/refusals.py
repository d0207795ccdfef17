"""What keeps an installation from starting in production: what is missing, and what is unsafe.

Each refusal is a sentence that names the variable and says what to do; none shows a secret.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterator

from config import env

NEEDED = ("SECRET_KEY", "BLIND_INDEX_KEY", "SIGNING_KEY", "DATABASE_URL", "REDIS_URL")
KEYS = ("VAULT_KEYS", "BLIND_INDEX_KEY", "SIGNING_KEY")
SECRET_LENGTH, SECRET_VARIETY = 50, 10  # characters, different ones
KEY_VARIETY = 8  # different bytes of 32; chance gives fewer once in 10^20 keys


def refusals() -> list[str]:
    """Everything that speaks against starting; [] for nothing."""
    return [*_missing(), *_open_to_all(), *_guessable(), *_readable_files()]


def _missing() -> Iterator[str]:
    needed = [*NEEDED, *([] if env.text("VAULT_KMS") else ["VAULT_KEYS"])]
    for name in needed:
        if not _value(name):
            yield f"{name} (or {name}_FILE) must be set in production."


def _value(name: str) -> str:
    """As `env.text`; a file that cannot be read counts as none, because the caller says so."""
    try:
        return env.text(name)
    except OSError:
        return ""


def _open_to_all() -> Iterator[str]:
    if env.flag("DEBUG"):
        yield "DEBUG must be off in production."
    for host in env.listed("ALLOWED_HOSTS"):
        if "*" in host or host == ".":
            yield f"ALLOWED_HOSTS must name the site, not {host}: links in mails follow the host."


def _guessable() -> Iterator[str]:
    secret = _value("SECRET_KEY")
    if secret and (
        len(secret) < SECRET_LENGTH
        or len(set(secret)) < SECRET_VARIETY
        or secret.startswith("django-insecure-")
    ):
        yield f"SECRET_KEY is weak: make a random one of {SECRET_LENGTH} characters or more."
    seen: dict[bytes, str] = {}
    for name in KEYS:
        for key in _keys(name):
            if len(set(key)) < KEY_VARIETY:
                yield f"{name} is no random key: make one as docs/operations.md says."
            elif key in seen and seen[key] != name:
                yield f"{name} and {seen[key]} are the same key: each needs its own."
            seen[key] = name


def _keys(name: str) -> Iterator[bytes]:
    for part in re.split(r"[,\s]+", _value(name).strip()):
        try:
            key = base64.b64decode(part.rpartition(":")[2])
        except binascii.Error:
            continue  # whoever reads the key says so
        if key:
            yield key


def _readable_files() -> Iterator[str]:
    for name in env.VARIABLES:
        file = "" if os.environ.get(name) else os.environ.get(f"{name}_FILE", "")
        if not file:
            continue
        try:
            mode = os.stat(file).st_mode
        except OSError as error:
            yield f"{name}_FILE: {file} cannot be read ({error.strerror})."
            continue
        if stat.S_IMODE(mode) & stat.S_IRWXO:
            yield f"{name}_FILE: every account of this machine may read {file}: chmod 600 it."
