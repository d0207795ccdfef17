"""The sealed package of an archived case: what is in it, and that anybody can verify it with tools
that are not ours.
"""

import base64
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import F

from audit.models import Entry
from complaints.actions import evidence as evidence_actions
from complaints.actions import sealing
from complaints.archive import rows
from complaints.errors import Invalid
from complaints.models import Complaint, Outbox, Package, Sealing
from complaints.signing import keys
from correspondence.models import Notice
from evidence.store import store
from tests import factories as f
from tests.archive.outside import by_the_readme, verified
from tests.cast import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def packed(case: Complaint) -> Package:
    """What a worker makes of it."""
    waiting = Sealing.objects.filter(complaint=case, done_at=None).latest("pk")
    made = sealing.seal(waiting.pk)
    assert made is not None, Sealing.objects.get(pk=waiting.pk).problem
    return made


def unpacked(package: Package, folder: Path) -> Path:
    with store().open(package.sha256) as file, zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    [root] = folder.iterdir()
    return root


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Archived, with an awkward name among its evidence."""
    case = f.closed(cast)
    about = {"title": "包装照片", "obtained_from": "消费者提供", "is_original": True}
    evidence_actions.add(case.number, [PNG], "照片 100%：正面?\u202e.png", about, by=cast.agent)
    from correspondence.tasks import send_waiting

    send_waiting()
    return f.step(case, "archive", cast.supervisor)


@pytest.fixture
def root(case: Complaint, tmp_path: Path) -> Path:
    return unpacked(packed(case), tmp_path / "empty")


def test_the_package_verifies_by_every_command_of_its_readme(case: Complaint, root: Path) -> None:
    said = by_the_readme(root)
    tools = {command.split()[0] for command in said}
    assert {"sha256sum", "bagit.py", "openssl", "for", "python3"} <= tools
    [line] = [text for command, text in said.items() if command.startswith("python3")]
    for words in (
        "the seal is valid",
        "entries are in their blocks",
        "lines of the timeline are in their blocks",
        "as received",
        "signature 01-v1 is valid",
        "whole, nothing was altered",
    ):
        assert words in line, line
    assert case.number in line
    [key] = [text.strip() for text in said.values() if re.fullmatch("[0-9a-f]{16}\n", text)]
    assert key == keys.own_id()
    assert verified(root, f"--key {key}")[0] == 0
    status, other = verified(root, "--key 0123456789abcdef")
    assert (status, f"sealed by {key}, not by 0123456789abcdef" in other) == (1, True)


def test_everything_that_belongs_to_the_file_is_in_it(case: Complaint, root: Path) -> None:
    data = root / "data"
    there = {p.relative_to(data).as_posix() for p in data.rglob("*") if p.is_file()}
    assert {"dossier.pdf", "case.json", "audit.jsonl", "timeline.jsonl", "custody.jsonl"} <= there
    assert {"evidence/01-call.txt", "evidence/02-照片 100_：正面_.png"} <= there
    assert "letters/01-signed-v1.pdf" in there
    assert any(path.startswith("law/") and path.endswith("cpl/55_1.yaml") for path in there)
    assert (data / "evidence/02-照片 100_：正面_.png").read_bytes() == PNG
    last = (data / "audit.jsonl").read_bytes().splitlines()[-1]
    assert json.loads(last)["verb"] == "step.archive"
    entry = Entry.objects.get(subject=case.subject, verb="step.archive")
    assert hashlib.sha256(last).hexdigest() == entry.hash
    whole = b"".join(p.read_bytes() for p in data.rglob("*.json*"))
    for clear in ("王测试", "12012345678", "consumer@example.com"):
        assert clear.encode() not in whole


def test_the_same_case_sealed_twice_is_the_same_bytes(cast: Cast, case: Complaint) -> None:
    first = packed(case)
    evidence_actions.hand_out(case.number, 1, by=cast.auditor)  # what comes later is not in it
    on_their_way = Outbox.objects.filter(complaint=case, done_at=None)
    assert on_their_way.update(done_at=first.sealing.transition.at)
    Notice.objects.filter(outbox__complaint=case).update(
        delivered_at=F("sent_at"), brought="post", reference="SF-1"
    )
    case.refresh_from_db()
    f.step(case, "reopen", cast.supervisor, reason="消费者提交了新的鉴定")
    Complaint.objects.filter(pk=case.pk).update(
        outcome="withdrawn",
        owner=cast.supervisor,
        findings="重新调查后改写",
        narrative="改写",
        claims=["repair"],
        price_paid="1.00",
        transaction_date="2020-01-01",
        closed_at=None,
    )
    again = Sealing.objects.get(complaint=case)
    with sealing.package.written(sealing.CaseFile(again), sealing.View()) as (file, _members):
        assert hashlib.sha256(file.read()).hexdigest() == first.sha256


def test_archiving_again_adds_a_package_and_leaves_the_first_one(
    cast: Cast, case: Complaint
) -> None:
    first = packed(case)
    sealed = Entry.objects.get(subject=case.subject, verb="package.sealed")
    assert (sealed.detail["sha256"], sealed.actor) == (first.sha256, "system")
    assert sealing.seal(first.sealing_id) is None
    f.step(case, "reopen", cast.supervisor, reason="消费者提交了新的鉴定")
    f.step(case, "refer_out", cast.supervisor, body="法院", reference="1", date="2026-11-01")
    done = {"outcome": "nothing_to_execute", "evidence": [1]}
    f.step(case, "external_decision", cast.counsel, **done)
    f.step(case, "archive", cast.supervisor)
    second = packed(case)
    assert (first.sealing.number, second.sealing.number) == (1, 2)
    assert store().digest(first.sha256) == first.sha256 != second.sha256


# --- what somebody altered


def test_verify_names_what_was_altered(root: Path) -> None:
    call, opinions = root / "data/evidence/01-call.txt", root / "data/opinions.json"
    extra = root / "data/evidence/__pycache__/more.txt"
    before, moved = call.read_bytes(), opinions.read_bytes()
    call.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    opinions.unlink()
    extra.parent.mkdir()
    extra.symlink_to(call)
    status, said = verified(root)
    assert status == 1
    for expected in (
        "altered: data/evidence/01-call.txt",
        "evidence 1: another file",
        "missing: data/opinions.json",
        "not of the package: data/evidence/__pycache__/more.txt",
    ):
        assert expected in said
    shutil.rmtree(extra.parent)
    call.write_bytes(before)
    opinions.write_bytes(moved)
    assert verified(root)[0] == 0
    for name in ("tagmanifest-sha256.txt", "seal/signature.bin"):  # of a zip that was cut off
        (root / name).unlink()
    status, said = verified(root)
    assert (status, "the seal is missing: seal/signature.bin" in said) == (1, True)
    assert "the manifests are not complete" in said


def cut(number: int) -> Callable[[bytes], bytes]:
    """Without that line."""

    def without(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        del lines[number]
        return b"".join(lines)

    return without


def swapped(root: Path) -> None:
    """Two pieces of evidence change places, in the list as well."""
    one, two = sorted((root / "data/evidence").iterdir())
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    listed = json.loads((root / "data/evidence.json").read_bytes())
    a, b = (item["sha256"] for item in listed)
    listed[0]["sha256"], listed[1]["sha256"] = b, a
    (root / "data/evidence.json").write_text(json.dumps(listed), "utf-8")


def sealed_by_another(root: Path) -> None:
    """The forger's own key seals what the forger wrote, and vouches for the key of counsel."""
    forger = Ed25519PrivateKey.generate()
    name = keys.key_id_of(forger.public_key())
    statement = (root / "seal/statement.txt").read_bytes()
    head, _newline, said = statement.partition(b"\n")
    over = hashlib.sha256((root / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    message = head + b"\n" + rows.spelled({**json.loads(said), "key": name, "tagmanifest": over})
    (root / "seal/statement.txt").write_bytes(message)
    (root / "seal/signature.bin").write_bytes(forger.sign(message))
    (root / "seal/key.pem").write_bytes(keys.pem_of(forger.public_key()))


UNSEALED = "the manifests are not those that were sealed"
FORGED: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
    ("audit.jsonl", lambda b: b.replace(b'"step.sign"', b'"step.sigm"'), "record breaks"),
    ("audit.jsonl", cut(-1), "end of the record"),
    ("timeline.jsonl", cut(2), "lines of the timeline, but"),
    ("timeline.jsonl", lambda b: b.replace(b'"step"', b'"hold"', 1), "is not in block 1"),
    (
        "timeline.jsonl",
        lambda b: b.replace(b'"complaint_id":', b'"complaint_id":1', 1),
        "lines of another case",
    ),
    ("custody.jsonl", cut(0), UNSEALED),
    ("case.json", lambda b: b.replace("高血压".encode(), "低血压".encode()), UNSEALED),
    ("signatures/01-v1/statement.txt", lambda b: b.replace(b"1", b"2", 1), "01-v1 is not valid"),
    ("signatures/01-v1/signature.bin", lambda b: bytes([b[0] ^ 1]) + b[1:], "01-v1 is not valid"),
    ("audit-proofs.jsonl", lambda b: b.replace(b'"left"', b'"right"', 1), "is not in block 1"),
    ("blocks.jsonl", lambda b: b.replace(b'"size":', b'"size":1'), "block 1 does not hold"),
    ("blocks.jsonl", cut(0), "block 1 is missing (entry 1)"),
    ("signatures/01-v1/covered.json", lambda b: b.replace(b"3980", b"1980"), "other content"),
    ("analysis/01-concluded.json", lambda b: b + b" ", "not the analysis of that time"),
    ("evidence.json", lambda b: b"[" * 100_000, "evidence cannot be read"),
)


def test_a_forger_who_writes_new_manifests_is_found_out_all_the_same(root: Path) -> None:
    for path, change, expected in FORGED:
        target = root / "data" / path
        before = target.read_bytes()
        target.write_bytes(change(before))
        assert target.read_bytes() != before, path
        anew(root)
        status, said = verified(root)
        assert (status, expected in said, UNSEALED in said) == (1, True, True), said
        target.write_bytes(before)
    swapped(root)
    anew(root)
    said = verified(root)[1]
    assert "evidence 1 is not what was received" in said
    assert "evidence 2 is not what was received" in said
    assert UNSEALED in said
    sealed_by_another(root)
    said = verified(root, f"--key {keys.own_id()}")[1]
    assert f", not by {keys.own_id()}" in said
    assert "signature 01-v1: another key" in said


def anew(root: Path) -> None:
    """The manifests of whoever has the folder."""
    for name, files in (
        ("manifest-sha256.txt", sorted((root / "data").rglob("*"))),
        ("tagmanifest-sha256.txt", [root / n for n in TAGS]),
    ):
        digests = (
            (hashlib.sha256(p.read_bytes()).hexdigest(), p.relative_to(root))
            for p in files
            if p.is_file()
        )
        (root / name).write_text("".join(f"{d}  {path}\n" for d, path in digests), "utf-8")


TAGS = ("README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "verify.py")


def test_a_package_that_a_newer_key_seals_leads_to_the_key_of_the_signature(
    case: Complaint, tmp_path: Path, settings: Any
) -> None:
    older = keys.own_id()
    settings.SIGNING_KEY = base64.b64encode(b"a key of thirty-two bytes, newer").decode()
    root = unpacked(packed(case), tmp_path)
    assert keys.own_id() != older
    said = by_the_readme(root)
    assert any(
        f"(key {keys.own_id()})" in text and f"key {older})" in text for text in said.values()
    )
    (root / "data/signatures/keys/vouches.json").write_text("{}")
    assert "signature 01-v1: another key" in verified(root)[1]


def test_evidence_that_is_not_what_was_received_makes_no_package(case: Complaint) -> None:
    item = case.folder.items.get(number=1)
    path = store().path_of(item.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    waiting = Sealing.objects.get(complaint=case)
    assert sealing.seal(waiting.pk) is None
    waiting.refresh_from_db()
    assert "01-call.txt" in waiting.problem
    assert (waiting.done_at, waiting.attempts) == (None, 1)
    assert not Package.objects.exists()


# --- the other edition


def test_a_redacted_edition_blacks_out_words_keeps_files_back_and_says_so(
    cast: Cast, case: Complaint, tmp_path: Path
) -> None:
    full = packed(case)
    with pytest.raises(Invalid, match="至少两个字"):
        sealing.ask_redacted(case.number, {"words": "王"}, by=cast.counsel)
    asked = sealing.ask_redacted(
        case.number, {"words": "健康顾问\n王女士\nnumber\nat\n20", "shown": ["1"]}, by=cast.counsel
    )
    made = sealing.seal(asked.pk)
    assert made is not None
    root = unpacked(made, tmp_path)
    status, said = verified(root)
    assert status == 0, said
    assert bagit.Bag(str(root)).is_valid()
    assert "lines of the timeline are in their blocks" in said
    assert json.loads((root / "data/case.json").read_bytes())["number"].startswith("TS")
    for path in (root / "data").rglob("*.*"):
        if path.suffix in (".json", ".jsonl"):
            parts = (
                [path.read_bytes()] if path.suffix == ".json" else path.read_bytes().splitlines()
            )
            assert all(json.loads(part) is not None for part in parts), path
        if path.suffix in (".json", ".jsonl", ".txt"):
            assert "健康顾问" not in path.read_text(), path
        if path.suffix == ".pdf":
            assert "王女士" not in "".join(p.get_textpage().get_text_range() for p in pdf(path))
    told = json.loads((root / "data/redactions.json").read_bytes())
    assert told["words"] == 5
    assert {"data/case.json", "data/dossier.pdf", "data/letters/01-signed-v1.pdf"} <= set(
        told["blacked_out"]
    )
    assert [item["number"] for item in told["withheld"]] == [2]
    assert (root / "data/evidence/01-call.txt").is_file()
    assert (root / "data/signatures/01-v1/covered.redacted.json").is_file()
    assert store().digest(full.sha256) == full.sha256


def pdf(path: Path) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(path.read_bytes())
