"""Playwright drives the Chromium of the machine; its own download is never needed."""

import os
from typing import Any

import pytest

from config import env
from quickstart import browser

# Playwright runs an event loop in the thread of the test; Django would take the test for a
# coroutine and refuse the database to it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How Playwright starts the browser."""
    found = browser.find(env.text("CHROMIUM"))
    return {**browser_type_launch_args, "executable_path": found, "args": ARGUMENTS}
