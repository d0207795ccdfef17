"""Every address below /api/: version 1 of the API, its description and a page to read it."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from config import api_page


class KeptDescription(SchemaGenerator):
    """The description as this process knows it already."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return api_page.description(get_language() or "zh-hans")


class SchemaView(SpectacularAPIView):
    """The description in JSON, in YAML for whoever asks for it."""

    generator_class = KeptDescription
    content_negotiation_class = DefaultContentNegotiation
    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    ]


version_1 = [
    path("", include("accounts.api.urls")),
    path("", include("complaints.api.urls")),
    path("", include("analytics.api.urls")),
    path("", include("legal_rules.api.urls")),
    path("", include("reading_room.api.urls")),
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", api_page.docs, name="api-docs"),
]
