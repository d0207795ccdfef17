"""Who may not sign the finding of a mass case. Answers a sentence, or nothing, as
`signing_guards.py` does.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.absences import Roster
from accounts.models import User
from audit.models import Entry
from complaints.models import MassCase, NamedPerson, Recusal

_WRITTEN = ("mass.opened", "mass.changed")


def barred(mass: MassCase, by: User, now: datetime) -> str:
    """Why this person of counsel does not sign the finding, as with a resolution: wrote a part of
    it, is named in a member, stepped back from one, or stands in today for either; "" where nothing
    does.
    """
    members = {"complaint__mass_member__mass": mass}
    named = set(NamedPerson.objects.filter(**members).values_list("user", flat=True))
    if mass.finding_by_id == by.pk:
        return _("共同认定由您撰写，须由另一位法务签署")
    writers = _writers(mass)
    if by.pk in writers:
        return _("您参与撰写过共同的问题或认定，须由另一位法务签署")
    if by.pk in named:
        return _("成员案件点名了您，共同认定须由另一位法务签署")
    if Recusal.objects.filter(user=by, **members).exists():
        return _("您已回避其中的成员案件，共同认定须由另一位法务签署")
    roster = Roster.of(timezone.localdate(now))
    apart = {user for user in roster.away if by.pk in roster.line_of(user)}
    if apart & (named | writers):
        return _("您现在是撰写人或被点名同事的代理人，共同认定须由另一位法务签署")
    return ""


def _writers(mass: MassCase) -> set[int | None]:
    """Whoever wrote or changed a part of what is signed, by the audit record."""
    rows = Entry.objects.filter(subject=mass.subject, verb__in=_WRITTEN)
    names = set(rows.values_list("actor", flat=True))
    found = User.objects.filter(username__in=names).values_list("pk", flat=True)
    return {*found, mass.finding_by_id}
