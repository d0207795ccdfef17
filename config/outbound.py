"""Where this installation may call by HTTP: addresses of the internet, and those of the own network
that `PRIVATE_TARGETS` names. Against a target that makes our server ask what only our server can
reach (SSRF, OWASP ASVS 5.0 V15.3).

What counts is the address that a connection goes to, not how a URL spells it: a name is resolved
once, every address is looked at, and the connection goes to what was looked at.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterator, Sequence

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
log = logging.getLogger(__name__)
# IPv6 in whose last 32 bits an IPv4 address stands: compatible, NAT64 (RFC 6052)
_WRAPPING = [ipaddress.IPv6Network(n) for n in ("::/96", "64:ff9b::/96")]


class TargetRefused(OSError):
    """The target lies in a private network, or on this machine, and nobody has allowed it."""


def is_public(address: Address) -> bool:
    """Whether the address is one of the internet, also where an IPv6 address wraps another."""
    return all(each.is_global and not each.is_multicast for each in _meant(address))


def _meant(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if any(address in network for network in _WRAPPING):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    yield from filter(None, inside)
    if address.ipv4_mapped is None:
        yield address


def is_allowed(host: str, address: Address) -> bool:
    """Whether `PRIVATE_TARGETS` names the host, the address or a network around it."""
    for each in settings.PRIVATE_TARGETS:
        if each.lower() == host.lower().rstrip("."):
            return True
        try:
            network = ipaddress.ip_network(each, strict=False)
        except ValueError:
            continue  # the name of another host
        if network.version == address.version and address in network:
            return True
    return False


def connect(
    target: tuple[str, int],
    timeout: float | None = None,
    *,
    trusted: str = "",
) -> socket.socket:
    """As `socket.create_connection`, to nowhere else than is allowed. `trusted`: a host that the
    operator has named and that may be anywhere, "" for none.

    Raises TargetRefused as soon as one of the host's addresses is not, OSError when nobody answers.
    """
    host, port = target
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_what, where in found:
        address = ipaddress.ip_address(str(where[0]).partition("%")[0])
        if not (host == trusted or is_public(address) or is_allowed(host, address)):
            log.error("%s is at a private address; PRIVATE_TARGETS does not name it", host)
            raise TargetRefused("private target")
    return _first_that_answers(found, timeout)


def _first_that_answers(
    found: Sequence[tuple[int, int, int, str, tuple[object, ...]]],
    timeout: float | None,
) -> socket.socket:
    failed: OSError = OSError("the host has no address")
    for family, kind, protocol, _name, where in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.connect(where)
        except OSError as error:
            connection.close()
            failed = error
        else:
            return connection
    raise failed
