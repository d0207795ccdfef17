"""The people of a case: who works on it, leads its team, signs it, and the ladder that warnings of
its clocks climb.

These name people; whether they may see the case and are there is asked in `receivers.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from complaints import extending, limits, rights
from complaints.actions import access, export_consent
from complaints.models import (
    AccessRequest,
    Approval,
    Commitment,
    Complaint,
    Consult,
    ExportRequest,
    Extension,
    Opinion,
    Outbox,
    Resolution,
    RightsRequest,
)

Text = str | Promise
Staff = Callable[[Complaint, Outbox], list[User]]


def _leads(complaint: Complaint) -> list[User]:
    return list(
        User.objects.filter(
            membership__team=complaint.team_id, membership__leads=True, is_active=True
        )
    )


def owner(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The owner, or the team's leads while nobody owns the case."""
    return [complaint.owner] if complaint.owner is not None else _leads(complaint)


def author(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever drafted the latest resolution."""
    latest = (
        Resolution.objects.filter(complaint=complaint)
        .select_related("proposed_by")
        .order_by("-version")
        .first()
    )
    return [latest.proposed_by] if latest else owner(complaint, outbox)


def counsel(complaint: Complaint, outbox: Outbox) -> list[User]:
    """All active counsel."""
    return list(User.objects.filter(roles__contains=[Role.COUNSEL], is_active=True))


def owner_and_signers(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The owner, and whoever of counsel signed the version that counts; without one all counsel."""
    signed = Opinion.objects.filter(signed=True, resolution__complaint=complaint)
    newest = signed.order_by("-resolution__version").values("resolution")[:1]
    by = signed.filter(resolution=newest).values("by")
    signers = list(User.objects.filter(pk__in=by, is_active=True))
    people = [*owner(complaint, outbox), *(signers or counsel(complaint, outbox))]
    return list({user.pk: user for user in people}.values())


def signer(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever of counsel made the signature."""
    return [Opinion.objects.select_related("by").get(pk=outbox.payload["opinion"]).by]


def _consult(outbox: Outbox) -> Consult:
    return Consult.objects.select_related("user", "asked_by").get(pk=outbox.payload["consult"])


def consulted(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Another counsel who is asked."""
    return [_consult(outbox).user]


def who_consulted(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever asked another counsel."""
    return [_consult(outbox).asked_by]


def _approval(outbox: Outbox) -> Approval:
    rows = Approval.objects.select_related("resolution__proposed_by")
    return rows.get(pk=outbox.payload["approval"])


def may_approve(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever may approve what is above the author's limit."""
    asked = _approval(outbox)
    author = asked.resolution.proposed_by_id
    return limits.deciders(complaint, asked.amount, author, asked.level)


def author_and_counsel(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever drafted the offer that was decided about, and counsel with whom it lies."""
    people = [_approval(outbox).resolution.proposed_by, *counsel(complaint, outbox)]
    return list({user.pk: user for user in people}.values())


def _extension(outbox: Outbox) -> Extension:
    rows = Extension.objects.select_related("deadline", "requested_by")
    return rows.get(pk=outbox.payload["extension"])


def approvers(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever may decide about a longer term; never the person who asked for it."""
    asked = _extension(outbox)
    rule = extending.rule_of(asked.deadline)
    by_counsel = rule is not None and rule.by_role == Role.COUNSEL
    people = counsel(complaint, outbox) if by_counsel else _leads(complaint)
    return [user for user in people if user.pk != asked.requested_by_id]


def who_asked(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever asked for a longer term."""
    user = _extension(outbox).requested_by
    return [user] if user.is_active else []


def _export(outbox: Outbox) -> ExportRequest:
    return ExportRequest.objects.select_related("by").get(pk=outbox.payload["request"])


def may_consent(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever may agree to the export of a complete package; never the person who asked for it."""
    found = export_consent.able(complaint, _export(outbox).by_id)
    people = [user for side in found.values() for user in side]
    return list({user.pk: user for user in people}.values())


def who_exports(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever wants to take a complete package out."""
    user = _export(outbox).by
    return [user] if user.is_active and user.may("get_notices") else []


def _access(outbox: Outbox) -> AccessRequest:
    return AccessRequest.objects.select_related("by").get(pk=outbox.payload["request"])


def who_lends(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever decides about 临时查阅; never the person who asked for it."""
    return list(access.leads(complaint, _access(outbox).by_id))


def who_answers_rights(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The person in charge of personal information, or all of counsel where nobody is named."""
    row = RightsRequest.objects.select_related("assigned_to").get(pk=outbox.payload["request"])
    if row.assigned_to is not None and row.assigned_to.is_active:
        return [row.assigned_to]
    return list(rights.officers(complaint))


def who_looks(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever was let into the case."""
    return [_access(outbox).by]


def who_answers_for(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The owner and the leads, who learn of 紧急调阅 by somebody else."""
    people = [*_owner_alone(complaint, outbox), *_leads(complaint)]
    asked = _access(outbox).by_id
    return list({user.pk: user for user in people if user.pk != asked}.values())


def leads(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The team's leads."""
    return _leads(complaint)


def supervisors(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The supervisors who lead the team; if there are none, all supervisors."""
    able = User.objects.filter(roles__contains=[Role.SUPERVISOR], is_active=True)
    leading = able.filter(membership__team=complaint.team_id, membership__leads=True)
    return list(leading) or list(able)


def _owner_alone(complaint: Complaint, outbox: Outbox) -> list[User]:
    return [complaint.owner] if complaint.owner is not None else []


LADDER: dict[str, Staff] = {
    "owner": _owner_alone,
    "team_lead": leads,
    "supervisor": supervisors,
    "counsel": counsel,
}
REASONS: dict[str, Text] = {
    "owner": _("您是这件案件的责任人"),
    "team_lead": _("您是该团队的负责人"),
    "supervisor": _("您是负责该团队的主管"),
    "counsel": _("您是法务"),
}


def levels_from(outbox: Outbox) -> list[str]:
    """The levels of the ladder in the order in which somebody is looked for: the one that the
    warning is for, those above it, and, when nobody is there, those below it.

    A review lies with counsel: they are its owners.
    """
    names = list(LADDER)
    wanted = str(outbox.payload.get("who", "owner"))
    if outbox.payload.get("kind") == "counsel_review" and wanted in ("owner", "team_lead"):
        wanted = "counsel"
    at = names.index(wanted) if wanted in names else 0
    return names[at:] + names[:at][::-1]


def promise_owner(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever has to keep the promise."""
    promise = Commitment.objects.select_related("owner").get(pk=outbox.payload["commitment"])
    return [promise.owner] if promise.owner is not None else owner(complaint, outbox)
