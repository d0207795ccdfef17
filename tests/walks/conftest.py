"""Refusals are what these tests ask for; their tracebacks would hide what a test has to say."""

from collections.abc import Iterator

import pytest

from tests.walks.ask import without_log_of_refusals


@pytest.fixture(autouse=True)
def no_log_of_refusals() -> Iterator[None]:
    """Nothing below an error of the product itself is logged."""
    with without_log_of_refusals():
        yield
