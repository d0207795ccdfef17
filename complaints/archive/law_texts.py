"""The words of the rules under which an analysis was made, out of the archived rulebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from complaints.models import Analysis
from legal_rules.models import StoredRulebook

_ID = re.compile(r"^id:\s*(\S+)", re.MULTILINE)


def of(analysis: Analysis) -> Iterator[tuple[str, bytes]]:
    """(path below law/, text) of the rules that applied or stayed open, and of the rulebook's
    description; nothing where that rulebook was not archived.
    """
    law = _law(analysis.rulebook_sha256)
    wanted = {
        rule["id"]
        for rule in analysis.result.get("rules", [])
        if rule.get("status") != "does_not_apply"
    }
    for path, text in sorted(law.items()):
        found = _ID.search(text)
        if path == "about.yaml" or (found and found[1].strip("\"'") in wanted):
            yield f"{analysis.rulebook_sha256[:12]}/{path}", text.encode()


@lru_cache(maxsize=4)
def _law(sha256: str) -> dict[str, str]:
    kept = StoredRulebook.objects.filter(pk=sha256).first()
    return kept.law if kept else {}
