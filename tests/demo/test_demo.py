"""The first start by `./run`, and everything that is asked of the demo that it has loaded.

One module, so that a run on several processes loads the demo in one of them only; what is asked
stands in the files `about_*.py`.
"""

import pytest

from tests.demo.about_binding import *  # noqa: F403
from tests.demo.about_evidence import *  # noqa: F403
from tests.demo.about_load import *  # noqa: F403
from tests.demo.about_people import *  # noqa: F403
from tests.demo.about_references import *  # noqa: F403
from tests.demo.about_rights import *  # noqa: F403
from tests.demo.about_start import *  # noqa: F403
from tests.demo.about_watched import *  # noqa: F403
from tests.demo.loading import demo, running

__all__ = ["demo", "running"]
pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]
