"""Every address below /api/: version 1 of the API, its description and a page to read it."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from config import api_page


class SchemaView(SpectacularAPIView):
    """The description in JSON, in YAML for whoever asks for it."""

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
    path("", include("legal_rules.api.urls")),
    path("", include("reading_room.api.urls")),
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", api_page.docs, name="api-docs"),
]
