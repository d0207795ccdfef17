"""The acts by name: each is one call of `complaints/actions`, with the words of its case."""

from __future__ import annotations

from collections.abc import Callable

from quickstart.demo.acts import binding, filing, inquiry, outcome, papers, personal
from quickstart.demo.stage import Act, Scene, Stage

ACTS: dict[str, Callable[[Scene], object]] = {
    name: function
    for room in (inquiry, papers, outcome, binding, filing, personal)
    for name, function in vars(room).items()
    if getattr(function, "__module__", "") == room.__name__ and not name.startswith("_")
}
# The supervisor confirms by taking the same step with the same words.
ACTS["withdraw"] = ACTS["ask_withdrawal"]


def perform(stage: Stage, act: Act) -> None:
    """Take the act. Raises CaseError when it is refused."""
    ACTS[act.name](Scene(stage, act))
