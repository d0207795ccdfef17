"""培训: who lacks it or will soon, and a list entered at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import access, training
from accounts.access import needs
from accounts.forms_security import TrainingListForm, enter_all

PAGE = 100


@require_http_methods(["GET", "POST"])
@needs("see_people")
def training_list(request: HttpRequest) -> HttpResponse:
    """Those who lack it or for whom it ends within thirty days, or all (`?all=1`)."""
    by, day = access.person(request), timezone.localdate()
    enters = by.may("manage_training")
    form = TrainingListForm(request.POST if request.method == "POST" and enters else None)
    if form.is_bound and form.is_valid() and (entered := enter_all(form, by)) is not None:
        said = ngettext("已登记 {n} 人的培训", "已登记 {n} 人的培训", entered)
        messages.success(request, said.format(n=entered))
        return redirect("training_list")
    everybody = "all" in request.GET
    found = training.people(day) if everybody else training.lacking(day)
    shown = {
        "form": form if enters else None,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "everybody": everybody,
        "today": day,
        "soon": day + training.WARN,
    }
    return render(request, "accounts/training.html", shown, status=422 if form.is_bound else 200)
