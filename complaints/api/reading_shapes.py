"""Who read a case or of its person, over HTTP: what is answered, and what the description says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.schema import paged, paging
from audit.models import Reading
from complaints.api.keeping_shapes import BY_TIME, TAG
from complaints.api.one_call import call
from complaints.clock_words import local


def reading(row: Reading, subjects: tuple[str, ...]) -> dict[str, Any]:
    """One answer that showed one of the subjects; the page of another case, which the reader of
    this may not see, stays unnamed.
    """
    return {
        "at": local(row.at),
        "username": row.actor,
        "name": row.actor_name,
        "page": row.page,
        "about": row.about if row.about in subjects else "",
        "fields": row.fields,
        "cases": len(row.subjects),
        "request_id": row.request_id,
    }


class ReadingAnswer(s.Serializer[Any]):
    at = s.DateTimeField()
    username = s.CharField(allow_blank=True)
    name = s.CharField(allow_blank=True)
    page = s.CharField(help_text=_("页面或接口的名称"))
    about = s.CharField(
        allow_blank=True,
        help_text=_(
            "打开的是所问案件或此人自己的页面时，是哪一个；在列表或别的案件的页面上看到的为空"
        ),
    )
    fields_ = s.ListField(child=s.CharField())
    cases = s.IntegerField(help_text=_("同一页上有几个"))
    request_id = s.CharField(allow_blank=True)


# a word that serializers keep for themselves
ReadingAnswer._declared_fields["fields"] = ReadingAnswer._declared_fields.pop("fields_")

_SPAN = [
    OpenApiParameter(name, str, description=_("时间或日期，例如 2026-11-23 或 2026-11-23T09:30"))
    for name in ("since", "until")
]

READINGS_PAGE = paged(ReadingAnswer)  # one shape for both calls
READINGS = call(
    "complaint_readings",
    _("谁看过这件案件"),
    READINGS_PAGE,
    tag=TAG,
    parameters=[*paging(BY_TIME), *_SPAN],
)
PERSON_READINGS = call(
    "complaint_person_readings",
    _("谁看过此人的资料：本案消费者的全部案件"),
    READINGS_PAGE,
    tag=TAG,
    parameters=[*paging(BY_TIME), *_SPAN],
)
