"""Migrating renders models where they change; what is only listed with a model is noted."""

from __future__ import annotations

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from quickstart import quick_states


def drawn() -> ProjectState:
    """A state with one model, rendered."""
    state = ProjectState()
    state.add_model(ModelState("shop", "Order", [("id", models.BigAutoField(primary_key=True))]))
    assert state.apps.get_model("shop", "order")
    return state


def test_an_index_and_a_constraint_are_known_without_rendering_and_gone_when_removed() -> None:
    state = drawn()
    model = state.apps.get_model("shop", "order")
    positive = models.CheckConstraint(condition=models.Q(id__gt=0), name="positive")
    with quick_states.kept():
        state.add_index("shop", "order", models.Index(fields=["id"], name="by_id"))
        state.add_constraint("shop", "order", positive)
        assert state.apps.get_model("shop", "order") is model
        assert [index.name for index in model._meta.indexes] == ["by_id"]
        assert [constraint.name for constraint in model._meta.constraints] == ["positive"]
        state.remove_index("shop", "order", "by_id")
        assert model._meta.indexes == []
    assert [constraint.name for constraint in model._meta.constraints] == ["positive"]


def test_a_new_column_is_rendered_with_all_that_was_noted_and_afterwards_all_is_as_before() -> None:
    state = drawn()
    with quick_states.kept():
        state.add_index("shop", "order", models.Index(fields=["id"], name="by_id"))
        state.add_field("shop", "order", "note", models.TextField(default=""), True)
    model = state.apps.get_model("shop", "order")
    assert [field.name for field in model._meta.local_fields] == ["id", "note"]
    assert [index.name for index in model._meta.indexes] == ["by_id"]
    state.add_index("shop", "order", models.Index(fields=["note"], name="by_note"))
    assert state.apps.get_model("shop", "order") is not model  # Django's own way
