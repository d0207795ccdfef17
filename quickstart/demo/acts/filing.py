"""The file as evidence: sealed, read, held, reviewed, destroyed; evidence withdrawn and linked."""

from __future__ import annotations

from audit import reading
from audit.models import Entry
from audit.reading import Shown
from audit.seal import seal as seal_blocks
from complaints import reading_words
from complaints.actions import disposal, folder, legal_hold, sealing, shredding
from complaints.actions import evidence as evidence_actions
from complaints.facts import current_answers
from complaints.models import DisposalRow, Sealing
from evidence.models import Item, Link
from quickstart.demo import files
from quickstart.demo.stage import Scene
from quickstart.demo.stories import filed


def seal(s: Scene) -> None:
    """What the worker does in a minute; long ago nothing else waits."""
    waiting = Sealing.objects.filter(complaint__number=s.number, done_at=None)
    for pk in waiting.values_list("pk", flat=True):
        sealing.seal(pk, s.now)


def seal_record(s: Scene) -> None:
    """What happened so far into blocks; not where something of the night stands there already."""
    if not Entry.objects.filter(at__gt=s.now).exists():
        seal_blocks(s.now)


def read(s: Scene) -> None:
    """Somebody opens the file."""
    subject = s.complaint.subject
    fields = list(reading_words.fields_of("archive_case"))
    reading.note(Shown("archive_case", subject, fields), [subject], s.by, s.now)


def place_hold(s: Scene) -> None:
    words = filed()
    sent = {"matter": words["matter"], "reason": words["hold_reason"], "numbers": s.number}
    legal_hold.place(sent, by=s.by, reauthenticated_at=s.now, now=s.now)


def propose(s: Scene) -> None:
    """What the system does every day."""
    disposal.propose(s.now)


def review_file(s: Scene) -> None:
    """`{agree, reason?, until?}` of one of the files that are proposed."""
    row = DisposalRow.objects.get(complaint__number=s.number, state=DisposalRow.State.WAITING)
    values = {
        "approve": s.values["agree"],
        "reason": s.values.get("reason", ""),
        "keep_until": s.values.get("until", ""),
    }
    disposal.review(row.batch_id, [row.pk], values, by=s.by, now=s.now)


def destroy(s: Scene) -> None:
    """What two agreed to and whose day has come."""
    shredding.run(s.now)


def withdraw_item(s: Scene) -> None:
    """The same picture twice: one is taken back."""
    words, number = filed(), s.number
    about = {"title": words["duplicate"]["title"], "obtained_from": s.case.consumer.called}
    lines = [words["duplicate"]["title"], words["duplicate"]["text"]]
    picture = files.MAKERS["png"](lines)
    evidence_actions.add(number, [picture], f"{lines[0]}.png", about, by=s.by, now=s.now)
    item = Item.objects.filter(folder=s.complaint.folder_id).latest("number")
    folder.withdraw(number, item.number, {"reason": words["withdrawn"]}, by=s.by, now=s.now)


def link_items(s: Scene) -> None:
    """The first file proves the facts that were answered first."""
    for fact in sorted({answer.fact for answer in current_answers(s.complaint)})[:2]:
        wanted = {"kind": Link.Kind.FACT, "target": fact}
        folder.link(s.number, 1, wanted, by=s.by, now=s.now)
