"""The demo, loaded once with two interruptions on the way, and everything that is asked of it.

One module, so that a run on several processes loads it in one of them only; what is asked stands in
the files `about_*.py`.
"""

import pytest

from tests.demo.about_binding import *  # noqa: F403
from tests.demo.about_load import *  # noqa: F403
from tests.demo.about_people import *  # noqa: F403
from tests.demo.about_references import *  # noqa: F403
from tests.demo.loading import demo

__all__ = ["demo"]
pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]
