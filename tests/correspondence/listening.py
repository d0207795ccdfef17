"""Real servers on this machine that a transport talks to."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One request: path, headers in lower case, body."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    """An HTTP server that answers with the next of `answers` (the last one for good)."""

    answers: list[int] = field(default_factory=lambda: [202])
    heard: list[Heard] = field(default_factory=list)
    url: str = ""

    def next(self) -> int:
        """The status of the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Silence: whoever refuses a certificate hangs up."""


@contextmanager
def gateway(*answers: int, tls: ssl.SSLContext | None = None) -> Iterator[Gateway]:
    """A running one, gone afterwards; `tls`: with this certificate."""
    place = Gateway(list(answers) or [202])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            place.heard.append(Heard(self.path, headers, body))
            self.send_response(place.next())
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:  # each call shakes hands in its own thread
        server.socket = tls.wrap_socket(server.socket, True, do_handshake_on_connect=False)
    place.url = f"http://127.0.0.1:{server.server_address[1]}/send?sign=1"
    with _serving(server):
        yield place


@contextmanager
def mail_server(code: int) -> Iterator[int]:
    """An SMTP server that answers `code` to every receiver; gives its port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            for line in self.rfile:
                word = line.split(b" ")[0].strip().upper()
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                answer = f"{code} said the receiver" if word == b"RCPT" else "250 fine"
                self.wfile.write(answer.encode() + b"\r\n")

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as server:
        yield server.server_address[1]


@dataclass
class LetterBox:
    """What an SMTP server has taken."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def letter_box() -> Iterator[LetterBox]:
    """An SMTP server that takes and keeps every message."""
    box = LetterBox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            for line in self.rfile:
                word = line.split(b" ")[0].strip().upper()
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                    box.mails.append(message_from_bytes(raw, policy=policy.default))
                self.wfile.write(b"250 fine\r\n")

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as server:
        box.port = server.server_address[1]
        yield box


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[socketserver.BaseServer]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
