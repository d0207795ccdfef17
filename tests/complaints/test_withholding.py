"""A letter can be taken back while it waits: it left or it did not, and that is what is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints import delivery
from complaints.actions import communication, letters, retelling, withholding
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.leaving import TO_CONSUMER
from complaints.models import Complaint, Event, Outbox
from complaints.signing import liveness
from correspondence import dispatch
from correspondence.backoff import postponed
from correspondence.models import Notice
from correspondence.who_is_told import TABLE
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once

pytestmark = pytest.mark.usefixtures("undoable")
LETTER = "send_reply_letter"


def letter(case: Complaint) -> Outbox:
    return Outbox.objects.get(complaint=case, effect=LETTER, cancelled_at=None)


def later(seconds: int = 31) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def sent(now: Any) -> int:
    letters = dispatch.waiting(now, kind=dispatch.LETTERS)
    return sum(dispatch.deliver(pk, now) is True for pk in letters)


def bodies() -> list[str]:
    return [f.signed_part(m.body) for m in mail.outbox]


def test_every_letter_to_the_consumer_is_known_as_one() -> None:
    assert {effect for effect, row in TABLE.items() if row.to_consumer} == TO_CONSUMER


def test_the_signed_letter_waits_half_a_minute_and_then_leaves_once(cast: Cast) -> None:
    case = f.offered(cast)
    row = letter(case)
    assert row.not_before - row.created_at == timedelta(seconds=30)
    assert sent(timezone.now()) == 0
    assert not dispatch.deliver(row.pk, timezone.now())
    sent(later())
    sent(later(40))
    assert bodies().count(f.LETTER) == 1


def test_what_a_clock_sends_waits_for_nobody(cast: Cast) -> None:
    from complaints import written
    from complaints.lifecycle import STEPS
    from complaints.models import Transition

    case, now = f.offered(cast), timezone.now()
    taken = Transition(complaint=case, step="complete", at=now, version=99, by=None)
    rows = [(row.effect, row.not_before) for row in written.outbox(taken, STEPS["complete"])]
    assert rows == [("tell_consumer_closed", now), ("ask_satisfaction", now)]


def test_taken_back_the_letter_stays_and_the_step_stands(cast: Cast) -> None:
    case = f.offered(cast)
    assert withholding.withhold(case.number, letter(case).pk, by=cast.agent)
    assert withholding.withhold(case.number, letter(case).pk, by=cast.agent)  # a second click
    sent(later(3600))
    assert f.LETTER not in bodies()
    case.refresh_from_db()
    assert case.state == "offered"
    (event,) = Event.objects.filter(complaint=case, code="letter_withheld")
    assert event.by == cast.agent
    assert Entry.objects.filter(subject=case.subject, verb="letter.withheld").count() == 1
    assert broken_links(case.subject) == []


def test_let_go_again_it_is_verified_and_leaves_as_it_was_signed(cast: Cast) -> None:
    case = f.offered(cast)
    withholding.withhold(case.number, letter(case).pk, by=cast.counsel)
    row = withholding.release(case.number, letter(case).pk, by=cast.agent)
    assert row.not_before > timezone.now()  # it can be taken back again
    twice = withholding.release(case.number, row.pk, by=cast.agent)  # a second click
    assert twice.not_before == row.not_before
    assert Event.objects.filter(complaint=case, code="letter_released").count() == 1
    sent(later())
    assert bodies().count(f.LETTER) == 1
    with pytest.raises(Invalid, match="没有被撤回"):
        withholding.release(case.number, row.pk, by=cast.agent)


def test_a_withheld_letter_whose_signature_died_is_not_let_go(cast: Cast) -> None:
    case = f.offered(cast)
    withholding.withhold(case.number, letter(case).pk, by=cast.agent)
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    with pytest.raises(Invalid, match=r"签署已失效.*重新签署"):
        withholding.release(case.number, letter(case).pk, by=cast.agent)
    sent(later())
    assert f.LETTER not in bodies()


def test_the_letter_of_a_standing_offer_is_not_dropped_but_others_are_with_a_reason(
    cast: Cast,
) -> None:
    case = f.offered(cast)
    withholding.withhold(case.number, letter(case).pk, by=cast.agent)
    with pytest.raises(Invalid, match="必须告知消费者"):
        withholding.discard(case.number, letter(case).pk, "算了", by=cast.agent)
    first = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    withholding.withhold(case.number, first.pk, by=cast.agent)
    with pytest.raises(Invalid, match="请写明为什么"):
        withholding.discard(case.number, first.pk, " ", by=cast.agent)
    withholding.discard(case.number, first.pk, "已电话告知", by=cast.agent)
    sent(later())
    assert mail.outbox == []
    assert Event.objects.get(complaint=case, code="letter_discarded").text == "已电话告知"


def test_too_late_is_said(cast: Cast) -> None:
    case = f.offered(cast)
    row = letter(case)
    assert not withholding.withhold(case.number, row.pk, by=cast.agent, now=row.not_before)
    sent(later())
    assert not withholding.withhold(case.number, row.pk, by=cast.agent)
    assert not Event.objects.filter(code="letter_withheld").exists()


def test_while_the_mail_server_is_away_it_can_still_be_taken_back(
    cast: Cast, settings: Any
) -> None:
    case = f.investigating(cast)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    assert not dispatch.deliver(row.pk, later())
    assert withholding.withhold(case.number, row.pk, by=cast.agent)
    event = Event.objects.get(code="letter_withheld")
    assert event.detail["attempts"] == 1


def test_while_the_mail_server_is_away_a_person_brings_it_instead_and_it_leaves_by_no_other_way(
    cast: Cast, settings: Any
) -> None:
    case = f.offered(cast)
    row, backend = letter(case), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert not dispatch.deliver(row.pk, later())
    assert retelling.bring_instead(case.number, row.pk, by=cast.agent)
    assert retelling.bring_instead(case.number, row.pk, by=cast.agent)  # a second click
    row = letter(case)
    row.attempts, now = 5, timezone.now()
    postponed(row, ConnectionRefusedError(), now)  # the machine was still trying
    assert row.not_before == now + timedelta(seconds=10)
    [told] = [t for t in delivery.told(case) if t.outbox.pk == row.pk]
    assert (told.state, told.may_be_brought) == ("waiting", False)
    assert dispatch.deliver(row.pk, later())
    settings.EMAIL_BACKEND = backend  # it is back
    sent(later(7200))
    assert f.LETTER not in bodies()
    [notice] = Notice.objects.filter(outbox=row)
    assert (notice.way, notice.sent_at, notice.body) == ("manual", None, f.LETTER)
    assert Event.objects.filter(complaint=case, code="letter_by_hand").count() == 1
    letters.delivered(case.number, notice.pk, "已宣读", by=cast.agent, how="phone")
    assert liveness.letter_left(case)
    assert broken_links(case.subject) == []


def test_what_left_was_stopped_or_taken_back_is_not_brought_instead(cast: Cast) -> None:
    case = f.offered(cast)
    row = letter(case)

    def bring(by: Any = cast.agent) -> bool:
        return retelling.bring_instead(case.number, row.pk, by=by)

    for stranger in (cast.auditor, cast.outsider):
        with pytest.raises((NotAllowed, Complaint.DoesNotExist)):
            bring(stranger)
    withholding.withhold(case.number, row.pk, by=cast.agent)
    with pytest.raises(Invalid, match="请先在案件页发出"):
        bring()
    withholding.release(case.number, row.pk, by=cast.agent)
    with pytest.raises(Invalid, match="没有这封函件"):
        retelling.bring_instead(case.number, row.pk + 999, by=cast.agent)
    sent(later(60))
    assert not bring()  # it has left
    Outbox.objects.filter(pk=row.pk).update(done_at=None, cancelled_at=timezone.now())
    with pytest.raises(Invalid, match="已经停止发出"):
        bring()
    row = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    Outbox.objects.filter(pk=row.pk).update(done_at=None, effect="acknowledge_receipt")
    with pytest.raises(Invalid, match="没有这封函件"):
        bring()  # nobody is sent out with a mere receipt
    Outbox.objects.filter(pk=row.pk).update(effect="ask_satisfaction")
    with pytest.raises(Invalid, match="电话回访"):
        bring()  # its link is the consumer's alone


def test_a_letter_whose_signature_died_is_not_brought_instead(cast: Cast) -> None:
    case = f.offered(cast)
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    with pytest.raises(Invalid, match="签署已失效"):
        retelling.bring_instead(case.number, letter(case).pk, by=cast.agent)


@pytest.mark.django_db(transaction=True)
def test_brought_instead_and_sent_at_once_it_goes_one_way() -> None:
    cast = assemble()
    case = f.offered(cast)
    for n in range(8):
        row, _back = _one(case, cast, "letter", n)
        Outbox.objects.filter(pk=row.pk).update(not_before=timezone.now())

        def bring(row: Outbox = row) -> bool:
            return retelling.bring_instead(case.number, row.pk, by=cast.agent)

        switched, _left = at_once(bring, lambda row=row: dispatch.deliver(row.pk, later()))
        dispatch.deliver(row.pk, later(3600))
        [notice] = Notice.objects.filter(outbox=row)
        assert (notice.way == "manual") is switched
        assert (notice.sent_at is None) is switched
    mailed = Notice.objects.filter(outbox__key__contains=".race.", way="email").count()
    assert len(mail.outbox) == mailed


@pytest.mark.parametrize("who", ["counsel", "auditor", "administrator", "outsider"])
def test_only_whoever_writes_to_the_consumer_takes_a_letter_back(who: str, cast: Cast) -> None:
    case = f.offered(cast)
    first = Outbox.objects.get(complaint=case, effect="acknowledge_consumer")
    with pytest.raises((NotAllowed, Complaint.DoesNotExist)):
        withholding.withhold(case.number, first.pk, by=getattr(cast, who))
    first.refresh_from_db()
    assert first.withheld_at is None


def test_a_reply_is_taken_back_with_its_text_and_not_here(cast: Cast) -> None:
    case = f.investigating(cast)
    said = communication.write(case.number, {"kind": "reply", "text": "请稍候"}, by=cast.agent)
    with pytest.raises(Invalid, match="没有这封待发的函件"):
        withholding.withhold(case.number, said.outbox_id or 0, by=cast.agent)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["letter", "reply"])
def test_taking_back_and_sending_at_once_end_in_one_of_both_and_both_know_it(kind: str) -> None:
    cast = assemble()
    case = f.offered(cast)
    outcomes = set()
    for n in range(12):
        row, back = _one(case, cast, kind, n)
        moment = row.not_before - timedelta(milliseconds=1)
        Outbox.objects.filter(pk=row.pk).update(not_before=moment)
        send = lambda row=row: dispatch.deliver(row.pk, row.not_before)  # noqa: E731
        left, withheld = at_once(send, back)
        assert not isinstance(left, CaseError)
        gone = Notice.objects.filter(outbox=row).exists()
        assert (left is True, withheld) == (gone, not gone), (left, withheld, gone)
        outcomes.add(gone)
    assert outcomes


def _one(case: Complaint, cast: Cast, kind: str, n: int) -> tuple[Outbox, Callable[[], bool]]:
    moment = timezone.now()
    if kind == "reply":
        text = communication.write(
            case.number, {"kind": "reply", "text": f"答复 {n}"}, by=cast.agent, now=moment
        )
        assert text.outbox is not None
        return text.outbox, lambda: communication.undo(case.number, text.pk, by=cast.agent)
    row = Outbox.objects.create(
        complaint=case,
        effect="confirm_consumer_acceptance",
        key=f"{case.number}.race.{n}",
        created_at=moment,
        not_before=moment + timedelta(seconds=30),
    )
    return row, lambda: withholding.withhold(case.number, row.pk, by=cast.agent)
