"""What a sealed package holds, file by file.

    for path, piece in contents.of(CaseFile(sealing), view): …

`piece` is bytes, or an `Item` whose file lies in the store.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import proofs
from audit.kinds import all_kinds
from audit.record import spelled as spelled_entry
from complaints import letter_writing, snapshots
from complaints.archive import dossier, law_texts, rows
from complaints.archive.case_file import CaseFile
from complaints.archive.view import Piece, View
from complaints.models import Opinion
from complaints.signing import keys
from complaints.signing.canonical import spelled
from evidence.bag import safe_name
from evidence.models import Item


def of(file: CaseFile, view: View) -> Iterator[Piece]:
    """Every file below data/ as a reader of the edition sees it, in the order of the package."""
    yield from view.seen(_whole(file, view))


def _whole(file: CaseFile, view: View) -> Iterator[Piece]:
    yield "data/dossier.pdf", dossier.pdf(file, view)
    yield "data/case.json", rows.readable(rows.case(file))
    yield from _record(file)
    yield from _evidence(file, view)
    yield from _law(file)
    yield from _letters(file, view)
    yield from _signatures(file)


def _record(file: CaseFile) -> Iterator[Piece]:
    """The record and the timeline: each line is the very text of which its leaf was made."""
    chain = (spelled_entry(entry).encode() + b"\n" for entry in file.entries)
    yield "data/audit.jsonl", b"".join(chain)
    timeline = all_kinds()["event"]
    yield "data/timeline.jsonl", b"".join(timeline.of(event) + b"\n" for event in file.events)
    people = {event.by_id: rows.person(event.by) for event in file.events if event.by_id}
    yield "data/people.json", rows.readable({str(pk): people[pk] for pk in sorted(people)})
    yield from _sealed(file)
    promises = [rows.commitment(c, file.at) for c in file.commitments]
    yield "data/commitments.json", rows.readable(promises)


def _sealed(file: CaseFile) -> Iterator[Piece]:
    """The block of each line, and the way from it to the block's root. Raises NotSealed."""
    entries, blocks = proofs.of("entry", file.entries)
    events, more = proofs.of("event", file.events)
    every = {block.number: block for block in (*blocks, *more)}
    yield "data/blocks.jsonl", rows.lines(proofs.as_json(every[n]) for n in sorted(every))
    yield "data/audit-proofs.jsonl", rows.lines(_ways(entries))
    yield "data/timeline-proofs.jsonl", rows.lines(_ways(events))


def _ways(found: Iterable[proofs.Proof]) -> Iterator[rows.Row]:
    for line, p in enumerate(found, 1):
        path = [list(step) for step in p.path]
        yield {"line": line, "id": p.row_id, "block": p.block, "path": path}


def path_of(item: Item, view: View) -> str:
    """Where the file of a piece of evidence lies in the package; "" where it is kept back."""
    if not view.shows(item):
        return ""
    return f"data/evidence/{item.number:02}-{safe_name(view.say(item.file_name))}"


def _evidence(file: CaseFile, view: View) -> Iterator[Piece]:
    index = [rows.item(i, path_of(i, view), file.at) for i in file.items]
    yield "data/evidence.json", rows.readable(index)
    hands = (rows.hand(i, c) for i in file.items for c in i.custody.all())
    yield "data/custody.jsonl", rows.lines(hands)
    for item in file.items:
        yield path_of(item, view), item


def _law(file: CaseFile) -> Iterator[Piece]:
    """The frozen analyses: the very bytes of which the record holds the hash."""
    about, texts = [], dict[str, bytes]()
    for number, analysis in enumerate(file.analyses, 1):
        path = f"data/analysis/{number:02}-{analysis.occasion}.json"
        about.append(rows.about_analysis(analysis, path))
        texts.update(law_texts.of(analysis))
        yield path, rows.spelled(snapshots.kept(analysis))
    yield "data/analyses.json", rows.readable(about)
    for name, text in texts.items():
        yield f"data/law/{name}", text


def _letters(file: CaseFile, view: View) -> Iterator[Piece]:
    number = file.complaint.number
    for place, opinion in enumerate(file.signatures, 1):
        proposal = opinion.resolution
        path = f"data/letters/{place:02}-signed-v{proposal.version}.pdf"
        words = view.saying(path)(proposal.letter)
        letter = letter_writing.as_kept(words, proposal.template, number)
        yield path, letter_writing.on_paper(letter, number, opinion.at)
    told = [rows.letter(row, notices, file.at) for row, notices in file.letters]
    yield "data/communications/letters.jsonl", rows.lines(told)
    yield "data/communications/texts.jsonl", rows.lines(map(rows.text, file.communications))


# --- signatures


def _signatures(file: CaseFile) -> Iterator[Piece]:
    """Statement, signature and what it covers, exactly as they were signed; the public keys. One
    from before there were keys has nothing to verify.
    """
    yield "data/opinions.json", rows.readable([_opinion(o, file.at) for o in file.opinions])
    signed = [opinion for opinion in file.signatures if opinion.statement is not None]
    public = {key.key_id: key.raw for key in file.keys}
    for place, opinion in enumerate(signed, 1):
        folder = f"data/signatures/{place:02}-v{opinion.resolution.version}"
        yield f"{folder}/statement.txt", keys.message_of(spelled(opinion.statement))
        yield f"{folder}/signature.bin", base64.b64decode(opinion.signature)
        yield f"{folder}/signature.base64.txt", opinion.signature.encode() + b"\n"
        if opinion.key_id in public:
            yield f"{folder}/key.pem", _pem(public[opinion.key_id])
        yield f"{folder}/covered.json", spelled(opinion.covered)
    for key in file.keys:
        yield f"data/signatures/keys/{key.key_id}.pem", _pem(key.raw)
    vouches = {key.key_id: key.vouches for key in file.keys}
    yield "data/signatures/keys/vouches.json", rows.readable(vouches)


def _pem(raw: bytes) -> bytes:
    return keys.pem_of(Ed25519PublicKey.from_public_bytes(raw))


def _opinion(opinion: Opinion, until: datetime) -> rows.Row:
    void = getattr(opinion, "voided", None)
    return {
        "version": opinion.resolution.version,
        "signed": opinion.signed,
        "by": rows.person(opinion.by),
        "at": rows.instant(opinion.at),
        "text": opinion.text,
        "below_minimum_reason": opinion.below_minimum_reason,
        "content_hash": opinion.content_hash,
        "key": opinion.key_id,
        "voided_at": rows.by_then(void.at, until) if void else None,
    }
