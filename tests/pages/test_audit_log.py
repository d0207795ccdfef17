"""审计: auditors find who did what and when, and whether a chain still holds."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import record
from complaints import audit_words
from complaints.actions import assignment, communication, holds
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_archive import behind_the_back

ADDRESS = "/audit/"


@pytest.fixture
def auditor(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.auditor)
    return client


def rows(page) -> list[tuple[str, str]]:
    """(subject, number in its chain)."""
    return re.findall(
        r'<a href="\?subject=[^"]*">([^<]*)</a></td><td class="n t13">(\d+)</td>',
        page.content.decode(),
    )


def test_only_auditors_read_the_record(cast: Cast, auditor: Client) -> None:
    assert auditor.get(ADDRESS).status_code == 200
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        client = Client()
        client.force_login(user)
        assert client.get(ADDRESS).status_code == 403


def test_entries_are_found_by_subject_actor_verb_and_day(cast: Cast, auditor: Client) -> None:
    now = timezone.now()
    case = f.investigating(cast)
    other = f.registered(cast, by=cast.outsider)
    old = record("signed_in", "user:agent", cast.agent, now - timedelta(days=40))
    today, then = timezone.localdate(), timezone.localdate(old.at)

    def found(**query: str) -> set[str]:
        return {subject for subject, _n in rows(auditor.get(ADDRESS, query))}

    everything = {case.subject, other.subject, "user:agent"}
    assert found() == everything
    assert found(subject=case.number) == found(subject=case.subject) == {case.subject}
    assert found(subject=case.number.lower()) == {case.subject}
    assert found(subject="agent") == {"user:agent"}
    assert found(actor="outsider") == {other.subject}
    assert found(verb="step.accept") == {case.subject}
    assert found(since=str(today)) == everything - {"user:agent"}
    assert found(until=str(then)) == {"user:agent"}
    assert found(since=str(then), until=str(then)) == {"user:agent"}
    assert found(actor="nobody") == set()
    page = auditor.get(ADDRESS, {"since": "2026-13-01"})
    assert "不是有效日期，已忽略" in page.content.decode()


def test_pages_hold_every_entry_once_forwards_and_backwards(cast: Cast, auditor: Client) -> None:
    now = timezone.now()
    for n in range(230):
        record("signed_in", f"user:u{n}", cast.agent, now)
    wanted = [e.subject for e in Entry.objects.order_by("-pk")]
    pages = [auditor.get(ADDRESS, {"actor": "agent"})]
    while link := re.search(r'href="([^"]+)" rel="next"', pages[-1].content.decode()):
        pages.append(auditor.get(ADDRESS + link[1].replace("&amp;", "&")))
    assert [len(rows(p)) for p in pages] == [100, 100, 30]
    assert [s for p in pages for s, _n in rows(p)] == wanted
    back = re.search(r'href="([^"]+)" rel="prev"', pages[-1].content.decode())
    assert back is not None
    assert rows(auditor.get(ADDRESS + back[1].replace("&amp;", "&"))) == rows(pages[1])
    with CaptureQueriesContext(connection) as statements:
        auditor.get(ADDRESS)
    assert len(statements) == 3, [q["sql"][:90] for q in statements]


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "１"])
def test_a_broken_cursor_is_the_first_page(cast: Cast, auditor: Client, cursor: str) -> None:
    f.registered(cast)
    for way in ("before", "after"):
        assert len(rows(auditor.get(ADDRESS, {way: cursor}))) == 1


def test_the_chain_of_one_subject_gets_a_verdict(cast: Cast, auditor: Client) -> None:
    case = f.investigating(cast)
    page = auditor.get(ADDRESS, {"subject": case.number})
    assert "核验通过 2 条" in page.content.decode()
    # from an entry to the case, and to what whoever made it has done
    assert f'href="/complaints/{case.number}/">打开案件' in page.content.decode()
    assert 'href="/audit/people/?user=agent"' in page.content.decode()
    assert auditor.get("/audit/people/", {"user": "agent"}).url == (
        f"/audit/people/{cast.agent.pk}/"
    )
    assert auditor.get("/audit/people/", {"user": "nobody"}).status_code == 404
    record("alarm.seen", "user:agent", cast.agent, timezone.now(), {"count": 1, "rules": []})
    of_person = auditor.get(ADDRESS, {"subject": "user:agent"}).content.decode()
    assert 'href="/audit/people/?user=agent">此人的访问记录' in of_person
    with behind_the_back("audit_entry"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET verb = 'x' WHERE sequence = 1")
    broken = auditor.get(ADDRESS, {"subject": case.number}).content.decode()
    assert "第 1 条与它的哈希不符" in broken
    assert "核验通过" not in broken


def test_everything_that_is_recorded_has_a_name(cast: Cast) -> None:
    for make in f.IN_STATE.values():
        make(cast)
    case = f.investigating(cast)
    f.answer(case, cast.agent, tx_living_consumption=True)
    holds.start(case.number, {"reason": "expert", "note": "送检"}, by=cast.agent)
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="交接")
    assignment.share_with_counsel(case.number, by=cast.agent, note="请看")
    communication.write(case.number, {"kind": "internal_note", "text": "x"}, by=cast.agent)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {v for v in verbs if audit_words.named(v) == v} == set()
    assert verbs <= {verb for verb, _words in audit_words.choices()}


def test_personal_data_is_not_in_the_record(cast: Cast, auditor: Client) -> None:
    f.archived(cast)
    text = auditor.get(ADDRESS).content.decode()
    for clear in ("王测试", "12012345678", "consumer@example.com", "青禾路"):
        assert clear not in text
