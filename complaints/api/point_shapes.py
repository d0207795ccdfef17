"""Points at issue in what is sent and answered, and in the OpenAPI description of both."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from complaints.models import Point

Shape = s.Serializer[Any]


class PointSent(Shape):
    """A point at issue. Numbers of the case's evidence, none for and against at once."""

    title = s.CharField(max_length=200)
    consumer_says = s.CharField(required=False, allow_blank=True, max_length=2000)
    we_found = s.CharField(required=False, allow_blank=True, max_length=4000)
    for_numbers = s.ListField(required=False, child=s.IntegerField(min_value=1))
    against_numbers = s.ListField(required=False, child=s.IntegerField(min_value=1))
    burden = s.ChoiceField(Point.Burden.choices, required=False)
    finding = s.ChoiceField(Point.Finding.choices, required=False, allow_null=True)
    finding_words = s.CharField(required=False, allow_blank=True, max_length=2000)
    fact = s.CharField(required=False, allow_null=True, max_length=60)


class PointAnswer(Shape):
    title = s.CharField()
    consumer_says = s.CharField(allow_blank=True)
    we_found = s.CharField(allow_blank=True)
    for_numbers = s.ListField(child=s.IntegerField())
    against_numbers = s.ListField(child=s.IntegerField())
    burden = s.ChoiceField(Point.Burden.choices)
    finding = s.ChoiceField(Point.Finding.choices, allow_null=True)
    finding_words = s.CharField(allow_blank=True)
    fact = s.CharField(allow_null=True)


def shown(point: Point) -> dict[str, Any]:
    """One point of a resolution."""
    return {
        "title": point.title,
        "consumer_says": point.consumer_says,
        "we_found": point.we_found,
        "for_numbers": list(point.for_numbers),
        "against_numbers": list(point.against_numbers),
        "burden": point.burden,
        "finding": point.finding or None,
        "finding_words": point.finding_words,
        "fact": point.fact or None,
    }
