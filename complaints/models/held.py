"""What the database itself refuses while a case is under a legal hold, whoever asks.

Notes, evidence and steps only add, so they pass. The sentence for people comes from
`complaints/legal_hold.py`, which asks first.
"""

import pgtrigger

# What was registered. Columns that steps write (state, findings, owner, clocks) are not among them.
AS_REGISTERED = (
    "number",
    "title",
    "narrative",
    "claims",
    "category",
    "rights",
    "channel",
    "risk_flags",
    "confidential",
    "product_name",
    "product_category",
    "order_number",
    "transaction_date",
    "price_paid",
    "loss_claimed",
    "currency",
    "region",
    "brand",
    "batch",
    "supplier",
    "script_version",
    "external_reference",
    "source",
    "consumer_id",
    "filed_by",
    "folder_id",
    "received_at",
    "created_at",
)
_NAMES = ("name", "phone", "email", "id_number", "bank_account", "address")
PERSONAL = tuple(f"{name}_{kind}" for name in _NAMES for kind in ("sealed", "masked"))
INDEXES = tuple(f"{name}_index" for name in ("phone_tail", *_NAMES) if name != "address")
_REFUSED = "USING ERRCODE = 'restrict_violation'"
_LIVE = (
    "SELECT FROM complaints_heldcase h JOIN complaints_legalhold l ON l.id = h.hold_id "
    "WHERE h.complaint_id = OLD.id AND l.released_at IS NULL"
)


def _emptied(columns: tuple[str, ...]) -> str:
    return " OR ".join(
        f"(octet_length(OLD.{c}) > 0) <> (octet_length(NEW.{c}) > 0)" for c in columns
    )


def _changed(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{c}" for c in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


_MERGED = (
    "(NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)"
)
CASE = [
    pgtrigger.Protect(
        name="held_case_is_not_deleted",
        operation=pgtrigger.Delete,
        condition=pgtrigger.Q(old__legal_hold=True),
    ),
    pgtrigger.Trigger(
        name="held_case_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"OLD.legal_hold AND (NOT NEW.legal_hold OR {_MERGED} OR {_changed(AS_REGISTERED)})"
        ),
        func=(
            f"IF NEW.legal_hold OR EXISTS ({_LIVE}) THEN "
            f"RAISE EXCEPTION 'the case is under a legal hold' {_REFUSED}; "
            "END IF; RETURN NEW;"
        ),
    ),
]
# The indexes may be made again by another key (`index_key`), and by nothing else.
_OTHER_INDEXES = (
    f"CASE WHEN NEW.index_key = OLD.index_key OR NEW.index_key = '' THEN {_changed(INDEXES)} "
    f"ELSE {_emptied(INDEXES)} END"
)
CONSUMER = [
    pgtrigger.Trigger(
        name="held_person_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"IF TG_OP = 'UPDATE' THEN IF NOT ({_changed(PERSONAL)}) "
            f"AND NOT ({_OTHER_INDEXES}) AND "
            "octet_length(NEW.data_key) > 0 THEN RETURN NEW; END IF; END IF; "
            "IF EXISTS (SELECT FROM complaints_complaint WHERE consumer_id = OLD.id AND legal_hold)"
            f" THEN RAISE EXCEPTION 'the consumer has a case under a legal hold' {_REFUSED}; "
            "END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        ),
    )
]
COMMUNICATION = [
    pgtrigger.Trigger(
        name="held_text_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=(
            "IF TG_OP = 'UPDATE' THEN IF NEW.text IS NOT DISTINCT FROM OLD.text THEN RETURN NEW; "
            "END IF; END IF; "
            "IF EXISTS (SELECT FROM complaints_complaint c WHERE c.id = OLD.complaint_id "
            "AND c.legal_hold) THEN "
            f"RAISE EXCEPTION 'the text belongs to a case under a legal hold' {_REFUSED}; "
            "END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        ),
    )
]
