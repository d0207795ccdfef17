"""Who else is at this case: asked by the open page every few seconds (`static/js/presence.js`)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints import presence
from complaints.models import Complaint

_NAME = "\N{INFORMATION SEPARATOR ONE}"  # stands for the name while the sentence is put together


@never_cache
@require_GET
@needs("see_complaints")
def here(request: HttpRequest, number: str) -> HttpResponse:
    """?writing=1 → {"others": [[before, name, after]]}: a name is marked as Chinese in
    every language. No act of a person: it keeps no session alive.
    """
    user = person(request)
    case = get_object_or_404(Complaint.objects.visible_to(user).only("pk"), number=number)
    others = presence.here(user, case, writing="writing" in request.GET)
    return JsonResponse({"others": [_said(each) for each in others]})


def _said(each: presence.Present) -> list[str]:
    words = _("{name} 正在写") if each.writing else _("{name} 正在查看")
    before, _name, after = words.format(name=_NAME).partition(_NAME)
    return [before, each.name, after]
