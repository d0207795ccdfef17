"""The first start of an empty installation: whoever can read the terminal becomes the first
administrator.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import people
from accounts.models import User
from accounts.roles import Role
from config.state import kept_secret, state_dir

log = logging.getLogger(__name__)
_NAME, _TRIES = "setup_code", "setup_tries"
LASTS = timedelta(hours=24)
TRIES = 10  # of 80 bits: nobody guesses it, and whoever tries is stopped all the same


def is_open() -> bool:
    """True while nobody administers this installation. One statement."""
    return not User.objects.filter(roles__contains=[Role.ADMINISTRATOR]).exists()


def code() -> str:
    """The one-time code (80 bits, groups of four): made when first asked for, and again when the
    one before is void. Called by who shows it in the terminal, never for a visitor.
    """
    if _void():
        forget()
    return _text()


def _text() -> str:
    digest = hashlib.sha256(kept_secret(_NAME, 32).encode()).digest()[:10]
    text = base64.b32encode(digest).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _void() -> str:
    """Why the code that was shown opens nothing any more; "" while it does."""
    try:
        age = time.time() - _file(_NAME).stat().st_mtime
    except FileNotFoundError:
        return _("还没有口令；")
    if age > LASTS.total_seconds():
        return _("口令已超过 24 小时，作废了；")
    try:
        tried = _file(_TRIES).stat().st_size
    except FileNotFoundError:
        tried = 0
    return _("口令输错太多次，作废了；") if tried >= TRIES else ""


def _file(name: str) -> Path:
    return state_dir() / "keys" / name


def forget() -> None:
    """No code stands any more; the next that is shown is another one."""
    for name in (_NAME, _TRIES):
        _file(name).unlink(missing_ok=True)


def wrong_with(given: str) -> str:
    """Why the code does not open the door, as a sentence that says what to do; "" when it does.
    Case, spaces and dashes do not matter. Each wrong one is counted, also across processes; the
    tenth makes the code void.
    """
    if void := _void():
        return void + _("请在服务器上重新启动，或运行 manage.py create_administrator。")
    wanted = _text().replace("-", "").encode()
    if hmac.compare_digest("".join(c for c in given.upper() if c.isalnum()).encode(), wanted):
        return ""
    with _file(_TRIES).open("ab") as counted:
        counted.write(b".")
    log.warning("a wrong set-up code was typed")
    return _("口令不正确。请从终端里复制。")


@transaction.atomic
def first_administrator(*, username: str, name: str, password: str) -> User | None:
    """The first administrator; None when somebody else was faster. The code is spent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('accounts:administrators', 0))"
        )
    if not is_open():
        return None
    user, _password = people.create(
        username=username,
        name=name,
        roles=[Role.ADMINISTRATOR],
        memberships={},
        by=None,
        password=password,
    )
    transaction.on_commit(forget)
    return user
