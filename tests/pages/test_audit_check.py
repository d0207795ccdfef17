"""审计 → 校验: auditors see what verifying the whole record found."""

from django.test import Client
from django.utils import timezone

from audit.nightly import verify_and_keep
from audit.seal import seal
from tests import factories as f
from tests.audit.behind import run
from tests.cast import Cast

ADDRESS = "/audit/check/"


def test_auditors_see_the_last_result_and_what_was_found(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.auditor)
    unseen = client.get(ADDRESS).content.decode()
    assert "还没有校验过" in unseen
    assert unseen.count("<b>—</b>") == 2  # no figure before somebody counted
    case = f.investigating(cast)
    seal(timezone.now())
    verify_and_keep(timezone.now())
    page = client.get(ADDRESS).content.decode()
    assert "校验通过，与封存时一致" in page
    run("UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 2")
    verify_and_keep(timezone.now())
    page = client.get(ADDRESS).content.decode()
    assert "记录与封存时不一致" in page
    assert "校验通过" not in page
    assert f"{case.subject} 第 2 条" in page
    assert page.count("发现 1 处") == 1
    assert "<details>" not in page
    run("UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 1")
    verify_and_keep(timezone.now())
    page = client.get(ADDRESS).content.decode()
    assert f"另外 1 处</summary><ul><li>{case.subject} 第 2 条" in page
    assert ADDRESS in client.get("/audit/").content.decode()
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        client.force_login(user)
        assert client.get(ADDRESS).status_code == 403
