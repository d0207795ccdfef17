"""Everything that a file as evidence goes through can be met in the demo without waiting for it."""

from django.utils import timezone

from audit.models import Block, Reading
from complaints.models import Complaint, Destroyed, DisposalRow, LegalHold, Package
from evidence.models import Link, Withdrawal
from quickstart.demo.filed import HELD, OPEN, SHOWN
from tests.demo.about_references import case
from tests.demo.loading import Story


def test_evidence_was_withdrawn_with_a_reason_and_linked_to_facts() -> None:
    gone = Withdrawal.objects.get()
    assert gone.item.folder == case(OPEN).folder
    assert "误传" in gone.reason
    links = Link.objects.filter(item__folder=case(SHOWN).folder)
    assert {link.kind for link in links} == {Link.Kind.FACT}


def test_one_file_is_held_and_others_have_read_it() -> None:
    held = case(HELD)
    assert held.legal_hold
    assert LegalHold.objects.get().released_at is None
    readers = Reading.objects.filter(about=held.subject).values_list("actor", flat=True)
    assert set(readers) == {"supervisor", "counsel", "auditor"}


def test_files_whose_time_is_over_are_proposed_reviewed_and_destroyed() -> None:
    rows = DisposalRow.objects.order_by("pk").prefetch_related("reviews")
    said = [(row.state, [r.approved for r in row.reviews.all()]) for row in rows]
    assert sorted(said) == sorted(
        [
            ("destroyed", [True, True]),
            ("waiting", [True]),
            ("waiting", [True, True]),
            ("rejected", [False]),
        ]
    )
    entry = Destroyed.objects.get()
    assert [each["user"] for each in entry.reviews] == ["supervisor", "counsel"]
    assert Complaint.objects.get(pk=entry.complaint_id).narrative == "已删除"
    assert Package.objects.count() == 1  # of what was destroyed; all others wait for the worker


def test_the_record_was_sealed_before_the_last_midnight(demo: Story) -> None:
    last = Block.objects.order_by("-number")[0]
    assert timezone.localdate(last.sealed_at) < timezone.localdate(demo.anchor)
