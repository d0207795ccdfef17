"""Addresses of the analysis, each part with a list of its own that starts here."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
