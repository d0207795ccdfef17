"""Somebody else's second factors, for those who look after accounts: what there is, never a secret;
and taking it all away from somebody who lost it.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import factors
from accounts.access import needs, person
from accounts.models import User
from accounts.taking_away import Reason, take_away


@never_cache
@require_http_methods(["GET", "POST"])
@needs("take_factors")
def user_factors(request: HttpRequest, pk: int) -> HttpResponse:
    """POST takes all away: `reason`, and `checked` that it is the person who asks."""
    user, wrong = get_object_or_404(User, pk=pk), ""
    if user.pk == person(request).pk:
        return redirect("factors")
    if request.method == "POST":
        try:
            _take(request, user)
        except factors.FactorError as refused:
            wrong = str(refused)
        else:
            said = _("已解除 %(name)s 的两步验证，其登录已全部退出")
            messages.success(request, said % {"name": user.name})
            return redirect("user_factors", pk)
    context = {
        "person": user,
        "rows": factors.of(user),
        "required": factors.required(user),
        "excused": factors.excused(user),
        "manages": person(request).may("manage_users"),
        "reasons": Reason.choices,
        "reason": request.POST.get("reason", ""),
        "wrong": wrong,
    }
    return render(request, "accounts/user_factors.html", context, status=422 if wrong else 200)


def _take(request: HttpRequest, user: User) -> None:
    if "checked" not in request.POST:
        raise factors.FactorError(_("请先核对是本人，并勾选确认。"))
    reason = request.POST.get("reason", "")
    take_away(user, reason=reason, by=person(request), at=timezone.now())
