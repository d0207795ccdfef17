"""`manage.py check --deploy`: does the site run as a role that could change the record?"""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connection

from audit import grants

HINT = "Run web, workers and beat as a role that owns no table: docs/operations.md, Two roles."


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
