"""The first start of an empty installation: whoever can read the terminal becomes the first
administrator.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.db import connection, transaction

from accounts import people
from accounts.models import User
from accounts.roles import Role
from config.state import kept_secret, state_dir

_NAME = "setup_code"


def is_open() -> bool:
    """True while nobody administers this installation. One statement."""
    return not User.objects.filter(roles__contains=[Role.ADMINISTRATOR]).exists()


def code() -> str:
    """The one-time code (80 bits, groups of four), made when first asked for and kept in the
    state folder until it is used.
    """
    digest = hashlib.sha256(kept_secret(_NAME, 32).encode()).digest()[:10]
    text = base64.b32encode(digest).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def fits(given: str) -> bool:
    """True when the code is the right one; case, spaces and dashes do not matter."""
    wanted = code().replace("-", "")
    return hmac.compare_digest(
        "".join(c for c in given.upper() if c.isalnum()).encode(), wanted.encode()
    )


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
    transaction.on_commit(lambda: (state_dir() / "keys" / _NAME).unlink(missing_ok=True))
    return user
