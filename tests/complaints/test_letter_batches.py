"""Many letters at once: with progress, none twice, none left out, also when a worker is killed."""

import io
import zipfile
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints import letter_occasions, letter_sets, letter_writing
from complaints.actions import letter_batches
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, LetterBatch, LetterRow
from letters.template import KINDS
from tests import factories as f
from tests.cast import Cast, assemble
from tests.letters.paper import Paper
from tests.walks.ask import browser

pytestmark = pytest.mark.django_db


def finished(batch: LetterBatch) -> LetterBatch:
    while letter_batches.work(batch.pk):
        pass
    batch.refresh_from_db()
    return batch


def files(batch: LetterBatch, by: Any) -> list[str]:
    file = io.BytesIO()
    letter_batches.pack(batch, by, file)
    return zipfile.ZipFile(file).namelist()


def test_each_case_gets_its_page_and_one_without_a_letter_is_named(cast: Cast) -> None:
    signed, drafted = f.offered(cast), f.drafted(cast)
    numbers = f"{signed.number}\n{drafted.number}\n{signed.number}"
    batch = letter_batches.start({"kind": "resolution", "numbers": numbers}, by=cast.agent)
    assert batch.rows.count() == 2
    assert finished(batch).state == "done"
    assert files(batch, cast.agent) == [f"{signed.number}-resolution.pdf"]
    assert LetterRow.objects.get(complaint=drafted).problem == "这件案件还没有处理意见函"
    assert files(batch, cast.outsider) == []


def test_the_page_shows_progress_and_hands_out_the_file(cast: Cast) -> None:
    case, client = f.investigating(cast), browser(cast.agent)
    sent = {"kind": "acceptance", "state": "investigating"}
    page = client.post(reverse("letter_batches"), sent)
    batch = LetterBatch.objects.get()
    assert page["Location"] == reverse("letter_batch", args=[batch.pk])
    assert "已写 0 / 1 封" in client.get(page["Location"]).content.decode()
    finished(batch)
    assert "写好 1 封，没有写成 0 件" in client.get(page["Location"]).content.decode()
    answer = client.get(reverse("letter_batch_file", args=[batch.pk]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.namelist() == [f"{case.number}-acceptance.pdf"]
    assert archive.read(archive.namelist()[0]).startswith(b"%PDF-1.7")
    assert browser(cast.colleague).get(page["Location"]).status_code == 404
    assert browser(cast.counsel).post(reverse("letter_batches"), sent).status_code == 403


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "acceptance"}, "请填写案件编号"),
        ({"kind": "nothing", "state": "offered"}, "nothing"),
        ({"kind": "acceptance", "numbers": "TS26-999999"}, "TS26-999999"),
        ({"kind": "acceptance", "state": "archived"}, "没有符合条件的案件"),
    ],
)
def test_what_cannot_be_begun_is_said(cast: Cast, values: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        letter_batches.start(values, by=cast.agent)
    assert words in str(refused.value.errors)
    with pytest.raises(NotAllowed):
        letter_batches.start(values, by=cast.auditor)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_leaves_its_letters_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = assemble()
    cases = [f.registered(cast) for _n in range(3)]
    values = {"kind": "acknowledgement", "state": "registered"}
    batch = letter_batches.start(values, by=cast.agent)
    written: list[str] = []
    on_paper = letter_writing.on_paper

    def dies(letter: Any, number: str, day: Any, **more: Any) -> bytes:
        if len(written) == 2:
            raise KeyboardInterrupt  # as the process ends, nothing of it was committed
        written.append(number)
        return on_paper(letter, number, day, **more)

    monkeypatch.setattr(letter_writing, "on_paper", dies)
    with pytest.raises(KeyboardInterrupt):
        letter_batches.work(batch.pk)
    assert not LetterRow.objects.exclude(pdf=b"").exists()
    monkeypatch.setattr(letter_writing, "on_paper", on_paper)
    later = timezone.now() + letter_batches.SILENT * 2
    assert letter_batches.resume(later) == 1
    assert finished(batch).state == "done"
    assert sorted(files(batch, cast.agent)) == sorted(
        f"{c.number}-acknowledgement.pdf" for c in cases
    )
    connection.close()


def test_rows_that_another_worker_holds_are_passed_over(cast: Cast) -> None:
    f.registered(cast)
    values = {"kind": "acknowledgement", "state": "registered"}
    batch = letter_batches.start(values, by=cast.agent)
    assert not letter_batches.work(batch.pk)  # all of it in one part
    assert not letter_batches.work(batch.pk)
    with transaction.atomic():
        assert LetterRow.objects.select_for_update().filter(batch=batch, done_at=None).count() == 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_statements_of_a_part_do_not_grow_with_its_letters(cast: Cast, kind: str) -> None:
    make = f.offered if kind == "resolution" else f.executing if kind == "closing" else f.registered
    counts = []
    for cases in ([make(cast)], [make(cast) for _n in range(3)]):
        numbers = "\n".join(case.number for case in cases)
        batch = letter_batches.start({"kind": kind, "numbers": numbers}, by=cast.agent)
        with CaptureQueriesContext(connection) as asked:
            letter_batches.work(batch.pk)
        counts.append(len(asked))
        assert not batch.rows.filter(done_at=None).exists()
    assert counts[1] <= counts[0]


def test_a_letter_of_many_says_what_one_alone_says(cast: Cast) -> None:
    cases = [f.registered(cast), f.investigating(cast), f.offered(cast), f.executing(cast)]
    now = timezone.now()
    for kind in KINDS:
        alone = [letter_occasions.values_of(kind, case, "zh", now) for case in cases]
        many = list(Complaint.objects.filter(pk__in=[c.pk for c in cases]).order_by("pk"))
        letter_sets.read(many, kind)
        assert [letter_occasions.values_of(kind, case, "zh", now) for case in many] == alone


def test_more_cases_than_a_batch_takes_are_refused_as_too_many(cast: Cast) -> None:
    numbers = " ".join(f"TS26-{n:06}" for n in range(letter_batches.MOST + 1))
    with pytest.raises(Invalid) as refused:
        letter_batches.start({"kind": "acceptance", "numbers": numbers}, by=cast.agent)
    assert "一次最多 1000 件" in str(refused.value.errors)


def test_each_letter_of_a_batch_is_in_the_language_of_its_consumer(cast: Cast) -> None:
    english = f.registered(cast, consumer={**f.CONSUMER, "language": "en"})
    numbers = f"{f.registered(cast).number} {english.number}"
    for language, said in (("", {"zh", "en"}), ("zh", {"zh"}), ("en", {"en"})):
        sent = {"kind": "acknowledgement", "numbers": numbers, "language": language}
        batch = finished(letter_batches.start(sent, by=cast.agent))
        texts = [Paper(bytes(pdf)).text() for pdf in batch.rows.values_list("pdf", flat=True)]
        assert {"en" if "Yourssincerely" in text else "zh" for text in texts} == said
