"""Paths below /api/v1/."""

from django.urls import path

from legal_rules.api import deadlines, suggest, views

urlpatterns = [
    path("legal/evaluate/", views.EvaluateView.as_view(), name="api-legal-evaluate"),
    path(
        "legal/suggest-facts/", suggest.SuggestFactsView.as_view(), name="api-legal-suggest-facts"
    ),
    path(
        "legal/suggest-category/",
        suggest.SuggestCategoryView.as_view(),
        name="api-legal-suggest-category",
    ),
    path("legal/facts/", views.FactsView.as_view(), name="api-legal-facts"),
    path("legal/deadlines/", deadlines.LimitsView.as_view(), name="api-legal-deadlines"),
    path("legal/rules/", views.RulesView.as_view(), name="api-legal-rules"),
    path("legal/rules/<str:rule>/", views.RuleView.as_view(), name="api-legal-rule"),
]
