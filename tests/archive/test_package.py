"""The sealed package of an archived case: what is in it, and that anybody can verify it with tools
that are not ours.
"""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pypdfium2
import pytest

from audit.models import Entry
from complaints.actions import evidence as evidence_actions
from complaints.actions import sealing
from complaints.errors import Invalid
from complaints.models import Complaint, Package, Sealing
from evidence.store import store
from tests import factories as f
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


def verified(root: Path) -> tuple[int, str]:
    """verify.py of the package itself, in its own folder, with nothing of ours at hand."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=root,
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


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


def test_the_package_verifies_by_every_tool_that_its_readme_names(
    case: Complaint, root: Path
) -> None:
    readme = (root / "README.txt").read_text()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert f"sha256sum -c {manifest}" in readme
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=root, check=True)
    assert bagit.Bag(str(root)).validate()
    [folder] = [p for p in (root / "data/signatures").iterdir() if p.name[0] == "0"]
    key = json.loads((folder / "statement.txt").read_bytes().split(b"\n", 1)[1])["key"]
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
    assert " ".join(command[:4]) in readme
    command += ["-inkey", f"data/signatures/keys/{key}.pem"]
    command += ["-in", f"{folder}/statement.txt", "-sigfile", f"{folder}/signature.bin"]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    status, said = verified(root)
    assert status == 0, said
    for line in (
        "whole, nothing was altered",
        "signature 01-v1 is valid",
        "as received",
        "in 1 sealed",
    ):
        assert line in said
    assert case.number in said


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


def _altered(root: Path) -> Iterator[tuple[str, str]]:
    """(what was done, what verify.py has to say), each after the one before was undone."""

    def put_back(path: Path, content: bytes) -> None:
        path.write_bytes(content)

    evidence = root / "data/evidence/01-call.txt"
    before = evidence.read_bytes()
    evidence.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    yield "one bit of a piece of evidence", "altered: data/evidence/01-call.txt"
    put_back(evidence, before)
    (root / "data/more.txt").write_text("x")
    yield "one file more", "not of the package: data/more.txt"
    (root / "data/more.txt").unlink()
    moved = root / "data/opinions.json"
    before = moved.read_bytes()
    moved.unlink()
    yield "one file less", "missing: data/opinions.json"
    put_back(moved, before)


def test_verify_names_what_was_altered(root: Path) -> None:
    for done, expected in _altered(root):
        status, said = verified(root)
        assert (status, expected in said) == (1, True), (done, said)
    assert verified(root)[0] == 0


FORGED = (
    ("audit.jsonl", lambda b: b.replace(b'"step.sign"', b'"step.sigm"'), "record breaks"),
    ("audit.jsonl", lambda b: b"\n".join(b.splitlines()[:-1]) + b"\n", "end of the record"),
    (
        "signatures/01-v1/statement.txt",
        lambda b: b.replace(b'"version":1', b'"version":2'),
        "signature 01-v1 is not valid",
    ),
    ("proofs.jsonl", lambda b: b.replace(b'"left"', b'"right"', 1), "is not in block 1"),
    ("blocks.jsonl", lambda b: b.replace(b'"size":', b'"size":1'), "block 1 does not hold"),
    ("signatures/01-v1/covered.json", lambda b: b.replace(b"3980", b"1980"), "other content"),
    ("analysis/01-concluded.json", lambda b: b + b" ", "not the analysis of that time"),
    (
        "evidence.json",
        lambda b: b.replace(b'"number": 1,', b'"number": 9,'),
        "evidence 9 is not what was received",
    ),
)


def test_a_forger_who_writes_new_manifests_is_found_out_all_the_same(root: Path) -> None:
    for path, change, expected in FORGED:
        target = root / "data" / path
        before = target.read_bytes()
        target.write_bytes(change(before))
        assert target.read_bytes() != before, path
        bagit.Bag(str(root)).save(manifests=True)
        assert bagit.Bag(str(root)).is_valid()
        status, said = verified(root)
        assert (status, expected in said) == (1, True), said
        target.write_bytes(before)


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
        case.number, {"words": "健康顾问\n王女士", "shown": ["1"]}, by=cast.counsel
    )
    made = sealing.seal(asked.pk)
    assert made is not None
    root = unpacked(made, tmp_path)
    status, said = verified(root)
    assert status == 0, said
    assert bagit.Bag(str(root)).is_valid()
    for path in (root / "data").rglob("*.*"):
        if path.suffix in (".json", ".jsonl", ".txt"):
            assert "健康顾问" not in path.read_text(), path
        if path.suffix == ".pdf":
            assert "王女士" not in "".join(p.get_textpage().get_text_range() for p in pdf(path))
    told = json.loads((root / "data/redactions.json").read_bytes())
    assert told["words"] == 2
    assert {"data/case.json", "data/dossier.pdf", "data/letters/01-signed-v1.pdf"} <= set(
        told["blacked_out"]
    )
    assert [item["number"] for item in told["withheld"]] == [2]
    assert (root / "data/evidence/01-call.txt").is_file()
    assert (root / "data/signatures/01-v1/covered.redacted.json").is_file()
    assert store().digest(full.sha256) == full.sha256


def pdf(path: Path) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(path.read_bytes())
