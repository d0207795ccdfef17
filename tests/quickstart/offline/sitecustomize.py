"""Loaded by every Python process of a start without a network: notes and refuses whatever asks
another machine. `OFFLINE_NOTES` names the file.
"""

import errno
import os
import sys

_notes = os.environ["OFFLINE_NOTES"]
_HERE = ("127.", "::1", "localhost", "0.0.0.0", "::")  # noqa: S104 - compared, not bound


def _note(line: str) -> None:
    descriptor = os.open(_notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = str(address[0]) if isinstance(address, tuple) else "127."  # a socket file
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "localhost")
    else:
        return
    if not host.startswith(_HERE):
        _note(f"asked {host}")
        raise OSError(errno.ENETUNREACH, "Network is unreachable")


sys.addaudithook(_refuse)
_note("watched")
