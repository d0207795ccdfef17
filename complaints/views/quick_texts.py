"""常用语 are kept here: the list, a new one, the next version, what it said before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.models import User
from complaints import quick_values
from complaints.actions import quick_texts
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.models import QuickText, QuickTextVersion
from complaints.quick_values import Piece
from complaints.views.sheets import SheetForm, readable
from letters import variables


class QuickTextForm(SheetForm):
    """What it is called, what one types for it, what it says."""

    name = forms.CharField(label=gettext_lazy("名称"), required=False, max_length=60)
    abbreviation = forms.CharField(
        label=gettext_lazy("缩写"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("写字时输入 ；； 或 ;; 再输入缩写，就能找到它。"),
    )
    scope = forms.ChoiceField(label=gettext_lazy("给谁用"), required=False)
    text = forms.CharField(
        label=gettext_lazy("内容"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": quick_texts.TEXT_LENGTH}),
    )

    def __init__(self, by: User, data: Any = None, *, initial: Any = None, new: bool = True):
        super().__init__(data, initial=initial)
        if new:
            self.fields["scope"].choices = quick_texts.scopes(by)  # type: ignore[attr-defined]
        else:
            del self.fields["scope"]


@require_http_methods(["GET"])
@needs("write_notes")
def texts(request: HttpRequest) -> HttpResponse:
    """Those that the person may use; `archived=1`: those that were put aside."""
    user, aside = person(request), request.GET.get("archived") == "1"
    rows = quick_texts.archived(user) if aside else quick_texts.in_force(user)
    groups: dict[str, list[tuple[QuickTextVersion, bool]]] = {}
    for row in rows.select_related("by", "quick_text__team"):
        may = quick_texts.may_edit(row.quick_text, user)
        groups.setdefault(_whose(row.quick_text), []).append((row, may))
    return render(request, "quick/list.html", {"groups": groups.items(), "aside": aside})


@require_http_methods(["GET", "POST"])
@needs("write_notes")
def new(request: HttpRequest) -> HttpResponse:
    """Another one."""
    if request.method == "GET":
        return _page(request, QuickTextForm(person(request)))
    return _saved(request, None)


@require_http_methods(["GET", "POST"])
@needs("write_notes")
def one(request: HttpRequest, quick_text: int) -> HttpResponse:
    """What it says now and said before; POST {name, abbreviation, text, version} is the next."""
    row = _found(request, quick_text)
    if request.method == "POST":
        return _saved(request, row)
    return _page(request, _form(request, row), row)


@require_POST
@needs("write_notes")
def archive(request: HttpRequest, quick_text: int) -> HttpResponse:
    """Put it aside, or (`restore`) take it up again."""
    row, aside = _found(request, quick_text), "restore" not in request.POST
    try:
        said = quick_texts.set_archived(row.pk, aside, by=person(request))
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except Invalid as refused:
        messages.error(request, refused.message)
        return redirect("quick_text", row.pk)
    words = _("已停用“{name}”，历次内容仍可查看") if aside else _("已恢复“{name}”")
    messages.success(request, words.format(name=said.name))
    return redirect("quick_texts")


def _found(request: HttpRequest, pk: int) -> QuickText:
    row = quick_texts.readable(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _whose(row: QuickText) -> str:
    if row.owner_id is not None:
        return _("我自己的")
    return row.team.name if row.team is not None else _("所有人的")


def _form(request: HttpRequest, row: QuickText, data: Any = None) -> QuickTextForm:
    last = row.versions.get(version=row.version)
    said = {name: getattr(last, name) for name in ("name", "abbreviation", "text")}
    return QuickTextForm(person(request), data, initial=said, new=False)


def _saved(request: HttpRequest, row: QuickText | None) -> HttpResponse:
    posted, unreadable = readable(request.POST)
    by = person(request)
    form = QuickTextForm(by, posted) if row is None else _form(request, row, posted)
    if "look" in posted and not unreadable:
        return _page(request, form, row, looked=posted.get("text", ""))
    names = [*form.fields, "anyway"]
    version = posted.get("version", "")
    try:
        if unreadable:
            raise Invalid(unreadable)
        quick_texts.save(
            {name: posted.get(name, "") for name in names},
            by=by,
            pk=row.pk if row is not None else None,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except CaseError as refused:
        return _refused(request, form, row, refused)
    messages.success(request, _("已保存常用语“{name}”").format(name=posted.get("name", "").strip()))
    return redirect("quick_texts")


def _refused(
    request: HttpRequest, form: QuickTextForm, row: QuickText | None, error: CaseError
) -> HttpResponse:
    named = dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}
    asked = named.pop("asked", [])
    problems = form.refuse(named)
    status = 409 if isinstance(error, StaleVersion) else 422
    return _page(request, form, row, status=status, problems=problems, asked=asked)


def _page(
    request: HttpRequest,
    form: QuickTextForm,
    row: QuickText | None = None,
    *,
    status: int = 200,
    looked: str = "",
    **more: Any,
) -> HttpResponse:
    lang = get_language() or "zh-hans"
    if row is not None:
        row.refresh_from_db()
    context = {
        "form": form,
        "row": row,
        "whose": _whose(row) if row is not None else "",
        "may": row is None or quick_texts.may_edit(row, person(request)),
        "versions": row.versions.select_related("by").order_by("-version") if row else (),
        "variables": [(f"{{{label_of(n, lang)}}}", _example(n, lang)) for n in quick_values.NAMES],
        "looked": in_examples(looked),
        **more,
    }
    return render(request, "quick/text.html", context, status=status)


def label_of(name: str, lang: str) -> str:
    """How a person writes the variable."""
    return variables.label(name, lang)


def _example(name: str, lang: str) -> str:
    short = "en" if lang.startswith("en") else "zh"
    known = variables.examples(short)
    return quick_values.plain(quick_values.filled(f"{{{name}}}", known, short))


def in_examples(text: str) -> list[Piece]:
    """How the text looks with invented values; [] for none."""
    lang = quick_values.language_of(text)
    return quick_values.filled(text, variables.examples(lang), lang) if text.strip() else []
