"""通知偏好: how a person wishes to be told, signed in or by the link in an e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.models import User
from correspondence import families, preferences
from correspondence.digest import SALT
from correspondence.forms import MailWaysForm, WishesForm

DAYS = 90  # for which the link in an e-mail works


@require_http_methods(["GET", "POST"])
@needs("get_notices")
def wishes(request: HttpRequest) -> HttpResponse:
    """Which notices come how, and when e-mails may come."""
    user = person(request)
    form = WishesForm(request.POST or None, user=user, instance=preferences.of(user))
    if request.method == "POST" and form.is_valid():
        preferences.save(user, form.hours, form.ways)
        messages.success(request, _("通知偏好已保存"))
        return redirect("wishes")
    return render(request, "notices/wishes.html", {"form": form})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def mail_wishes(request: HttpRequest, token: str) -> HttpResponse:
    """From an e-mail, without a password: only how such notices come. Looking changes nothing."""
    found = _whose(token)
    if found is None:
        return render(request, "notices/mail_wishes.html", {"form": None}, status=404)
    user, family = found
    codes = [family] if family else [f.code for f in families.of(user)]
    now = preferences.way_of(preferences.of(user), codes[0]) if family else ""
    form = MailWaysForm(request.POST or None, initial={"way": now})
    if request.method == "POST" and form.is_valid():
        preferences.choose(user, dict.fromkeys(codes, form.cleaned_data["way"]))
        return HttpResponseRedirect(f"{reverse('mail_wishes', args=[token])}?saved=1")
    title = families.FAMILIES[family].title if family else ""
    context = {"form": form, "title": title, "saved": "saved" in request.GET}
    return render(request, "notices/mail_wishes.html", context)


def _whose(token: str) -> tuple[User, str] | None:
    """The person and the family ("" for all) of a link; None for one that is not ours or old."""
    try:
        pk, family = signing.loads(token, salt=SALT, max_age=DAYS * 24 * 3600)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or (family and family not in families.FAMILIES):
        return None
    return user, family
