"""What counsel has before the eyes: one proposal with everything that a signature on it covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from complaints import carrying, facts, review_checks, snapshots, suggestion, sums
from complaints.actions import signing_again
from complaints.advance import unmet
from complaints.errors import Unmet
from complaints.guards import MENDED_BY
from complaints.lifecycle import STEPS, State
from complaints.models import (
    Approval,
    Complaint,
    Condition,
    Consult,
    FactAnswer,
    Opinion,
    Resolution,
)
from complaints.querysets import ComplaintQuerySet
from complaints.review_checks import Check
from complaints.signing import liveness
from complaints.signing.canonical import content, hash_of
from complaints.situation import CaseSituation
from complaints.views import changes, queue_rows, review_checklist
from complaints.views.case_calc import rounded
from complaints.views.queue_row import Row
from complaints.views.review_compared import Compared
from complaints.views.review_words import Answer, in_words, short_form, shown_rule
from complaints.views.staleness import Stale, stale
from evidence.models import Item
from legal_rules import sign_off, signatures
from legal_rules.vocabulary import FACTS

_SUBMITTED = Resolution.objects.filter(complaint=OuterRef("pk"), status="submitted")

_ORDER = {"applies": 0, "open": 1, "displaced": 2}


def waiting(user: User) -> ComplaintQuerySet:
    """Cases with counsel that the person may see, each with its proposal's version and author, and
    with what it waits for: nobody has to open it to find that it is not one's own turn.
    """
    visible: ComplaintQuerySet = Complaint.objects.visible_to(user)
    of = {"resolution__complaint": OuterRef("pk"), "resolution__status": "submitted"}
    signed = Opinion.objects.filter(signed=True, voided=None, **of)
    conditions = Condition.objects.filter(
        opinion__voided=None,
        met_at=None,
        **{f"opinion__{name}": value for name, value in of.items()},
    )
    return visible.awaiting_counsel().annotate(
        signed_by_me=Exists(signed.filter(by=user)),
        conditions_open=Exists(conditions),
        consult_open=Exists(Consult.objects.filter(answered_at=None, withdrawn_at=None, **of)),
        approval_open=Exists(Approval.objects.filter(decided_at=None, **of)),
        proposal_version=Subquery(_SUBMITTED.values("version")[:1]),
        proposed_by=Subquery(_SUBMITTED.values("proposed_by__name")[:1]),
        author=Subquery(_SUBMITTED.values("proposed_by")[:1]),
    )


def void_offers(user: User) -> ComplaintQuerySet:
    """Offers that the person may see and whose letter waits for another signature."""
    signed = Resolution.objects.filter(complaint=OuterRef("pk"), status="signed")
    visible: ComplaintQuerySet = Complaint.objects.visible_to(user)
    return visible.to_be_signed_again().annotate(
        proposal_version=Subquery(signed.values("version")[:1]),
        proposed_by=Subquery(signed.values("proposed_by__name")[:1]),
        author=Subquery(signed.values("proposed_by")[:1]),
    )


class Review(Compared):
    """One case on counsel's desk. Everything is read when first asked for."""

    def __init__(self, complaint: Complaint, user: User) -> None:
        self.complaint, self.user = complaint, user
        self.lang = get_language() or "zh-hans"
        self.draft_key = f"review:{complaint.number}"
        self.happened: list[changes.Change] = []
        self.read_before: int | None = None  # version that was read before the content changed

    @cached_property
    def resolution(self) -> Resolution | None:
        """The version that would be signed, bound to the newest frozen analysis."""
        counting = [v for v in self.versions if v.status != Resolution.Status.SUPERSEDED]
        found = next(iter(counting), None)
        if found is not None and (found.status != Resolution.Status.SIGNED or self.again):
            found.analysis = snapshots.latest(self.complaint)
        return found

    @cached_property
    def analysis(self) -> Any:
        """The analysis frozen last; of a signed version the one that was signed."""
        return self.resolution.analysis if self.resolution else None

    @cached_property
    def stale(self) -> Stale | None:
        """What changed since it was frozen; None while it holds."""
        return stale(self.complaint, self.analysis, self.user) if self.open else None

    @cached_property
    def result(self) -> dict[str, Any]:
        """The frozen analysis in the language of the screen, worked out again from its facts."""
        found = snapshots.in_language(self.analysis, self.lang) if self.analysis else {}
        return signatures.mark(found, self._last_act)

    @property
    def open(self) -> bool:
        """Whether the case still lies with counsel, or an offer lies there to be signed again."""
        lies = self.complaint.state == State.IN_REVIEW or self.again
        return lies and self.resolution is not None

    @cached_property
    def returnable(self) -> bool:
        """Whether it may be sent back: it lies with counsel, or is offered in a letter that has not
        left.
        """
        if self.open or self.complaint.state != State.OFFERED:
            return self.open
        return self.resolution is not None and not liveness.letter_left(self.complaint)

    @cached_property
    def again(self) -> bool:
        """The signature is void and the letter has not left: counsel may sign as it stands now."""
        return liveness.waits_for_another(self.complaint)

    @cached_property
    def covered(self) -> dict[str, Any]:
        """What a signature on it would cover."""
        return content(self.resolution, carriers=self.carriers) if self.resolution else {}

    @cached_property
    def read(self) -> str:
        """The fingerprint of what stands on the page (SHA-256, hex)."""
        return hash_of(self.covered) if self.resolution else ""

    @cached_property
    def seen(self) -> int:
        """The newest event that the page knows."""
        return changes.latest(self.complaint)

    @cached_property
    def blocked(self) -> list[Unmet]:
        """What keeps this person from signing and that the form itself cannot mend."""
        situation = CaseSituation(self.complaint, self.user, timezone.now())
        situation.resolution = self.resolution
        situation.given_by_law = sums.given(self.result)  # of older facts: stale, which is said
        situation.analysis_is_stale = snapshots.is_stale(
            self.complaint, self.analysis, self.answered
        )
        situation.offer_is_below_minimum = self.short > 0
        situation.draft_rules = self.drafts
        usable = (item.number for item in self.evidence if not item.is_withdrawn)
        situation.evidence_numbers = frozenset(usable)
        situation.signatures = self.holding
        situation.open_consults = self.waited_for
        if self.again:
            reasons = signing_again.unmet(situation, asking=True)
        else:
            reasons = unmet(STEPS["sign"], situation, asking=True)
        return [r for r in reasons if r.code not in MENDED_BY]

    @property
    def is_author(self) -> bool:
        """Nobody reviews the own proposal."""
        return any(r.code == "not_the_author" for r in self.blocked)

    # --- the proposal

    @cached_property
    def total(self) -> Decimal:
        """The offer, in yuan."""
        return review_checks.total_of(self.resolution) if self.resolution else Decimal(0)

    @cached_property
    def owed(self) -> Decimal:
        """What the law says is owed, in yuan."""
        return facts.owed_by_law(self.result)

    @property
    def short(self) -> Decimal:
        """How far the offer stays below it, in yuan; 0 when it does not."""
        return max(self.owed - self.total, Decimal(0))

    @cached_property
    def checks(self) -> list[Check]:
        """What a machine can look at."""
        if self.resolution is None:
            return []
        return review_checks.all_of(
            self.complaint,
            self.resolution,
            self.result,
            len(self.evidence),
            self.carriers if self.open else None,  # of what is signed the signature says it
            [item.number for item in self.evidence if item.is_withdrawn],
        )

    def checklist(self, ticked: Iterable[str]) -> list[review_checklist.Item]:
        """What counsel ticks off, with what the program found beside each."""
        letter = self.resolution.letter if self.resolution else ""
        return review_checklist.shown(self.checks, letter, ticked)

    @property
    def passed(self) -> int:
        """How many checks are in order."""
        return sum(1 for check in self.checks if check.mark == "ok")

    @property
    def basis_cards(self) -> list[dict[str, Any]]:
        """The rules that carry the cited articles, with their elements as marks."""
        cited = set(self.resolution.legal_basis) if self.resolution else set()
        return [
            r
            for r in self.rules
            if r["status"] == "applies" and any(c in cited for c in r["cited"])
        ]

    @cached_property
    def carriers(self) -> list[carrying.Carrier]:
        """The rules that carry the proposal, signed and drafts."""
        return carrying.rules(self.resolution, self._last_act) if self.resolution else []

    @cached_property
    def _last_act(self) -> sign_off.Act | None:
        """Counsel's latest act on any rule, read once."""
        return sign_off.read_latest_act()

    @cached_property
    def drafts(self) -> list[carrying.Carrier]:
        """Those that counsel has not signed: whoever signs the proposal answers for them."""
        return [each for each in self.carriers if not each.signed]

    def takes_over(self, typed: Mapping[str, str]) -> list[tuple[carrying.Carrier, str, str]]:
        """(draft rule, what it is called, the reason typed for it), for the form."""
        return [(d, d.named_in(self.lang), typed.get(d.rule.id, "")) for d in self.drafts]

    # --- facts, evidence, law

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What the consumer may claim; fines and crimes are the enterprise's exposure."""
        return [
            {**r, "formula": rounded(r["formula"] or "")}
            for r in self.result.get("remedies", [])
            if suggestion.is_claim(r)
        ]

    @property
    def either(self) -> list[list[dict[str, Any]]]:
        """Claims that exclude one another: which is given is counsel's choice."""
        return facts.one_of([r for r in self.claims if r["amount"] or r["bounds"]])

    @cached_property
    def evidence(self) -> list[Item]:
        """Everything in the folder, withdrawn items too."""
        items = Item.objects.filter(folder=self.complaint.folder_id)
        return list(items.select_related("received_by", "withdrawal").order_by("number"))

    @cached_property
    def answered(self) -> list[FactAnswer]:
        """The answers that stand."""
        return facts.current_answers(self.complaint)

    @property
    def answers(self) -> list[Answer]:
        """The answers in words."""
        return [in_words(a, self.lang) for a in self.answered if a.fact in FACTS]

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """The rules of the analysis with citations in words and elements as marks; first those that
        hold.
        """
        shown = [shown_rule(rule, self.lang) for rule in self.result.get("rules", [])]
        return sorted(shown, key=lambda rule: _ORDER.get(rule["status"], len(_ORDER)))

    @property
    def fingerprint(self) -> str:
        """What the signature covers, else what it would cover, in short."""
        signed = self.signature if not self.open else None
        return short_form(signed.content_hash if signed else self.read)

    @cached_property
    def queue(self) -> list[Row]:
        """What waits for counsel, soonest due first: one page."""
        return queue_rows.page(waiting(self.user), queue_rows.BY_DUE, None, timezone.now()).rows
