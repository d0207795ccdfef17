"""Everything that makes an offer bind can be met in the demo without doing anything first."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from complaints import limits, mass_members
from complaints.models import (
    Approval,
    Comment,
    Commitment,
    Complaint,
    Condition,
    Consult,
    Feedback,
    Invitation,
    MassCase,
    PaymentFile,
    Voided,
)
from complaints.signing import mass as mass_signing
from correspondence.models import Notice
from letters import library
from letters.signatures import TEMPLATES
from quickstart.demo.law import DRAFT_TEMPLATES
from tests.demo.about_references import case, latest
from tests.demo.loading import Story


def test_the_points_at_issue_are_found_and_answered_in_the_letter() -> None:
    offer = latest(case("demo-002"))
    points = list(offer.points.all())
    assert [p.finding for p in points] == ["established"] * 3
    assert points[0].for_numbers == [1, 2]
    assert all(p.title in offer.letter for p in points)
    refund, damages = offer.measures.all()[:2]
    assert (refund.remedy, damages.remedy) == ("rescind_fraud", "fraud_triple")
    assert damages.basis == "《消费者权益保护法》第五十五条第一款"
    assert str(damages.proposed_amount) == f"{refund.amount * 3:.2f}"


def test_counsels_comments_stand_at_their_words() -> None:
    first = case("demo-002").resolutions.get(version=1)
    quotes = list(first.comments.order_by("id").values_list("quote", flat=True))
    assert quotes[:2] == ["给您造成误解", "您不得再以任何方式主张权利"]
    open_ones = Comment.objects.filter(
        resolution__complaint__state="in_review", resolution__status="submitted", resolved_at=None
    )
    assert open_ones.exists()


def test_an_offer_of_15920_yuan_waits_for_the_supervisor() -> None:
    asked = Approval.objects.get(decided_at=None)
    assert str(asked.resolution.measures.all()[1].amount) == "11940.00"
    assert str(asked.amount) == "15920.00"
    supervisor = User.objects.get(username="supervisor")
    assert list(Complaint.objects.filter(limits.waiting_for(supervisor))) == [
        asked.resolution.complaint
    ]


def test_conditions_a_consult_and_a_void_signature_lie_with_counsel() -> None:
    void = Voided.objects.get(opinion__resolution__complaint__state="in_review")
    assert void.changed
    waiting = Condition.objects.filter(opinion__voided=None, met_at=None)
    assert waiting.count() == 2
    assert Consult.objects.get(answered_at=None).resolution.complaint.state == "in_review"


def test_one_offer_arrived_and_another_came_back() -> None:
    letters = Notice.objects.filter(outbox__effect="send_reply_letter", user=None, way="email")
    arrived = letters.get(delivered_at__isnull=False)
    returned = letters.get(bounced_at__isnull=False)
    assert (arrived.outbox.complaint.state, returned.outbox.complaint.state) == ("offered",) * 2
    assert returned.cause == "5.1.1"
    assert Notice.objects.filter(outbox=returned.outbox, way="manual", sent_at=None).exists()


def test_promises_are_paid_partly_paid_and_overdue(demo: Story) -> None:
    money = Commitment.objects.filter(amount__gt=0, complaint__state="executing")
    sums = [(c, c.standing) for c in money]
    assert any(c.state == "kept" and s.open == 0 for c, s in sums)
    assert any(c.state == "open" and 0 < s.paid < c.amount for c, s in sums)
    today = timezone.localdate(demo.anchor)
    assert any(c.state != "kept" and c.due < today and s.open for c, s in sums)


def test_a_list_of_payments_has_a_result_for_every_row() -> None:
    file = PaymentFile.objects.get()
    outcomes = list(file.lines.order_by("number").values_list("outcome", flat=True))
    assert file.state == "done"
    assert {"paid", "unreadable", "unknown_case"} <= set(outcomes)
    assert len(outcomes) == file.rows == 6


def test_one_consumer_is_not_satisfied_and_one_waits_for_a_call() -> None:
    closed = Feedback.objects.filter(
        invitation__complaint__state="closed", solved=False, score=1, source="link"
    )
    assert closed.exists()
    to_call = Invitation.objects.filter(
        complaint__state="closed", channel="call", feedback__isnull=True
    )
    assert to_call.exists()


def test_one_finding_for_many_consumers_is_signed(demo: Story) -> None:
    mass = MassCase.objects.get()
    supervisor = User.objects.get(username="supervisor")
    assert mass_members.members(mass, supervisor).count() >= 3
    signed = mass_signing.live(mass)
    assert signed is not None
    assert signed.by.is_("counsel")
    assert (mass.silent.count(), mass.silent.exclude(told_at=None).count()) == (8, 3)
    assert mass.opened_at > demo.anchor - timedelta(days=5)


def test_counsel_signed_the_templates_of_letters_but_one() -> None:
    names = set(library.current().templates)
    assert names - TEMPLATES.signed() == set(DRAFT_TEMPLATES)
