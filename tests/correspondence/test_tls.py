"""Calls over TLS: the address is looked at and pinned, and the certificate must still be that of
the name, in its time, from somebody who is trusted.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.outbound import TargetRefused
from correspondence.transports.http import post
from tests.correspondence.listening import gateway

NAME = "hook.kesu.example"
NOW = datetime.now(UTC)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass
class Authority:
    """Who signs certificates; `pem` is what trusts it."""

    name: str = "An authority of the house"

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed(self.name, self.key, authority=True)
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        until: timedelta = timedelta(days=1),
        authority: bool = False,
    ) -> x509.Certificate:
        about = x509.CertificateBuilder().subject_name(_named(name)).issuer_name(_named(self.name))
        about = about.public_key(key.public_key()).serial_number(x509.random_serial_number())
        about = about.not_valid_before(NOW - timedelta(days=9)).not_valid_after(NOW + until)
        about = about.add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
        if not authority:
            names = x509.SubjectAlternativeName([x509.DNSName(name)])
            about = about.add_extension(names, critical=False)
        return about.sign(self.key, hashes.SHA256())

    def server(self, name: str, until: timedelta, folder: Path) -> ssl.SSLContext:
        """What a server shows who has a certificate for the name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name, key, until=until)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file = folder / "server.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[Authority]:
    """An authority that this machine trusts, and a name that leads here, once."""
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    settings.PRIVATE_TARGETS = [NAME]
    return authority


def _leading_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up; each leads here the first time, and elsewhere after."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_args: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        here = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (here, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_call_over_tls_goes_to_the_pinned_address_under_the_name_of_the_certificate(
    trusted: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    shown = trusted.server(NAME, timedelta(days=1), tmp_path)
    with gateway(tls=shown) as place:
        asked = _leading_here(monkeypatch)
        url = place.url.replace("http://127.0.0.1", f"https://{NAME}")
        assert post(url, b"{}", {}) == (202, "")
        assert asked == [NAME], "looked up once, and called where it was looked at"
        assert place.heard[0].headers["host"].startswith(NAME)
        asked.clear()
        settings.PRIVATE_TARGETS = []
        with pytest.raises(TargetRefused):
            post(url, b"{}", {})


@pytest.mark.parametrize(
    ("name", "days", "known", "words"),
    [
        ("other.kesu.example", 1, True, "Hostname mismatch"),
        (NAME, -1, True, "certificate has expired"),
        (NAME, 1, False, "unable to get local issuer|self-signed"),
    ],
)
def test_a_certificate_of_another_name_or_time_or_of_nobody_known_is_refused(
    trusted: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    days: int,
    known: bool,
    words: str,
) -> None:
    authority = trusted if known else Authority("Nobody knows who")
    with gateway(tls=authority.server(name, timedelta(days=days), tmp_path)) as place:
        _leading_here(monkeypatch)
        url = place.url.replace("http://127.0.0.1", f"https://{NAME}")
        with pytest.raises(ssl.SSLCertVerificationError, match=words):
            post(url, b"secret", {})
        assert place.heard == []
