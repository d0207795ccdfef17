"""C1: no column of the schema takes text that nobody masks: each one masks at every save, or is
named here with the reason why nothing a person, a program or a file says can get into it in clear.
"""

from __future__ import annotations

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from accounts.masking.fields import (
    FileNameField,
    MaskedArrayField,
    MaskedCharField,
    MaskedJSONField,
    MaskedTextField,
    ReferenceField,
)

MASKING = (
    MaskedArrayField,
    MaskedCharField,
    MaskedJSONField,
    MaskedTextField,
    ReferenceField,
    FileNameField,
)
TEXT = (models.CharField, models.TextField, models.JSONField, SearchVectorField)
OURS = {
    "accounts",
    "analytics",
    "audit",
    "complaints",
    "correspondence",
    "evidence",
    "legal_rules",
    "letters",
    "quickstart",
    "reading_room",
}
DIGEST = "a digest, a key's name or a signature, made by the product"
CODE = "a code: compared with a list before it is taken"
MADE = "made by the product from columns that are masked, or from the law"
LAW = "the law's own text, from files of the operator"
STAFF = "an account of an employee, by which one signs in and is found"
# model.column, or the column in whatever model; a reason for each line
EXEMPT = {
    name: reason
    for reason, names in {
        DIGEST: (
            "sha256 hash previous_hash content_hash digest request_hash key_hash signature "
            "key_id public_key prefix root audit_head engine_sha256 rulebook_sha256 "
            "template_sha256 letter_sha256 columns_hash base_sha256 new_sha256 rejected_file mark "
            "Block.members Stamp.serial Stamp.what Wanted.what Session.session_key "
            "Installation.demo_plan User.password SigningKey.vouches"
            " VaultKey.name fingerprint index_key PersonSearch.digest IdentityCode.salt "
            "WebhookCall.body_sha256"
        ),
        CODE: (
            "Reveal.field TailCheck.field expects PersonSearch.kind door "
            "Entry.verb subject Pending.kind Reading.page Reading.subjects Reading.fields news "
            "request_id Session.device Alarm.kind Alarm.case ApiKey.scopes StatuteText.kind "
            "content_type Upload.about preferred_channel protection Complaint.number category "
            "rights currency rests_on legal_basis Resolution.template remedy checklist entry "
            "unit channel Draft.key Deadline.kind Deadline.source owed_by pausable_by "
            "ClockEvent.kind ClockEvent.key Moment.kind pauses Destroyed.number code step "
            "from_state to_state effect Outbox.key fact language LetterBatch.kind starts "
            "stops channels categories sectors claims part Trial.rules TrialResult.rules "
            "rule_set worker Mail.key Notice.key cause brought family level ways rule "
            "RuleText.rule kinds RightsRequest.requester how outcome ground RightsAct.kind "
            "RightsAct.field limited RightsLetter.template options IdentityCode.field "
            "WebhookCall.error CaseFigures.channel CaseFigures.region CaseFigures.phase "
            "Occurrence.kind Occurrence.key Cell.kind dimension "
            "Signal.region Denominator.region model_version SavedReport.span paused_why "
            "stopped_why ActionFile.scan Target.measure"
        ),
        MADE: (
            "Session.session_data Reading.about Verification.report covered statement "
            "Opinion.rules citation terms ladder basis reviews Destroyed.files contents "
            "holidays parts words vouches changed VaultedSpan.about VaultedSpan.masked "
            "Notice.to name_masked phone_masked email_masked id_number_masked "
            "bank_account_masked address_masked RightsAct.old_masked IdempotentRequest.headers"
        ),
        LAW: (
            "StoredRulebook.version RuleText.content lines StatuteText.code imported_by "
            "StatuteText.file_name StatuteText.title short_name body document_number "
            "status_basis text_source notes details replaces work sort_key changes Article.no "
            "Article.label chapter Article.text Article.plain CalendarNotice.days periods "
            "Trial.files"
        ),
        STAFF: ("actor actor_name asked_by about_name User.email User.username User.name"),
        "where anchors and stamps are kept, from the settings": (
            "Anchor.where Stamp.tsa Wanted.last_error WebhookCall.target"
        ),
        "audit.record masks it before it is chained": ("Entry.detail"),
        "the headings of a file's columns, masked where they are read (importing/table.py)": (
            "ImportRun.mapping ImportTemplate.mapping"
        ),
        "a network, or the keyed hash of what was typed as a name": "SignInLock.subject",
        "as the masked column of the case says, and counted again when it changes": (
            "CaseFigures.product CaseFigures.brand CaseFigures.batch CaseFigures.supplier "
            "CaseFigures.script_version Cell.key"
        ),
        "the public page of a promise": ("PublicPromise.url"),
        "masked where the header is read (accounts/api/idempotency.py)": ("IdempotentRequest.key"),
    }.items()
    for name in names.split()
}


def columns() -> list[tuple[str, str, models.Field]]:
    """Every column of our tables that takes text, bytes apart."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.local_concrete_fields:
                if isinstance(field, (*TEXT, ArrayField)):
                    found.append((model.__name__, field.name, field))
    return found


def is_closed(field: models.Field) -> bool:
    """It takes one of a list only."""
    base = field.base_field if isinstance(field, ArrayField) else field
    return bool(base.choices) or not isinstance(base, TEXT)


def test_c1_every_column_that_takes_text_masks_it_or_says_why_not() -> None:
    unknown = [
        f"{label}.{name}"
        for label, name, field in columns()
        if not isinstance(field, MASKING)
        and not is_closed(field)
        and f"{label}.{name}" not in EXEMPT
        and name not in EXEMPT
    ]
    assert not unknown, "mask these columns, or say why not: " + ", ".join(unknown)
    named = {f"{label}.{name}" for label, name, _f in columns()} | {n for _l, n, _f in columns()}
    assert not set(EXEMPT) - named, set(EXEMPT) - named
