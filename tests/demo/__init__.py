"""The demo's own tests. What is asked of the loaded demo stands in `about_*.py`."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.demo.about_{n}" for n in ("binding", "load", "people", "references", "start"))
)
