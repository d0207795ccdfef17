"""Every address of the installation, from the resolver, and how its gaps are filled.

Nothing is listed by hand: a new page or API route is walked by itself. Only a new kind of gap in an
address (`<int:hold>`) needs one line in `GAPS`, and `gaps()` says so.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Absence, ApiKey, TrainingRecord, User
from analytics.models import (
    ActionFile,
    Cause,
    CauseGiven,
    CorrectiveAction,
    SavedReport,
    Signal,
    VolumeFile,
)
from audit.outside import Stamp
from complaints import satisfied
from complaints.actions import offer_answer
from complaints.models import (
    AccessRequest,
    BulkAct,
    CalendarChange,
    CalendarNotice,
    CaseLink,
    Comment,
    Complaint,
    Condition,
    Consult,
    DisposalBatch,
    Draft,
    Export,
    ExportRequest,
    Extension,
    ImportRun,
    LegalHold,
    LetterBatch,
    Macro,
    MassCase,
    Outbox,
    Payment,
    PaymentFile,
    PublicPromise,
    QuickText,
    RightsRequest,
    SavedSearch,
    SavedView,
    Trial,
    ViewAlert,
)
from correspondence.digest import SALT
from correspondence.models import Notice

# Belongs to others: their pages are not ours to walk. Static files are served before the resolver.
NOT_OURS: tuple[str, ...] = ()
MISSING = "TS26-999999"


@dataclass(frozen=True)
class Route:
    """One address: its name, its pattern with gaps such as `{number}`, and its view."""

    name: str
    pattern: str
    gaps: tuple[str, ...]
    view: Any = field(compare=False)

    @property
    def is_api(self) -> bool:
        """True for addresses of programs."""
        return self.pattern.startswith("/api/")

    @property
    def about_a_case(self) -> bool:
        """True when the address names a case."""
        return "number" in self.gaps

    def address(self, values: dict[str, Any]) -> str:
        """The address with its gaps filled. Raises KeyError for one that `values` does not have."""
        return self.pattern.format(**{gap: values[gap] for gap in self.gaps})

    def __str__(self) -> str:
        return f"{self.name or '(no name)'} {self.pattern}"


_GAP = re.compile(r"<(?:[a-z_]+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def _readable(pattern: str) -> str:
    """`complaints/<str:number>/` or `^x/(?P<number>[^/.]+)/$` as `complaints/{number}/`."""
    text = _GAP.sub(lambda found: "{" + (found[1] or found[2]) + "}", pattern)
    return text.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


def _below(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _below(one, pattern)
        else:
            yield pattern, one


def all_routes() -> list[Route]:
    """Every route, in the order of the resolver."""
    found = []
    for raw, one in _below(get_resolver(), "/"):
        pattern = _readable(raw)
        if "{format}" in pattern or "<drf_format_suffix" in raw:
            continue  # the same view under `.json`
        gaps = tuple(re.findall(r"\{(\w+)\}", pattern))
        found.append(Route(one.name or "", pattern, gaps, one.callback))
    return found


@dataclass
class Example:
    """Values for the gaps of addresses, all of one case and its surroundings."""

    case: Complaint
    others: dict[str, Any] = field(default_factory=dict)

    def of(self, route: Route, **instead: Any) -> dict[str, Any]:
        """Gap → value for the gaps of a route: the others would each cost a question."""
        known = {**self.others, **instead}
        return {gap: known[gap] if gap in known else GAPS[gap](self.case) for gap in route.gaps}


def _first(found: Any) -> Any:
    """Primary key of the first row, or of none at all."""
    return found.order_by("pk").values_list("pk", flat=True).first() or 0


def _token() -> str:
    """Of the link in an e-mail to somebody."""
    who = User.objects.filter(roles__contains=["agent"]).order_by("pk").first()
    return signing.dumps([who.pk if who else 0, "progress"], salt=SALT, compress=True)


def _invited(case: Complaint) -> str:
    """Of the link to the consumer of a closed case; of none where nobody was asked."""
    found = case.invitations.exclude(token_hash=None).first()
    return satisfied.token_of(found) if found else "0" * 64


def _offered(case: Complaint) -> str:
    """The token of the link to its offer."""
    found = case.offer_links.exclude(token_hash=None).first()
    return offer_answer.token_of(found) if found else "0" * 64


GAPS: dict[str, Any] = {
    "number": lambda case: case.number,
    "owner": lambda case: case.owner_id or 0,
    "step": lambda case: "accept",
    "menu": lambda case: "more",
    "item": lambda case: 1,
    "fact": lambda case: "tx_living_consumption",
    "field": lambda case: "phone",
    "commitment": lambda case: _first(case.commitments),
    "promise_id": lambda case: _first(case.commitments),
    "payment": lambda case: _first(Payment.objects.filter(commitment__complaint=case)),
    "payment_file": lambda case: _first(PaymentFile.objects.all()),  # the supervisor's upload
    "saved_search": lambda case: _first(SavedSearch.objects.all()),
    "view_alert": lambda case: _first(ViewAlert.objects.all()),
    "queue_view": lambda case: _first(SavedView.objects.all()),  # nobody's in the world
    "public_promise": lambda case: _first(PublicPromise.objects.all()),
    "communication_id": lambda case: _first(case.communications),
    "act": lambda case: "withhold",
    "outgoing": lambda case: _first(Outbox.objects.filter(complaint=case)),
    "letter_id": lambda case: _first(Notice.objects.filter(outbox__complaint=case)),
    "condition": lambda case: _first(Condition.objects.filter(opinion__resolution__complaint=case)),
    "comment": lambda case: _first(Comment.objects.filter(resolution__complaint=case)),
    "consult": lambda case: _first(Consult.objects.filter(resolution__complaint=case)),
    "team_consult": lambda case: _first(case.team_consults),
    "record": lambda case: _first(TrainingRecord.objects.all()),
    "api_key": lambda case: _first(ApiKey.objects.all()),
    "upload": lambda case: uuid.UUID(int=0),  # one's own, while it comes
    "username": lambda case: "colleague",
    "user": lambda case: _first(User.objects.filter(roles__contains=["agent"])),
    "hold": lambda case: _first(case.holds),
    "deadline": lambda case: _first(case.deadlines),
    "extension": lambda case: _first(Extension.objects.filter(deadline__complaint=case)),
    "rule": lambda case: "cpl.55.1",
    "term": lambda case: "penalty8_15d",
    "regime": lambda case: "general",
    "template": lambda case: "resolution.zh",
    "trial": lambda case: _first(Trial.objects.all()),  # counsel's
    "pk": lambda case: 0,  # people and teams: the world gives them
    "instrument": lambda case: "cpl_2013",
    "article": lambda case: "55",
    "factor": lambda case: _first(Authenticator.objects.all()),
    "absence": lambda case: _first(Absence.objects.all()),
    "notice": lambda case: _first(Notice.objects.filter(user__isnull=False)),
    "token": lambda case: _token(),
    "mass": lambda case: _first(MassCase.objects.all()),
    "disposal_batch": lambda case: _first(DisposalBatch.objects.all()),
    "form": lambda case: "csv",
    "legal_hold": lambda case: _first(LegalHold.objects.all()),
    "invitation": lambda case: _invited(case),
    "offer_token": lambda case: _offered(case),
    "name": lambda case: "0" * 32,  # no such mail
    "notice_id": lambda case: _first(CalendarNotice.objects.all()),  # read and not yet loaded
    "change": lambda case: _first(CalendarChange.objects.all()),
    "run": lambda case: _first(ImportRun.objects.all()),  # the agent's upload
    "export_request": lambda case: _first(
        ExportRequest.objects.filter(package__sealing__complaint=case)
    ),
    "draft": lambda case: _first(Draft.objects.all()),  # the agent's
    "export": lambda case: _first(Export.objects.filter(package__sealing__complaint=case)),
    "stamp": lambda case: _first(Stamp.objects.all()),
    "report": lambda case: _first(SavedReport.objects.all()),  # nobody's in the world
    "access_request": lambda case: _first(AccessRequest.objects.all()),  # the outsider's
    "rights_request": lambda case: _first(RightsRequest.objects.all()),  # of an own case
    "rights_paper": lambda case: 1,  # about that request
    "what": lambda case: "check",
    "signal": lambda case: _first(Signal.objects.all()),
    "group": lambda case: "0",  # of copies; the signal of the world has none
    "signal_step": lambda case: "acknowledge",
    "given": lambda case: _first(CauseGiven.objects.all()),
    "action": lambda case: _first(CorrectiveAction.objects.all()),
    "action_file": lambda case: _first(ActionFile.objects.all()),
    "action_act": lambda case: "done",
    "cause": lambda case: _first(Cause.objects.all()),
    "cause_act": lambda case: "close",
    "volume_file": lambda case: _first(VolumeFile.objects.all()),
    "letter_batch": lambda case: _first(LetterBatch.objects.all()),  # the agent's
    "macro": lambda case: _first(Macro.objects.all()),  # of the agent's team
    "quick_text": lambda case: _first(QuickText.objects.all()),  # the agent's
    "link": lambda case: _first(CaseLink.objects.filter(complaint=case)),
    "bulk_act": lambda case: _first(BulkAct.objects.all()),  # the supervisor's
}


def gaps(routes: list[Route]) -> list[str]:
    """Gaps that nobody has said how to fill."""
    return [
        f"tell the walk how to fill <{gap}> of {route}: add a line to GAPS in {__name__}"
        for route in routes
        for gap in route.gaps
        if gap not in GAPS
    ]
