"""Signing in and out, and the own password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import get_user
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import factors, first_run, lockout, people, signing_in
from accounts.browser import wants_json
from accounts.forms import OwnPasswordForm, SignInForm
from accounts.models import User


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
            # an address inside this site, never the name of a view: `next` comes from outside
            return HttpResponseRedirect(self.get_success_url())
        if first_run.is_open():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """`again`: a session is there, and a password alone began it where more is needed."""
        user = get_user(self.request)
        again = isinstance(user, User) and factors.lacking(self.request, user)
        return super().get_context_data(**kwargs, again=again)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        user = cast("User", form.get_user())
        return signing_in.by_password(self.request, user, self.get_success_url())

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        left = lockout.tries_left(self.request, self.request.POST.get("username", ""))
        if wants_json(self.request):
            detail = " ".join(str(e) for e in form.non_field_errors()) or _("请输入密码。")
            return JsonResponse({"detail": detail}, status=400)
        return self.render_to_response(self.get_context_data(form=form, tries_left=left))


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429 after too many failed attempts: says when the next one is possible (called by
    django-axes).
    """
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = lockout.locked_until(request, username) or timezone.now()
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
            {
                "until": until,
                "minutes": -(-seconds // 60),
                "whole": lockout.is_whole(request, username),
            },
            status=429,
        )
    answer["Retry-After"] = str(seconds)
    return answer


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """The way out, by POST only."""


@require_GET
@never_cache
def signed_in_here(request: HttpRequest) -> HttpResponse:
    """Where a window ends that was opened to sign in again: the one that waits goes on."""
    return render(request, "accounts/signed_in_here.html")


class OwnPassword(PasswordChangeView):
    """Change the own password; other sessions of the person end."""

    form_class = OwnPasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        people.password_changed(form.user, keep=str(self.request.session.session_key))
        messages.success(self.request, _("密码已修改，其他设备上的登录已失效"))
        return response

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))
