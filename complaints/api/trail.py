"""What belongs to a case in order: timeline, deadlines, texts, promises, stops of the clocks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, Order, page
from complaints import clock_words
from complaints.actions import asking, communication, holds
from complaints.api import described, shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.choices import HoldReason
from complaints.errors import Invalid
from complaints.models import Communication, Deadline, Event, Hold

IN_ORDER = {"at": Order("at"), "-at": Order("at", newest_first=True)}
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


class TimelineView(CaseView):
    """Everything that happened, oldest first."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = PARAMS

    @extend_schema(**described.TIMELINE)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        events = Event.objects.filter(complaint=case).select_related("by")
        return page(request, events, IN_ORDER, shapes.event, **etag(case.version))


class DeadlinesView(CaseView):
    """The clocks of the case, ended ones too."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = PARAMS

    @extend_schema(**described.DEADLINES)
    def get(self, request: Request, number: str) -> Response:
        case, now = bare(number, caller(request)), timezone.now()
        clocks = Deadline.objects.filter(complaint=case)
        return page(
            request, clocks, BY_ID, lambda d: clock_words.as_shown(d, now), **etag(case.version)
        )


class CommunicationsView(CaseView):
    """Replies, notes and calls."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**described.COMMUNICATIONS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        texts = Communication.objects.filter(complaint=case).select_related("by", "outbox")
        return page(request, texts, BY_ID, shapes.communication, **etag(case.version))

    @extend_schema(**described.WRITE_TEXT)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        text = communication.write(number, data, by=by, version=version)
        return Response(shapes.communication(text), status=201)


def asked(data: dict[str, Any]) -> dict[str, Any]:
    """`{items, text, until, channel}` of a hold that asks the consumer: `{reason: consumer, ask,
    expected_end}`. Raises Invalid.
    """
    names = ("items", "text", "channel")
    ask = data["ask"]
    if not isinstance(ask, dict):
        raise Invalid({"ask": [_("这里应是一个对象")]})
    if data.get("reason", HoldReason.CONSUMER) != HoldReason.CONSUMER:
        raise Invalid({"reason": [_("请消费者补充材料时，原因只能是 consumer")]})
    for place, sent, known in (
        ("", data, ("ask", "reason", "expected_end")),
        ("ask.", ask, names),
    ):
        for name in sent:
            if name not in known:
                message = _("没有“{field}”这个字段").format(field=str(name)[:60])
                raise Invalid({f"{place}{name}"[:60]: [message]})
    return {**ask, "until": data.get("expected_end")}


class HoldsView(CaseView):
    """Stopping the clocks; with `ask` the consumer is asked for documents in the same act."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**described.HOLD)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        if "ask" in data:
            stop = asking.ask_for_documents(number, asked(data), by=by, version=version)
        else:
            stop = holds.start(number, data, by=by, version=version)
        headers = {**etag(stop.complaint.version), "Location": f"{request.path}{stop.pk}/"}
        return Response(shapes.hold(stop), status=201, headers=headers)


class HoldView(CaseView):
    """One stop of the clocks: deleting it lets them run again; it stays on record."""

    scopes: ClassVar = {"DELETE": WRITE}

    @extend_schema(**described.RESUME)
    def delete(self, request: Request, number: str, hold: int) -> Response:
        by = caller(request)
        bare(number, by).holds.get(pk=hold)
        case = holds.end(number, hold, by=by, version=seen_version(request))
        stop = Hold.objects.select_related("by").get(pk=hold)
        return Response(shapes.hold(stop), headers=etag(case.version))
