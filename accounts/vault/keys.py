"""Keys as settings and files write them: `name:base64,name:base64`, newest first."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from accounts.vault.errors import VaultError

SIZE = 32  # bytes of a key
FIRST = "k1"
NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


def parts(text: str) -> list[tuple[str, str]]:
    """(what stands before the colon, base64) of each key, in order. Commas, spaces and lines
    separate them; a line that begins with # says something to people.
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = []
    for part in re.split(r"[,\s]+", " ".join(lines).strip()):
        before, _, key = part.rpartition(":")
        found.append((before, key))
    return found


def decoded(text: str, what: str) -> bytes:
    """The 32 bytes of a key in base64. Raises VaultError that names it, never with its content."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise VaultError(f"{what} is not base64") from error
    if len(key) < SIZE:
        raise VaultError(f"{what} must have {SIZE} bytes")
    return key[:SIZE]


def fingerprint(text: str) -> str:
    """What tells keys apart and gives none away: 16 digits of the SHA-256 of its base64."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def named(text: str) -> dict[str, bytes]:
    """Name → key, newest first; one without a name is `k1`, as `./run` makes the first. Raises
    VaultError: a bad name, one twice, or no key.
    """
    ring: dict[str, bytes] = {}
    for before, key in parts(text):
        name = before or FIRST
        if not NAME.fullmatch(name):
            raise VaultError(
                "VAULT_KEYS: names of keys have up to 40 letters and digits, as in k2:base64"
            )
        if name in ring:
            raise VaultError(f"VAULT_KEYS: two keys are called {name}")
        ring[name] = decoded(key, f"vault key {name}")
    return ring


def fresh() -> str:
    """A new key in base64."""
    return base64.b64encode(os.urandom(SIZE)).decode()


@dataclass(frozen=True)
class Source:
    """Where keys stand: in a setting, or in a file that is read again once it was changed, so that
    a key comes into running processes without a restart.
    """

    setting: str  # its name, for whoever has to be told
    text: str = ""
    file: str = ""

    def read(self) -> str:
        """The keys as they stand there now. Raises VaultError."""
        if self.text:
            return self.text
        path = Path(self.file)
        try:
            about = path.stat()
            stamp = (about.st_mtime_ns, about.st_ino, about.st_size)
            known = _read.get(self.file)
            if known is None or known[0] != stamp:
                known = (stamp, path.read_text(encoding="ascii").strip())
                _read[self.file] = known
        except (OSError, UnicodeDecodeError) as error:
            raise VaultError(f"{self.setting}: {path} cannot be read ({error})") from error
        if not known[1]:
            raise VaultError(f"{self.setting}: {path} is empty")
        return known[1]

    def write(self, text: str) -> None:
        """Replace the file, wholly or not at all, for its owner only. Raises OSError."""
        path = Path(self.file)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        descriptor = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as handle:
                handle.write(text)
                handle.flush()
                os.fsync(handle.fileno())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    @property
    def place(self) -> str:
        """The setting, and the file where there is one."""
        return f"{self.setting} ({self.file})" if self.file and not self.text else self.setting


_read: dict[str, tuple[tuple[int, int, int], str]] = {}  # file → when it was changed, content
