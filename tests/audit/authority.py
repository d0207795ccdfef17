"""A time stamping authority on this machine: OpenSSL signs, an HTTP server answers, nothing is
simulated. It can be away, refuse, and answer wrongly.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """[tsa]
default_tsa = this
[this]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """`certificates`: what an installation trusts. `status` answers instead of 200, `body` instead
    of a fresh stamp; `asked` counts.
    """

    folder: Path
    url: str = ""
    status: int = 200
    body: bytes | None = None
    asked: list[bytes] = field(default_factory=list)

    @property
    def certificates(self) -> Path:
        """Root and what is below it."""
        return self.folder / "trusted.pem"

    def answer(self, question: bytes) -> bytes:
        """As `openssl ts -reply` gives it."""
        at = self.folder
        command = ["openssl", "ts", "-reply", "-queryfile", "/dev/stdin", "-signer", at / "tsa.pem"]
        command += ["-inkey", at / "key.pem", "-config", at / "tsa.cnf"]
        done = subprocess.run(command, input=question, capture_output=True, check=True)  # noqa: S603
        return done.stdout


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """A running one; gone afterwards."""
    place = Authority(folder)
    _founded(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            place.asked.append(question)
            body = place.answer(question) if place.body is None else place.body
            self.send_response(place.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    place.url = f"http://127.0.0.1:{server.server_address[1]}/tsr"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _founded(folder: Path) -> None:
    """A root, an authority below it, and one that signs stamps."""
    keys = [generate_private_key(SECP256R1()) for _n in range(3)]
    root = _certificate("Root", keys[0], "Root", keys[0])
    below = _certificate("Below", keys[1], "Root", keys[0])
    signer = _certificate("时间戳服务 TSA", keys[2], "Below", keys[1], signs_stamps=True)
    folder.mkdir(exist_ok=True)
    (folder / "trusted.pem").write_bytes(root + below)
    (folder / "tsa.pem").write_bytes(signer)
    private = keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("A1F0\n", encoding="ascii")


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    by: EllipticCurvePrivateKey,
    *,
    signs_stamps: bool = False,
) -> bytes:
    built = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=not signs_stamps, path_length=None), critical=True)
    )
    if signs_stamps:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(use, critical=True)
    return built.sign(by, SHA256()).public_bytes(Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
