"""C2: the key that wraps stays in a service on another machine, here a process of its own."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import VaultKey
from accounts.vault import RingAway, VaultError, ring, sealing, start
from accounts.vault import transit as adapter
from accounts.vault.errors import KeyMissing
from complaints.models import Consumer
from tests import factories as f
from tests.cast import Cast

TOKEN = "s.invented"
PROGRAM = Path(__file__).with_name("transit_server.py")


@pytest.fixture
def service() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address of its key."""
    command = [sys.executable, str(PROGRAM), TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        yield process, f"http://127.0.0.1:{port}/v1/transit/kesu"
        process.kill()


def rotated_there(url: str) -> None:
    """As its operators do; this process asks for the versions once a minute."""
    address = url.replace("transit/kesu", "transit/rotate/kesu")
    request = urllib.request.Request(address, b"{}", {"X-Vault-Token": TOKEN})  # noqa: S310
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    ring._service.cache_clear()


def test_c2_a_key_service_wraps_rotates_and_may_be_away(
    cast: Cast, service: tuple[subprocess.Popen[str], str], settings: Any
) -> None:
    process, url = service
    before = f.registered(cast).consumer
    assert start.problems() == []
    settings.VAULT_KMS = "accounts.vault.transit.Transit"
    settings.VAULT_KMS_URL, settings.VAULT_KMS_TOKEN = url, TOKEN
    assert start.problems() == []
    fresh = f.registered(cast, order_number="SO-2").consumer
    assert bytes(fresh.data_key).startswith(sealing.beginnings("kms-v1")[0])
    assert before.clear("phone") == fresh.clear("phone") == f.CONSUMER["phone"]
    fresh.data_key = before.data_key
    with pytest.raises(VaultError):
        fresh.clear("phone")

    rotated_there(url)
    out = StringIO()
    call_command("rotate_keys", stdout=out)  # k1 and kms-v1 → kms-v2
    assert "k1 is retired" in out.getvalue()
    assert "kms-v1 is retired" in out.getvalue()
    names = {row.name for row in VaultKey.objects.filter(purpose="wrap", retired_at=None)}
    assert names == {"kms-v2"}
    settings.VAULT_KEYS, settings.VAULT_KEYS_FILE = "", ""
    people = list(Consumer.objects.all())
    assert {p.clear("phone") for p in people} == {f.CONSUMER["phone"]}
    assert start.problems() == []

    process.kill()
    process.wait()
    ring._service.cache_clear()
    sealing.opened.forget()  # as a minute later
    with pytest.raises(RingAway):
        people[0].clear("phone")
    assert Client().get(reverse("readyz")).json()["keys"] == "unreachable"
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent)
    page = client.post(
        reverse("drafts"),
        {"key": "reply:1", "data": {"text": "x"}},
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "密钥服务暂时没有应答" in page.json()["detail"]
    with pytest.raises(CommandError, match="key service does not answer"):
        call_command("rotate_keys", stdout=StringIO())


def test_c2_the_key_service_is_asked_safely(
    service: tuple[subprocess.Popen[str], str],
) -> None:
    with pytest.raises(VaultError, match="https"):
        adapter.Transit("http://vault.example/v1/transit/kesu", TOKEN)
    with pytest.raises(VaultError, match="VAULT_KMS_TOKEN"):
        adapter.Transit("https://vault.example/v1/transit/kesu", "")
    other = adapter.Transit(service[1], "s.another")
    with pytest.raises(RingAway, match="403"):
        other.current()
    ours = adapter.Transit(service[1], TOKEN)
    wrapped = ours.wrap("kms-v1", b"k" * 32, b"here")
    assert ours.unwrap("kms-v1", wrapped, b"here") == b"k" * 32
    assert wrapped.startswith(ours.form())
    with pytest.raises(VaultError, match="moved or changed"):
        ours.unwrap("kms-v1", wrapped, b"there")
    with pytest.raises(KeyMissing):
        ours.wrap("k1", b"", b"")
