"""Migrating renders models where they change, and alone where nothing reads more of them; what is
only listed with a model is noted.
"""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
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


def applied(state: ProjectState, operation: Operation) -> ProjectState:
    """The state after a migration of that operation, which is written and not carried out."""
    migration = migrations.Migration("0002_next", "shop")
    migration.operations = [operation]
    with connection.schema_editor(collect_sql=True, atomic=False) as written:
        return migration.apply(state, written)


@pytest.mark.django_db
def test_what_adds_renders_its_model_alone_and_what_removes_finds_every_model_anew() -> None:
    state = drawn()
    order = models.ForeignKey("shop.Order", models.CASCADE)
    fields = [("id", models.BigAutoField(primary_key=True)), ("order", order)]
    state.add_model(ModelState("shop", "Line", fields))
    line, note = state.apps.get_model("shop", "line"), models.TextField(null=True)
    with quick_states.kept():
        state = applied(state, migrations.AddField("order", "note", note))
        assert state.apps.get_model("shop", "order")._meta.get_field("note")
        assert state.apps.get_model("shop", "line") is line
        code = state.clone()  # as Django gives it to code of ours
        code.clear_delayed_apps_cache()
        assert leads_to_what_is_there(code)
        state = applied(state, migrations.RemoveField("order", "note"))
    assert state.apps.get_model("shop", "line") is not line
    assert leads_to_what_is_there(state)
    assert "note" not in {each.name for each in state.apps.get_model("shop", "order")._meta.fields}


def leads_to_what_is_there(state: ProjectState) -> bool:
    line = state.apps.get_model("shop", "line")
    return line._meta.get_field("order").related_model is state.apps.get_model("shop", "order")
