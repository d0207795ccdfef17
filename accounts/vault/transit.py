"""A key management service that talks like the transit engine of HashiCorp Vault and OpenBao.

`VAULT_KMS=accounts.vault.transit.Transit`, `VAULT_KMS_URL=https://vault.example:8200/v1/transit/kesu`
(mount and name of the key), `VAULT_KMS_TOKEN` with a policy for `keys/kesu` (read), `encrypt/kesu`
and `decrypt/kesu` (update). The key is of type `aes256-gcm96` (or any other that authenticates
`associated_data`) and never leaves the service. Its versions are the keys of the ring: `kms-v2`
after it was rotated there once.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from accounts.vault.errors import KeyMissing, RingAway, VaultError

PREFIX = "kms-v"
PATIENCE = 3.0  # seconds that a page waits
_VERSIONS_KEPT = 60.0  # seconds
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
log = logging.getLogger(__name__)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token and the data keys go to the configured address and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


class Transit:
    """One key of the service. Safe between threads."""

    def __init__(self, url: str, token: str) -> None:
        """Raises VaultError for an address that would send data keys in the clear."""
        about = urlsplit(url)
        if about.scheme != "https" and about.hostname not in _LOOPBACK:
            raise VaultError("VAULT_KMS_URL must begin with https://")
        if not token:
            raise VaultError("VAULT_KMS_TOKEN (or VAULT_KMS_TOKEN_FILE) must be set")
        self._mount, _, self._key = url.rstrip("/").rpartition("/")
        self._token = token
        self._versions: tuple[float, list[int]] = (0.0, [])
        self._lock = threading.Lock()

    def current(self) -> str:
        return f"{PREFIX}{self._known()[0]}"

    def names(self) -> list[str]:
        return [f"{PREFIX}{version}" for version in self._known()]

    def wrap(self, name: str, plain: bytes, about: bytes) -> bytes:
        asked = {
            "plaintext": _base64(plain),
            "associated_data": _base64(about),
            "key_version": self._version(name),
        }
        return str(self._ask("encrypt", asked)["ciphertext"]).encode()

    def unwrap(self, name: str, wrapped: bytes, about: bytes) -> bytes:
        asked = {"ciphertext": wrapped.decode("ascii"), "associated_data": _base64(about)}
        return base64.b64decode(self._ask("decrypt", asked)["plaintext"])

    def fingerprint(self, name: str) -> str:
        return ""

    def form(self) -> bytes:
        return f"vault:v{self._known()[0]}:".encode()

    def _version(self, name: str) -> int:
        version = name.removeprefix(PREFIX)
        if not version.isdecimal():
            raise KeyMissing(f"vault key {name!r} is not one of the service")
        return int(version)

    def _known(self) -> list[int]:
        """The versions that open, the newest first; asked for once a minute."""
        with self._lock:
            until, versions = self._versions
            if until < time.monotonic():
                said = self._ask("keys", None)
                oldest = max(1, int(said.get("min_decryption_version", 1)))
                versions = list(range(int(said["latest_version"]), oldest - 1, -1))
                self._versions = (time.monotonic() + _VERSIONS_KEPT, versions)
            return versions

    def _ask(self, what: str, body: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 the scheme was looked at above
            f"{self._mount}/{what}/{self._key}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Vault-Token": self._token, "Content-Type": "application/json"},
            method="GET" if body is None else "POST",
        )
        try:
            with _opener.open(request, timeout=PATIENCE) as answer:
                found: dict[str, Any] = json.load(answer)["data"]
                return found
        except urllib.error.HTTPError as refused:
            refused.close()
            if refused.code == 400 and what == "decrypt":
                raise VaultError("wrong key, moved or changed") from refused
            raise self._away(what, f"status {refused.code}") from refused
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._away(what, type(error).__name__) from error

    def _away(self, what: str, why: str) -> RingAway:
        log.error("the key service does not answer %s: %s", what, why)
        return RingAway(f"the key service (VAULT_KMS_URL) does not answer {what}: {why}")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
