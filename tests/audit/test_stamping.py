"""Time stamps: taken from a real authority, verified, and taken later when it is away."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from audit import proving, stamping
from audit import tsa as authorities
from audit.outside import Stamp, Wanted
from tests.audit.authority import Authority, authority

DIGEST = sha256(b"a sealed package").hexdigest()
OTHER = sha256(b"another one").hexdigest()


def openssl(stamp: Stamp, digest: str, place: Authority) -> bool:
    """What OpenSSL says about a stamp, as the documents tell to ask it."""
    file = place.folder / "stamp.tsr"
    file.write_bytes(bytes(stamp.token))
    command = ["openssl", "ts", "-verify", "-digest", digest, "-in", file]
    command += ["-CAfile", place.certificates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode == 0 and "Verification: OK" in done.stdout


def test_a_stamp_covers_the_digest_itself_and_openssl_finds_the_same(
    db: None, tsa: Authority
) -> None:
    now = timezone.now()
    assert stamping.ask("package:TS26-000123/1", DIGEST, now)
    assert stamping.ask("package:TS26-000123/1", DIGEST, now)
    assert (stamping.of("package:TS26-000123/1"), Wanted.objects.count()) == (None, 1)
    assert proving.work(now) == 1
    stamp = Stamp.objects.get()
    assert (stamp.digest, stamp.tsa, stamp.serial) == (DIGEST, "CN=时间戳服务 TSA", "a1f1")
    assert abs(stamp.at - now) < timedelta(seconds=30)
    assert stamping.holds(stamp)
    assert authorities.covered(bytes(stamp.token)) == DIGEST
    assert openssl(stamp, DIGEST, tsa)
    assert not openssl(stamp, OTHER, tsa)
    assert stamping.ask("package:TS26-000123/1", DIGEST, now)
    assert (proving.work(now), Wanted.objects.count(), len(tsa.asked)) == (0, 0, 1)


def test_an_authority_whose_own_certificate_is_trusted_need_not_send_it(
    db: None, tsa: Authority, settings: Any
) -> None:
    all_of_them = tsa.folder / "all.pem"
    signer = (tsa.folder / "tsa.pem").read_bytes()
    all_of_them.write_bytes(tsa.certificates.read_bytes() + signer)
    settings.TSA_CERTIFICATES = str(all_of_them)
    stamping.ask("x:1", DIGEST, timezone.now())
    assert proving.work(timezone.now()) == 1
    stamp = Stamp.objects.get()
    assert (stamping.holds(stamp), stamp.tsa) == (True, "CN=时间戳服务 TSA")
    assert len(bytes(stamp.token)) < 600, "without certificates"
    settings.TSA_CERTIFICATES = str(tsa.certificates)
    assert not stamping.holds(stamp)


def test_while_the_authority_is_away_nothing_waits_for_it_and_the_stamp_comes_later(
    db: None, tsa: Authority, settings: Any
) -> None:
    now = timezone.now()
    settings.TSA_URL = "http://127.0.0.1:1/tsr"
    assert stamping.ask("x:1", DIGEST, now)
    assert stamping.ask("x:2", OTHER, now)
    assert proving.work(now) == 0
    first, second = Wanted.objects.order_by("pk")
    assert (first.attempts, first.last_error) == (1, "away: ConnectionRefusedError")
    assert second.attempts == 0, "whoever is away is asked once in a go"
    settings.TSA_URL = tsa.url
    assert proving.work(first.not_before - timedelta(seconds=1)) == 1
    assert stamping.waits("x:1") == first
    assert proving.work(first.not_before) == 1
    assert {s.what for s in Stamp.objects.all() if stamping.holds(s)} == {"x:1", "x:2"}
    assert stamping.waits("x:1") is None


def test_an_installation_without_an_authority_asks_for_nothing(db: None, settings: Any) -> None:
    settings.TSA_URL = ""
    assert not stamping.ask("x:1", DIGEST, timezone.now())
    assert not Wanted.objects.exists()
    with pytest.raises(authorities.NotStamped, match="off"):
        authorities.stamped(DIGEST)


def wrong(place: Authority, how: str) -> None:
    """Make the authority answer wrongly."""
    if how == "of another authority":
        with authority(place.folder.with_name("stranger")) as stranger:
            place.answer = stranger.answer  # type: ignore[method-assign]
    elif how == "an older answer":
        place.body = place.answer(authorities._question(bytes.fromhex(DIGEST))[0])
    elif how == "over another digest":
        place.body = place.answer(authorities._question(bytes.fromhex(OTHER))[0])
    elif how == "a refusal":
        place.body = place.answer(b"nonsense")
    elif how.isdecimal():
        place.status = int(how)
    else:
        place.body = {"garbage": b"<html>", "nothing": b"", "endless": b"0" * 300_000}[how]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("503", "away: HTTP 503"),
        ("404", "refused: HTTP 404"),
        ("302", "refused: HTTP 302"),
        ("a refusal", "refused: Bad request"),
        ("garbage", "invalid: ASN.1 parse error"),
        ("nothing", "invalid: ASN.1 parse error"),
        ("endless", "invalid: too long"),
        ("an older answer", "invalid: Nonce mismatch"),
        ("over another digest", "invalid: Nonce mismatch"),
        ("of another authority", "invalid: Error while verifying certificates"),
    ],
)
def test_an_answer_that_does_not_hold_is_not_kept_and_is_asked_for_again(
    db: None, tsa: Authority, how: str, code: str
) -> None:
    wrong(tsa, how)
    stamping.ask("x:1", DIGEST, timezone.now())
    assert proving.work(timezone.now()) == 0
    wanted = Wanted.objects.get()
    assert wanted.last_error.startswith(code)
    assert wanted.not_before > timezone.now()
    assert not Stamp.objects.exists()


def test_certificates_that_cannot_be_read_are_named(
    db: None, tsa: Authority, settings: Any, tmp_path: Path
) -> None:
    stamping.ask("x:1", DIGEST, timezone.now())
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n", encoding="ascii")
    for n, place in enumerate((tmp_path / "nowhere.pem", empty)):
        settings.TSA_CERTIFICATES = str(place)
        assert proving.work(timezone.now() + timedelta(days=n)) == 0
        assert Wanted.objects.get().last_error.startswith("certificates: ")


def test_a_stored_stamp_that_was_exchanged_is_found_and_none_can_be_changed(
    db: None, tsa: Authority
) -> None:
    for what, digest in (("x:1", DIGEST), ("x:2", OTHER)):
        stamping.ask(what, digest, timezone.now())
    proving.work(timezone.now())
    one, two = Stamp.objects.order_by("pk")
    flipped = bytearray(one.token)
    flipped[-9] ^= 1
    for wrong_one in (
        Stamp(digest=DIGEST, token=two.token, at=two.at, serial=two.serial),
        Stamp(digest=DIGEST, token=bytes(flipped), at=one.at, serial=one.serial),
        Stamp(digest=DIGEST, token=one.token, at=one.at - timedelta(days=1), serial=one.serial),
    ):
        assert not stamping.holds(wrong_one)
    for act in (one.save, one.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
