"""`manage.py check --deploy`: does the site run as a role that could change the record, and can
what proves it outside be written and verified?
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection

from audit import anchors, grants, tsa

HINT = "Run web, workers and beat as a role that owns no table: docs/operations.md, Two roles."
CERTIFICATES = (
    "Until its certificates can be read no time stamp is taken: give TSA_CERTIFICATES a PEM file "
    "with those of the authority, readable by the user of web and worker (docs/record.md)."
)
FOLDER = (
    "The day's last block is written there: let the user of the worker write into it, on a disk "
    "that the database does not share (docs/record.md)."
)


@checks.register(checks.Tags.security, deploy=True)
def the_role_owns_nothing(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """A warning for each right that the role of DATABASE_URL has too much."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()[0]
        wrong = grants.too_much(role)
    except DatabaseError:
        said = "The database cannot be reached, so its roles were not looked at."
        return [checks.Info(said, id="audit.I001")]
    return [checks.Warning(sentence, hint=HINT, id="audit.W001") for sentence in wrong]


@checks.register(checks.Tags.security, deploy=True)
def what_proves_can_be_made(
    app_configs: Sequence[Any] | None, **_: Any
) -> list[checks.CheckMessage]:
    """Warnings for an authority whose certificates cannot be read, and for a folder of anchors into
    which nobody can write. Nothing is asked over the network.
    """
    found: list[checks.CheckMessage] = []
    if tsa.is_configured():
        try:
            tsa.certificates()
        except tsa.NotStamped as wrong:
            said = f"TSA_CERTIFICATES ({settings.TSA_CERTIFICATES or 'not set'}): {wrong}"
            found.append(checks.Warning(said, hint=CERTIFICATES, id="audit.W002"))
    if problem := anchors.cannot_write():
        found.append(checks.Warning(f"ANCHOR_DIR: {problem}", hint=FOLDER, id="audit.W003"))
    return found
