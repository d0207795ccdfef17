"""留存的分析: the frozen analyses of a case, compared in words and run again; renewing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints import replaying, snapshots
from complaints.actions import analysis as acts
from complaints.errors import CaseError, NotAllowed
from complaints.models import Analysis, Complaint
from complaints.replaying import Replay
from complaints.views.lookup import case_of
from legal_rules import rulebook
from legal_rules.comparison import Difference

NOW = "now"
BACK = {"case": "case", "resolution": "resolution", "review": "review_case"}
PARTS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("事实"), ("fact",)),
    (gettext_lazy("日期、类别和规则库"), ("date", "category", "rulebook")),
    (gettext_lazy("规则的结论"), ("rule",)),
    (gettext_lazy("金额"), ("sum",)),
    (gettext_lazy("义务"), ("duty",)),
    (gettext_lazy("风险"), ("exposure",)),
    (gettext_lazy("权利"), ("right",)),
)


@dataclass(frozen=True)
class Part:
    """What differs in one respect."""

    title: str | Promise
    rows: list[Difference]


class Analyses:
    """The snapshots of one case, and the two that are compared; "now" is the case as it stands."""

    now = NOW

    def __init__(self, complaint: Complaint, chosen: tuple[str, str], replayed: str) -> None:
        self.complaint, self.lang = complaint, get_language() or "zh-hans"
        self.kept = snapshots.of_case(complaint)
        self.after = chosen[1] or (NOW if complaint.is_open else self._key(0))
        self.before = chosen[0] or self._key(0 if self.after == NOW else 1)
        self.replay = self._replay(replayed)

    def _key(self, place: int) -> str:
        return str(self.kept[min(place, len(self.kept) - 1)].pk) if self.kept else NOW

    def _find(self, key: str) -> Analysis:
        """Raises Http404 for a snapshot of another case."""
        found = next((each for each in self.kept if str(each.pk) == key), None)
        if found is None:
            raise Http404
        return found

    def _replay(self, key: str) -> Replay | None:
        return replaying.replay(self._find(key), self.lang) if key else None

    @property
    def book(self) -> rulebook.Rulebook:
        """The rulebook of today."""
        return rulebook.current()

    @property
    def differences(self) -> list[Difference]:
        """What differs from the first to the second."""
        if self.before == self.after:
            return []
        if self.after == NOW:
            return snapshots.changes(self.complaint, self._find(self.before), self.lang)
        return snapshots.between(self._find(self.before), self._find(self.after), self.lang)

    @property
    def parts(self) -> list[Part]:
        """The differences in the order in which they are read."""
        found = self.differences if self.kept else []
        parts = [Part(title, [d for d in found if d.kind in kinds]) for title, kinds in PARTS]
        return [part for part in parts if part.rows]

    @property
    def since(self) -> datetime | None:
        """When the first of the two was frozen."""
        return self._find(self.before).at if self.kept else None


@require_GET
@needs("see_complaints")
def analyses(request: HttpRequest, number: str) -> HttpResponse:
    """What was frozen, when and why; `?from=&to=` compares two, `?replay=` runs one again."""
    ask = request.GET
    chosen = ask.get("from", ""), ask.get("to", "")
    found = Analyses(case_of(request, number), chosen, ask.get("replay", ""))
    return render(request, "analysis/list.html", {"desk": found, "case": found.complaint})


@require_POST
@needs("see_complaints")
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the analysis of the moment in place of one that is stale."""
    back = BACK.get(request.POST.get("back", ""), "case")
    try:
        acts.renew(number, by=person(request))
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except CaseError as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, _("法律分析已更新"))
    return redirect(back, number)
