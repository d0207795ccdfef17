"""The provider's addresses, and one by which the tests choose who sits there."""

import json

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.oidc_provider.validator import HOW


def enter(request: HttpRequest) -> HttpResponse:
    """`user` sits there from now on; `how`: {"claims": {…}, "fault": …} as JSON."""
    name = request.GET["user"]
    user, _new = User.objects.get_or_create(username=name)
    HOW[name] = json.loads(request.GET.get("how", "{}"))
    login(request, user)
    return HttpResponse(str(user.pk))


urlpatterns = [path("enter/", enter), path("o/", include("oauth2_provider.urls"))]
