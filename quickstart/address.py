"""The address that people open: a listening socket, claimed before anything is promised."""

import errno
import socket

from quickstart.errors import CannotStart

STEPS = 50


def claim(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one. Raises CannotStart."""
    last = port if port == 0 else min(port + STEPS, 65535)
    for candidate in range(port, last + 1):
        try:
            return _listen(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotStart(
                    f"HOST={host} PORT={candidate}: {error.strerror or error}"
                ) from error
    raise CannotStart(
        f"端口 {port}–{last} 都被占用 / ports {port} to {last} are all taken: set PORT."
    )


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(2048)
    except OSError:
        opened.close()
        raise
    return opened


def url(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104 - named, not bound
    if not here:
        here = f"[{host}]" if ":" in host else host
    return f"http://{here}:{port}/"


def alive(listener: socket.socket, seconds: float = 2.0) -> bool:
    """True when the site answers its liveness probe, whatever host names it admits."""
    host, port = listener.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((here, port), timeout=seconds) as connection:
            connection.sendall(request)
            answer = connection.recv(64)
    except OSError:
        return False
    return answer.startswith(b"HTTP/1.1 ") and answer[9:10] in b"234" and len(answer) > 12
