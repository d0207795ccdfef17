"""Mail that comes back: matched by the token that went out, believed on nothing else; the consumer
is told by another way, and a mail server that was away sends each letter once.
"""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from audit.record import broken_links
from complaints import delivery
from complaints.actions import analysis, letters, resolution, retelling
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Outbox
from complaints.signing import liveness
from correspondence import bounces, returned
from correspondence.models import Notice
from correspondence.tasks import send_waiting, take_bounces
from tests import factories as f
from tests.cast import Cast

LETTER = liveness.LETTER


def report(token: str, action: str = "failed", status: str = "5.1.1", to: str = "") -> bytes:
    """As a mail server writes it, with the head of the letter that it returns."""
    lines = [
        "From: MAILER-DAEMON@mx.example",
        f"To: {to or 'kesu@localhost'}",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        "",
        "--b1",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "The mail system: host unknown.",
        "--b1",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        "Final-Recipient: rfc822; consumer@example.com",
        f"Action: {action}",
        f"Status: {status}",
        "--b1",
        "Content-Type: text/rfc822-headers",
        "",
        *([f"X-Kesu-Token: {token}"] if token else []),
        "Subject: =?utf-8?b?5aSE55CG5oSP6KeB?=",
        "--b1--",
        "",
    ]
    return "\r\n".join(lines).encode()


def sent(cast: Cast) -> tuple[Complaint, Notice]:
    """An offer whose letter left by e-mail."""
    case = f.offered(cast)
    send_waiting()
    return case, Notice.objects.get(outbox__complaint=case, outbox__effect=LETTER)


def took(raw: bytes) -> str:
    return bounces.take(raw, timezone.now())


def newest(case: Complaint) -> delivery.Told:
    rows = delivery.letters(case).filter(effect=LETTER)
    return delivery.of_row(rows[0])[0]


# --- what comes back


def test_a_letter_takes_its_token_along_and_returns_to_an_address_of_its_own(
    cast: Cast, settings: Any
) -> None:
    settings.BOUNCE_ADDRESS = "bounces@kesu.example"
    _case, notice = sent(cast)
    (message,) = [m for m in mail.outbox if f.signed_part(m.body) == f.LETTER]
    token = bounces.token_of(notice.outbox)
    assert message.extra_headers["X-Kesu-Token"] == token
    assert message.from_email == f"bounces+{token}@kesu.example"
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL


@pytest.mark.parametrize("where", ["head", "address"])
def test_a_bounce_is_told_to_the_owner_and_a_person_brings_the_letter(
    where: str, cast: Cast
) -> None:
    case, notice = sent(cast)
    token = bounces.token_of(notice.outbox)
    raw = report(token) if where == "head" else report("", to=f"bounces+{token}@kesu.example")
    assert took(raw) == "bounced"
    assert took(raw) == "known"
    notice.refresh_from_db()
    assert (notice.bounced_at is not None, notice.cause) == (True, "5.1.1")
    assert notice.sent_at is not None  # when it was sent stays a fact of the clocks
    (by_hand,) = Notice.objects.filter(outbox=notice.outbox, way="manual")
    assert by_hand.body == f.LETTER
    send_waiting()
    told = Notice.objects.get(outbox__effect="tell_letter_bounced")
    assert told.user == cast.agent
    assert "处理意见函" in told.subject
    assert "收件地址不存在" in told.body
    assert Event.objects.filter(complaint=case, code="letter_bounced").count() == 1
    assert broken_links(case.subject) == []
    states = [each.state for each in delivery.told(case) if each.outbox.effect == LETTER]
    assert states == ["by_hand", "bounced"]


def test_brought_by_post_it_needs_the_number_of_the_post(cast: Cast) -> None:
    case, notice = sent(cast)
    took(report(bounces.token_of(notice.outbox)))
    by_hand = Notice.objects.get(outbox=notice.outbox, way="manual")
    with pytest.raises(Invalid, match="邮件号码"):
        letters.delivered(case.number, by_hand.pk, "已寄", by=cast.agent, how="letter")
    letters.delivered(
        case.number, by_hand.pk, "已寄", by=cast.agent, how="letter", reference="XA123"
    )
    last, first = delivery.of_row(delivery.letters(case).get(pk=notice.outbox_id))
    assert (last.state, last.way, last.notice.reference) == ("delivered", "邮寄", "XA123")
    assert first.state == "replaced"


FORGED: dict[str, Any] = {
    "another mark": lambda pk: report(f"{pk}-{'0' * 20}"),
    "no token": lambda pk: report(""),
    "no report": lambda pk: f"To: kesu@localhost\r\n\r\n{pk}".encode(),
    "nothing": lambda pk: b"",
    "rubbish": lambda pk: b"\xff\x00Content-Type: multipart/report; boundary=\r\n\r\n--",
    "of no letter": lambda pk: report(bounces.token("", 999999)),
    "a long number": lambda pk: report(f"{'9' * 18}-{'a' * 20}"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_an_unknown_or_forged_report_changes_nothing(kind: str, cast: Cast) -> None:
    _case, notice = sent(cast)
    before = Event.objects.count()
    assert took(FORGED[kind](notice.outbox_id)) == "unknown"
    notice.refresh_from_db()
    assert (notice.bounced_at, notice.cause) == (None, "")
    assert Event.objects.count() == before


def test_a_delay_changes_nothing_and_an_arrival_is_noted(cast: Cast) -> None:
    case, notice = sent(cast)
    token = bounces.token_of(notice.outbox)
    assert took(report(token, "delayed", "4.4.1")) == "delayed"
    assert newest(case).state == "sent"
    assert took(report(token, "delivered", "2.0.0")) == "delivered"
    assert newest(case).state == "delivered"


def test_the_folder_and_the_pipe_take_reports_in(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.BOUNCES_DIR = str(tmp_path / "in")
    assert take_bounces() == 0
    _case, notice = sent(cast)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.eml").write_bytes(report(bounces.token_of(notice.outbox)))
    (tmp_path / "in" / "2.eml").write_bytes(b"Subject: spam\r\n\r\n")
    (tmp_path / "in" / "half.part").write_bytes(b"still being written")
    assert returned.take_all(timezone.now()) == {"bounced": 1, "unknown": 1}
    assert [p.name for p in (tmp_path / "in").iterdir()] == ["half.part"]
    file = tmp_path / "one.eml"
    file.write_bytes(report(bounces.token_of(notice.outbox)))
    said = io.StringIO()
    call_command("take_bounces", str(file), stdout=said)
    assert said.getvalue().strip() == "known"


# --- again, and by another way


def test_sent_again_it_is_the_same_letter_to_the_address_of_now_and_once(cast: Cast) -> None:
    case, notice = sent(cast)
    took(report(bounces.token_of(notice.outbox)))
    first = retelling.send_again(case.number, notice.pk, by=cast.agent)
    assert retelling.send_again(case.number, notice.pk, by=cast.agent) == first  # a double click
    send_waiting()
    assert [f.signed_part(m.body) for m in mail.outbox].count(f.LETTER) == 2
    assert Event.objects.filter(code="letter_again").count() == 1


def test_a_letter_whose_signature_died_is_neither_sent_again_nor_brought(cast: Cast) -> None:
    case, notice = sent(cast)
    f.answer(case, cast.agent, tx_price_paid="100.00")
    for act in (retelling.send_again, retelling.by_hand):
        with pytest.raises(Invalid, match="签署已失效"):
            act(case.number, notice.pk, by=cast.agent)


def test_the_letter_of_an_earlier_version_is_told_no_more(cast: Cast) -> None:
    case, notice = sent(cast)
    waiting = retelling.by_hand(case.number, notice.pk, by=cast.agent)
    f.step(case, "consumer_declines", cast.agent, reason="太少")
    resolution.save_draft(case.number, f.proposal(), by=cast.agent)
    analysis.renew(case.number, by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    for act in (retelling.send_again, retelling.by_hand):
        with pytest.raises(Invalid, match="较早一版方案"):
            act(case.number, notice.pk, by=cast.agent)
    with pytest.raises(Invalid, match="较早一版方案"):
        letters.delivered(case.number, waiting.pk, by=cast.agent, note="读给本人听", how="phone")


def test_any_letter_that_left_can_be_told_by_another_way_by_whoever_talks_to_consumers(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    send_waiting()
    notice = Notice.objects.get()
    with pytest.raises(NotAllowed):
        retelling.by_hand(case.number, notice.pk, by=cast.auditor)
    made = retelling.by_hand(case.number, notice.pk, by=cast.agent)
    assert retelling.by_hand(case.number, notice.pk, by=cast.agent) == made
    assert (made.way, made.body) == ("manual", notice.body)
    with pytest.raises(Invalid, match="还没有发出"):
        retelling.by_hand(case.number, made.pk, by=cast.agent)


# --- states


def test_each_letter_says_in_words_where_it_is(cast: Cast, settings: Any) -> None:
    settings.SEND_UNDO_SECONDS = 30
    case = f.offered(cast)
    row = Outbox.objects.get(complaint=case, effect=LETTER)
    assert newest(case).state == "waiting"
    Outbox.objects.filter(pk=row.pk).update(attempts=2, last_error="ConnectionRefusedError")
    told = newest(case)
    assert (told.state, told.icon) == ("retrying", "refresh")
    assert "恢复后自动发出，不必重发" in told.cause
    Outbox.objects.filter(pk=row.pk).update(withheld_at=timezone.now())
    assert newest(case).state == "withheld"
    Outbox.objects.filter(pk=row.pk).update(
        cancelled_at=timezone.now(), last_error="signature: letter"
    )
    told = newest(case)
    assert (told.state, "重新签署" in told.cause) == ("stopped", True)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SMTP 550", "收件地址不存在"),
        ("5.2.2", "已满"),
        ("5.7.1", "拒收"),
        ("4.4.7", "长时间没有应答"),
        ("SSLCertVerificationError", "恢复后自动发出"),
        ("OpenLetter", "没填上的内容"),
        ("9.9", "（9.9）"),
        ("", ""),
    ],
)
def test_a_cause_is_said_with_what_to_do(code: str, words: str) -> None:
    assert words in delivery.cause_in_words(code)


# --- a mail server that is away


def test_away_for_an_hour_it_gets_every_letter_once_and_only_on_a_live_signature(
    cast: Cast, settings: Any
) -> None:
    """A real server of the protocol, that is not there first."""
    from tests.correspondence.listening import letter_box

    good, bad = f.offered(cast), f.offered(cast, order_number="SO-2")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    start, asked = timezone.now(), 0
    for minute in (0, 1, 12, 30, 59):  # the sweeps of an hour
        asked += _swept(start + timedelta(minutes=minute))
    assert asked == 0
    assert set(Outbox.objects.filter(effect=LETTER).values_list("done_at", flat=True)) == {None}
    assert "没有应答" in newest(good).cause
    f.answer(bad, cast.agent, tx_price_paid="100.00")
    with letter_box() as box:
        settings.EMAIL_PORT = box.port
        for minute in (90, 180):
            _swept(start + timedelta(minutes=minute))
    ids = [mail["Message-ID"] for mail in box.mails]
    assert len(ids) == len(set(ids)) == Notice.objects.filter(way="email").count()
    bodies = [f.signed_part(_plain(mail)) for mail in box.mails]
    assert bodies.count(f.LETTER) == 1
    assert newest(good).state == "sent"
    assert newest(bad).state == "stopped"


def _plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return part.get_content().replace("\r\n", "\n").rstrip("\n") if part else ""


def _swept(now: Any) -> int:
    from correspondence import dispatch

    letters = dispatch.waiting(now, kind=dispatch.LETTERS)
    return sum(dispatch.deliver(pk, now) is True for pk in letters)


def test_a_report_nested_beyond_reason_is_unknown_and_holds_up_none(tmp_path: Path) -> None:
    deep = b"Content-Type: message/rfc822\r\n\r\n" * 1500 + report("1-" + "0" * 20)
    assert took(deep) == "unknown"


def test_a_token_is_found_in_capitals_and_in_coded_heads(cast: Cast) -> None:
    _case, notice = sent(cast)
    token = bounces.token_of(notice.outbox)
    coded = base64.b64encode(f"X-Kesu-Token: {token}\r\n".encode())
    head = b"Content-Type: text/rfc822-headers\r\n"
    raw = report("").replace(
        head + b"\r\n", head + b"Content-Transfer-Encoding: base64\r\n\r\n" + coded + b"\r\n"
    )
    assert bounces.read(raw) == bounces.read(report("", to=f"B+{token.upper()}@KESU.EXAMPLE"))
    assert bounces.read(raw) is not None


@pytest.mark.parametrize("subject", ["自动回复：休假", "Out of office"])
def test_an_automatic_reply_is_no_report(subject: str, cast: Cast) -> None:
    _case, notice = sent(cast)
    token = bounces.token_of(notice.outbox)
    reply = f"To: bounces+{token}@kesu.example\r\nAuto-Submitted: auto-replied\r\n"
    reply += f"X-Kesu-Token: {token}\r\nSubject: {subject}\r\n\r\nAction: failed\r\n"
    assert took(reply.encode("gb18030")) == "unknown"


def test_an_invitation_that_came_back_asks_for_a_call_and_shows_its_link_to_nobody(
    cast: Cast,
) -> None:
    case = f.closed(cast)
    send_waiting()
    notice = Notice.objects.get(outbox__complaint=case, outbox__effect="ask_satisfaction")
    for act in (retelling.send_again, retelling.by_hand):
        with pytest.raises(Invalid, match="请改为电话回访"):
            act(case.number, notice.pk, by=cast.agent)
    assert took(report(bounces.token_of(notice.outbox))) == "bounced"
    assert case.invitations.get().channel == "call"
    assert not Notice.objects.filter(outbox=notice.outbox, way="manual").exists()
