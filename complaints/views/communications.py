"""What is said: replies, notes, calls; taking a reply back; letters that a person has to bring."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import quick_values, wording_check
from complaints.actions import communication, half_typed, letters, mentioning
from complaints.choices import CommunicationKind
from complaints.delivery import cause_in_words
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Communication, Complaint
from complaints.views.act_forms import LetterForm
from complaints.views.case import load, whole
from complaints.views.case_composer import TABS, composer, draft_key
from complaints.views.sheets import Sheet, done, readable, refused, show, to_case

CODES = {kind.value: code for code, kind, _permission in TABS}


@require_POST
@needs("write_notes")
@keeps_what_was_typed
def communicate(request: HttpRequest, number: str) -> HttpResponse:
    """Add a text `{kind, channel?, text, inbound?}`; refused, it stands in the composer again."""
    posted, unreadable = readable(request.POST)
    kind = posted.get("kind", "")
    values = {"kind": kind, "text": posted.get("text", "")}
    for name in ("channel", "inbound", "still_waiting", "anyway"):
        if posted.get(name):
            values[name] = str(posted[name])
    asked = _asked(values)
    if asked and not unreadable and person(request).may("communicate"):
        return _again(request, number, values, asked=asked)
    try:
        if unreadable:
            raise Invalid(unreadable)
        written = communication.write(number, values, by=person(request), once=True)
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return _again(request, number, values, error)
    code = CODES[kind]
    _say_who_was_told(request, written)
    return done(request, number, _said(kind), draft_key(number, code))


def _say_who_was_told(request: HttpRequest, written: Communication) -> None:
    """Whom the note named, and who of them may not see the case."""
    if written.kind != CommunicationKind.INTERNAL_NOTE:
        return
    told, untold = mentioning.said_after(written)
    if told:
        words = _("提到的同事会收到通知：{names}")
        messages.info(request, words.format(names=_("、").join(told)))
    if untold:
        words = _("{name} 无权查看本案，未通知；可转交或申请查看")
        messages.warning(request, words.format(name=_("、").join(untold)))


def _asked(values: dict[str, str]) -> list[str]:
    """What the writer of a reply should look at again; [] once there is a reason to send it."""
    if values["kind"] != CommunicationKind.REPLY or values.get("anyway", "").strip():
        return []
    return quick_values.still_open(values["text"]) + wording_check.questions(values["text"])


def _said(kind: str) -> str:
    seconds = settings.SEND_UNDO_SECONDS
    later = _("回复将在 {n} 秒后发出，在此之前可以撤回").format(n=seconds)
    return {
        CommunicationKind.REPLY: later if seconds else _("回复马上发出"),
        CommunicationKind.INTERNAL_NOTE: _("已记为内部备注"),
        CommunicationKind.CALL_NOTE: _("已保存通话记录"),
    }[CommunicationKind(kind)]


def _again(
    request: HttpRequest,
    number: str,
    values: dict[str, str],
    error: CaseError | None = None,
    *,
    asked: Sequence[str] = (),
) -> HttpResponse:
    page = load(request, number)
    errors = (error.message,) if error is not None else ()
    typed = composer(page, CODES.get(values["kind"], ""), values["text"], errors, tuple(asked))
    context = {**whole(page, request), "composer": typed}
    return render(request, "case/case.html", context, status=422)


@require_POST
@needs("communicate")
def undo_reply(request: HttpRequest, number: str, communication_id: int) -> HttpResponse:
    """Take back a reply before it leaves; its text returns to the composer as a draft."""
    try:
        in_time = communication.undo(number, communication_id, by=person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except CaseError as error:
        messages.error(request, error.message)
        return to_case(request, number)
    if not in_time:
        words = _("来不及撤回：撤回时间已过，消息已经发出，或者马上就会发出；如需更正请再发一条")
        messages.error(request, words)
        return to_case(request, number)
    _into_the_composer(request, number, communication_id)
    messages.success(request, _("已撤回，没有发出；文字放回了回复框"))
    return to_case(request, number, "?compose=reply#composer")


def _into_the_composer(request: HttpRequest, number: str, communication_id: int) -> None:
    """What was taken back stands before what was typed meanwhile, once however often asked."""
    user, key = person(request), draft_key(number, "reply")
    text = communication.text_of(number, communication_id, by=user)
    kept, _at = half_typed.load_draft(user, key) or ({}, None)
    typed = str(kept.get("text", ""))
    if text in typed:
        return
    half_typed.save_draft(user, key, {**kept, "text": f"{text}\n\n{typed}".strip()})


@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def letter(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    """A letter to the consumer; one that no machine could bring is read out or posted, and that
    is recorded here.
    """
    page = load(request, number)
    found = letters.find(page.complaint, letter_id)
    if found is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    sheet = Sheet(
        page.complaint,
        found.subject,
        request.path,
        LetterForm(posted) if letters.waits(found) and page.may_deliver else None,
        _("登记已送达"),
        template="case/letter_fields.html",
        draft=f"letter:{number}:{letter_id}",
        always=True,
        extra={"letter": found, "cause": cause_in_words(found.cause)},
    )
    if posted is None:
        return show(request, sheet)
    try:
        letters.delivered(
            number,
            letter_id,
            posted.get("note", ""),
            by=person(request),
            how=posted.get("how", ""),
            reference=posted.get("reference", ""),
        )
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    return done(request, number, _("已登记送达"), sheet.draft)
