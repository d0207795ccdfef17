"""An empty database in a fraction of the time: models are rendered where they change, and alone.

Before each index, constraint or trigger, Django renders the model and every model related to it
anew, some thirty classes; by a hundred migrations that was more than all else that they do. What
the operations on PostgreSQL read of a rendered model are its table and its columns, which stay, and
the three lists themselves (to tell by name the constraints that it declares), which are brought up
to date in the class that is there.

Operations that add or alter columns render their model and leave alone those that are related to
it: these go on to refer to the class of before, and all that is read through them is the table and
the key, which are the same. Whatever may read more (code of our own, what removes or renames) finds
every model rendered anew: Django does so itself before code and after the last migration, because
the state is marked as one that owes it; a migration with another operation begins with it.

Squashing the migrations would save little of this: a table that is created once renders as much as
one that grows, and each trigger is an operation of its own.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from django.db import migrations
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LISTS = ("indexes", "constraints", "triggers")
STATE = ("add_index", "remove_index", "rename_index", "add_constraint", "remove_constraint")
CHANGES = [
    *((ProjectState, name) for name in STATE),
    *((operation, "state_forwards") for operation in (AddTrigger, RemoveTrigger)),
]
# What reads nothing through a relation but a table and a key.
ALONE = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AddField,
    migrations.AlterField,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.AddConstraint,
    migrations.RemoveConstraint,
    AddTrigger,
    RemoveTrigger,
)
RELOAD = "reload_model"
MADE = 20_000  # objects between two looks for garbage, of which there is much


@contextmanager
def kept() -> Iterator[None]:
    """Inside, models are rendered where columns or relations change, and alone if they may be."""
    before = gc.get_threshold()
    gc.set_threshold(MADE, *before[1:])
    try:
        with ExitStack() as undo:
            for owner, name in CHANGES:
                change = getattr(owner, name)
                setattr(owner, name, _kept(change))
                undo.callback(setattr, owner, name, change)
            undo.callback(setattr, Migration, "apply", Migration.apply)
            Migration.apply = _quickly(Migration.apply)  # type: ignore[method-assign]
            yield
    finally:
        gc.set_threshold(*before)


def _quickly(apply: Callable[..., ProjectState]) -> Callable[..., ProjectState]:
    """Django's way to apply a migration: its models rendered alone, or all of them before it."""

    @wraps(apply)
    def applied(
        migration: Migration, state: ProjectState, *arguments: Any, **how: Any
    ) -> ProjectState:
        if not all(map(_alone, migration.operations)):
            state.clear_delayed_apps_cache()
            state.is_delayed = False
            return apply(migration, state, *arguments, **how)
        state.is_delayed = True
        with ExitStack() as undo:
            undo.callback(setattr, ProjectState, RELOAD, getattr(ProjectState, RELOAD))
            setattr(ProjectState, RELOAD, _render)
            return apply(migration, state, *arguments, **how)

    return applied


def _alone(operation: Operation) -> bool:
    if isinstance(operation, migrations.RunSQL):
        return not operation.state_operations
    return isinstance(operation, ALONE)


def _render(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """The one model as it is now, in place of Django's rendering of it and of all around it."""
    if "apps" in state.__dict__:
        with state.apps.bulk_update():
            state.apps.unregister_model(app_label, model_name)
        state.apps.render_multiple([state.models[app_label, model_name]])


def _kept(change: Callable[..., None]) -> Callable[..., None]:
    """The same change of a state, which notes it instead of rendering."""

    @wraps(change)
    def noted(*arguments: Any) -> None:
        [state] = (one for one in arguments if isinstance(one, ProjectState))
        state.reload_model = lambda *key, **_how: _note(state, *key)  # type: ignore[method-assign]
        try:
            change(*arguments)
        finally:
            del state.reload_model

    return noted


def _note(state: ProjectState, app_label: str, model_name: str) -> None:
    """The lists of the class that was rendered as they are now."""
    if "apps" in state.__dict__:  # where nothing was rendered, nothing is old
        model = state.apps.get_model(app_label, model_name)
        options = state.models[app_label, model_name.lower()].options
        for name in LISTS:
            if name in options:
                setattr(model._meta, name, list(options[name]))
