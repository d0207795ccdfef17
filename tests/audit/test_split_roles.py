"""C14: who administers, who keeps the installation secure and who audits are three people; the
database itself says so, to the role as which the site runs.
"""

from itertools import combinations
from typing import Any

import psycopg2
import pytest

from accounts.models import User
from accounts.roles import ALONE, PERMISSIONS, Role

CHANGE = "UPDATE accounts_user SET roles = %s WHERE id = %s"


def test_c14_no_role_stands_beside_administrator_security_or_auditor(application: Any) -> None:
    free = [role for role in Role if role not in ALONE]
    one = User.objects.create(username="one", name="某人", roles=[Role.AGENT])
    with application.cursor() as cursor:
        for size in (2, 3):
            for held in combinations([str(role) for role in Role], size):
                alone = set(held) & {str(role) for role in ALONE}
                for said in (list(held), list(reversed(held))):
                    if not alone:
                        cursor.execute(CHANGE, [said, one.pk])
                        continue
                    with pytest.raises(psycopg2.errors.CheckViolation, match="holds_no_other_role"):
                        cursor.execute(CHANGE, [said, one.pk])
        for role in ALONE:
            with pytest.raises(psycopg2.errors.CheckViolation, match="holds_no_other_role"):
                cursor.execute(CHANGE, [[str(role)] * 2, one.pk])
            cursor.execute(CHANGE, [[str(role)], one.pk])
        with pytest.raises(psycopg2.errors.CheckViolation, match="roles_are_known"):
            cursor.execute(CHANGE, [["emperor"], one.pk])
    assert len(free) == 3


def test_c14_nobody_may_both_do_and_watch() -> None:
    """No permission that changes people, cases or training is shared with whoever reads the record;
    administrators and security see no case.
    """
    for code, permission in PERMISSIONS.items():
        if Role.ADMINISTRATOR in permission.roles or Role.SECURITY in permission.roles:
            # a review is a finding about those who looked; it changes no person, case or training
            reads = code.startswith(("see_", "read_", "explain_")) or code == "review_access"
            assert reads or Role.AUDITOR not in permission.roles, code
        if "complaint" in code or "reveal" in code:
            assert not permission.roles & {Role.ADMINISTRATOR, Role.SECURITY}, code
