"""What the file of a finished case holds, and whether it is still what it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from audit.record import Break, breaks
from complaints import audit_words, legal_hold, points, retention
from complaints.actions import exporting, sealing
from complaints.archive import checking, stamped
from complaints.archive.completeness import Line
from complaints.lifecycle import STEPS, State
from complaints.models import (
    Commitment,
    Complaint,
    Event,
    Export,
    LegalHold,
    Opinion,
    Package,
    Sealing,
)
from complaints.review_checks import total_of
from complaints.signing import differences, verify
from complaints.situation import CaseSituation
from complaints.views import archive_check
from complaints.views.archive_consent import Asked, asked_of
from complaints.views.case_promises import state_words
from complaints.views.case_words import in_words
from complaints.views.keeping import KeptShown
from complaints.views.words import Words
from evidence.models import Custody, Item

NEWEST, OLDEST = 12, 3
EXPORTS = 20


@dataclass(frozen=True)
class Link:
    """One entry of the chain as the page shows it; `broken` where it does not hold."""

    entry: Entry
    words: str
    particulars: str
    broken: bool


class ArchiveFile:
    """One closed or archived case. Everything is read when first asked for."""

    def __init__(self, complaint: Complaint, user: User, *, everything: bool = False) -> None:
        self.complaint, self.user, self.everything = complaint, user, everything
        self.checked_at = timezone.now()

    @property
    def archived(self) -> bool:
        """Sealed, not only closed."""
        return self.complaint.state == State.ARCHIVED

    @property
    def may_see_readers(self) -> bool:
        """Who read the case is for those who supervise."""
        return self.user.may("read_readings")

    # --- the chain

    @cached_property
    def entries(self) -> list[Entry]:
        """The audit chain of the case from its beginning."""
        return list(Entry.objects.filter(subject=self.complaint.subject).order_by("sequence"))

    @cached_property
    def breaks(self) -> list[Break]:
        """Where the chain does not hold; every hash is worked out again."""
        return breaks(self.entries)

    @property
    def links(self) -> list[Link]:
        """The newest entries first; without `everything` the middle is left out."""
        shown = self.entries[::-1]
        if self.hidden:
            shown = [*shown[:NEWEST], *shown[-OLDEST:]]
        broken = {b.sequence for b in self.breaks}
        return [
            Link(e, audit_words.named(e.verb), audit_words.particulars(e), e.sequence in broken)
            for e in shown
        ]

    @property
    def hidden(self) -> int:
        """How many entries are left out in the middle."""
        return 0 if self.everything else max(0, len(self.entries) - NEWEST - OLDEST)

    @property
    def gap_after(self) -> int:
        """After how many rows the gap stands."""
        return NEWEST if self.hidden else 0

    @cached_property
    def last_check(self) -> Entry | None:
        """When somebody last had the case verified, and what was found."""
        return next((e for e in reversed(self.entries) if e.verb == checking.VERB), None)

    @property
    def check_lines(self) -> list[archive_check.Line]:
        """The same, line by line."""
        return archive_check.lines_of(self.last_check) if self.last_check else []

    @property
    def broken(self) -> bool:
        """Whether the chain does not hold, or the last check found something."""
        return bool(self.breaks) or bool(self.last_check and not self.last_check.detail["whole"])

    @property
    def anchor_words(self) -> str:
        """When, how and which block was anchored last."""
        return archive_check.anchor_words(checking.last_anchor(self.entries))

    # --- what the file holds

    @cached_property
    def lines(self) -> list[Line]:
        """What the file needs, and what it lacks of that, as the step's guard asks it."""
        return CaseSituation(self.complaint, self.user, self.checked_at).file_lines

    @property
    def lacking(self) -> bool:
        """Whether anything keeps the file from being complete."""
        return any(line.lacking for line in self.lines)

    @cached_property
    def packages(self) -> list[Package]:
        """The sealed packages, the newest first."""
        return exporting.packages(self.complaint)

    @cached_property
    def stamps(self) -> list[tuple[Package, str]]:
        """The time stamps of the packages, where there are any or some are to come."""
        return stamped.words(self.packages)

    @cached_property
    def sealing(self) -> Sealing | None:
        """The package that is being made, or that could not be made."""
        return Sealing.objects.filter(complaint=self.complaint, done_at=None).last()

    @property
    def problem(self) -> str:
        """Why it could not be made."""
        return sealing.why(self.sealing) if self.sealing else ""

    @cached_property
    def asked(self) -> list[Asked]:
        """Requests for a complete package, the newest first."""
        if not self.may_export or not self.packages:
            return []
        return asked_of(self.complaint, self.user, self.checked_at)

    @cached_property
    def exports(self) -> list[tuple[Export, bool]]:
        """What was handed out, the newest first; whether this person may fetch it now."""
        rows = Export.objects.filter(package__sealing__complaint=self.complaint)
        return [
            (e, e.by_id == self.user.pk and e.expires_at > self.checked_at)
            for e in rows.select_related("by", "package__sealing")[:EXPORTS]
        ]

    @cached_property
    def signature(self) -> Opinion | None:
        """The last signature, on whichever version it stands."""
        return (
            Opinion.objects.filter(resolution__complaint=self.complaint, signed=True)
            .select_related(
                "by", "analysis", "voided", "resolution__analysis", "resolution__proposed_by"
            )
            .prefetch_related("resolution__measures__unit", "resolution__points")
            .order_by("-id")
            .first()
        )

    @cached_property
    def differing(self) -> str:
        """What is not as it was signed, recomputed with hash and key; "" where all is."""
        if self.signature is None:
            return ""
        self.signature.resolution.complaint = self.complaint
        return differences.in_words(verify.faults(self.signature))

    @property
    def by_key(self) -> bool:
        """Whether the signature has a key at all; older ones have their fingerprint alone."""
        return self.signature is not None and not verify.is_unsigned(self.signature)

    @property
    def at_issue(self) -> list[points.Shown]:
        """The points of the version that was signed, in the words of its analysis."""
        if (signed := self.signature) is None:
            return []
        analysis = signed.analysis or signed.resolution.analysis
        return points.shown(signed.resolution, analysis.result if analysis else {}, "zh-hans")

    @property
    def total(self) -> Decimal:
        """The sum that was offered, in yuan."""
        return total_of(self.signature.resolution) if self.signature else Decimal(0)

    @cached_property
    def evidence(self) -> list[Item]:
        """Everything in the folder with who had it in hand."""
        hands = Custody.objects.select_related("by").order_by("id")
        items = Item.objects.filter(folder=self.complaint.folder_id)
        items = items.select_related("received_by", "withdrawal__by")
        return list(items.prefetch_related(Prefetch("custody", hands)).order_by("number"))

    @property
    def evidence_size(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.evidence)

    @cached_property
    def commitments(self) -> list[tuple[Commitment, str]]:
        """What was promised, and in words how it was kept."""
        rows = Commitment.objects.filter(complaint=self.complaint).order_by("due_at", "id")
        return [(c, state_words(c.state, c.on_time)) for c in rows]

    @cached_property
    def story(self) -> list[tuple[datetime, str, Words]]:
        """(when, who, what) of the timeline, oldest first."""
        events = Event.objects.filter(complaint=self.complaint).select_related("by").order_by("id")
        return [
            (e.at, e.by.name if e.by else _("系统"), in_words(e, self.complaint)) for e in events
        ]

    # --- how long it is kept

    @cached_property
    def kept(self) -> KeptShown:
        """The class of the file and the day until which it is kept."""
        lang = get_language() or "zh-hans"
        return KeptShown(retention.of(self.complaint), lang, self.complaint.closed_at)

    @cached_property
    def holds(self) -> list[LegalHold]:
        """The legal holds on it."""
        return legal_hold.in_force(self.complaint)

    # --- what may be done

    @property
    def may_choose_class(self) -> bool:
        """The person says how long a finished file is kept."""
        return not self.complaint.is_open and self.user.may("set_retention")

    @property
    def may_hold(self) -> bool:
        """The person places legal holds."""
        return self.user.may("place_legal_holds")

    @property
    def may_archive(self) -> bool:
        """The person's role archives, and the case is closed."""
        return self._may("archive")

    @property
    def may_export(self) -> bool:
        """The person's role hands packages out."""
        return self.user.may("export_packages")

    @property
    def may_seal(self) -> bool:
        """Archived before there were packages, or the making of one failed."""
        missing = not self.packages and self.sealing is None
        return self.archived and self.may_export and (missing or bool(self.problem))

    @property
    def may_reopen(self) -> bool:
        """The person's role reopens."""
        return self._may("reopen")

    def _may(self, code: str) -> bool:
        step = STEPS[code]
        return self.complaint.state in step.sources and any(
            self.user.is_(role) for role in step.who if role == Role.SUPERVISOR
        )
