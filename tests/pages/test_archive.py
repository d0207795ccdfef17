"""档案: what the file of a finished case holds, whether it is still whole, who may seal it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint, Measure
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Complaint) -> str:
    return reverse("archive_case", args=[case.number])


def numbers(page) -> list[str]:
    return re.findall(r'<tr id="(TS\d\d-\d+)"', page.content.decode())


@contextmanager
def behind_the_back(table: str) -> Iterator[None]:
    """Somebody with the database in hand, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


# --- the list


def declined(cast: Cast, days: int, **changes) -> Complaint:
    now = timezone.now()
    case = f.registered(cast, now=now - timedelta(days=days + 1), **changes)
    return f.step(
        case,
        "decline",
        cast.supervisor,
        now=now - timedelta(days=days),
        reason="duplicate",
        explanation="可以向 12315 反映",
    )


def test_finished_cases_stand_by_closing_and_can_be_narrowed(cast: Cast) -> None:
    old, new = declined(cast, 9, title="旧的"), declined(cast, 1, title="新的")
    sealed = f.archived(cast, title="归了档")
    f.registered(cast, title="还开着")
    client = browser(cast.agent)

    def found(**query: str) -> list[str]:
        return numbers(client.get(reverse("archive"), query))

    assert found() == [sealed.number, new.number, old.number]
    assert found(state="archived") == [sealed.number]
    assert found(outcome="declined") == [new.number, old.number]
    assert found(q="旧的") == [old.number]
    assert found(q="还开着") == []
    page = client.get(reverse("archive"), {"state": "open", "cursor": "nonsense"})
    assert "没有“open”这一项，已忽略。" in page.content.decode()
    assert "分页位置无效" in page.content.decode()


def test_pages_hold_every_file_once_and_keep_the_filter(cast: Cast) -> None:
    wanted = [declined(cast, days).number for days in range(40)]
    client = browser(cast.agent)
    first = client.get(reverse("archive"), {"outcome": "declined"})
    link = re.search(r'href="(\?[^"]+)" rel="next"', first.content.decode())
    assert link is not None
    assert "outcome=declined" in link[1]
    second = client.get(reverse("archive") + link[1].replace("&amp;", "&"))
    assert numbers(first) + numbers(second) == wanted
    with CaptureQueriesContext(connection) as statements:
        client.get(reverse("archive"))
    assert len(statements) == 6, [q["sql"][:90] for q in statements]


def test_another_teams_file_is_in_no_list_and_not_to_be_opened(cast: Cast) -> None:
    case = f.archived(cast)
    for user, status in (
        (cast.agent, 200),
        (cast.supervisor, 200),
        (cast.counsel, 200),
        (cast.auditor, 200),
        (cast.outsider, 404),
        (cast.outside_supervisor, 404),
        (cast.administrator, 403),
    ):
        client = browser(user)
        assert client.get(address(case)).status_code == status, user
        if status != 403:
            assert (numbers(client.get(reverse("archive"))) == [case.number]) == (status == 200)


def test_an_open_case_leads_to_its_own_page(cast: Cast) -> None:
    case = f.registered(cast)
    assert browser(cast.agent).get(address(case)).url == reverse("case", args=[case.number])


# --- the file


def test_the_file_holds_signature_evidence_custody_story_and_chain(cast: Cast) -> None:
    case = f.archived(cast)
    client = browser(cast.auditor)
    reference = f"流水号 P-{case.commitments.get().pk}<"
    for tab, words in (
        ("chain", ("核验通过 16 条", "登记付款", "批准金额", "流程：归档", "案卷完整，已归档")),
        ("story", ("消费者投诉", "签署")),
        ("resolution", ("林若衡", "复算一致，内容与签署时相同", reference, "¥3,980.00")),
        ("evidence", ("外呼录音", "收取", case.folder.items.get().sha256)),
    ):
        text = client.get(address(case), {"tab": tab}).content.decode()
        for word in words:
            assert word in text, (tab, word)
        for clear in ("王测试", "12012345678"):
            assert clear not in text


def test_an_altered_entry_is_named(cast: Cast) -> None:
    case = f.archived(cast)
    with behind_the_back("audit_entry"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET actor_name = 'x' WHERE subject = %s AND sequence = 4",
            [case.subject],
        )
        cursor.execute(
            "DELETE FROM audit_entry WHERE subject = %s AND sequence = 6", [case.subject]
        )
    text = browser(cast.supervisor).get(address(case)).content.decode()
    assert "审计链不完整" in text
    assert "第 4 条与它的哈希不符" in text
    assert "第 6 条缺失" in text
    assert "核验通过" not in text


def test_content_that_was_changed_after_the_signature_is_named(cast: Cast) -> None:
    case = f.archived(cast)
    tab = {"tab": "resolution"}
    client = browser(cast.supervisor)
    assert "复算一致" in client.get(address(case), tab).content.decode()
    Measure.objects.filter(resolution__complaint=case).update(amount="1.00")
    assert "复算不一致" in client.get(address(case), tab).content.decode()


def test_proofs_that_came_after_the_signature_do_not_disturb_it(cast: Cast) -> None:
    case = f.executing(cast)
    f.with_evidence(case, cast.agent, "付款回单")
    f.carried_out(case, cast.agent)
    f.step(case, "complete", cast.agent)
    page = browser(cast.supervisor).get(address(case), {"tab": "resolution"})
    assert "复算一致" in page.content.decode()


def test_a_case_that_was_never_signed_has_a_file_too(cast: Cast) -> None:
    case = declined(cast, 1)
    for tab in ("chain", "story", "resolution", "evidence"):
        assert browser(cast.agent).get(address(case), {"tab": tab}).status_code == 200


def test_the_middle_of_a_long_chain_is_folded_but_checked(cast: Cast) -> None:
    case = f.closed(cast)
    client = browser(cast.agent)
    item = case.folder.items.get()
    for _ in range(8):
        client.post(reverse("evidence", args=[case.number, item.number]))
    text = client.get(address(case)).content.decode()
    assert "核验通过 23 条" in text
    assert "展开中间 8 条" in text
    assert "展开中间" not in client.get(address(case), {"all": "1"}).content.decode()


def test_the_file_costs_a_fixed_number_of_statements(cast: Cast) -> None:
    case = f.archived(cast)
    client = browser(cast.supervisor)
    counted = {}
    for tab in ("chain", "story", "resolution", "evidence"):
        client.get(address(case), {"tab": tab})
        with CaptureQueriesContext(connection) as statements:
            client.get(address(case), {"tab": tab})
        counted[tab] = len(statements)
    assert counted == {"chain": 18, "story": 19, "resolution": 26, "evidence": 18}


# --- archiving and reopening


def test_a_supervisor_archives_a_complete_file_once(cast: Cast) -> None:
    case = f.closed(cast)
    client = browser(cast.supervisor)
    early = client.post(address(case), {"action": "archive"})
    assert early.status_code == 422
    assert "尚未发出的函件" in early.content.decode()
    assert "尚未发出的函件" in client.get(address(case)).content.decode()
    send_waiting()
    assert 'value="archive"' in client.get(address(case)).content.decode()
    assert client.post(address(case), {"action": "archive"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "archived"
    again = client.post(address(case), {"action": "archive"})
    assert again.status_code == 422
    assert "现处于“已归档”" in again.content.decode()


def test_reopening_needs_a_reason_and_keeps_it_when_refused(cast: Cast) -> None:
    case = f.archived(cast)
    client = browser(cast.supervisor)
    assert client.post(address(case), {"action": "reopen", "reason": " "}).status_code == 422
    answer = client.post(address(case), {"action": "reopen", "reason": "消费者提交了新的鉴定"})
    assert answer.url == reverse("case", args=[case.number])
    case.refresh_from_db()
    assert case.state == "investigating"
    late = client.post(address(case), {"action": "reopen", "reason": "再一次"})
    assert late.status_code == 422
    assert "再一次" in late.content.decode()


def test_nobody_else_archives_or_reopens(cast: Cast) -> None:
    case = f.closed(cast)
    send_waiting()
    for user in (cast.agent, cast.counsel, cast.auditor):
        client = browser(user)
        assert 'value="reopen"' not in client.get(address(case)).content.decode()
        for action in ("archive", "reopen"):
            answer = client.post(address(case), {"action": action, "reason": "x"})
            assert answer.status_code == 403, user
    case.refresh_from_db()
    assert case.state == "closed"


@pytest.mark.parametrize("action", ["", "delete"])
def test_an_unknown_act_is_no_archiving(cast: Cast, action: str) -> None:
    case = f.closed(cast)
    send_waiting()
    assert browser(cast.supervisor).post(address(case), {"action": action}).status_code == 400
    case.refresh_from_db()
    assert case.state == "closed"
