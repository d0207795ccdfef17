"""How often a process that runs for long looks for garbage in rings."""

import gc

MADE = 50_000  # objects between two looks; a page makes some tens of thousands, most gone at once


def settle() -> None:
    """Call it when everything is loaded: what is there stays and is never looked through again.

    By Python's own measure, a look after 700 objects, a seventh of the time that pages and steps
    took went by in looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE, 10, 10)
