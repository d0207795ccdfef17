"""函件模板: everybody reads them, counsel signs them as they stand."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from legal_rules.models import RuleSignature
from letters.signatures import TEMPLATES
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

LIST = "/law/letters/"
ADDRESS = "/law/letters/resolution.zh/"
pytestmark = pytest.mark.django_db


def word(page: Any, action: str = "sign", **changes: str) -> dict[str, str]:
    read = re.search(r'name="read" value="([0-9a-f]{64})"', page.content.decode())
    assert read
    return {"action": action, "read": read[1], "password": PASSWORD, **changes}


def test_the_list_names_all_templates_with_law_and_sign_off(cast: Cast) -> None:
    client = browser(cast.agent)
    client.get(LIST)
    with CaptureQueriesContext(connection) as statements:
        page = client.get(LIST).content.decode()
    assert page.count('<tr id="') == 20
    assert "20 份，法务已签署 0 份" in page
    assert sum("rulesignature" in q["sql"] for q in statements) == 1


def test_a_template_is_read_as_letter_as_text_and_with_its_history(cast: Cast) -> None:
    client = browser(cast.agent)
    page = client.get(ADDRESS).content.decode()
    assert "尊敬的蒋女士" in page
    assert "默认勾选" in page
    assert 'value="sign"' not in page
    assert "::: option increased_damages" in client.get(f"{ADDRESS}?tab=source").content.decode()
    assert client.get(f"{ADDRESS}?tab=history").status_code == 200
    assert client.get("/law/letters/nothing.zh/").status_code == 404


def test_counsel_signs_what_was_read_and_takes_it_back(cast: Cast) -> None:
    client = browser(cast.counsel)
    sent = word(client.get(ADDRESS))
    assert client.post(ADDRESS, {**sent, "read": "f" * 64}).status_code == 409
    assert client.post(ADDRESS, sent).status_code == 302
    assert TEMPLATES.signed() == {"resolution.zh"}
    assert "林若衡" in client.get(LIST).content.decode()
    back = word(client.get(ADDRESS), "revoke", reason="有一处要改")
    assert client.post(ADDRESS, back).status_code == 302
    assert TEMPLATES.signed() == frozenset()
    assert RuleSignature.objects.filter(rule="letters.resolution.zh").count() == 2
    assert "有一处要改" in client.get(f"{ADDRESS}?tab=history").content.decode()


def test_nobody_else_signs(cast: Cast) -> None:
    sent = word(browser(cast.counsel).get(ADDRESS))
    for name in ("agent", "supervisor", "auditor", "administrator"):
        assert browser(getattr(cast, name)).post(ADDRESS, sent).status_code == 403
