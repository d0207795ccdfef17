"""Where the embedded servers' data lies, and which account may have it.

PostgreSQL refuses to run as root. Started by root, the embedded servers therefore run as
EMBEDDED_USER, and their data must lie where that account can reach it: in the state folder, or,
when a folder above it is closed (a 0700 home), under `/var/lib/kesu`.
"""

import hashlib
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from quickstart.errors import CannotStart

ELSEWHERE = Path("/var/lib/kesu")
PRIVATE = ("run", "log", "keys", "evidence", "mail", "static")


@dataclass(frozen=True)
class Account:
    """The ordinary account of the embedded servers."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """Folders of an installation. `account` is None when the servers run as who started them."""

    state: Path
    servers: Path
    account: Account | None

    @property
    def run(self) -> Path:
        """Locks, addresses, sockets: gone without loss."""
        return self.state / "run"

    @property
    def log(self) -> Path:
        """One log per program."""
        return self.state / "log"

    def give(self, path: Path) -> None:
        """Make the servers' account the owner of a path."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def prepare(state: Path, embedded_user: str) -> Places:
    """Make the folders of a state folder. Raises CannotStart when that is not possible."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        for name in PRIVATE:
            (state / name).mkdir(exist_ok=True)
            (state / name).chmod(0o700)
        return _for_user(state) if os.geteuid() else _for_root(state, embedded_user)
    except PermissionError as error:
        raise CannotStart(
            f"{state} 不可写：它可能由另一个账户建立；请用那个账户启动，或设置 STATE_DIR。\n"
            f"{state} cannot be written ({error.filename}): perhaps another account made it. "
            "Start as that account or set STATE_DIR."
        ) from error


def _for_user(state: Path) -> Places:
    state.chmod(0o700)
    (state / "servers").mkdir(exist_ok=True, mode=0o700)
    return Places(state, state / "servers", None)


def _for_root(state: Path, embedded_user: str) -> Places:
    account = _account(embedded_user)
    if reachable(state.parent, account.uid):
        state.chmod(0o711)  # through, not into: the folders inside are closed
        folder = state / "servers"
    else:
        state.chmod(0o700)
        ELSEWHERE.mkdir(exist_ok=True, parents=True)
        ELSEWHERE.chmod(0o711)
        folder = ELSEWHERE / hashlib.sha256(str(state).encode()).hexdigest()[:12]
    _bring_along(state, folder)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    (folder / "state_folder").write_text(f"{state}\n", encoding="utf-8")
    (state / "servers_are_in").write_text(f"{folder}\n", encoding="utf-8")
    data = folder / "postgres"
    if data.exists() and data.stat().st_uid:  # made by another account: it stays that account's
        account = Account(data.stat().st_uid, data.stat().st_gid)
    return Places(state, folder, account)


def _account(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise CannotStart(f"EMBEDDED_USER: there is no account {name!r}.") from None
    if entry.pw_uid == 0:
        raise CannotStart("EMBEDDED_USER must not be root: PostgreSQL refuses to run as root.")
    return Account(entry.pw_uid, entry.pw_gid)


def _bring_along(state: Path, folder: Path) -> None:
    """Move the data after the project has moved, or was closed or opened to the account."""
    if folder.exists():
        return
    for before in (state / "servers", _noted(state)):
        if before and before.is_dir():
            subprocess.run(["mv", str(before), str(folder)], check=True)  # keeps the owner
            return


def _noted(state: Path) -> Path | None:
    """Where the data were at the last start; None when they are those of the project that this one
    was copied from.
    """
    try:
        folder = Path((state / "servers_are_in").read_text(encoding="utf-8").strip())
        owner = Path((folder / "state_folder").read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return folder if owner == state or not owner.exists() else None


def reachable(path: Path, uid: int) -> bool:
    """True when an account that owns nothing special may pass through every folder to the path."""
    path = path.resolve()
    for folder in (path, *path.parents):
        about = folder.stat()
        owned = about.st_uid == uid and about.st_mode & stat.S_IXUSR
        if not owned and not about.st_mode & stat.S_IXOTH:
            return False
    return True
