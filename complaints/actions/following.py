"""关注: a person hears of the steps and replies of a case without working on it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.advance import find, refuse_destroyed
from complaints.errors import Invalid, NotAllowed
from complaints.models import Follow

MOST = 200  # cases of one person


def follow(number: str, *, by: User, now: datetime | None = None) -> None:
    """From now on the person is told; twice is once. The case itself stays as it is.

    Raises Complaint.DoesNotExist, Gone, NotAllowed, Invalid.
    """
    if not by.may("get_notices"):
        raise NotAllowed(_("您的角色不接收案件通知，不能关注"))
    with transaction.atomic():
        complaint = find(number, by)
        refuse_destroyed(complaint)
        if Follow.objects.filter(user=by).exclude(complaint=complaint).count() >= MOST:
            words = _("最多关注 {n} 件案件；请先在“我关注的”里取消一些")
            raise Invalid({"follow": [words.format(n=MOST)]})
        at = now or timezone.now()
        Follow.objects.get_or_create(complaint=complaint, user=by, defaults={"at": at})


def unfollow(number: str, *, by: User) -> None:
    """Nothing is told any more; twice is once. Raises Complaint.DoesNotExist."""
    Follow.objects.filter(complaint=find(number, by), user=by).delete()
