"""What is kept in the browser beside the session: the choice of language and theme, and words for
the next page. Scripts cannot read it; in production it goes by HTTPS to this very host alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class _OfThisHost(CookieStorage):
    cookie_name = "__Host-messages"


class HostMessages(FallbackStorage):
    """Django's own under a name that browsers take over HTTPS from this very host only."""

    storage_classes: ClassVar[tuple[type[BaseStorage], ...]] = (  # type: ignore[misc]
        _OfThisHost,
        SessionStorage,
    )
