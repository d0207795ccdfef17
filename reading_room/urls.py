"""Addresses of the reading room. `law/rules/…`, `law/deadlines/…` belong to the rules and to the
table of deadlines, so no law is called that.
"""

from django.urls import path

from reading_room import views

urlpatterns = [
    path("law/", views.statutes, name="statutes"),
    path("law/<slug:instrument>/", views.statute, name="statute"),
    path("law/<slug:instrument>/<slug:article>/", views.article, name="article"),
]
