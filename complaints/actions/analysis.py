"""Renewing a legal analysis that no longer holds, so that drafting and review can go on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import facts, snapshots
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Analysis, Complaint, Event
from complaints.signing import liveness, voiding

WHO = {State.RESOLVING: "draft_resolutions", State.IN_REVIEW: "sign_resolutions"}


def may_renew(complaint: Complaint, by: User) -> bool:
    """Whoever drafts, while it is drafted; counsel, while it is reviewed or to be signed again."""
    permission = _who(complaint)
    return bool(permission) and by.may(permission)


def _who(complaint: Complaint) -> str:
    """The permission that renews it now; "" where nobody does."""
    if liveness.waits_for_another(complaint):
        return WHO[State.IN_REVIEW]
    return WHO.get(State(complaint.state), "")


def renew(
    number: str, *, by: User, version: int | None = None, now: datetime | None = None
) -> Complaint:
    """Freeze the analysis of the moment in place of one that is stale; a fresh one stays.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid where the case is elsewhere or
    the present law asks facts that nobody answered.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if not _who(complaint):
            raise Invalid({"state": [_("只有拟定方案和法务审核期间可以更新法律分析")]})
        if not may_renew(complaint, by):
            raise NotAllowed(_("您的角色不能在这个阶段更新法律分析"))
        if not snapshots.is_stale(complaint, snapshots.latest(complaint)):
            return complaint
        _refuse_while_facts_are_missing(complaint)
        snapshots.freeze(complaint, by, now, Analysis.Occasion.RENEWED)
        complaint.version += 1
        complaint.updated_at = now
        complaint.save(update_fields=["version", "updated_at"])
        Event.objects.create(
            complaint=complaint, at=now, by=by, kind=Event.Kind.FACT, code="analysis_renewed"
        )
        voiding.look(complaint, by, now)
    return complaint


def _refuse_while_facts_are_missing(complaint: Complaint) -> None:
    missing = [m["question"] for m in facts.missing_for_conclusion(complaint)]
    if missing:
        words = _("现在的规则还需要 {n} 项事实：{facts} 请先回答，或者写明为何无法查明，再更新分析")
        shown = _("；").join(missing[:3])
        raise Invalid({"facts": [words.format(n=len(missing), facts=shown)]})
