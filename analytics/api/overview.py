"""The figures of a dashboard."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from analytics import asking
from analytics.api import shapes
from analytics.measures import PERMISSION
from analytics.overview import overview
from complaints.api.base import caller
from complaints.workdays import SHANGHAI


class OverviewView(ApiView):
    """Everything at once; numbers, and where their rows are in the browser."""

    scopes: ClassVar = {"GET": "analytics:read"}
    permission: ClassVar[str | None] = PERMISSION
    params: ClassVar = asking.NAMES

    @extend_schema(**shapes.OVERVIEW)
    def get(self, request: Request) -> Response:
        now, by = timezone.now(), caller(request)
        params: Any = request.query_params.dict()
        asked = asking.asked(params, by, now.astimezone(SHANGHAI).date())
        return Response(shapes.overview(overview(by, asked, now)))
