"""订单量: choose a list, look at what it says, take it over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from analytics import acting, denominators, signal_words
from analytics import volume_files as files
from analytics.models import VolumeFile
from analytics.signal_life import MAY
from analytics.views.pages import Looked, Order
from complaints.errors import Invalid, NotAllowed
from complaints.views.payment_pages import as_csv
from evidence.receive import FileRefused

NEWEST = Order("at", newest_first=True)


@require_http_methods(["GET", "POST"])
@needs("see_analytics")
def volumes(request: HttpRequest) -> HttpResponse:
    """What is known, and the way in."""
    user, refused = person(request), ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            acting.allowed(user)  # before it is said what to choose
            if sent is None:
                raise FileRefused(_("请先选择一个文件"))
            made = files.upload(sent.chunks(), sent.name or "", by=user)
            return redirect("volume_file", made.pk)
        except NotAllowed as error:
            raise PermissionDenied(error.message) from error
        except FileRefused as refusal:
            refused = refusal.message
    looked = Looked(request.GET)
    known, more = files.covered()
    context = {
        "refused": refused,
        "may_act": user.may(MAY),
        "columns": denominators.template_columns(),
        "known": [(one, signal_words.region_name(one.region)) for one in known],
        "more": more,
        "page": looked.page(files.visible_to(user), NEWEST),
        "problems": looked.problems,
    }
    return render(request, "signals/volumes.html", context, status=422 if refused else 200)


@require_GET
@needs("see_analytics")
def template(request: HttpRequest) -> HttpResponse:
    """An empty list to fill."""
    return as_csv([denominators.template_columns()], _("订单量模板"))


@require_GET
@needs("see_analytics")
def file(request: HttpRequest, volume_file: int) -> HttpResponse:
    """One list, wherever it stands."""
    try:
        found = files.find(volume_file, person(request))
    except VolumeFile.DoesNotExist as error:
        raise Http404 from error
    return _shown(request, found)


def _shown(request: HttpRequest, found: VolumeFile, status: int = 200, **more: Any) -> HttpResponse:
    series = [(product, signal_words.region_name(region)) for product, region in _pairs(found)]
    context = {"file": found, "series": series, "may_act": person(request).may(MAY), **more}
    return render(request, "signals/volume_file.html", context, status=status)


def _pairs(found: VolumeFile) -> list[tuple[str, str]]:
    return [(product, region) for product, region in found.report.get("series", [])]


@require_POST
@needs(MAY)
def take(request: HttpRequest, volume_file: int) -> HttpResponse:
    """Take it over."""
    return _decided(request, volume_file, "take")


@require_POST
@needs(MAY)
def drop(request: HttpRequest, volume_file: int) -> HttpResponse:
    """Throw it away."""
    return _decided(request, volume_file, "drop")


def _decided(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    try:
        found = (files.take if what == "take" else files.drop)(pk, by=person(request))
    except VolumeFile.DoesNotExist as error:
        raise Http404 from error
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("volume_file", pk)
    if what == "take":
        words = _("已导入：新增 {added} 条，更新 {replaced} 条；下次检测起使用")
        said = words.format(added=found.added, replaced=found.replaced)
        messages.success(request, said)
    else:
        messages.success(request, _("已放弃，没有导入任何数字"))
    return redirect("volumes")
