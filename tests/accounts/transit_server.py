"""A key management service as a process: what `accounts.vault.transit` needs of the transit engine
of HashiCorp Vault and OpenBao, with keys in memory. `python transit_server.py TOKEN` prints its
port.
"""

import base64
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS = {1: AESGCM.generate_key(256)}
TOKEN = sys.argv[1]


class Refused(Exception):
    """400, as the engine answers what does not open."""


def encrypt(sent: dict[str, Any]) -> dict[str, Any]:
    version, nonce = sent["key_version"], os.urandom(12)
    about = base64.b64decode(sent["associated_data"])
    sealed = AESGCM(KEYS[version]).encrypt(nonce, base64.b64decode(sent["plaintext"]), about)
    return {"ciphertext": f"vault:v{version}:{base64.b64encode(nonce + sealed).decode()}"}


def decrypt(sent: dict[str, Any]) -> dict[str, Any]:
    _vault, version, body = sent["ciphertext"].split(":")
    raw, about = base64.b64decode(body), base64.b64decode(sent["associated_data"])
    try:
        plain = AESGCM(KEYS[int(version[1:])]).decrypt(raw[:12], raw[12:], about)
    except (InvalidTag, KeyError) as error:
        raise Refused from error
    return {"plaintext": base64.b64encode(plain).decode()}


def rotate(_sent: dict[str, Any]) -> dict[str, Any]:
    KEYS[max(KEYS) + 1] = AESGCM.generate_key(256)
    return {}


class Handler(BaseHTTPRequestHandler):
    """/v1/transit/{keys,encrypt,decrypt}/kesu, and /v1/transit/rotate/kesu."""

    def do_GET(self) -> None:
        self.answer({"latest_version": max(KEYS), "min_decryption_version": 1})

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        act = {"encrypt": encrypt, "decrypt": decrypt, "rotate": rotate}[self.path.split("/")[3]]
        try:
            self.answer(act(sent))
        except Refused:
            self.answer({}, 400)

    def answer(self, data: dict[str, Any], status: int = 200) -> None:
        if self.headers["X-Vault-Token"] != TOKEN:
            status = 403
        body = json.dumps({"data": data}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
