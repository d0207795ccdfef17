"""What a person chooses for the own screen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts import training
from accounts.access import person
from accounts.browser import back, remember_language, wants_json
from accounts.forms import SettingsForm
from accounts.models import User


@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """Language, theme, row height, single keys."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        response = redirect("settings")
        remember_language(response, user.language)
        with override(user.language or None):
            messages.success(request, _("设置已保存"))
        return response
    user, today = person(request), timezone.localdate()
    handles = bool(set(training.HANDLERS) & set(user.roles))
    shown = {
        "form": form,
        "handles": handles,
        "trained_until": training.until(user, today) if handles else None,
    }
    return render(request, "accounts/settings.html", shown)


@require_POST
def set_single_keys(request: HttpRequest) -> HttpResponse:
    """Switch single-key shortcuts on or off (the box on the key sheet)."""
    User.objects.filter(pk=request.user.pk).update(single_keys="single_keys" in request.POST)
    return HttpResponse(status=204) if wants_json(request) else back(request)


@require_POST
def end_tour(request: HttpRequest) -> HttpResponse:
    """Nobody is offered the tour twice; it can be begun again from the settings."""
    own = User.objects.filter(pk=request.user.pk, toured_at=None)
    own.update(toured_at=timezone.now())
    return back(request)


@require_POST
def set_density(request: HttpRequest) -> HttpResponse:
    """Comfortable or compact rows."""
    density = request.POST.get("density", "")
    if density in dict(User._meta.get_field("density").choices):
        User.objects.filter(pk=request.user.pk).update(density=density)
    return back(request)
