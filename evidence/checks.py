"""`manage.py check`, and every start: does all the evidence lie where it is looked for?"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

from evidence.store import store_at

HINT = "manage.py move_evidence --remove (docs/evidence.md, In S3)"


@checks.register
def nothing_lies_in_the_former_folder(
    app_configs: Sequence[Any] | None, **_: Any
) -> list[checks.CheckMessage]:
    """An error while files lie in the folder and the installation reads from another store."""
    left = settings.EVIDENCE_STORE and next(store_at("").names(), None)
    if not left:
        return []
    said = "EVIDENCE_STORE 已改，文件夹里还有证据 / is set, and evidence lies in the folder still."
    return [checks.Error(said, hint=HINT, id="evidence.E001")]
