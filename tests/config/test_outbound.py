"""SSRF: what we call lies on the internet, or somebody has named it; however it is spelled,
whatever its name means a moment later, and wherever it would send us on.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter

from accounts.vault import RingAway
from accounts.vault.transit import Transit
from config import outbound
from config.outbound import TargetRefused
from correspondence.transports.http import post
from tests.correspondence.listening import gateway

PRIVATE = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"),  # noqa: S104
    *("192.168.0.1", "169.254.169.254", "100.100.100.200", "198.18.0.1", "224.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1"),
    *("2002:7f00:1::", "2002:c0a8:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1"),
)
PUBLIC = ("1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1")
SPELLINGS = (  # of this machine, as URLs spell it
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0", "localhost"),
    *("[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "LOCALHOST"),
)


def test_which_addresses_are_of_the_internet() -> None:
    taken = [a for a in PRIVATE if outbound.is_public(ipaddress.ip_address(a))]
    refused = [a for a in PUBLIC if not outbound.is_public(ipaddress.ip_address(a))]
    assert (taken, refused) == ([], [])


def test_this_machine_is_not_called_however_it_is_spelled() -> None:
    with gateway() as place:
        port = place.url.rpartition(":")[2].partition("/")[0]
        for host in SPELLINGS:
            for scheme in ("http", "https"):
                with pytest.raises(TargetRefused):
                    post(f"{scheme}://{host}:{port}/send", b"{}", {})
        assert place.heard == []


def test_what_was_looked_at_is_what_is_called(settings: Any, monkeypatch: Any) -> None:
    """A name that means a public address when it is looked at and this machine a moment later; one
    that means both at once; and one that somebody has allowed.
    """
    asked: list[str] = []
    meant: list[list[str]] = []

    def resolved(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in (meant.pop(0) if len(meant) > 1 else meant[0])
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with gateway() as place:
        port = int(place.url.rpartition(":")[2].partition("/")[0])
        url = f"http://rebinding.example:{port}/send"
        meant[:] = [["192.0.2.1", "127.0.0.1"]]
        with pytest.raises(TargetRefused):
            post(url, b"{}", {})
        meant[:] = [["93.184.216.34"], ["127.0.0.1"]]
        went: list[Any] = []
        with monkeypatch.context() as nowhere:
            nowhere.setattr(socket.socket, "connect", lambda _self, where: went.append(where))
            outbound.connect(("rebinding.example", port), 0.2).close()
        assert went == [("93.184.216.34", port)]
        assert asked == ["rebinding.example"] * 2, "once for each call"
        assert place.heard == []
        meant[:] = [["127.0.0.1"]]
        for allowed in ("rebinding.example", "127.0.0.1", "127.0.0.0/8"):
            settings.PRIVATE_TARGETS = ["other.example", "10.0.0.0/8", allowed]
            assert post(url, b"{}", {}) == (202, "")
        assert len(place.heard) == 3
        settings.PRIVATE_TARGETS = ["ample", "128.0.0.0/8", "::/0", "0.0.0.0"]  # noqa: S104
        with pytest.raises(TargetRefused):
            post(url, b"{}", {})


def test_the_provider_of_identities_leads_to_no_private_address_but_its_own(settings: Any) -> None:
    with gateway(405) as place:
        settings.OIDC_ISSUER = "https://sso.example"
        session = get_adapter().get_requests_session()
        for host in ("127.0.0.1", "localhost", "2130706433"):
            address = place.url.replace("127.0.0.1", host)
            with pytest.raises(requests.ConnectionError, match="TargetRefused"):
                session.post(address, data={"client_secret": "x"})
        assert place.heard == []
        settings.OIDC_ISSUER = place.url
        assert get_adapter().get_requests_session().post(place.url).status_code == 405
    with gateway(307) as place:
        settings.OIDC_ISSUER = place.url
        with pytest.raises(requests.TooManyRedirects):
            get_adapter().get_requests_session().post(place.url, data={"client_secret": "x"})
        assert len(place.heard) == 1


def test_the_token_of_the_key_service_goes_to_no_other_address() -> None:
    heard: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            service = Transit(f"http://127.0.0.1:{server.server_address[1]}/v1/t/kesu", "secret")
            with pytest.raises(RingAway):
                service.current()
            with pytest.raises(RingAway):
                service.wrap("kms-v1", b"x", b"")
        finally:
            server.shutdown()
    assert json.dumps(heard) == '["/v1/t/keys/kesu", "/v1/t/encrypt/kesu"]'
