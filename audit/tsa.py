"""A time stamping authority over HTTP (RFC 3161): what it says about a digest, and whether that
holds.

The stamp covers the digest itself: the bytes that were hashed with SHA-256 are what
`openssl ts -verify -data` takes, and `-digest` the digest.
"""

from __future__ import annotations

import http.client
import os
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.x509 import (
    Certificate,
    ExtendedKeyUsage,
    ExtensionNotFound,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from audit.proving import NotNow

SECONDS = 10
MOST_ANSWERED = 256 * 1024  # bytes; a stamp with its certificates has about five thousand


class NotStamped(NotNow):
    """No stamp now: off (no authority is configured), away (nobody answers), refused (it said no),
    certificates (ours cannot be read), invalid (the answer does not hold).
    """


@dataclass(frozen=True)
class Token:
    """A stamp that was verified: the authority's whole answer (DER), its time, name and number."""

    der: bytes
    digest: str
    at: datetime
    tsa: str
    serial: str


def is_configured() -> bool:
    """Whether this installation has an authority."""
    return bool(settings.TSA_URL)


def stamped(digest: str) -> Token:
    """Ask for a stamp over a SHA-256 digest (hex) and verify what comes. Raises NotStamped."""
    if not is_configured():
        raise NotStamped("off")
    question, nonce = _question(bytes.fromhex(digest))
    return _verified(_post(urlsplit(settings.TSA_URL), question), digest, nonce)


def read(der: bytes, digest: str) -> Token:
    """A stored stamp, verified again over a digest (hex). Raises NotStamped."""
    return _verified(der, digest, None)


def covered(der: bytes) -> str:
    """The digest (hex) in a stamp, which is not verified. Raises NotStamped when it is none."""
    return _opened(der).tst_info.message_imprint.message.hex()


def _question(digest: bytes) -> tuple[bytes, int | None]:
    """The request over this digest, and its nonce. The library hashes what it is given, so that it
    is given something else first, whose hash has the same place and length.
    """
    other = os.urandom(32)
    builder = TimestampRequestBuilder().data(other).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.cert_request(cert_request=_signer(certificates()) is None).build()
    return request.as_bytes().replace(sha256(other).digest(), digest), request.nonce


def _post(parts: SplitResult, question: bytes) -> bytes:
    connection = _connection(parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/timestamp-query", **_credentials(parts)}
    try:
        connection.request("POST", target, question, headers)
        answer = connection.getresponse()
        status, body = answer.status, answer.read(MOST_ANSWERED + 1)
    except (OSError, http.client.HTTPException) as error:
        raise NotStamped("away", type(error).__name__) from error
    finally:
        connection.close()
    if status != http.client.OK:
        raise NotStamped("away" if status >= 500 else "refused", f"HTTP {status}")
    if len(body) > MOST_ANSWERED:
        raise NotStamped("invalid", "too long")
    return body


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)


def _credentials(parts: SplitResult) -> dict[str, str]:
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def _verified(der: bytes, digest: str, nonce: int | None) -> Token:
    response = _opened(der)
    trusted = certificates()
    roots = [each for each in trusted if each.issuer == each.subject]
    signer = None if response.signed_data.certificates else _signer(trusted)
    verifier = VerifierBuilder(
        nonce=nonce,
        tsa_certificate=signer,
        roots=roots or trusted,
        intermediates=[each for each in trusted if each not in (*roots, signer)],
    ).build()
    try:
        verifier.verify(response, bytes.fromhex(digest))
    except (VerificationError, ValueError) as error:
        raise NotStamped("invalid", str(error)[:200]) from error
    info = response.tst_info
    brought = map(load_der_x509_certificate, response.signed_data.certificates)
    by = _signer([*brought, *trusted])
    name = by.subject.rfc4514_string()[:200] if by else ""
    return Token(der, digest, info.gen_time, name, f"{info.serial_number:x}")


def _opened(der: bytes) -> TimeStampResponse:
    """The answer, when it grants a stamp. Raises NotStamped."""
    try:
        response = decode_timestamp_response(der)
        if response.status != 0:
            words = "; ".join(response.status_string) or f"status {response.status}"
            raise NotStamped("refused", words[:200])
        response.tst_info.message_imprint  # noqa: B018 an answer without a stamp is found here
    except ValueError as error:
        raise NotStamped("invalid", str(error)[:200]) from error
    return response


def _signer(among: Sequence[Certificate]) -> Certificate | None:
    """The certificate that signs stamps. An authority whose own is trusted here need not send it
    each time.
    """
    return next(filter(_stamps, among), None)


def _stamps(certificate: Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in uses


def certificates() -> list[Certificate]:
    """The authority's certificates that the installation trusts. Raises NotStamped."""
    try:
        return load_pem_x509_certificates(Path(settings.TSA_CERTIFICATES).read_bytes())
    except (OSError, ValueError) as error:
        raise NotStamped("certificates", type(error).__name__) from error
