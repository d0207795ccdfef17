"""Whether a number that was seen in clear was followed, within a day, by the act for which it was
seen (`Reveal.expects`): what an auditor compares purposes with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from complaints.models import Reveal

WITHIN = timedelta(hours=24)
YES, NOT_YET, NO, NOTHING = "yes", "not_yet", "no", "nothing"


@dataclass(frozen=True)
class Expected:
    """An act: its words, the verbs of the record that are such an act, and whether only the act of
    the very person counts.
    """

    words: str | Promise
    verbs: frozenset[str]
    own: bool = True


EXPECTED: dict[str, Expected] = {
    "call_note": Expected(gettext_lazy("写通话记录"), frozenset({"communication.call_note"})),
    "payment": Expected(
        gettext_lazy("登记付款"), frozenset({"payment.recorded", "commitment.kept"}), own=False
    ),
    "letter_by_hand": Expected(
        gettext_lazy("登记送达"), frozenset({"letter.delivered", "letter.by_hand"}), own=False
    ),
    "letter": Expected(
        gettext_lazy("拟定方案或发函"),
        frozenset({"resolution.drafted", "letter.delivered", "letter.by_hand", "letter.again"}),
    ),
    "evidence": Expected(
        gettext_lazy("收取或交出材料"),
        frozenset({"evidence.received", "evidence.exported", "package.exported"}),
    ),
}


@dataclass(frozen=True)
class Verdict:
    """`code`: YES, NOT_YET, NO or NOTHING (no act is expected); `at`: when the act was done."""

    code: str
    expected: str = ""
    at: datetime | None = None

    @property
    def words(self) -> str:
        """In words."""
        return {
            YES: _("已跟进：{act}"),
            NOT_YET: _("待跟进：{act}"),
            NO: _("24 小时内没有{act}"),
            NOTHING: _("无须跟进"),
        }[self.code].format(act=self.expected)

    @property
    def tone(self) -> str:
        """Of the tag."""
        return {YES: "ok", NOT_YET: "info", NO: "danger"}.get(self.code, "")


def verdicts(rows: Sequence[Reveal], now: datetime) -> dict[int, Verdict]:
    """Of each row (with its case and person). One statement, whatever their number."""
    asked = [row for row in rows if row.expects in EXPECTED]
    acts = _acts(asked) if asked else {}
    return {row.pk: _verdict(row, acts, now) for row in rows}


_Acts = dict[str, list[tuple[datetime, str, str]]]  # subject → (at, verb, actor)


def _acts(rows: Sequence[Reveal]) -> _Acts:
    verbs = frozenset[str]().union(*(EXPECTED[row.expects].verbs for row in rows))
    first, last = min(row.at for row in rows), max(row.at for row in rows) + WITHIN
    subjects = {row.complaint.subject for row in rows}
    found = Entry.objects.filter(
        subject__in=subjects, verb__in=verbs, at__gte=first, at__lte=last
    ).order_by("at")
    acts: _Acts = {}
    for subject, at, verb, actor in found.values_list("subject", "at", "verb", "actor"):
        acts.setdefault(subject, []).append((at, verb, actor))
    return acts


def _verdict(row: Reveal, acts: _Acts, now: datetime) -> Verdict:
    expected = EXPECTED.get(row.expects)
    if expected is None:
        return Verdict(NOTHING)
    words = str(expected.words)
    for at, verb, actor in acts.get(row.complaint.subject, ()):
        mine = not expected.own or actor == row.by.username
        if mine and verb in expected.verbs and row.at <= at <= row.at + WITHIN:
            return Verdict(YES, words, at)
    return Verdict(NOT_YET if now < row.at + WITHIN else NO, words)
