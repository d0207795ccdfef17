"""宏 are kept here: those of one's teams, a new one, the next version, what it did before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from complaints import quick_values
from complaints.actions import macros as acts
from complaints.choices import CommunicationKind, FactSource, Priority
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.lifecycle import STEPS
from complaints.models import Macro, MacroVersion
from complaints.views.case_questions import lang
from complaints.views.macro_form import MacroForm, Rows, form_of
from complaints.views.quick_texts import in_examples, label_of
from complaints.views.sheets import readable
from legal_rules.vocabulary import FACTS


@require_GET
@needs("write_notes")
def listed(request: HttpRequest) -> HttpResponse:
    """Those of the person's teams; `archived=1`: those that were put aside."""
    user, aside = person(request), request.GET.get("archived") == "1"
    rows = acts.readable(user).filter(archived_at__isnull=not aside)
    groups: dict[str, list[tuple[MacroVersion, list[str]]]] = {}
    for row in acts.latest(rows):
        groups.setdefault(row.macro.team.name, []).append((row, said(row.does)))
    context = {"groups": groups.items(), "aside": aside, "writes": user.may("share_texts")}
    return render(request, "macros/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("share_texts")
def new(request: HttpRequest) -> HttpResponse:
    """Another one."""
    if request.method == "GET":
        return _page(request, MacroForm(person(request)), Rows({}))
    return _posted(request, None)


@require_http_methods(["GET", "POST"])
@needs("write_notes")
def one(request: HttpRequest, macro: int) -> HttpResponse:
    """What it does now and did before; POST is the next version."""
    row = _found(request, macro)
    if request.method == "POST":
        return _posted(request, row)
    last = row.versions.get(version=row.version)
    form = form_of(person(request), row, last)
    return _page(request, form, Rows(last.does.get("facts", {})), row)


@require_POST
@needs("write_notes")
def archive(request: HttpRequest, macro: int) -> HttpResponse:
    """Put it aside, or (`restore`) take it up again."""
    row, aside = _found(request, macro), "restore" not in request.POST
    try:
        done = acts.set_archived(row.pk, aside, by=person(request))
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    words = _("已停用宏“{name}”，历次内容仍可查看") if aside else _("已恢复宏“{name}”")
    messages.success(request, words.format(name=done.name))
    return redirect("macros")


def _found(request: HttpRequest, pk: int) -> Macro:
    row = acts.readable(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _posted(request: HttpRequest, row: Macro | None) -> HttpResponse:
    """One button: add or drop a fact, look, or save."""
    posted, unreadable = readable(request.POST)
    by, rows = person(request), Rows.posted(posted)
    last = row.versions.get(version=row.version) if row is not None else None
    form = form_of(by, row, last, posted) if row and last else MacroForm(by, posted)
    name, _dash, fact = posted.get("action", "").partition(":")
    if name in ("add", "drop", "look") and not unreadable:
        if name == "add":
            rows.add(posted.get("new_fact", ""))
        elif name == "drop":
            rows.drop(fact)
        return _page(request, form, rows, row, looked=posted.get("text", "") * (name == "look"))
    try:
        if unreadable:
            raise Invalid(unreadable)
        acts.save(
            {**form.sent(posted), "facts": rows.given},
            by=by,
            pk=row.pk if row is not None else None,
            version=_version(posted),
        )
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except CaseError as refused:
        return _refused(request, form, rows, row, refused)
    messages.success(request, _("已保存宏“{name}”").format(name=posted.get("name", "").strip()))
    return redirect("macros")


def _version(posted: QueryDict) -> int | None:
    text = posted.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _refused(
    request: HttpRequest, form: MacroForm, rows: Rows, row: Macro | None, error: CaseError
) -> HttpResponse:
    named = dict(error.errors) if isinstance(error, Invalid) else {"": [error.message]}
    asked = named.pop("asked", [])
    problems = form.refuse(rows.refuse(named))
    status = 409 if isinstance(error, StaleVersion) else 422
    return _page(request, form, rows, row, status=status, problems=problems, asked=asked)


def _page(
    request: HttpRequest,
    form: MacroForm,
    rows: Rows,
    row: Macro | None = None,
    *,
    status: int = 200,
    looked: str = "",
    **more: Any,
) -> HttpResponse:
    if row is not None:
        row.refresh_from_db()
    versions = row.versions.select_related("by").order_by("-version") if row is not None else ()
    context = {
        "form": form,
        "rows": rows,
        "row": row,
        "may": row is None or acts.may_edit(row, person(request)),
        "versions": [(version, said(version.does)) for version in versions],
        "variables": [f"{{{label_of(name, lang())}}}" for name in quick_values.NAMES],
        "looked": in_examples(looked),
        **more,
    }
    return render(request, "macros/macro.html", context, status=status)


def said(does: dict[str, Any]) -> list[str]:
    """What a version does, in words, a line for each."""
    lines = []
    if does.get("kind"):
        kind = str(CommunicationKind(does["kind"]).label)
        lines.append(_("{kind}：{text}").format(kind=kind, text=does.get("text", "")))
    for fact, given in does.get("facts", {}).items():
        known = FACTS.get(fact)
        question = known.question_for(lang()) if known else fact
        value = known.value_for(given["value"], lang()) if known else given["value"]
        source = dict(FactSource.choices).get(given.get("source"), "")
        words = _("{question} {answer}（{source}）")
        lines.append(words.format(question=question, answer=value, source=source))
    if does.get("priority"):
        label = dict(Priority.choices).get(does["priority"], does["priority"])
        lines.append(_("优先级设为{priority}").format(priority=label))
    if remind := does.get("remind"):
        words = _("{n} 天后提醒，等：{what}")
        lines.append(words.format(n=remind["days"], what=remind["for"]))
    if does.get("step") in STEPS:
        lines.append(_("然后打开“{step}”").format(step=STEPS[does["step"]].title))
    return lines
