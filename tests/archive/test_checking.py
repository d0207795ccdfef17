"""One case verified from its page: what was found line by line, and on record."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import one_chain
from audit.models import Entry
from audit.seal import seal
from complaints.actions import evidence
from complaints.archive import checking
from complaints.models import Complaint
from correspondence.tasks import send_waiting
from evidence.models import Custody, Item
from evidence.store import store
from tests import factories as f
from tests.archive.test_export import browser
from tests.archive.test_package import PNG, packed
from tests.audit.behind import superuser
from tests.cast import Cast


@pytest.fixture
def case(cast: Cast) -> Complaint:
    case = f.closed(cast)
    evidence.add(case.number, [PNG], "p.png", {"title": "照片"}, by=cast.agent)
    send_waiting()
    case = f.step(case, "archive", cast.supervisor)
    packed(case)
    seal(timezone.now())
    return case


def verified(case: Complaint, by: Any) -> tuple[str, dict[str, Any]]:
    """The page after the button, and what the record keeps."""
    page = browser(by).post(reverse("case_verify", args=[case.number]), follow=True)
    entry = Entry.objects.filter(subject=case.subject, verb=checking.VERB).latest("sequence")
    return page.content.decode(), entry.detail


def test_everything_of_the_case_is_looked_at_and_said(cast: Cast, case: Complaint) -> None:
    page, found = verified(case, cast.supervisor)
    assert found["whole"]
    for words in ("审计链完整，未被改动", "与收到时相同", "个证据包与封存时逐字节相同"):
        assert words in page
    for words in ("次签署的内容、密钥与记录复算一致", "还没有外部锚定", "周启明"):
        assert words in page
    read = Custody.objects.filter(act=Custody.Act.CHECKED, item__folder=case.folder)
    assert read.count() == Item.objects.filter(folder=case.folder).count()
    agent = browser(cast.agent).post(reverse("case_verify", args=[case.number]))
    assert agent.status_code == 403
    outside = browser(cast.outside_supervisor).post(reverse("case_verify", args=[case.number]))
    assert outside.status_code == 404


def test_a_file_that_is_gone_or_another_one_is_named(cast: Cast, case: Complaint) -> None:
    item = Item.objects.filter(folder=case.folder).latest("number")
    store().discard(item.sha256)
    page, found = verified(case, cast.counsel)
    assert found["files"]["bad"] == [item.number]
    assert f"不在存储中：证据 {item.number}" in page
    assert "上次校验发现不一致" in page


def test_what_was_altered_cut_off_or_put_in_behind_is_named(cast: Cast, case: Complaint) -> None:
    chain = Entry.objects.filter(subject=case.subject)
    with superuser():
        chain.filter(sequence=3).update(actor="x")
    page, found = verified(case, cast.auditor)
    assert found["chain"]["broken"] == [3]
    assert found["chain"]["altered"] == [3]
    assert "与封存时不同：第 3 条" in page
    with superuser():
        chain.filter(verb=checking.VERB).delete()
    assert one_chain.look(case.subject).cut_off


def test_the_page_that_waits_for_a_package_hears_when_it_is_there(cast: Cast) -> None:
    case, client = f.archived(cast), browser(cast.supervisor)
    state = reverse("package_state", args=[case.number])
    assert state in client.get(reverse("archive_case", args=[case.number])).content.decode()
    assert "HX-Refresh" not in client.get(state).headers
    packed(case)
    assert client.get(state).headers["HX-Refresh"] == "true"
    assert state not in client.get(reverse("archive_case", args=[case.number])).content.decode()
