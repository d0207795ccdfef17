"""One POST over HTTP for the transports that need it: bounded in time, following nothing, to no
private address that is not allowed (`config/outbound.py`).
"""

from __future__ import annotations

import base64
import http.client
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from config import outbound
from correspondence.transports import Refused

SECONDS = 10
MOST_ANSWERED = 2000  # bytes read of an answer
TRY_AGAIN = (408, 425, 429)  # the only 4xx that may be otherwise next time


class NotTaken(Exception):
    """The other side did not take it now; trying again may help."""


class Answer(NamedTuple):
    """What came back: 2xx, and the first of its text."""

    status: int
    text: str


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body and answer what comes back (2xx).

    User and password in the URL go as Basic authentication. Raises Refused for an answer that will
    not change (4xx, a redirect), NotTaken for 5xx and "later", OSError when nobody answers or the
    target may not be called.
    """
    parts = urlsplit(url)
    connection = _connection(parts)
    try:
        connection.request("POST", _target(parts), body, {**headers, **_credentials(parts)})
        answer = connection.getresponse()
        status, text = answer.status, answer.read(MOST_ANSWERED).decode("utf-8", "replace")
    except http.client.HTTPException as error:
        raise NotTaken(type(error).__name__) from error
    finally:
        connection.close()
    if 200 <= status < 300:
        return Answer(status, text)
    if 300 <= status < 500 and status not in TRY_AGAIN:
        raise Refused(f"HTTP {status}")
    raise NotTaken(f"HTTP {status}")


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return _Tls(host, parts.port, timeout=SECONDS)
    return _Plain(host, parts.port, timeout=SECONDS)


class _Plain(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = outbound.connect((self.host, self.port), self.timeout)


class _Tls(http.client.HTTPSConnection):
    """The certificate is still that of the host's name."""

    def connect(self) -> None:
        plain = outbound.connect((self.host, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _credentials(parts: SplitResult) -> dict[str, str]:
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
