"""Refusals are what these tests ask for; their tracebacks would hide what a test has to say."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Nothing below an error of the product itself is logged."""
    logger = logging.getLogger("django")
    before, logger.level = logger.level, logging.CRITICAL
    yield
    logger.level = before
