"""The figures of a dashboard: each is as many as the rows that it opens."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.asking import asked
from analytics.models import Touched
from analytics.overview import Overview, overview
from complaints.workdays import SHANGHAI
from tests import factories as f
from tests.cast import Cast


def look(user: Any, **params: str) -> Overview:
    """What a person sees now."""
    now = timezone.now()
    return overview(user, asked(params, user, now.astimezone(SHANGHAI).date()), now)


def test_each_figure_is_as_many_as_the_rows_that_it_opens(cast: Cast, client: Any) -> None:
    f.closed(cast)
    f.in_review(cast, order_number="SO-2")
    seen = look(cast.supervisor)
    assert not Touched.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        look(cast.supervisor)
    assert len(queries) <= 6
    client.force_login(cast.supervisor)
    for code, figure in seen.figures.items():
        answer = client.get(figure.rows_url)
        assert answer.status_code == 200
        assert f'data-number="{figure.n}"' in answer.content.decode(), code
