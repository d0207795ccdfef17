"""What every test may ask for: the people of `tests/cast.py`."""

from tests.cast import cast

__all__ = ["cast"]
