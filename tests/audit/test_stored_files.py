"""The stored files are compared with the hashes under which they came."""

from typing import Any

from django.utils import timezone

from audit.faults import Place, What
from audit.verify import verify
from evidence.models import Item
from evidence.store import store
from tests import factories as f
from tests.cast import Cast


def test_files_that_were_swapped_altered_or_removed_are_found_in_the_store(cast: Cast) -> None:
    case = f.investigating(cast)
    for text in ("甲" * 9, "乙" * 9, "丙", "丁"):
        f.with_evidence(case, cast.agent, text=text)
    files: Any = store()
    first, second, third, fourth = Item.objects.filter(folder=case.folder).order_by("pk")
    assert verify(timezone.now(), files="all").rows["file"] == 4
    paths = [files.path_of(item.sha256) for item in (first, second, third, fourth)]
    contents = [path.read_bytes() for path in paths]
    changed = [contents[1], contents[0], bytes([contents[2][0] ^ 1]) + contents[2][1:]]
    for path, content in zip(paths, changed, strict=False):
        path.chmod(0o600)
        path.write_bytes(content)
    paths[3].unlink()
    (paths[0].parent / "x.txt").write_text("x")
    left = paths[0].parent / (paths[0].name[:2] + "0" * 62)
    left.write_text("x")
    files.keep(received(files, b"never became evidence"))
    report = verify(timezone.now(), files="all")
    assert report.counted(What.ALTERED, "file") == 3
    assert report.counted(What.INSERTED, "file") == 2
    assert report.unnamed == 1
    assert {p.note for p in report.places[What.INSERTED, "file"]} == {
        f"{left.name[:2]}/x.txt",
        left.name,
    }
    assert report.found[What.DELETED, "file"] == (
        Place("file", fourth.pk, subject=case.subject, sequence=4, note=fourth.sha256),
        1,
    )


def received(files: Any, content: bytes) -> Any:
    incoming = files.incoming()
    incoming.write(content)
    return incoming


def test_each_stored_file_is_read_once_a_week_by_night(cast: Cast) -> None:
    case = f.investigating(cast)
    for n in range(12):
        f.with_evidence(case, cast.agent, text=f"{n}")
    by_night = [verify(timezone.now(), files=str(day)).rows.get("file", 0) for day in range(7)]
    assert (sum(by_night), max(by_night) < 12) == (12, True)
