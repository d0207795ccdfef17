"""The quick texts and macros of the demo: kept as people keep them, and usable on a case."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Team
from complaints import macros as previewed
from complaints import quick_values
from complaints.actions import macros, quick_texts
from complaints.models import Macro, MacroVersion, QuickText
from quickstart.demo import phrases
from tests import factories as f
from tests.cast import Cast


@pytest.fixture
def kept(cast: Cast) -> None:
    Team.objects.get_or_create(name=phrases.TEAM)
    for _again in range(2):  # an interrupted start begins anew
        phrases.keep(cast.supervisor, timezone.now())


@pytest.mark.usefixtures("kept")
def test_they_are_there_once_and_leave_no_variable_open(cast: Cast) -> None:
    assert QuickText.objects.count() == len(phrases.TEXTS)
    assert Macro.objects.count() == len(phrases.MACROS)
    case = f.registered(cast)
    for text in quick_texts.in_force(cast.agent):
        assert quick_values.unknown(text.text) == []
    offered = {row.name for row in macros.for_case(case)}
    assert offered == {does["name"] for does in phrases.MACROS}


@pytest.mark.usefixtures("kept")
def test_each_macro_can_be_carried_out_on_a_fresh_case(cast: Cast) -> None:
    case = f.registered(cast)
    for row in MacroVersion.objects.order_by("pk"):
        items = previewed.items(case, row.does, cast.agent, timezone.now())
        assert items, row.name
        refused = {item.code: item.why for item in items if item.why}
        assert set(refused) <= {"remind"}, refused
