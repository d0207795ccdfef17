"""The time stamps of sealed packages: who says when a package existed, and what keeps one that is
still to come. A package is sealed without waiting for its stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from audit import stamping
from audit.outside import Stamp, Wanted, Way
from complaints import anchor_words
from complaints.archive import dossier
from complaints.models import Package


def what(package: Package) -> str:
    """What the stamp calls the package."""
    return f"package:{package.sealing.name}"


def ask(package: Package, now: datetime) -> None:
    """Have the package stamped, where the installation has an authority."""
    stamping.ask(what(package), package.sha256, now)


def of(package: Package) -> Stamp | None:
    """The stamp; None where none is (yet)."""
    return stamping.of(what(package))


def words(packages: Sequence[Package]) -> list[tuple[Package, str]]:
    """Each package that is stamped or waits for it, and what is to be said of that."""
    names = {what(package): package for package in packages}
    if not names:
        return []
    found = {s.what: s for s in Stamp.objects.filter(what__in=names).defer("token")}
    waits = {w.what: w for w in Wanted.objects.filter(how=Way.STAMP, what__in=names)}
    rows = []
    for name, package in names.items():
        if name in found:
            rows.append((package, _stamped(found[name])))
        elif name in waits:
            why = anchor_words.why(waits[name])
            rows.append((package, _("还没有，证据包已照常封存：{why}").format(why=why)))
    return rows


def _stamped(stamp: Stamp) -> str:
    return _("{time}，{tsa}，编号 {serial}").format(
        time=dossier.moment(stamp.at), tsa=stamp.tsa, serial=stamp.serial
    )
