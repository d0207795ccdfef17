"""How often a process looks for garbage in rings."""

import gc

MADE = 20_000  # objects between two looks; a page makes some tens of thousands, most gone at once
FEW = 5  # looks at the young between two at the older: at most half a million objects wait
LOADING = 200_000  # objects between two looks while a process starts, of which nothing is garbage


def seldom() -> None:
    """Call it before anything else is loaded. By Python's own measure, a look after 700 objects, a
    fifth of the time in which a process starts went by in looking.
    """
    gc.set_threshold(LOADING, FEW, FEW)


def settle() -> None:
    """Call it when everything is loaded: what is there stays and is never looked through again. A
    seventh of the time that pages and steps took went by in looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE, FEW, FEW)
