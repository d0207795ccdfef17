"""Time stamps over digests. What is stamped never waits for the authority: it is asked for in the
transaction that makes it (`ask`), and stamped as soon as the authority answers.
"""

from __future__ import annotations

from datetime import datetime

from audit import tsa
from audit.outside import Stamp, Wanted, Way
from audit.proving import Means


def ask(what: str, digest: str, now: datetime) -> bool:
    """Have a digest (SHA-256, hex) stamped, in the caller's transaction. `what` names it by text.

    False when this installation has no authority. Asking again for what is stamped or waits
    changes nothing.
    """
    if not tsa.is_configured():
        return False
    if of(what) is None:
        row = Wanted(how=Way.STAMP, what=what, digest=digest, since=now, not_before=now)
        Wanted.objects.bulk_create([row], ignore_conflicts=True)
    return True


def of(what: str) -> Stamp | None:
    """The stamp, None when there is none (yet)."""
    return Stamp.objects.filter(what=what).first()


def waits(what: str) -> Wanted | None:
    """The stamp that is still to come, with what kept it; None when none is."""
    return Wanted.objects.filter(how=Way.STAMP, what=what).first()


def prove(wanted: Wanted, now: datetime) -> str:
    """Fetch the stamp and keep it; answers the authority's name. Raises NotStamped."""
    before = of(wanted.what)
    if before is not None:
        return before.tsa
    token = tsa.stamped(wanted.digest)
    Stamp.objects.create(
        what=wanted.what,
        digest=wanted.digest,
        token=token.der,
        at=token.at,
        received_at=now,
        tsa=token.tsa,
        serial=token.serial,
    )
    return token.tsa


def holds(stamp: Stamp) -> bool:
    """Whether the stored stamp holds: signed by an authority that is trusted, over this digest, at
    this time.
    """
    try:
        token = tsa.read(bytes(stamp.token), stamp.digest)
    except tsa.NotStamped:
        return False
    return (token.at, token.serial) == (stamp.at, stamp.serial)


MEANS = Means(in_use=tsa.is_configured, prove=prove)
