"""Who is told what: one row per effect of the lifecycle. Read `complaints/lifecycle.py` first."""

from __future__ import annotations
