"""Signing in and out, and the own password."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import first_run, people
from accounts.browser import remember_language, wants_json
from accounts.forms import OwnPasswordForm, SignInForm
from accounts.models import User
from audit.record import record


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The way in.

    Asked by a script (the session ended on an open page) it answers JSON with the new CSRF token.
    """

    form_class = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        if first_run.is_open():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        user = cast("User", form.get_user())
        response = super().form_valid(form)
        record("signed_in", f"user:{user.username}", user, timezone.now())
        if wants_json(self.request):
            response = JsonResponse({"csrf_token": get_token(self.request)})
        remember_language(response, user.language)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        left = self._tries_left()
        if wants_json(self.request):
            detail = " ".join(str(e) for e in form.non_field_errors()) or _("请输入密码。")
            return JsonResponse({"detail": detail}, status=400)
        return self.render_to_response(self.get_context_data(form=form, tries_left=left))

    def _tries_left(self) -> str:
        """How often one may still try, counted for any name alike so that it tells nothing about
        who exists.
        """
        credentials = {"username": self.request.POST.get("username", "")}
        left = get_failure_limit(self.request, credentials) - AxesProxyHandler.get_failures(
            self.request, credentials
        )
        return (
            ngettext("还可以再试 %(n)s 次。", "还可以再试 %(n)s 次。", left) % {"n": left}
            if left > 0
            else ""
        )


def _locked_until(request: HttpRequest, username: str) -> datetime | None:
    """When the lock-out ends: the cool-off after the latest failed attempt.

    None when it cannot be told.
    """
    cool_off = get_cool_off(request)
    attempts = AxesProxyHandler.get_implementation().get_user_attempts(
        request, {"username": username}
    )
    latest = [
        moment
        for found in attempts
        for moment in found.order_by("-attempt_time").values_list("attempt_time", flat=True)[:1]
    ]
    return max(latest) + cool_off if latest and cool_off else None


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429 after too many failed attempts: says when the next one is possible (called by
    django-axes).
    """
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = _locked_until(request, username) or timezone.now()
    seconds = max(1, int((until - timezone.now()).total_seconds()))
    detail = _("输错次数太多，为了安全已暂停登录，%(time)s 后可以再试。") % {
        "time": f"{timezone.localtime(until):%H:%M}"
    }
    if wants_json(request):
        answer: HttpResponse = JsonResponse({"detail": detail}, status=429)
    else:
        answer = render(
            request,
            "accounts/locked.html",
            {"until": until, "minutes": -(-seconds // 60)},
            status=429,
        )
    answer["Retry-After"] = str(seconds)
    return answer


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """The way out, by POST only."""


class OwnPassword(PasswordChangeView):
    """Change the own password; other sessions of the person end."""

    form_class = OwnPasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        people.password_changed(form.user)
        messages.success(self.request, _("密码已修改，其他设备上的登录已失效"))
        return response

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))
