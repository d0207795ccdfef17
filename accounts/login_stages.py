"""The steps between the password and being signed in; `adapter.get_login_stages` has the order."""

from __future__ import annotations

from allauth.account.stages import LoginStage
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import factors
from accounts.browser import wants_json
from accounts.models import User


class Step(LoginStage):
    """A step with a page of its own."""

    urlname: str

    def needed(self, user: User) -> bool:
        """True when this person has to go through it."""
        raise NotImplementedError

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """The page of the step, or nothing when it is not needed."""
        user = self.login.user
        if not isinstance(user, User) or not self.needed(user):
            return None, True
        if wants_json(self.request):
            return self.for_script(), True
        return HttpResponseRedirect(reverse(self.urlname)), True

    def for_script(self) -> HttpResponse:
        """The dialog on an open page is told where to go on."""
        body = {"next": reverse(self.urlname), "csrf_token": get_token(self.request)}
        return JsonResponse(body, status=202)


class SecondStep(Step):
    """Code or passkey, for everybody who has one."""

    key = "second_step"
    urlname = "second_step"

    def needed(self, user: User) -> bool:
        return factors.has_main(user) and not factors.passed(self.request, user)


class Enrol(Step):
    """The first factor, for everybody whose role needs one and who has none."""

    key = "enrol"
    urlname = "enrol"

    def needed(self, user: User) -> bool:
        return factors.lacking(self.request, user)

    def for_script(self) -> HttpResponse:
        detail = _("您的角色须先设置两步验证：请在新窗口打开登录页完成设置，再回到这里。")
        return JsonResponse({"detail": detail}, status=400)
