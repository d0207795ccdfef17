"""The demo's cases: invented stories, and how they are lived through.

Read `stories/*.yaml` for what happens, `lives.py` for the ways it may go, `counts.py` for how many
of which, `binding.py` for what makes an offer bind, `plan.py` for when, `acts/` for how one act is
taken through the front door, and `load.py` for the order of it all. Nothing here sets a
state.
"""
