"""Calls of the provider of identities: to the host that OIDC_ISSUER names, wherever that is; where
its own description leads elsewhere, to no private address that is not allowed. No redirects.
"""

from __future__ import annotations

import functools
import socket
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from allauth.socialaccount import app_settings
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from config import outbound


class _Guarded:
    """What a connection of urllib3 does first."""

    def _new_conn(self: Any) -> socket.socket:
        own = urlsplit(settings.OIDC_ISSUER).hostname or ""
        try:
            return outbound.connect((self._dns_host, self.port), self.timeout, trusted=own)
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error


class _Plain(_Guarded, HTTPConnection):
    pass


class _Tls(_Guarded, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


class _Ways(HTTPAdapter):
    pools: ClassVar = {"http": _PlainPool, "https": _TlsPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class Adapter(DefaultSocialAccountAdapter):
    """How django-allauth calls the provider (`SOCIALACCOUNT_ADAPTER`)."""

    def get_requests_session(self) -> requests.Session:
        """A session for these calls alone."""
        session = requests.Session()
        session.max_redirects = 0  # a redirect is an error: RequestException
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Ways())
        patient = functools.partial(session.request, timeout=app_settings.REQUESTS_TIMEOUT)
        session.request = patient  # type: ignore[method-assign]
        return session
