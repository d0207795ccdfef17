"""An empty database in half the time: an index, a constraint or a trigger changes no model.

Before each of them, Django renders the model and every model related to it anew, some thirty
classes; by a hundred migrations that was more than all else that they do. What the operations on
PostgreSQL read of a rendered model are its table and its columns, which stay, and the three lists
themselves (to tell by name the constraints that it declares), which are brought up to date in the
class that is there. Operations that change columns or relations render as ever, and with them
whatever was noted here. Squashing the migrations would save none of this: a table that is
created once renders as much as one that grows, and each trigger is an operation of its own.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LISTS = ("indexes", "constraints", "triggers")
STATE = ("add_index", "remove_index", "rename_index", "add_constraint", "remove_constraint")
CHANGES = [
    *((ProjectState, name) for name in STATE),
    *((operation, "state_forwards") for operation in (AddTrigger, RemoveTrigger)),
]
MADE = 20_000  # objects between two looks for garbage, of which there is much


@contextmanager
def kept() -> Iterator[None]:
    """Inside, models are rendered where their columns or relations change, and only there."""
    before = gc.get_threshold()
    gc.set_threshold(MADE, *before[1:])
    try:
        with ExitStack() as undo:
            for owner, name in CHANGES:
                change = getattr(owner, name)
                setattr(owner, name, _kept(change))
                undo.callback(setattr, owner, name, change)
            yield
    finally:
        gc.set_threshold(*before)


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
