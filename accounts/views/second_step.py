"""After the password: the code or passkey, or the first enrolment; or a passkey instead of all.

Nobody is signed in on these pages. What is tried counts towards the same lock-out as passwords.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import enrolment, factors, lockout, passkeys, signing_in
from accounts.browser import wants_json
from accounts.forms import SignInForm
from accounts.login_stages import Enrol, SecondStep, Step
from accounts.models import User
from accounts.views.sign_in import locked_out


@require_http_methods(["GET", "POST"])
@signing_in.step(SecondStep)
def second_step(request: HttpRequest, stage: Step) -> HttpResponse:
    """Code of the app, recovery code, or passkey."""
    user = _user(stage)
    if request.method == "POST":
        if lockout.is_locked(request, user.username):
            return locked_out(request, credentials={"username": user.username})
        wrong = _try(request, user)
        if not wrong:
            return stage.exit()
        return _refused(request, user, wrong)
    return _ask(request, user)


def _try(request: HttpRequest, user: User) -> str:
    """Why what was sent does not let anybody in; "" when it does."""
    answer, code = request.POST.get("credential", ""), request.POST.get("code", "").strip()
    if answer:
        factor = passkeys.shown(user, answer)
        wrong = _("没有认出这个通行密钥。请再试一次，或改用其他方式。")
    elif not code:
        return _("请输入动态口令或恢复码。")
    elif factors.too_many_wrong(user, timezone.now()):
        return _("这个账号输错口令的次数太多，%(n)s 分钟内不再接受口令；可以使用通行密钥。") % {
            "n": lockout.MINUTES
        }
    else:
        factor = factors.take_code(user, code)
        wrong = _("动态口令或恢复码不正确，或者已经用过。")
    if factor is None:
        factors.failed(user)
        lockout.count_failure(request, user.username)
        return wrong
    passkeys.note_use(request, factor, user)
    if factor.type == factors.Type.RECOVERY_CODES:
        factors.code_used(user)
    return ""


def _refused(request: HttpRequest, user: User, wrong: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"detail": wrong}, status=400)
    return _ask(request, user, wrong)


def _ask(request: HttpRequest, user: User, wrong: str = "") -> HttpResponse:
    kinds = {each.type for each in factors.of(user)}
    context = {
        "who": user,
        "wrong": wrong,
        "app": factors.Type.TOTP in kinds,
        "options": passkeys.to_show(user) if factors.Type.WEBAUTHN in kinds else None,
        "left": lockout.tries_left(request, user.username) if wrong else "",
    }
    return render(request, "accounts/second_step.html", context)


@require_http_methods(["GET", "POST"])
@signing_in.step(Enrol)
def enrol(request: HttpRequest, stage: Step) -> HttpResponse:
    """The first factor of somebody whose role needs one; then the recovery codes, shown here until
    the person says that they are kept.
    """
    user = _user(stage)
    made = bool(stage.state.get("made"))
    if made and "kept" in request.POST:
        return stage.exit()
    if not made and factors.has_main(user):
        signing_in.forget(request)  # set up meanwhile in another window: show it
        return redirect("login")
    wrong = ""
    if request.method == "POST" and not made:
        factor, wrong = enrolment.taken(request, user)
        if factor is not None:
            passkeys.note_use(request, factor, user)
            stage.state["made"] = True
            signing_in.keep(request, stage)
            return redirect("enrol")
    context = {"who": user, "wrong": wrong, "codes": factors.codes_left(user) if made else []}
    if not made:
        context |= enrolment.offered(request, user)
    return render(request, "accounts/enrol.html", context)


def _user(stage: Step) -> User:
    user = stage.login.user
    if not isinstance(user, User):  # `signing_in.step` has looked
        raise TypeError(user)
    return user


@require_POST
@never_cache
@login_not_required
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey is all it takes. Without an answer: what the browser is to be asked (JSON)."""
    answer = request.POST.get("credential", "")
    if not answer and wants_json(request):
        return JsonResponse(passkeys.to_show(None))
    factor = passkeys.shown(None, answer)
    if factor is None or not signing_in.passkey_is_enough(factor.user):
        wrong = _("没有认出这个通行密钥。请再试一次，或用密码登录。")
        context = {"form": SignInForm(request), "next": _goes_to(request), "wrong": wrong}
        return render(request, "accounts/login.html", context, status=400)
    return signing_in.by_passkey(request, factor, _goes_to(request))


def _goes_to(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse("home")


@require_POST
@login_not_required
def begin_anew(request: HttpRequest) -> HttpResponse:
    """Somebody else wants to sign in: what was begun is forgotten."""
    signing_in.forget(request)
    return redirect("login")
