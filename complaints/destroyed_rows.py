"""Which sealed rows lost their words because the file of their case was lawfully destroyed: the
record does not call them altered, as long as the register of disposal names the case.
"""

from __future__ import annotations

from collections.abc import Collection

from audit import kinds

# Sealed table → how its rows lead to their case. Only tables whose words are destroyed.
CASE_OF = {
    "complaints.Event": "complaint",
    "complaints.Transition": "complaint",
    "complaints.Analysis": "complaint",
    "complaints.Opinion": "resolution__complaint",
    "complaints.DisposalReview": "row__complaint",
    "complaints.Package": "sealing__complaint",
    "complaints.Export": "package__sealing__complaint",
    "complaints.ExportRequest": "package__sealing__complaint",
    "complaints.ExportConsent": "request__package__sealing__complaint",
    "evidence.Item": "folder__complaint",
    "evidence.Custody": "item__folder__complaint",
    "evidence.Withdrawal": "item__folder__complaint",
    "evidence.Link": "item__folder__complaint",
}


def among(kind: str, ids: Collection[int]) -> Collection[int]:
    """Those of the rows of a kind whose case stands in the register."""
    model = kinds.all_kinds()[kind].model
    case = CASE_OF.get(model._meta.label)
    if case is None:
        return ()
    gone = model._base_manager.filter(**{"pk__in": ids, f"{case}__destroyed__isnull": False})
    return list(gone.values_list("pk", flat=True))
