"""Where people are signed in: one row for each browser, which ends by itself."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser that the site knows again; `user` is empty while nobody is signed in there.

    `session_key` is the SHA-256 (hex) of what the cookie holds: whoever reads the table or a copy
    of it cannot take a session over. `expire_date` is the end by the idle or the absolute limit,
    whichever comes first (`accounts.sessions.limits`). Rows that ended are deleted; who signed in
    and out when is in the record.
    """

    id = models.BigAutoField(primary_key=True)
    session_key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    began_at = models.DateTimeField()
    last_act_at = models.DateTimeField()
    device = models.CharField(max_length=60, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(session_key__regex=r"^[0-9a-f]{64}$"),
                name="only_the_hash_of_a_session_key_is_kept",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"

    @classmethod
    def get_session_store_class(cls) -> type:
        from accounts.sessions.store import SessionStore  # it knows this model

        return SessionStore
