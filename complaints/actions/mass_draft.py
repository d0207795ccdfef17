"""A draft for each member of a mass case, from the analysis of each: the finding is common, the
measures are not.
"""

from __future__ import annotations

import logging
from datetime import datetime

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.record import record
from complaints import legal_hold, snapshots, suggestion
from complaints.actions import mass as masses
from complaints.actions import resolution as resolutions
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.mass_members import members
from complaints.models import Complaint, MassCase, MassDraft, MassDraftRow, MassMember
from complaints.querysets import scope_of
from complaints.seen import saw_cases

log = logging.getLogger(__name__)
AT_ONCE = 25
_ZH = "zh-hans"
_Row = MassDraftRow.State


def start(pk: int, *, by: User, now: datetime | None = None, enqueued: bool = True) -> MassDraft:
    """For every member that the person sees, that is being drafted and has no draft yet.

    Raises MassCase.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("manage_mass"):
        raise NotAllowed(_("只有主管可以建立和管理群体性案件"))
    with transaction.atomic():
        mass = masses.find(pk, by, held=True)
        if not mass.finding:
            raise Invalid({"state": [_("还没有写共同认定；请先写明，再为成员拟定方案")]})
        if mass.drafts.filter(finished_at=None).exists():
            raise Invalid({"state": [_("批量拟定正在进行，请等它完成")]})
        found = members(mass, by).filter(drafted=False, complaint__state=State.RESOLVING)
        ids = list(found.order_by("pk").values_list("complaint", flat=True))
        if not ids:
            raise Invalid({"state": [_("没有处于“拟定方案”而且尚无方案的成员")]})
        draft = MassDraft.objects.create(mass=mass, by=by, started_at=now)
        MassDraftRow.objects.bulk_create(
            [MassDraftRow(draft=draft, complaint_id=one) for one in ids], batch_size=500
        )
        detail = {"draft": draft.pk, "members": len(ids)}
        record("mass.drafting", mass.subject, by, now, detail)
        if enqueued:
            transaction.on_commit(lambda: enqueue(draft.pk))
    return draft


def enqueue(draft_id: int) -> None:
    """Call a worker. A broker that is away costs a minute: beat calls again."""
    try:
        current_app.send_task("complaints.tasks.draft_for_members", [draft_id])
    except (OperationalError, OSError) as error:
        log.warning("mass draft %s waits for the broker: %s", draft_id, type(error).__name__)


def sweep() -> int:
    """Call workers for those that are not finished."""
    left = list(MassDraft.objects.filter(finished_at=None).values_list("pk", flat=True))
    for pk in left:
        enqueue(pk)
    return len(left)


def work(draft_id: int, now: datetime) -> bool:
    """Draft for the next members that nobody works on; answers whether there are more."""
    with transaction.atomic():
        draft = MassDraft.objects.select_related("by", "mass").get(pk=draft_id)
        waiting = MassDraftRow.objects.filter(draft=draft, state=_Row.WAITING).order_by("id")
        rows = waiting.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE]
        for row in list(rows.select_related("complaint")):
            row.state, row.message = _drafted(row.complaint, draft.mass, draft.by, now)
            row.save(update_fields=["state", "message"])
    if MassDraftRow.objects.filter(draft=draft, state=_Row.WAITING).exists():
        return True
    MassDraft.objects.filter(pk=draft_id, finished_at=None).update(finished_at=now)
    return False


def _drafted(case: Complaint, mass: MassCase, by: User, now: datetime) -> tuple[str, str]:
    """What came of one member; a refusal stands beside it and stops no other."""
    try:
        with transaction.atomic():
            complaint = Complaint.objects.visible_to(by).select_related("consumer").get(pk=case.pk)
            if not MassMember.objects.filter(complaint=complaint, mass=mass).exists():
                return _Row.LEFT, _("已移出本群体性案件")
            if resolutions.current(complaint) is not None:
                return _Row.LEFT, _("已经有方案")
            legal_hold.refuse_bulk(complaint)
            resolutions.save_draft(complaint.number, _proposal(complaint, now), by=by, now=now)
    except CaseError as error:
        return _Row.LEFT, error.message[:300]
    except Complaint.DoesNotExist:
        return _Row.LEFT, _("案件已不在可以查看的范围内")
    return _Row.DRAFTED, ""


def _proposal(complaint: Complaint, now: datetime) -> dict[str, object]:
    """Measures, basis and a letter from the member's own analysis. Raises Invalid without one."""
    analysis = snapshots.latest(complaint)
    if analysis is None:
        raise Invalid({"state": [_("还没有法律分析")]})
    result = snapshots.in_language(analysis, _ZH)
    rows = suggestion.measures(result, timezone.localdate(now))
    if not rows:
        raise Invalid({"measures": [_("分析里没有可以直接给付的请求权，请由承办人拟定")]})
    basis = [b.text for b in suggestion.bases(result)]
    written = suggestion.letter(complaint, rows, basis, "")
    return {"measures": rows, "legal_basis": basis, "letter": written.letter.markdown}


def progress(mass: MassCase, by: User) -> dict[str, object] | None:
    """How far the latest one is, counted over the members that the person may see: {finished_at,
    all, drafted, left, waiting, refused}.
    """
    latest = mass.drafts.order_by("-id").first()
    if latest is None:
        return None
    found = MassDraftRow.objects.filter(scope_of(by, "complaint__"), draft=latest)
    states = list(found.values_list("state", flat=True))
    left = found.filter(state=_Row.LEFT)
    refused = list(left.values_list("complaint__number", "message")[:20])
    saw_cases(*(number for number, _message in refused))
    counts = {str(s.value): states.count(str(s.value)) for s in _Row}
    more = {"finished_at": latest.finished_at, "all": len(states), "refused": refused}
    return {**counts, **more}
