"""The cases behind a signal, and why one case happened."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from analytics import giving, signal_words
from analytics.models import CauseGiven, Signal
from analytics.signal_life import MAY
from analytics.views import pages
from analytics.views.forms import GiveForm
from analytics.views.lines import told
from analytics.views.pages import Looked, Order
from analytics.views.signal_page import Shown, load
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint
from complaints.seen import saw_cases
from complaints.views.sheets import readable

NEWEST = Order("received_at", newest_first=True)
NAMED = 5  # of those that were refused, with the reason; of the others how many


def _part(looked: Looked, one: Shown) -> Q:
    """Which of its cases the address asks for."""
    part = looked.choose(
        "part", _("哪些"), [("counted", _("报警时的案件")), ("later", _("报警以后的案件"))]
    )
    chosen = Q(signal_cases__signal=one.signal)
    if part:
        chosen &= Q(signal_cases__later=part == "later")
    places = [(str(row["place"]), row["named"]) for row in one.causes]
    cause = looked.choose("cause", _("共同点"), places)
    if cause:
        for attribute, value in one.signal.causes[int(cause)]["values"]:
            chosen &= Q(**{signal_words.COLUMNS.get(attribute, attribute): value})
    said = [(str(n), word["word"]) for n, word in enumerate(one.signal.words)]
    word = looked.choose("word", _("词语"), said)
    if word:
        chosen &= Q(pk__in=one.signal.words[int(word)]["rows"])
    groups = [
        (str(n), _("第 {n} 组").format(n=n + 1))
        for n, _group in enumerate(one.signal.numbers.get("copies", []))
    ]
    group = looked.choose("group", _("雷同"), groups)
    if group:
        chosen &= Q(pk__in=one.signal.numbers["copies"][int(group)])
    return chosen


def _with_causes(rows: Any) -> Any:
    given = CauseGiven.objects.filter(withdrawn_at=None).select_related("cause__parent")
    rows = rows.select_related("owner", "consumer").prefetch_related(
        Prefetch("causes_given", given.order_by("pk"), to_attr="why")
    )
    return rows.defer("narrative", "findings", "withdrawal_words", "consumer__data_key")


@require_GET
@needs("see_analytics")
def signal_cases(request: HttpRequest, signal: int) -> HttpResponse:
    """Exactly the cases that a figure of the signal counts, of those that the person may see."""
    return _cases(request, load(request, signal))


def _cases(request: HttpRequest, one: Shown, status: int = 200, **more: Any) -> HttpResponse:
    looked = Looked(request.GET)
    wanted = Complaint.objects.visible_to(one.user).filter(_part(looked, one))
    count = wanted.count()
    page = looked.page(_with_causes(wanted), NEWEST)
    saw_cases(*(case.number for case in page.rows))
    context = {
        "one": one,
        "signal": one.signal,
        "looked": looked,
        "page": page,
        "count": count,
        "rows": [(case, signal_words.case_place(case)) for case in page.rows],
        "form": GiveForm(giving.tree()) if one.may_act else None,
        "chosen": (),
        **more,
    }
    return render(request, "signals/cases.html", context, status=status)


@require_POST
@needs(MAY)
@keeps_what_was_typed
def give_causes(request: HttpRequest, signal: int) -> HttpResponse:
    """A cause for the cases that were ticked, each by itself."""
    one = load(request, signal)
    posted, unreadable = readable(request.POST)
    numbers = [number[:20] for number in posted.getlist("number")]
    form = GiveForm(giving.tree(), posted)
    try:
        if unreadable:
            raise Invalid(unreadable)
        if not numbers:
            raise Invalid({"number": [_("请先勾选案件")]})
        done, refused = giving.of_cases(
            numbers, posted.get("cause", ""), posted.get("why", ""), by=one.user
        )
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except Invalid as error:
        loose = form.refuse(error.errors)
        return _cases(request, one, 422, form=form, problems=loose, chosen=numbers)
    if done:
        n = len(done)
        messages.success(
            request, ngettext("已为 {n} 件登记原因", "已为 {n} 件登记原因", n).format(n=n)
        )
    for number, sentence in list(refused.items())[:NAMED]:
        messages.warning(request, _("{number}：{why}").format(number=number, why=sentence))
    if (n := len(set(numbers)) - len(done) - min(len(refused), NAMED)) > 0:
        words = ngettext("另有 {n} 件没有登记原因", "另有 {n} 件没有登记原因", n)
        messages.warning(request, words.format(n=n))
    return redirect("signal_cases", signal)


def _case(number: str, user: User) -> Complaint:
    """Raises Http404, the same for a missing and for a foreign one."""
    found = Complaint.objects.visible_to(user).filter(number=number).first()
    if found is None:
        raise Http404
    saw_cases(found.number)
    return found


@require_http_methods(["GET", "POST"])
@needs("see_analytics")
@keeps_what_was_typed
def case_causes(request: HttpRequest, number: str) -> HttpResponse:
    """Why one case happened; POST names a cause."""
    user = person(request)
    case = _case(number, user)
    if request.method != "POST":
        return _of_case(request, case, GiveForm(giving.tree()) if user.may(MAY) else None)
    if not user.may(MAY):
        raise PermissionDenied(_("只有主管可以登记原因"))
    form = GiveForm(giving.tree(), request.POST)

    def give(sent: Any, _version: int | None) -> CauseGiven:
        try:
            why = sent.get("why", "")
            return giving.of_case(number, sent.get("cause", ""), why, by=user)
        except Complaint.DoesNotExist as error:  # lent for reading only
            raise NotAllowed(_("这件案件您只能查看")) from error

    return pages.act(
        request,
        form,
        give,
        lambda _made: redirect("case_causes", number),
        lambda _form, loose, status: _of_case(request, case, form, status, loose),
        _("已登记原因"),
    )


def _of_case(
    request: HttpRequest,
    case: Complaint,
    form: GiveForm | None,
    status: int = 200,
    problems: Any = (),
) -> HttpResponse:
    rows = case.causes_given.select_related("cause__parent", "by", "withdrawn_by").order_by("-pk")
    user = person(request)
    context = {
        "case": case,
        "given": rows,
        "form": form,
        "problems": problems,
        "signals": told(
            Signal.objects.visible_to(user).filter(cases__complaint=case).order_by("-pk")[:20]
        ),
        "may_act": user.may(MAY),
    }
    return render(request, "signals/case_causes.html", context, status=status)
