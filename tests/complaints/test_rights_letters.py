"""PIPL 50 and C3: what leaves about a request for personal data. Letters from the template, not
before it is known who asks; a refusal in counsel's words; a one-time code that nobody sees.
"""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from accounts.models import Alarm
from audit.models import Entry
from complaints import identity_code, rights, rights_letter
from complaints.actions import retelling, rights_answer, rights_code
from complaints.actions import rights as acts
from complaints.errors import CaseError
from complaints.models import (
    Complaint,
    Consumer,
    IdentityCheck,
    IdentityCode,
    IdentityTry,
    Outbox,
    Reveal,
    RightsAnswer,
    RightsLetter,
    RightsRequest,
)
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_rights import PERSON, YES, asked, fresh, granted
from tests.crawl.reading import words_of
from tests.refusals import refusal

TOMORROW = timedelta(days=1)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast, consumer=dict(PERSON), category="pi_rights")


def sent_mail() -> Any:
    """The mail about the request that leaves now."""
    before, names = len(mail.outbox), ("个人信息权利", "personal information", "验证码")
    send_waiting()
    found = [m for m in mail.outbox[before:] if any(name in m.subject for name in names)]
    assert len(found) == 1, [m.subject for m in found]
    return found[0]


def test_a_refusal_leaves_once_in_counsels_words_with_the_court_and_not_before_counsel_gave_them(
    cast: Cast, case: Complaint
) -> None:
    row = asked(case, cast.agent)
    send_waiting()
    early = {"outcome": "refused", "ground": "retention", "reason": "订单记录须保存三年"}
    assert "还没有核验" in refusal(acts.decide, row.pk, early, by=cast.counsel)
    assert "法务还没有决定" in refusal(rights_answer.answer, row.pk, {}, by=cast.counsel)
    acts.check_identity(row.pk, YES, by=cast.agent)
    acts.decide(row.pk, early, by=cast.counsel)
    assert refusal(rights_answer.answer, row.pk, {}, by=cast.agent).startswith("NotAllowed")
    free = {"reason": "别的理由", "channel": "email"}  # nobody's but counsel's
    assert "没有“reason”" in refusal(rights_answer.answer, row.pk, free, by=cast.supervisor)
    rights_answer.answer(row.pk, {"channel": "email"}, by=cast.supervisor)
    assert "已经了结" in refusal(rights_answer.answer, row.pk, {}, by=cast.counsel)
    left = sent_mail()
    assert left.to == [PERSON["email"]]
    assert left.subject == f"关于您的个人信息权利请求（{case.number}）"
    for words in (
        "订单记录须保存三年",
        "保存期限未届满",
        "向人民法院提起诉讼",
        "我们应当向您说明理由",
    ):
        assert words in left.body
    [(name, pdf, kind)] = [a for a in left.attachments if a[2] == "application/pdf"]
    assert (name, kind) == (f"个人信息权利请求答复-{case.number}.pdf", "application/pdf")
    assert "订单记录须保存三年" in words_of(pdf, "pdf").decode()
    letter = RightsLetter.objects.get()
    assert letter.options == ["refused"]
    assert rights_letter.as_kept(letter, case.number).text == left.body.strip()
    [became] = Notice.objects.filter(outbox=letter.communication.outbox)
    assert became.sent_at is not None
    assert RightsAnswer.objects.get().communication == letter.communication
    retelling.send_again(case.number, became.pk, by=cast.agent)
    Outbox.objects.filter(done_at=None).update(not_before=timezone.now())
    assert len(sent_mail().attachments) == len(left.attachments)  # the same page once more


def test_until_it_is_known_who_asks_only_the_letter_that_asks_for_it_leaves(
    cast: Cast, case: Complaint
) -> None:
    consumer = Consumer.objects.get(complaints=case)
    Consumer.objects.filter(pk=consumer.pk).update(language="en")
    f.with_evidence(case, cast.agent, "授权委托书")
    row = asked(case, cast.agent, requester="proxy")
    send_waiting()
    more = {"reason": "资料较多", "until": str(timezone.localdate() + TOMORROW)}
    assert "还没有核验" in refusal(rights_answer.put_off, row.pk, more, by=cast.counsel)
    first = rights_answer.ask_identity(row.pk, {}, by=cast.agent)
    assert rights_answer.ask_identity(row.pk, {}, by=cast.agent) == first  # a double click
    left = sent_mail()
    assert "Dear customer" in left.body  # another person writes
    assert "Please let us know that it is you" in left.body
    assert "What we have done" not in left.body
    assert Reveal.objects.count() == 0
    no = {"outcome": "refused", "ground": "identity", "reason": "没有收到证明"}
    assert refusal(acts.decide, row.pk, no, by=cast.counsel) == ""
    acts.check_identity(row.pk, {**YES, "proof": "1"}, by=cast.agent)
    assert "已经核验" in refusal(rights_answer.ask_identity, row.pk, {}, by=cast.agent)
    for until in ("", str(timezone.localdate()), str(timezone.localdate() + timedelta(days=31))):
        wrong = {**more, "until": until}
        assert "30 天以内" in refusal(rights_answer.put_off, row.pk, wrong, by=cast.counsel), until
    rights_answer.put_off(row.pk, more, by=cast.counsel)
    assert "We need more time" in sent_mail().body
    due = rights.due(row)
    assert due is not None
    assert due.state == "running"  # no letter gives more time
    acts.decide(row.pk, no, by=cast.counsel)
    rights_answer.answer(row.pk, {}, by=cast.counsel)
    assert "we cannot do" in sent_mail().body
    assert "已经了结" in refusal(rights_answer.put_off, row.pk, more, by=cast.counsel)


def said(row: RightsRequest) -> str:
    """What stands in the message to the consumer, which the test reads as the consumer."""
    return identity_code.digits_of(row.codes.order_by("-at")[0])


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_c3_a_code_to_the_address_on_file_shows_who_asks_and_nobody_here_sees_it(
    cast: Cast, case: Complaint
) -> None:
    row = asked(case, cast.agent)
    send_waiting()
    for by in (cast.auditor, cast.administrator):
        assert refusal(rights_code.send, row.pk, {"field": "email"}, by=by).startswith("NotAllowed")
    assert refusal(rights_code.send, row.pk, {"field": "email"}, by=cast.outsider) == "DoesNotExist"
    assert "没有可以自动发到" in refusal(
        rights_code.send, row.pk, {"field": "phone"}, by=cast.agent
    )
    for _twice in range(2):
        rights_code.send(row.pk, {"field": "email"}, by=cast.agent)
    left, code = sent_mail(), said(row)
    assert left.to == [PERSON["email"]]
    assert code in left.body
    assert "X-Kesu-Code" in left.extra_headers
    notice = Notice.objects.get(outbox__effect=identity_code.EFFECT)
    assert (notice.sent_at is not None, "······" in notice.body) == (True, True)
    for table in ("outbox", "notice", "event", "identitycode", "communication"):
        app = "correspondence" if table == "notice" else "complaints"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {app}_{table} t")  # noqa: S608
            assert f" {code}" not in cursor.fetchone()[0], table
    assert code not in json.dumps(list(Entry.objects.values_list("detail", flat=True)))
    with pytest.raises(CaseError, match="只给消费者本人"):
        retelling.send_again(case.number, notice.pk, by=cast.agent)
    check = rights_code.enter(row.pk, {"code": f"{code[:3]} {code[3:]}"}, by=cast.agent)
    assert (check.how, check.passed) == ("code", True)
    assert rights.stage(fresh(row)) == "deciding"
    assert refusal(acts.decide, row.pk, {"outcome": "granted"}, by=cast.counsel) == ""
    assert "已经用过" in refusal(rights_code.enter, row.pk, {"code": code}, by=cast.agent)
    by_hand = {**YES, "how": "code"}  # nobody writes one down who entered none
    assert "Invalid" in refusal(acts.check_identity, row.pk, by_hand, by=cast.agent)


def test_c3_a_code_is_bounded_in_time_in_tries_in_a_day_and_to_its_request(
    cast: Cast, case: Complaint
) -> None:
    now = timezone.now()
    other = asked(f.investigating(cast, consumer=dict(PERSON)), cast.agent)
    row = asked(case, cast.agent)

    def sent(at: Any) -> str:
        rights_code.send(row.pk, {"field": "email"}, by=cast.agent, now=at)
        return said(row)

    def tried(text: str, at: Any, to: RightsRequest = row) -> str:
        try:
            rights_code.enter(to.pk, {"code": text}, by=cast.agent, now=at)
        except CaseError as error:
            return error.message
        return ""

    assert "还没有发送" in tried("123456", now)
    code = sent(now)
    assert "6 位数字" in tried("12345", now)
    assert "还没有发送" in tried(code, now, other)  # of another case
    rights_code.send(other.pk, {"field": "email"}, by=cast.agent, now=now)
    if said(other) != code:
        assert "不一致" in tried(code, now, other)
    assert "已经过期" in tried(code, now + timedelta(minutes=10))
    newer = sent(now + timedelta(minutes=2))
    if newer != code:
        assert "还可以再试 4 次" in tried(code, now + timedelta(minutes=2))  # the one before
    for left in (3, 2, 1):
        assert f"还可以再试 {left} 次" in tried(other_than(newer), now + timedelta(minutes=3))
    assert "已经作废" in tried(other_than(newer), now + timedelta(minutes=3))
    assert "错了 5 次" in tried(newer, now + timedelta(minutes=3))
    assert Alarm.objects.filter(kind="guessing", case=case.number).count() == 1
    assert Entry.objects.filter(verb="rights.code_wrong", subject=case.subject).count() == 5
    for minutes in (4, 6, 8):
        last = sent(now + timedelta(minutes=minutes))
    assert "24 小时内" in refusal(
        rights_code.send, row.pk, {"field": "email"}, by=cast.agent, now=now + timedelta(minutes=10)
    )
    assert not IdentityCheck.objects.exists()
    assert tried(last, now + timedelta(minutes=9)) == ""
    with pytest.raises(Exception, match="identity_code_counts_once"):
        IdentityTry.objects.create(
            code=row.codes.order_by("-at")[0], matches=True, by=cast.agent, at=now
        )


def test_c3_a_code_leaves_by_a_machine_or_not_at_all(cast: Cast, case: Complaint) -> None:
    row = asked(case, cast.agent)
    send_waiting()
    rights_code.send(row.pk, {"field": "email"}, by=cast.agent)
    consumer = Consumer.objects.get(complaints=case)
    consumer.save(update_fields=consumer.fill({"email": ""}))  # gone meanwhile
    send_waiting()
    gone = IdentityCode.objects.get().outbox
    assert (gone.last_error, gone.notices.count()) == ("no machine", 0)
    assert "没有送出" in refusal(rights_code.enter, row.pk, {"code": "123456"}, by=cast.agent)
    with override_settings(SMS_URL="http://127.0.0.1:9/"):
        later = timezone.now() - timedelta(minutes=11)
        rights_code.send(row.pk, {"field": "phone"}, by=cast.agent, now=later)
        send_waiting()
    late = IdentityCode.objects.order_by("at")[0].outbox
    assert (late.last_error, late.done_at) == ("too late", None)
    relative = asked(f.investigating(cast, consumer=dict(PERSON)), cast.agent, requester="relative")
    assert "死者" in refusal(rights_code.send, relative.pk, {"field": "email"}, by=cast.agent)


@pytest.mark.django_db(transaction=True)
def test_c3_two_who_enter_the_same_code_at_once_are_one(cast: Cast, case: Complaint) -> None:
    row = asked(case, cast.agent)
    rights_code.send(row.pk, {"field": "email"}, by=cast.agent)
    code, found, ready = said(row), [], Barrier(2)

    def enter(by: Any) -> None:
        ready.wait(10)
        try:
            rights_code.enter(row.pk, {"code": code}, by=by)
            found.append("")
        except CaseError as error:
            found.append(error.message)
        finally:
            connection.close()

    threads = [Thread(target=enter, args=[by]) for by in (cast.agent, cast.colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(bool(words) for words in found) == [False, True]
    assert (IdentityCheck.objects.count(), IdentityTry.objects.count()) == (1, 1)


def test_a_granted_request_is_answered_with_what_was_done_and_how_the_copy_comes(
    cast: Cast, case: Complaint
) -> None:
    row = granted(cast, case, kinds=["explanation"])
    assert "处理规则" in refusal(rights_answer.answer, row.pk, {}, by=cast.counsel)
    send_waiting()
    words = {"explanation": "我们为办理投诉收集您的姓名和电话。\n\n保管三年。", "channel": "email"}
    rights_answer.answer(row.pk, words, by=cast.counsel)
    left = sent_mail()
    assert "我们为办理投诉收集您的姓名和电话。" in left.body
    assert "个人信息保护法第四十八条" in left.body
    assert "不予办理" not in left.body
