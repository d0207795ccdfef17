"""The lock of a case is put together once and sent again: it holds and refuses as the first did."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from complaints.advance import find, lock
from complaints.models import Complaint
from tests import factories as f
from tests.cast import assemble

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_case_is_held_only_inside_a_transaction_also_by_a_kept_statement() -> None:
    cast = assemble()
    number = f.registered(cast).number
    with transaction.atomic():
        assert lock(number, cast.agent).number == number
        assert lock(number, None).number == number
    for by in (cast.agent, None):
        with pytest.raises(TransactionManagementError):
            lock(number, by)


def test_a_kept_statement_serves_nobody_who_sees_less() -> None:
    cast = assemble()
    mine, other = f.registered(cast).number, f.registered(cast, order_number="SO-2").number
    Complaint.objects.filter(number=other).update(shared_with_counsel=True)
    for by, seen in ((cast.agent, {mine, other}), (cast.outsider, set()), (cast.counsel, {other})):
        for number in (mine, other, mine):
            if number in seen:
                assert find(number, by).number == number
                continue
            with pytest.raises(Complaint.DoesNotExist):
                find(number, by)
    Complaint.objects.filter(number=mine).update(team=cast.other_team, owner=cast.outsider)
    assert find(mine, cast.outsider).number == mine
    with pytest.raises(Complaint.DoesNotExist):
        find(mine, cast.agent)
