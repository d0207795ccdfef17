"""The case and what it holds. Verbs live in `complaints/actions/`."""

from complaints.models.access import (
    AccessDecision,
    AccessEnd,
    AccessKind,
    AccessRequest,
    AccessReview,
    AccessWhy,
)
from complaints.models.authority import Approval, AuthorityLimit
from complaints.models.bulk import BulkAct, BulkRow
from complaints.models.calendar import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    ClockMove,
    RecountPart,
    TargetLength,
    WorkingHours,
)
from complaints.models.commitment import Commitment
from complaints.models.communication import Communication, Draft
from complaints.models.complaint import Complaint
from complaints.models.consumer import Consumer
from complaints.models.deadline import ClockEvent, Deadline, Hold, Moment
from complaints.models.disposal import Destroyed, DisposalBatch, DisposalReview, DisposalRow
from complaints.models.export_request import ExportConsent, ExportRequest
from complaints.models.extension import Extension
from complaints.models.fact import Analysis, FactAnswer
from complaints.models.follow import Follow
from complaints.models.importing import ImportRow, ImportRun, ImportTemplate
from complaints.models.keeping import Retention
from complaints.models.legal_hold import HeldCase, LegalHold
from complaints.models.letter_batch import LetterBatch, LetterRow
from complaints.models.linking import CaseLink
from complaints.models.macros import Macro, MacroVersion
from complaints.models.mass import (
    MassCase,
    MassDraft,
    MassDraftRow,
    MassMember,
    MassOpinion,
    SilentConsumer,
)
from complaints.models.mention import Mention
from complaints.models.offer_link import OfferLink
from complaints.models.package import Edition, Export, Package, Sealing
from complaints.models.payment import Payment, PaymentFile, PaymentRow
from complaints.models.person_search import PersonSearch
from complaints.models.points import Point
from complaints.models.promise import PublicPromise
from complaints.models.quick_texts import QuickText, QuickTextVersion
from complaints.models.resolution import Measure, Opinion, Resolution
from complaints.models.reveal import Reveal, TailCheck
from complaints.models.reviewing import Comment, Condition, Consult, SeenVersion
from complaints.models.rights import (
    IdentityCheck,
    RightsAct,
    RightsAnswer,
    RightsDecision,
    RightsRequest,
)
from complaints.models.rights_letters import IdentityCode, IdentityTry, RightsLetter
from complaints.models.satisfaction import Feedback, Invitation
from complaints.models.saved_views import SavedView, ViewAlert
from complaints.models.search import Passage, SearchDocument, WordsChanged
from complaints.models.searches import RecentSearch, SavedSearch
from complaints.models.segregation import NamedPerson, Recusal
from complaints.models.signing import SigningKey, Voided
from complaints.models.snooze import Snooze
from complaints.models.sweep import Postponed, SweepRun
from complaints.models.team_consult import TeamConsult
from complaints.models.transition import Event, Outbox, Transition
from complaints.models.trial import Trial, TrialPart, TrialResult
from complaints.models.vaulted import VaultedSpan

__all__ = [
    "AccessDecision",
    "AccessEnd",
    "AccessKind",
    "AccessRequest",
    "AccessReview",
    "AccessWhy",
    "Analysis",
    "Approval",
    "AuthorityLimit",
    "BulkAct",
    "BulkRow",
    "CalendarChange",
    "CalendarDay",
    "CalendarNotice",
    "CaseLink",
    "ClockEvent",
    "ClockMove",
    "Comment",
    "Commitment",
    "Communication",
    "Complaint",
    "Condition",
    "Consult",
    "Consumer",
    "Deadline",
    "Destroyed",
    "DisposalBatch",
    "DisposalReview",
    "DisposalRow",
    "Draft",
    "Edition",
    "Event",
    "Export",
    "ExportConsent",
    "ExportRequest",
    "Extension",
    "FactAnswer",
    "Feedback",
    "Follow",
    "HeldCase",
    "Hold",
    "IdentityCheck",
    "IdentityCode",
    "IdentityTry",
    "ImportRow",
    "ImportRun",
    "ImportTemplate",
    "Invitation",
    "LegalHold",
    "LetterBatch",
    "LetterRow",
    "Macro",
    "MacroVersion",
    "MassCase",
    "MassDraft",
    "MassDraftRow",
    "MassMember",
    "MassOpinion",
    "Measure",
    "Mention",
    "Moment",
    "NamedPerson",
    "OfferLink",
    "Opinion",
    "Outbox",
    "Package",
    "Passage",
    "Payment",
    "PaymentFile",
    "PaymentRow",
    "PersonSearch",
    "Point",
    "Postponed",
    "PublicPromise",
    "QuickText",
    "QuickTextVersion",
    "RecentSearch",
    "RecountPart",
    "Recusal",
    "Resolution",
    "Retention",
    "Reveal",
    "RightsAct",
    "RightsAnswer",
    "RightsDecision",
    "RightsLetter",
    "RightsRequest",
    "SavedSearch",
    "SavedView",
    "Sealing",
    "SearchDocument",
    "SeenVersion",
    "SigningKey",
    "SilentConsumer",
    "Snooze",
    "SweepRun",
    "TailCheck",
    "TargetLength",
    "TeamConsult",
    "Transition",
    "Trial",
    "TrialPart",
    "TrialResult",
    "VaultedSpan",
    "ViewAlert",
    "Voided",
    "WordsChanged",
    "WorkingHours",
]
