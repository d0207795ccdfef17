"""What counsel does with a proposal beside the steps, and who has no part in a case. No key signs;
everything else a program may do for the person whose key it is.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, page
from accounts.models import User
from complaints import validation
from complaints.actions import commenting, conditions, consulting, segregation
from complaints.actions import resolution as resolutions
from complaints.api import review_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.models import Comment, Complaint, Condition, Consult, NamedPerson, Recusal


def sent(request: Request, number: str) -> tuple[User, dict[str, Any], int | None]:
    """(caller, what was sent, version that was read); a hidden case says nothing of what was sent.

    Raises Complaint.DoesNotExist.
    """
    by, data = caller(request), body(request)
    bare(number, by)
    return by, data, seen_version(request, data)


def answer_with(number: str, by: User, shape: dict[str, Any], status: int = 200) -> Response:
    """The row after a write, with the version of its case (none for whoever sees it no more)."""
    case = Complaint.objects.visible_to(by).filter(number=number).first()
    return Response(shape, status=status, headers=etag(case.version) if case else {})


def nothing(data: dict[str, Any]) -> None:
    """Raises Invalid for any field."""
    validation.clean(data, {})


class _Listed(CaseView):
    """A list that belongs to a case, and adding to it."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS


class _Act(CaseView):
    """One act on one row."""

    scopes: ClassVar = {"POST": WRITE}


# --- comments


def _comments(case: Complaint) -> Any:
    rows = Comment.objects.filter(resolution__complaint=case)
    return rows.select_related("by", "resolution", "resolved_by")


def _comment(number: str, by: User, pk: int) -> dict[str, Any]:
    case = bare(number, by)
    return shapes.comment(_comments(case).get(pk=pk), resolutions.current(case))


class CommentsView(_Listed):
    """Counsel's comments on places of the proposal."""

    @extend_schema(**shapes.COMMENTS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        shape = partial(shapes.comment, now=resolutions.current(case))
        return page(request, _comments(case), shapes.BY_ID, shape, **etag(case.version))

    @extend_schema(**shapes.COMMENT)
    def post(self, request: Request, number: str) -> Response:
        by, data, version = sent(request, number)
        made = commenting.add(number, data, by=by, version=version)
        return answer_with(number, by, _comment(number, by, made.pk), 201)


class CommentResolvedView(_Act):
    """It is settled."""

    @extend_schema(**shapes.RESOLVE)
    def post(self, request: Request, number: str, comment: int) -> Response:
        by, data, version = sent(request, number)
        nothing(data)
        found = Comment.objects.get(resolution__complaint__number=number, pk=comment)
        commenting.resolve(number, found.pk, by=by, version=version)
        return answer_with(number, by, _comment(number, by, comment))


# --- another counsel's word


def _consults(number: str) -> Any:
    rows = Consult.objects.filter(resolution__complaint__number=number)
    return rows.select_related("asked_by", "user", "resolution")


class ConsultsView(_Listed):
    """Other counsel who are asked before one signs."""

    @extend_schema(**shapes.CONSULTS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = _consults(number)
        return page(request, rows, shapes.BY_ID, shapes.consult, **etag(case.version))

    @extend_schema(**shapes.ASK)
    def post(self, request: Request, number: str) -> Response:
        by, data, version = sent(request, number)
        made = consulting.ask(number, data, by=by, version=version)
        return answer_with(number, by, shapes.consult(_consults(number).get(pk=made.pk)), 201)


class ConsultAnswerView(_Act):
    """The word of whoever was asked."""

    @extend_schema(**shapes.ANSWER)
    def post(self, request: Request, number: str, consult: int) -> Response:
        by, data, version = sent(request, number)
        found = _consults(number).get(pk=consult)
        consulting.answer(number, found.pk, data, by=by, version=version)
        return answer_with(number, by, shapes.consult(_consults(number).get(pk=consult)))


class ConsultWithdrawnView(_Act):
    """It is not waited for any more."""

    @extend_schema(**shapes.WITHDRAW)
    def post(self, request: Request, number: str, consult: int) -> Response:
        by, data, version = sent(request, number)
        nothing(data)
        found = _consults(number).get(pk=consult)
        consulting.withdraw(number, found.pk, by=by, version=version)
        return answer_with(number, by, shapes.consult(_consults(number).get(pk=consult)))


# --- conditions


def _conditions(number: str) -> Any:
    rows = Condition.objects.filter(opinion__resolution__complaint__number=number)
    return rows.select_related("opinion__by", "opinion__resolution", "met_by")


class ConditionsView(_Listed):
    """Under which counsel signed."""

    scopes: ClassVar = {"GET": READ_AND_WRITE["GET"]}

    @extend_schema(**shapes.CONDITIONS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = _conditions(number)
        return page(request, rows, shapes.BY_ID, shapes.condition, **etag(case.version))


class ConditionMetView(_Act):
    """What was done."""

    @extend_schema(**shapes.MEET)
    def post(self, request: Request, number: str, condition: int) -> Response:
        by, data, version = sent(request, number)
        found = _conditions(number).get(pk=condition)
        conditions.meet(number, found.pk, data, by=by, version=version)
        return answer_with(number, by, shapes.condition(_conditions(number).get(pk=condition)))


# --- who has no part


def _named(number: str) -> Any:
    rows = NamedPerson.objects.filter(complaint__number=number)
    return rows.select_related("user", "by")


class NamedPeopleView(_Listed):
    """Colleagues of whom the case speaks."""

    @extend_schema(**shapes.NAMED)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        return page(request, _named(number), shapes.BY_ID, shapes.named, **etag(case.version))

    @extend_schema(**shapes.NAME)
    def post(self, request: Request, number: str) -> Response:
        by, data, version = sent(request, number)
        made = segregation.name_person(number, data, by=by, version=version)
        return answer_with(number, by, shapes.named(_named(number).get(pk=made.pk)), 201)


class NamedPersonClearedView(_Act):
    """The case does not speak of the colleague after all."""

    @extend_schema(**shapes.CLEAR)
    def post(self, request: Request, number: str, username: str) -> Response:
        by, data, version = sent(request, number)
        validation.clean(data, {"reason": lambda x: x})
        found = _named(number).get(user__username=username)
        who = found.user.username
        segregation.clear_person(number, who, data.get("reason"), by=by, version=version)
        return Response(status=204)


class RecusalsView(_Listed):
    """Counsel who stepped back."""

    @extend_schema(**shapes.RECUSALS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = Recusal.objects.filter(complaint=case).select_related("user")
        return page(request, rows, shapes.BY_ID, shapes.recusal, **etag(case.version))

    @extend_schema(**shapes.RECUSE)
    def post(self, request: Request, number: str) -> Response:
        by, data, version = sent(request, number)
        validation.clean(data, {"reason": lambda x: x})
        made = segregation.recuse(number, data, by=by, version=version)
        return answer_with(number, by, shapes.recusal(made), 201)
