"""The ways out of the house, each against a real server of its kind."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import communication
from complaints.models import Event, Outbox
from correspondence import dispatch, transports, webhook_log
from correspondence.models import Notice, WebhookCall
from correspondence.tasks import call_webhook, send_waiting
from correspondence.transports import Message, Refused
from correspondence.transports.email import Email
from correspondence.transports.http import NotTaken
from correspondence.transports.sms import Sms
from correspondence.transports.webhook import Webhook
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.conftest import at, warning
from tests.correspondence.listening import gateway, mail_server

ONLY_PHONE = {"phone": "12012345678"}
SECRET = "a secret of the house"


@pytest.fixture(autouse=True)
def _own_network(settings: Any) -> None:
    """The servers of these tests stand on this machine."""
    settings.PRIVATE_TARGETS = ["127.0.0.0/8"]


def message(**changes: Any) -> Message:
    return Message(event="step.accept", at=at("2026-03-02 10:00"), **changes)


def test_what_is_not_configured_is_not_there(settings: Any) -> None:
    assert set(transports.installed()) == {"in_app", "email", "manual"}
    settings.SMS_URL, settings.WEBHOOK_URL = "https://sms.example", "https://hook.example"
    found = transports.installed()
    assert set(found) == {"in_app", "email", "manual", "sms", "webhook"}
    assert all(found[code].code == code for code in found)


def test_a_message_never_prints_what_is_personal() -> None:
    shown = repr(message(to="12012345678", text="王女士您好", subject="王女士"))
    assert "step.accept" in shown
    assert not any(word in shown for word in ("120", "王女士"))


# --- text messages


def test_a_text_message_goes_to_the_gateway_with_its_key_and_password() -> None:
    with gateway() as place:
        url = place.url.replace("http://", "http://house:p%40ss@")
        text = "您好：\n\n您反映的问题已受理。"
        assert Sms(url).deliver(message(to="12012345678", text=text), "K-1").sent
    (heard,) = place.heard
    sent = json.loads(heard.body)
    assert heard.path == "/send?sign=1"
    assert (sent["to"], sent["key"]) == ("12012345678", "K-1")
    assert sent["text"] == "您好： 您反映的问题已受理。"
    assert heard.headers["idempotency-key"] == "K-1"
    assert heard.headers["authorization"] == "Basic aG91c2U6cEBzcw=="


def test_a_text_that_would_be_cut_is_not_sent() -> None:
    with gateway() as place, pytest.raises(Refused, match="longer than 500 characters"):
        Sms(place.url).deliver(message(to="1", text="长" * 501), "K")
    assert place.heard == []


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410, 422])
def test_an_answer_that_will_not_change_is_for_good_and_no_redirect_is_followed(
    status: int,
) -> None:
    with gateway(status) as place, pytest.raises(Refused, match=f"HTTP {status}"):
        Sms(place.url).deliver(message(to="1"), "K")
    assert len(place.heard) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_an_answer_that_may_change_is_tried_again(status: int) -> None:
    with gateway(status) as place, pytest.raises(NotTaken, match=f"HTTP {status}"):
        Sms(place.url).deliver(message(to="1"), "K")


def test_nobody_there_and_silence_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="refused"):
        Sms("http://127.0.0.1:1/").deliver(message(to="1"), "K")
    monkeypatch.setattr("correspondence.transports.http.SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(TimeoutError):
            Sms(f"http://127.0.0.1:{port}/").deliver(message(to="1"), "K")


def test_a_consumer_without_an_e_mail_gets_short_letters_as_text_messages(
    cast: Cast, settings: Any
) -> None:
    with gateway() as place:
        settings.SMS_URL = place.url
        case = f.investigating(cast, consumer=ONLY_PHONE)
        assert send_waiting() == 1
    (heard,) = place.heard
    assert json.loads(heard.body)["to"] == "12012345678"
    assert case.number in json.loads(heard.body)["text"]
    notice = Notice.objects.get()
    assert (notice.way, notice.to) == ("sms", "120****5678")
    assert notice.sent_at is not None
    assert Event.objects.get(complaint=case, kind="notice").detail["way"] == "sms"


def test_a_letter_is_too_long_for_a_text_message_and_waits_for_a_person(
    cast: Cast, settings: Any
) -> None:
    settings.SMS_URL = "http://127.0.0.1:1/"
    f.offered(cast, consumer=ONLY_PHONE)
    Outbox.objects.exclude(effect="send_reply_letter").delete()
    assert send_waiting() == 1
    assert Notice.objects.get().way == "manual"


def test_what_the_gateway_refuses_a_person_brings(cast: Cast, settings: Any) -> None:
    with gateway(422) as place:
        settings.SMS_URL = place.url
        f.investigating(cast, consumer=ONLY_PHONE)
        assert send_waiting() == 1
        assert send_waiting() == 0
    notice = Notice.objects.get()
    assert (notice.way, notice.sent_at) == ("manual", None)


def test_a_gateway_that_is_away_delays_and_the_key_stays(cast: Cast, settings: Any) -> None:
    with gateway(503, 202) as place:
        settings.SMS_URL = place.url
        f.investigating(cast, consumer=ONLY_PHONE)
        assert send_waiting() == 0
        row = Outbox.objects.get(effect="acknowledge_consumer")
        assert (row.attempts, row.last_error, row.done_at) == (1, "NotTaken", None)
        assert row.not_before >= row.created_at + timedelta(seconds=10)
        assert dispatch.deliver(row.pk, row.not_before)
    first, second = (heard.headers["idempotency-key"] for heard in place.heard)
    assert first == second == f"{row.key}.consumer"
    assert Notice.objects.count() == 1


def test_a_reply_goes_the_way_that_was_asked_for(cast: Cast, settings: Any) -> None:
    case = f.investigating(cast)
    send_waiting()
    with gateway() as place:
        settings.SMS_URL = place.url
        now = timezone.now()
        communication.write(
            case.number, {"kind": "reply", "text": "请回电", "channel": "phone"}, by=cast.agent
        )
        Outbox.objects.update(not_before=now)
        send_waiting()
    assert place.heard == []
    assert Notice.objects.latest("pk").way == "manual"


# --- the webhook


def signed(heard: Any, secret: str = SECRET) -> bool:
    """What the other program has to check."""
    stamp, given = (part.partition("=")[2] for part in heard.headers["x-kesu-signature"].split(","))
    wanted = hmac.new(secret.encode(), f"{stamp}.".encode() + heard.body, hashlib.sha256)
    return hmac.compare_digest(given, wanted.hexdigest())


def called(settings: Any, url: str) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = url, SECRET


def test_every_step_calls_the_webhook_signed_and_without_personal_data(
    cast: Cast, settings: Any
) -> None:
    with gateway() as place:
        called(settings, place.url)
        case = f.executing(cast)
        steps = list(case.transitions.order_by("id"))
        assert call_webhook() == len(steps) > 4
        assert call_webhook() == 0
    facts = [json.loads(heard.body) for heard in place.heard]
    assert [(x["event"], x["state"]) for x in facts] == [
        (f"step.{s.step}", s.to_state) for s in steps
    ]
    assert {x["number"] for x in facts} == {case.number}
    assert all(set(x) == {"id", "event", "number", "state", "at"} for x in facts)
    assert len({x["id"] for x in facts}) == len(facts)
    assert all(signed(heard) for heard in place.heard)
    assert not any(signed(heard, "another") for heard in place.heard)
    everything = b"".join(heard.body for heard in place.heard).decode()
    assert not any(word in everything for word in (*f.CONSUMER.values(), "王"))


def test_a_warning_calls_the_webhook_once(cast: Cast, settings: Any) -> None:
    case = f.investigating(cast)
    with gateway() as place:
        called(settings, place.url)
        row = warning(case, "supervisor")
        dispatch.deliver(row.pk, timezone.now())
        assert call_webhook() == 1
    (heard,) = place.heard
    sent = json.loads(heard.body)
    assert (sent["event"], sent["number"]) == ("deadline.supervisor", case.number)
    assert sent["id"] == f"{row.key}.call"


def test_without_a_webhook_no_row_is_written(cast: Cast) -> None:
    f.investigating(cast)
    assert not Outbox.objects.filter(effect="call_webhook").exists()


def test_a_webhook_that_is_away_is_called_again_later_and_holds_up_nothing(
    cast: Cast, settings: Any
) -> None:
    called(settings, "http://127.0.0.1:1/")
    for _n in range(4):
        f.investigating(cast)
    assert call_webhook() == 0
    calls = Outbox.objects.filter(effect="call_webhook").order_by("id")
    assert list(calls.values_list("attempts", flat=True)) == [1, 1, 1, 0]
    assert send_waiting() == 4  # the letters
    with gateway() as place:
        called(settings, place.url)
        Outbox.objects.filter(effect="call_webhook").update(not_before=timezone.now())
        assert call_webhook() == 4


def test_a_webhook_in_a_private_network_is_not_called_until_somebody_allows_it(
    cast: Cast, settings: Any
) -> None:
    settings.PRIVATE_TARGETS = []
    with gateway() as place:
        called(settings, place.url)
        f.investigating(cast)
        assert call_webhook() == 0
        assert place.heard == []
        row = Outbox.objects.get(effect="call_webhook")
        assert (row.last_error, row.done_at, row.cancelled_at) == ("TargetRefused", None, None)
        settings.PRIVATE_TARGETS = ["127.0.0.1"]
        assert dispatch.deliver(row.pk, row.not_before)
        assert len(place.heard) == 1


def test_a_webhook_that_refuses_is_not_called_for_ever(cast: Cast, settings: Any) -> None:
    with gateway(410) as place:
        called(settings, place.url)
        for _n in range(4):
            f.investigating(cast)
        assert call_webhook() == 0  # it answers, so it is there: none is put off
        assert len(place.heard) == 4
        assert call_webhook() == 0
    assert len(place.heard) == 4
    for row in Outbox.objects.filter(effect="call_webhook"):
        assert (row.last_error, row.done_at) == ("HTTP 410", None)
        assert row.cancelled_at is not None


def test_every_attempt_is_logged_without_secrets_and_kept_for_thirty_days(
    cast: Cast, settings: Any, client: Client
) -> None:
    case = f.investigating(cast)
    with gateway(503, 410) as place:
        called(settings, place.url.replace("http://", "http://house:secret@"))
        row = warning(case, "supervisor")
        now = timezone.now()
        dispatch.deliver(row.pk, now)
        call = Outbox.objects.get(effect="call_webhook")
        for later in (1, 2):
            assert not dispatch.deliver(call.pk, now + timedelta(hours=later))
        called(settings, "http://127.0.0.1:1/")
        Outbox.objects.filter(pk=call.pk).update(cancelled_at=None)
        assert not dispatch.deliver(call.pk, now + timedelta(hours=3))
        called(settings, place.url)
        place.answers[:] = [202]
        assert dispatch.deliver(call.pk, now + timedelta(hours=9))
    rows = list(WebhookCall.objects.order_by("pk"))
    answers = [(row.attempt, row.status, row.error) for row in rows]
    assert answers == [
        (1, 503, ""),
        (2, 410, ""),
        (2, None, "ConnectionRefusedError"),
        (3, 202, ""),
    ]
    bodies = {hashlib.sha256(heard.body).hexdigest() for heard in place.heard}
    assert {row.body_sha256 for row in rows} == bodies
    assert rows[0].target == place.url.partition("?")[0]
    kept = str(list(WebhookCall.objects.values()))
    assert not any(word in kept for word in (SECRET, "secret", "house", "sign=1", case.number))
    for change in (lambda: rows[0].save(), lambda: rows[0].delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert webhook_log.forget(timezone.now()) == 0
    WebhookCall.objects.bulk_create([_older(rows[0], days) for days in (29, 31)])
    assert webhook_log.forget(timezone.now()) == 1
    client.force_login(cast.administrator)
    page = client.get(reverse("webhook_calls")).content.decode()
    assert page.count("<tr>") == 1 + 5
    assert "对方没有在接收" in page
    assert case.number not in page, "an administrator sees no cases"
    older = client.get(reverse("webhook_calls"), {"before": rows[1].pk}).content.decode()
    assert older.count("<tr>") == 1 + 1
    client.force_login(cast.agent)
    assert client.get(reverse("webhook_calls")).status_code == 403


def _older(row: WebhookCall, days: int) -> WebhookCall:
    older = copy(row)
    older.pk, older.at = None, timezone.now() - timedelta(days=days)
    return older


def test_the_time_of_a_call_is_part_of_its_signature() -> None:
    with gateway() as place:
        Webhook(place.url, SECRET).deliver(message(number="TS26-000001"), "K")
    (heard,) = place.heard
    stamp = heard.headers["x-kesu-signature"].partition(",")[0]
    heard.headers["x-kesu-signature"] = heard.headers["x-kesu-signature"].replace(stamp, "t=1")
    assert not signed(heard)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WEBHOOK_URL": "https://hook.example"}, "WEBHOOK_SECRET"),
        ({"WEBHOOK_URL": "hook.example", "WEBHOOK_SECRET": "x"}, "WEBHOOK_URL must begin with"),
        ({"SMS_URL": "file:///etc/passwd"}, "SMS_URL must begin with"),
        ({"SITE_URL": "kesu.example"}, "SITE_URL must begin with"),
    ],
)
def test_a_half_configured_way_refuses_to_start(given: dict[str, str], words: str) -> None:
    base = {
        "DATABASE_URL": "postgres://x/x",
        "REDIS_URL": "redis://x",
        "SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings.dev"],
        env={**base, **given},
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert words in run.stderr


# --- e-mail


@pytest.mark.parametrize(("code", "error"), [(550, Refused), (450, Exception)])
def test_an_address_that_does_not_exist_is_refused_and_a_full_mailbox_is_tried_again(
    settings: Any, code: int, error: type[Exception]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with mail_server(code) as port:
        settings.EMAIL_PORT = port
        with pytest.raises(error) as raised:
            Email().deliver(message(to="nobody@example.com", subject="s", text="t"), "K")
    assert isinstance(raised.value, Refused) == (code == 550)
    assert "nobody" not in str(raised.value) or code == 450


def test_a_consumers_address_that_does_not_exist_makes_the_letter_a_persons_task(
    cast: Cast, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    f.investigating(cast)
    with mail_server(550) as port:
        settings.EMAIL_PORT = port
        assert send_waiting() == 1
    notice = Notice.objects.get()
    assert (notice.way, notice.to, notice.sent_at) == ("manual", "120****5678", None)
    assert mail.outbox == []
