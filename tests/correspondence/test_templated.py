"""Letters from their templates: one source of words, with what the case says and nothing open."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from complaints import delivery
from complaints.actions import asking
from complaints.models import Complaint, Event, Outbox
from correspondence import dispatch, templated
from correspondence.tasks import send_waiting
from correspondence.templated import WRITTEN
from letters import library
from letters.mistakes import TemplateError
from letters.signatures import TEMPLATES
from tests import factories as f
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def sent(effect: str, case: Complaint) -> Any:
    """The message of the newest row of that kind."""
    row = Outbox.objects.filter(complaint=case, effect=effect, done_at=None).latest("id")
    before = len(mail.outbox)
    assert dispatch.deliver(row.pk, row.not_before + timedelta(seconds=1)), row
    (message,) = mail.outbox[before:]
    for odd in ("None", "{", "〔", "::: "):
        assert odd not in message.body
    assert case.number in message.subject
    assert message.body.startswith("尊敬的王")
    return message


def row(case: Complaint, effect: str) -> Outbox:
    """A letter that a clock would cause."""
    now = timezone.now()
    key = f"{case.number}.{effect}"
    return Outbox.objects.create(
        complaint=case, effect=effect, key=key, created_at=now, not_before=now
    )


def test_every_letter_of_a_step_says_the_case(cast: Cast) -> None:
    assert "我们已经收到" in sent("acknowledge_receipt", f.registered(cast)).body
    assert "我们决定受理" in sent("acknowledge_consumer", f.investigating(cast)).body
    why = {"reason": "not_our_business", "explanation": "商品由其他经营者销售；可拨打 12315"}
    declined = f.step(f.registered(cast), "decline", cast.supervisor, **why)
    assert "商品由其他经营者销售" in sent("tell_consumer_declined", declined).body
    done = sent("tell_consumer_closed", f.closed(cast)).body
    assert "我们已经做到" in done
    assert "3,980.00 元" in done


def test_the_signed_letter_takes_the_page_on_paper_along(cast: Cast) -> None:
    message = sent("send_reply_letter", f.offered(cast))
    assert f.signed_part(message.body) == f.LETTER
    ((name, content, kind),) = message.attachments
    assert name.endswith(".pdf")
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF-1.7")
    page, html_kind = message.alternatives[0]
    assert html_kind == "text/html"
    assert "我们将退还价款" in page
    assert page.count("/o/") == 2  # the link under it, to click and to read


def test_reminders_say_what_waits(cast: Cast) -> None:
    offered = f.offered(cast)
    row(offered, "remind_consumer")
    said = sent("remind_consumer", offered).body
    assert "把处理方案发给了您" in said
    assert "不答复不会被视为同意" in said
    asked = f.investigating(cast)
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    values = {"items": ["付款截图"], "until": until}
    asking.ask_for_documents(asked.number, values, by=cast.agent)
    row(asked, "remind_documents")
    assert "1. 付款截图" in sent("remind_documents", asked).body


def test_a_withdrawal_is_confirmed_as_such(cast: Cast) -> None:
    case = f.investigating(cast)
    row(case, "confirm_withdrawal")
    said = sent("confirm_withdrawal", case).body
    assert "撤回不影响您依法享有的权利" in said
    assert "我们已经做到" not in said


def test_a_receipt_is_overtaken_by_what_follows_and_brought_by_nobody(cast: Cast) -> None:
    case = f.investigating(cast)
    receipt = Outbox.objects.get(complaint=case, effect="acknowledge_receipt")
    assert (receipt.done_at, receipt.last_error) == (None, "overtaken")
    [told] = delivery.of_row(delivery.letters(case).get(pk=receipt.pk))
    assert (told.state, told.cause) == ("skipped", "")
    by_phone = f.registered(cast, consumer={"name": "李测试", "phone": "12000001111"})
    waiting = Outbox.objects.get(complaint=by_phone, effect="acknowledge_receipt")
    assert waiting.not_before > timezone.now()
    assert dispatch.deliver(waiting.pk, waiting.not_before)
    assert not Event.objects.filter(complaint=by_phone, kind="notice").exists()


def test_the_timeline_says_that_a_template_was_a_draft(cast: Cast) -> None:
    case = f.investigating(cast)
    send_waiting()
    event = Event.objects.get(complaint=case, kind="notice")
    assert event.detail["letter"]["template"] == "acceptance.zh"
    assert event.detail["letter"]["draft"]
    TEMPLATES.sign_many(library.current().templates, by=cast.counsel, comment="逐份核对")
    other = f.investigating(cast)
    send_waiting()
    assert not Event.objects.get(complaint=other, kind="notice").detail["letter"]["draft"]


def test_a_letter_that_leaves_something_open_is_not_sent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = f.investigating(cast)
    write = WRITTEN["acknowledge_consumer"]

    def without_day(outbox: Outbox, now: Any) -> Any:
        from complaints import letter_values, letter_writing

        values = letter_values.of_case(outbox.complaint, now=now)
        return letter_writing.written(
            "acceptance", {k: v for k, v in values.items() if k != "reply_by"}
        )

    monkeypatch.setitem(WRITTEN, "acknowledge_consumer", without_day)
    assert send_waiting() == 0
    waiting = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    assert (waiting.last_error, waiting.done_at) == ("OpenLetter", None)
    assert mail.outbox == []
    monkeypatch.setitem(WRITTEN, "acknowledge_consumer", write)
    assert dispatch.deliver(waiting.pk, waiting.not_before)


def test_a_broken_template_stops_no_case_and_its_letter_waits(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = library.current

    def broken() -> library.Library:
        raise TemplateError("templates/acceptance.zh.md", 10, "bom")

    monkeypatch.setattr(library, "current", broken)
    case = f.investigating(cast)
    assert send_waiting() == 0
    waiting = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    assert (waiting.last_error, waiting.done_at) == ("TemplateError", None)
    monkeypatch.setattr(library, "current", sound)
    assert dispatch.deliver(waiting.pk, waiting.not_before)
    assert len(mail.outbox) == 1


# --- a consumer who reads English

ENGLISH = {"name": "Smith", "phone": "12012345678", "email": "smith@example.com", "language": "en"}


def in_english(text: str) -> bool:
    return text.startswith("Dear customer,\n") and "Yours sincerely,\n" in text


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        ("acknowledge_receipt", "acknowledgement"),
        ("acknowledge_consumer", "acceptance"),
        ("tell_consumer_declined", "non_acceptance"),
        ("remind_consumer", "reminder"),
        ("remind_documents", "reminder"),
        ("confirm_withdrawal", "closing"),
        ("tell_consumer_closed", "closing"),
    ],
)
def test_every_letter_of_a_step_is_in_the_language_of_the_consumer(
    cast: Cast, effect: str, kind: str
) -> None:
    case = f.investigating(cast, consumer=ENGLISH)
    if effect == "remind_documents":
        until = (timezone.localdate() + timedelta(days=5)).isoformat()
        values = {"items": ["payment slip"], "until": until}
        asking.ask_for_documents(case.number, values, by=cast.agent)
    outbox = Outbox(complaint=case, effect=effect, transition=case.transitions.latest("id"))
    outbox.transition.fields = {"explanation": "Sold by another business."}
    by_mail = templated.letter(outbox, "email", timezone.now())
    assert by_mail.made_of["template"] == f"{kind}.en"
    assert in_english(by_mail.text)
    by_sms = templated.letter(outbox, "sms", timezone.now()).text
    assert by_sms.startswith("青禾生活: ") or kind == "non_acceptance"


def test_what_is_asked_is_in_the_language_of_the_consumer(cast: Cast) -> None:
    case = f.investigating(cast, consumer=ENGLISH)
    until = timezone.localdate() + timedelta(days=5)
    said = asking.as_letter(case, ["payment slip"], until, "", timezone.now())
    assert in_english(said)
    assert "1. payment slip" in said


def test_the_question_after_closing_is_in_the_language_of_the_consumer(cast: Cast) -> None:
    case = f.closed(cast, consumer=ENGLISH)
    mail.outbox.clear()
    send_waiting()
    (asked,) = [m for m in mail.outbox if "/f/" in m.body]
    assert in_english(asked.body)
    assert "?lang=en" in asked.body
    assert case.number in asked.subject


# --- values that look like markup

HOSTILE = [
    "*a* **b** _c_ `d` # e",
    "<script>alert(1)</script> & <b>",
    "{{ number }} {% now %} ${x} $x^2$",
    "C:\\x \\n #let x = 1",
    "::: option a",
]


@pytest.mark.parametrize("odd", HOSTILE)
def test_what_looks_like_markup_leaves_by_mail_and_text_message_as_it_was_typed(
    cast: Cast, odd: str
) -> None:
    case = f.investigating(cast, title=f"事由{odd}")
    outbox = Outbox(complaint=case, effect="acknowledge_consumer")
    by_mail = templated.letter(outbox, "email", timezone.now())
    assert f"“事由{odd}”" in by_mail.text
    assert html.escape(f"“事由{odd}”", quote=False) in html_of(by_mail.html)
    assert "<script" not in by_mail.html
    assert f"“事由{odd}”" in templated.letter(outbox, "sms", timezone.now()).text


def html_of(page: str) -> str:
    """With quotes as they are read."""
    return page.replace("&quot;", '"').replace("&#x27;", "'")


def test_a_line_end_in_a_name_is_no_second_header(cast: Cast) -> None:
    case = f.investigating(cast)
    case.title = "一行\r\nBcc: x@example.com\n二行"
    outbox = Outbox(complaint=case, effect="acknowledge_consumer")
    for way in ("email", "sms"):
        letter = templated.letter(outbox, way, timezone.now())
        assert "\n" not in letter.subject
        assert "“一行 Bcc: x@example.com 二行”" in letter.text
