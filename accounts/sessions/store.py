"""Django's session engine on the table of sign-ins (`SESSION_ENGINE`).

One statement reads the session, as with Django's own engine, which would know neither whose it is
nor when something was last done, and which keeps the cookies' keys in clear. Saving never moves the
last act and never revives a session that was ended meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.session_models import Session
from accounts.sessions import limits

SIGN_IN = "sign_in"  # what is said of it at the sign-in: {"began": ISO, "device": …, "address": …}


def hashed(key: str) -> str:
    """How a key stands in the table. It holds 165 random bits, so that a slow hash would protect
    nothing more.
    """
    return sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """One session. `row` is what was read of it, None before and when there is none."""

    row: Session | None = None

    def load(self) -> dict[str, Any]:
        """The session's data; {} (and no key) when it ended or never was."""
        self.row = Session.objects.filter(
            session_key=hashed(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=hashed(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue  # somebody else drew the same key
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError for a key that is taken, UpdateError for a session that ended."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        if must_create:
            return self._insert(data)
        changed = Session.objects.filter(session_key=hashed(self.session_key)).update(
            session_data=self.encode(data), **_columns(data)
        )
        if not changed:
            raise UpdateError
        return None

    def _insert(self, data: dict[str, Any]) -> None:
        now = timezone.now()
        columns = {"began_at": now, **_columns(data)}
        self.row = Session(
            session_key=hashed(self.session_key or ""),
            session_data=self.encode(data),
            last_act_at=now,
            expire_date=limits.end(columns["began_at"], now),
            **columns,
        )
        try:
            with transaction.atomic():
                self.row.save(force_insert=True)
        except IntegrityError as taken:
            raise CreateError from taken

    def acted(self, now: datetime) -> None:
        """The person did something: the idle limit counts from now on. At most one statement in
        `limits.step()`.
        """
        row = self.row
        if row is None or now - row.last_act_at < limits.step():
            return
        row.last_act_at, row.expire_date = now, limits.end(row.began_at, now)
        Session.objects.filter(pk=row.pk, last_act_at__lt=now).update(
            last_act_at=now, expire_date=row.expire_date
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=hashed(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lte=timezone.now()).delete()


def _columns(data: dict[str, Any]) -> dict[str, Any]:
    """What the table says beside the data: whose session it is, and how it began."""
    about = data.get(SIGN_IN, {})
    found: dict[str, Any] = {
        "user_id": int(data[SESSION_KEY]) if SESSION_KEY in data else None,
        "device": about.get("device", ""),
        "address": about.get("address"),
    }
    if "began" in about:
        found["began_at"] = datetime.fromisoformat(about["began"])
    return found
