"""The one door through which rows of a case lose their words: a function of the database.

Many of the tables are append-only, and the role of the application may not change their rows at
all. The function belongs to the owner, and does it only for a case that is archived, past its time,
under no hold, and agreed to by two people, or, for the owner alone, entered in the register
elsewhere (a restored backup). It is made anew after every migration, from this table.
"""
# ruff: noqa: S608 nothing here comes from outside: names of tables and columns are the models'

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections

from audit.kinds import Sealed

GONE = "已删除"  # stands where words stood
NAME = "kesu_destroy_case"
_CASE = "complaint_id = case_id"
_OF_CASE = "IN (SELECT id FROM {} WHERE complaint_id = case_id)"
_VERSION = "resolution_id " + _OF_CASE.format("complaints_resolution")
_CLOCK = "deadline_id " + _OF_CASE.format("complaints_deadline")
_OPINION = (
    "opinion_id IN (SELECT o.id FROM complaints_opinion o JOIN complaints_resolution r ON r.id = "
    "o.resolution_id WHERE r.complaint_id = case_id)"
)
_FOLDER = "folder_id = (SELECT folder_id FROM complaints_complaint WHERE id = case_id)"
_ITEM = f"item_id IN (SELECT id FROM evidence_item WHERE {_FOLDER})"
_LETTER = "outbox_id " + _OF_CASE.format("complaints_outbox")
_SEALED = "sealing_id " + _OF_CASE.format("complaints_sealing")
_OF_REQUEST = "request_id " + _OF_CASE.format("complaints_rightsrequest")
_PROMISE = "commitment_id " + _OF_CASE.format("complaints_commitment")

# model → (which of its rows, columns whose content goes). Words become `GONE` where there were
# some, JSON becomes empty, bytes none. What is left out stays: codes, amounts, dates, hashes.
PLAN: dict[str, tuple[str, tuple[str, ...]]] = {
    "complaints.Resolution": (_CASE, ("explanation", "letter", "below_reason")),
    "complaints.Measure": (_VERSION, ("description", "formula", "proposed_formula", "payee_words")),
    "complaints.Point": (_VERSION, ("title", "consumer_says", "we_found", "finding_words")),
    "complaints.Opinion": (
        _VERSION,
        ("text", "below_minimum_reason", "rules", "covered", "statement"),
    ),
    "complaints.Approval": (_VERSION, ("note",)),
    "complaints.Condition": (_OPINION, ("text", "met_note")),
    "complaints.Consult": (_VERSION, ("question", "answer")),
    "complaints.Comment": (_VERSION, ("quote", "text")),
    "complaints.TeamConsult": (_CASE, ("question", "words")),
    "complaints.SeenVersion": (_VERSION, ("parts",)),
    "complaints.Communication": (_CASE, ("text",)),
    "complaints.Commitment": (_CASE, ("text", "proof")),
    "complaints.Payment": (_PROMISE, ("note", "reversed_reason")),
    "complaints.Deadline": (_CASE, ("title", "explanation")),
    "complaints.ClockEvent": (_CLOCK, ("detail",)),
    "complaints.Postponed": (_CLOCK, ("error",)),
    "complaints.Extension": (_CLOCK, ("reason", "note")),
    "complaints.Moment": (_CASE, ("note",)),
    "complaints.Hold": (_CASE, ("note", "items")),
    "complaints.Snooze": (_CASE, ("waiting_for",)),
    "complaints.FactAnswer": (_CASE, ("value", "note")),
    "complaints.Analysis": (_CASE, ("facts", "settled", "result")),
    "complaints.ImportRow": (_CASE, ("reference", "problems")),
    "complaints.BulkRow": (_CASE, ("why", "kept_why")),
    "complaints.LetterRow": (_CASE, ("pdf", "problem")),
    "complaints.MassDraftRow": (_CASE, ("message",)),
    "complaints.PaymentRow": (_CASE, ("cells", "message")),
    "complaints.TrialResult": (_CASE, ("words",)),
    "complaints.Transition": (_CASE, ("fields",)),
    "complaints.Event": (_CASE, ("text", "detail")),
    "complaints.Outbox": (_CASE, ("payload", "last_error")),
    "complaints.Feedback": (
        "invitation_id " + _OF_CASE.format("complaints_invitation"),
        ("comment_sealed",),
    ),
    "complaints.CaseLink": (
        f"({_CASE} OR other_id = case_id)",
        ("note", "ended_reason"),
    ),
    "complaints.NamedPerson": (_CASE, ("why",)),
    "complaints.Recusal": (_CASE, ("reason",)),
    "complaints.AccessRequest": (_CASE, ("reason",)),
    "complaints.AccessDecision": (_CASE, ("reason",)),
    "complaints.AccessReview": (
        "decision_id " + _OF_CASE.format("complaints_accessdecision"),
        ("note",),
    ),
    "complaints.RightsRequest": (_CASE, ("details",)),
    "complaints.IdentityCheck": (_OF_REQUEST, ("note",)),
    "complaints.RightsDecision": (_OF_REQUEST, ("reason",)),
    "complaints.RightsLetter": (_OF_REQUEST, ("letter",)),
    "complaints.RightsAct": (_CASE, ("old_sealed", "old_masked", "note")),
    "complaints.Retention": (_CASE, ("reason",)),
    "complaints.DisposalReview": (
        "row_id " + _OF_CASE.format("complaints_disposalrow"),
        ("reason",),
    ),
    "complaints.Reveal": (_CASE, ("note",)),
    "complaints.Sealing": (_CASE, ("cut", "redactions", "problem")),
    "complaints.Package": (_SEALED, ("contents",)),
    "complaints.Export": (
        f"package_id IN (SELECT id FROM complaints_package WHERE {_SEALED})",
        ("recipient",),
    ),
    "complaints.ExportRequest": (
        f"package_id IN (SELECT id FROM complaints_package WHERE {_SEALED})",
        ("recipient",),
    ),
    "complaints.ExportConsent": (
        "request_id IN (SELECT r.id FROM complaints_exportrequest r JOIN complaints_package p "
        f"ON p.id = r.package_id WHERE {_SEALED})",
        ("reason",),
    ),
    "evidence.Item": (
        _FOLDER,
        ("title", "file_name", "obtained_from", "obtained_by", "proves"),
    ),
    "evidence.Custody": (_ITEM, ("detail",)),
    "evidence.Withdrawal": (_ITEM, ("reason",)),
    "evidence.Link": (_ITEM, ("target",)),
    "analytics.CauseGiven": (_CASE, ("why",)),
    "correspondence.Notice": (_LETTER, ("to", "subject", "body", "reason", "reference")),
}
COMPLAINT = (
    "title",
    "narrative",
    "order_number",
    "external_reference",
    "source",
    "brand",
    "batch",
    "supplier",
    "script_version",
    "findings",
    "no_evidence_reason",
    "withdrawal_words",
)
# Nothing stands there instead: looked up, or counted, by value.
BY_VALUE = (
    "external_reference",
    "order_number",
    "brand",
    "batch",
    "supplier",
    "script_version",
)
# Copies of the words, by which they are found, and numbers that stood in them: whole rows go.
REMOVED = (
    "complaints_searchdocument",
    "complaints_passage",
    "complaints_wordschanged",
    "complaints_vaultedspan",
)
# Payments keep a reference each, as the table demands: none that a bank would know.
MORE = (
    f"UPDATE complaints_payment SET reference = '{GONE}-' || id WHERE {_PROMISE}",
    f"UPDATE complaints_invitation SET token_hash = NULL WHERE {_CASE}",
    f"UPDATE complaints_offerlink SET token_hash = NULL WHERE {_CASE}",
    *(f"DELETE FROM {table} WHERE {_CASE}" for table in REMOVED),
    "DELETE FROM complaints_draft d USING complaints_complaint c "
    "WHERE c.id = case_id AND position(c.number IN d.key) > 0",
)
_ALLOWED = """
  SELECT c.* INTO STRICT found FROM complaints_complaint c WHERE c.id = case_id FOR NO KEY UPDATE;
  IF found.legal_hold THEN RAISE EXCEPTION 'the case is under a legal hold'; END IF;
  SELECT replayed INTO STRICT again FROM complaints_destroyed WHERE complaint_id = case_id;
  IF again THEN
    IF NOT pg_has_role(session_user, (SELECT relowner FROM pg_class
        WHERE oid = 'complaints_complaint'::regclass), 'USAGE') THEN
      RAISE EXCEPTION 'only the owner of the database replays the register';
    END IF;
  ELSIF found.state <> 'archived'
    OR NOT EXISTS (SELECT FROM complaints_retention WHERE complaint_id = case_id
        AND until < (now() AT TIME ZONE 'Asia/Shanghai')::date)
    OR NOT EXISTS (
      SELECT FROM complaints_disposalrow r JOIN complaints_disposalreview v ON v.row_id = r.id
      WHERE r.complaint_id = case_id AND r.state = 'waiting'
      GROUP BY r.id HAVING count(DISTINCT v.by_id) >= 2 AND bool_and(v.approved)) THEN
    RAISE EXCEPTION 'two people have to agree, and the time has to be over';
  END IF;
"""


def sql() -> str:
    """`CREATE FUNCTION kesu_destroy_case(bigint)`, as the plan says."""
    body = ";\n  ".join([*_updates(), *MORE, *_sealed_again()])
    ignored = ",".join(_protections())
    return f"""
CREATE OR REPLACE FUNCTION {NAME}(case_id bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE found complaints_complaint; again boolean;
BEGIN
{_ALLOWED}
  PERFORM set_config('pgtrigger.ignore', '{{{ignored}}}', true);
  {body};
  PERFORM set_config('pgtrigger.ignore', '', true);
END $body$;
"""


def _updates() -> Iterator[str]:
    for label, (where, columns) in PLAN.items():
        model = apps.get_model(label)
        yield _update(model, where, columns)
    yield _update(apps.get_model("complaints.Complaint"), "id = case_id", COMPLAINT)


def _sealed_again() -> Iterator[str]:
    """Rows without their words are sealed once more, as they are now: from then on nobody can
    change what was left of them unseen.
    """
    for label, (where, _columns) in PLAN.items():
        model: Any = apps.get_model(label)
        for trigger in getattr(model._meta, "triggers", []):
            if isinstance(trigger, Sealed):
                yield (
                    "INSERT INTO audit_pending (kind, row_id, since) SELECT "
                    f"'{trigger.kind}', id, clock_timestamp() FROM {model._meta.db_table} "
                    f"WHERE {where}"
                )


def _update(model: Any, where: str, columns: tuple[str, ...]) -> str:
    fields = [model._meta.get_field(name) for name in columns]
    sets = ", ".join(f'"{f.column}" = {_nothing(f)}' for f in fields)
    return f"UPDATE {model._meta.db_table} SET {sets} WHERE {where}"


def _nothing(field: Any) -> str:
    kind, column = field.get_internal_type(), f'"{field.column}"'
    if kind == "JSONField":
        empty = "CASE jsonb_typeof({0}) WHEN 'array' THEN '[]'::jsonb ELSE '{{}}'::jsonb END"
        return f"CASE WHEN {column} IS NOT NULL THEN {empty.format(column)} END"
    if kind == "BinaryField":
        return "''::bytea"
    if kind == "ArrayField":
        return "'{}'"
    if field.name in BY_VALUE:
        return "''"
    return f"CASE {column} WHEN '' THEN '' ELSE '{GONE}' END"


def _protections() -> Iterator[str]:
    """The triggers that keep these rows from being changed; those of legal holds stay awake."""
    for label in (*PLAN, "complaints.VaultedSpan"):
        model: Any = apps.get_model(label)
        for trigger in getattr(model._meta, "triggers", []):
            if isinstance(trigger, pgtrigger.Protect):
                yield trigger.get_pgid(model)


def install(using: str = "default", **_: Any) -> None:
    """After a migration: the function as the plan says, once all of its tables are there."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('complaints_destroyed') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(sql())
