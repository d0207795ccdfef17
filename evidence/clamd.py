"""The virus scanner clamd, where one is set up (CLAMD_URL): it sees a file before it is kept.

The protocol is INSTREAM (clamd(8)): pieces with their length before them, then one line of answer.
"""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from evidence.errors import FileRefused
from evidence.store import PIECE, Incoming

TIMEOUT = 60  # seconds without a sign of life
LONGEST = 4096  # bytes of an answer
CLEAN, UNSCANNED = "scanned", "unscanned"


class Infected(FileRefused):
    """The scanner knows the file; `found` is its name for it, `sha256` the file's."""

    def __init__(self, found: str, sha256: str) -> None:
        words = _("病毒扫描发现“{found}”，文件没有保存；请联系信息安全人员，不要再打开这个文件")
        super().__init__(words.format(found=found), 415)
        self.found, self.sha256 = found, sha256


class Away(Exception):
    """The scanner does not answer, or not with yes or no."""


def scanned(incoming: Incoming) -> str:
    """CLEAN; UNSCANNED where the scanner is away and files are taken all the same (CLAMD_AWAY);
    "" where none is set up. Raises Infected, and FileRefused where it is away.
    """
    if not settings.CLAMD_URL:
        return ""
    try:
        with incoming.path.open("rb", buffering=0) as file:
            found = ask(settings.CLAMD_URL, file)
    except (Away, OSError) as error:
        if settings.CLAMD_AWAY == "mark":
            return UNSCANNED
        words = _("病毒扫描暂时不可用，文件没有保存；请稍后再试，并告知管理员")
        raise FileRefused(words, 503) from error
    if found:
        raise Infected(found, incoming.sha256)
    return CLEAN


def ask(url: str, file: BinaryIO) -> str:
    """What the scanner finds in the file, "" for nothing. Raises Away, OSError."""
    with _connected(url) as scanner:
        scanner.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            scanner.sendall(struct.pack("!L", len(piece)) + piece)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST:
            more = scanner.recv(LONGEST)
            if not more:
                break
            answer += more
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:100]
    raise Away(said[:100])


def _connected(url: str) -> socket.socket:
    """`tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(TIMEOUT)
        scanner.connect(parts.path)
        return scanner
    return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), TIMEOUT)
