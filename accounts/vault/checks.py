"""`manage.py check --deploy`: are the keys here those of the database?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError

from accounts.vault import start
from accounts.vault.errors import RingAway

HINT = "docs/operations.md, A lost key."


@checks.register(checks.Tags.security, deploy=True)
def the_keys_are_those_of_the_database(
    app_configs: Sequence[Any] | None, **_: Any
) -> list[checks.CheckMessage]:
    """An error for each key that is lost or another one. Nothing is written."""
    try:
        found = start.problems(note=False)
    except (DatabaseError, RingAway) as away:
        said = f"The keys could not be compared: {type(away).__name__}."
        return [checks.Info(said, id="accounts.I001")]
    return [checks.Error(sentence, hint=HINT, id="accounts.E001") for sentence in found]
