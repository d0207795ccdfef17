"""Addresses of the reading room. `law/rules/…` belongs to the rules, so no law is called that."""

from django.urls import path

from reading_room import views

urlpatterns = [
    path("law/", views.statutes, name="statutes"),
    path("law/<slug:instrument>/", views.statute, name="statute"),
    path("law/<slug:instrument>/<slug:article>/", views.article, name="article"),
]
