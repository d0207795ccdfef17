"""An import from upload to end: what is taken and refused, what a second one changes, and what a
killed one leaves.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints import tasks
from complaints.actions import import_run, importing, intake
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, ImportRow, ImportRun, ImportTemplate
from evidence.receive import FileRefused
from tests import factories as f
from tests.cast import Cast, assemble
from tests.days import in_days
from tests.importing.files import HEADINGS, ROWS, as_csv, as_xlsx, many
from tests.outages.plug import DONE, killed_at

REAL = sorted(Path(settings.BASE_DIR).parent.glob("shared/data/real_complaints.csv"))


def uploaded(data: bytes, by: Any, name: str = "list.csv") -> ImportRun:
    return importing.upload([data], name, by=by)


def imported(data: bytes, by: Any, **mapping: str) -> ImportRun:
    run = uploaded(data, by)
    importing.choose(run, mapping)
    importing.start(run, by=by)
    return import_run.proceed(run.pk)


def counts(run: ImportRun) -> dict[str, int]:
    return {name: n for name in ImportRow.Outcome.values if (n := getattr(run, name))}


def sentences(run: ImportRun) -> dict[int, list[str]]:
    return {
        line.number: [f"{p['column']}：{p['message']}" for p in line.problems]
        for line in ImportRow.objects.filter(run=run)
        if line.problems
    }


def everything() -> tuple[Any, ...]:
    return (
        list(Complaint.objects.order_by("pk").values_list("pk", "version", "updated_at")),
        Event.objects.count(),
        Entry.objects.filter(subject__startswith="complaint:").count(),
    )


def test_good_rows_become_cases_with_history_clock_and_origin(cast: Cast) -> None:
    run = imported(as_csv(ROWS), cast.agent)
    assert (run.state, counts(run)) == ("done", {"created": 3})
    case = Complaint.objects.get(external_reference="W-2")
    assert (case.channel, case.source, case.owner, case.team) == ("import", "来信", None, cast.team)
    assert case.title == "办卡时说随时可退，现在说概不退换"
    assert timezone.localtime(case.received_at).isoformat() == "2026-03-04T09:30:00+08:00"
    event = case.events.get(code="registered")
    assert event.detail == {"channel": "import", "import": run.pk, "row": 3}
    assert event.text == "来信"
    assert case.deadlines.get().kind == "accept"
    assert broken_links(case.subject) == []
    assert "😠" in Complaint.objects.get(external_reference="W-3").narrative


def test_the_source_is_found_by_search(cast: Cast) -> None:
    from complaints import search

    imported(as_csv(ROWS), cast.agent)
    mine = Complaint.objects.visible_to(cast.agent)
    found = search.matching(mine, "热线", by=cast.agent, door="queue").cases
    assert [c.external_reference for c in found] == ["W-1"]


def test_a_workbook_is_imported_like_a_csv(cast: Cast) -> None:
    assert counts(imported(as_xlsx(ROWS), cast.agent)) == {"created": 3}
    assert counts(imported(as_csv(ROWS, encoding="gb18030"), cast.agent)) == {"unchanged": 3}


def test_a_second_import_changes_nothing_even_after_the_cases_were_worked_on(cast: Cast) -> None:
    imported(as_csv(ROWS), cast.agent)
    case = Complaint.objects.get(external_reference="W-1")
    intake.edit(case.number, {"title": "净水器漏水，三次未上门"}, by=cast.agent)
    before = everything()
    run = imported(as_csv(ROWS), cast.agent)
    assert counts(run) == {"unchanged": 3}
    assert everything() == before


def test_a_row_that_says_something_else_is_reported_and_never_written_over(cast: Cast) -> None:
    imported(as_csv(ROWS), cast.agent)
    before = everything()
    changed = (("W-1", "2026-03-02", "净水器漏水", "现在说的是另一件事。", "热线"), *ROWS[1:])
    run = imported(as_csv(changed), cast.agent)
    assert counts(run) == {"unchanged": 2, "differing": 1}
    number = Complaint.objects.get(external_reference="W-1").number
    assert f"W-1 已登记为 {number}，表格中的经过与案件不同；案件没有改动" in sentences(run)[2][0]
    assert everything() == before
    assert not run.rejected_file


def test_a_case_registered_by_hand_is_compared_field_by_field(cast: Cast) -> None:
    f.registered(cast, external_reference="H-1")
    headings = ("编号", "内容", "姓名", "电话", "金额", "商品", "诉求", "类别")
    same = ("H-1", f.NARRATIVE, "王测试", "12012345678", "¥3,980.00", "", "退款", "电话营销欺诈")
    assert counts(imported(as_csv([same], headings), cast.agent)) == {"unchanged": 1}
    other = (*same[:3], "12000000000", "3981", "别的商品", "换货", "商品质量瑕疵")
    run = imported(as_csv([other], headings), cast.agent)
    assert counts(run) == {"differing": 1}
    for word in ("电话", "商品或服务", "价款", "类别", "诉求"):
        assert word in sentences(run)[2][0]
    assert "姓名" not in sentences(run)[2][0]


def test_of_a_case_outside_the_persons_range_nothing_is_told(cast: Cast) -> None:
    other = f.registered(cast, by=cast.outsider, external_reference="W-1", narrative=ROWS[0][3])
    run = imported(as_csv(ROWS), cast.agent)
    assert counts(run) == {"created": 2, "rejected": 1}
    text = str(sentences(run))
    assert "外部编号 W-1 已经登记过" in text
    assert other.number not in text
    line = ImportRow.objects.get(run=run, outcome="rejected")
    assert line.complaint is None


def test_rows_without_a_number_get_a_stable_one(cast: Cast) -> None:
    rows = [("", *row[1:]) for row in ROWS]
    assert counts(imported(as_csv(rows), cast.agent)) == {"created": 3}
    case = Complaint.objects.get(title="净水器漏水")
    assert case.external_reference.startswith("IMP-")
    assert counts(imported(as_csv(rows), cast.agent)) == {"unchanged": 3}
    assert counts(imported(as_csv([r[1:] for r in rows], HEADINGS[1:]), cast.agent)) == {
        "unchanged": 3
    }


def test_doubles_inside_a_file_are_named(cast: Cast) -> None:
    rows = [
        *ROWS,
        ("W-1", "", "", "编号相同，内容不同", ""),
        ("", *ROWS[0][1:]),
        ("", *ROWS[0][1:]),
    ]
    run = imported(as_csv(rows), cast.agent)
    assert counts(run) == {"created": 4, "rejected": 2}
    assert sentences(run) == {
        5: ["外部编号：外部编号 W-1 与第 2 行相同；只登记第 2 行"],
        7: ["外部编号：与第 6 行内容相同；只登记第 6 行"],
    }


def test_the_good_one_of_two_rows_with_the_same_number_is_taken(cast: Cast) -> None:
    rows = [("W-1", "03/04/2026", "", "日期看不明白", ""), ROWS[0]]
    assert counts(imported(as_csv(rows), cast.agent)) == {"created": 1, "rejected": 1}


def test_a_row_without_a_date_counts_from_the_import(cast: Cast) -> None:
    before = timezone.now()
    imported(as_csv([("W-1", "", "", "没有日期", "")]), cast.agent)
    assert Complaint.objects.get().received_at >= before


def future() -> tuple[str, str, str, str, str]:
    return ("B-1", in_days(3), "t", "未来的日期", "")


BAD = [
    ("B-2", "03/04/2026", "t", "看不明白的日期", ""),
    ("B-3", "2026-03-02", "", "", ""),
    ("B-4", "2026-03-02", "t", "字" * 50_001, ""),
    ("B-5", "2026-03-02", "t", "含有\x01控制字符", ""),
    ("B" * 121, "2026-03-02", "t", "编号太长", ""),
    ("B-7", "2026-03-02", "t", "来源" * 10, "来" * 201),
]


def test_bad_rows_are_refused_one_by_one_and_the_good_ones_taken(cast: Cast) -> None:
    run = imported(as_csv([ROWS[0], future(), *BAD, ROWS[1]]), cast.agent)
    assert counts(run) == {"created": 2, "rejected": 7}
    said = {row: texts[0] for row, texts in sentences(run).items()}
    for row, sentence in {
        3: "日期：时间不能晚于现在",
        4: "日期：“03/04/2026”可能是 3 月 4 日",
        5: "内容：没有投诉内容",
        6: "内容：最多 50000 字，现有 50001 字",
        7: "内容：含有不可见的控制字符",
        8: "外部编号：最多 120 字",
        9: "来源：最多 200 字",
    }.items():
        assert sentence in said[row]


def rejected(run: ImportRun) -> str:
    return importing.rejected_rows(run, by=run.user).decode("utf-8-sig")


def test_rejected_rows_can_be_corrected_and_imported_again(cast: Cast) -> None:
    rows = [ROWS[0], ("=1+1", "03/04/2026", "=cmd()", "+86 打来，@所有人", "-来源"), ROWS[1]]
    run = imported(as_csv(rows), cast.agent)
    file = rejected(run)
    head, line = file.splitlines()
    assert head == "行号,原因,外部编号,日期,标题,内容,来源"
    assert line.startswith("3,日期：“03/04/2026”可能是 3 月 4 日")
    assert line.endswith(",'=1+1,03/04/2026,'=cmd(),'+86 打来，@所有人,'-来源")
    again = imported(file.encode(), cast.agent)
    assert counts(again) == {"rejected": 1}
    assert rejected(again).splitlines()[1].endswith(line.split("样子,")[1])
    corrected = imported(file.replace("03/04/2026", "2026-03-04").encode(), cast.agent)
    assert counts(corrected) == {"created": 1}
    case = Complaint.objects.get(external_reference="=1+1")
    assert (case.title, case.narrative, case.source) == ("=cmd()", "+86 打来，@所有人", "-来源")


def test_rows_that_could_not_be_read_are_refused_again_until_they_are_mended(cast: Cast) -> None:
    lines = as_csv(ROWS).decode().split("\r\n")
    lines.insert(1, 'W-8,2026-03-02,"没有关上,内容,热线')
    lines.insert(2, "W-9,2026-03-02,逗号,内容里有,没有引号的逗号,热线")
    data = "\r\n".join(lines).encode().replace("办卡".encode(), b"\xe5\x8a\xff")
    run = imported(data, cast.agent)
    assert counts(run) == {"created": 2, "rejected": 3}
    file = rejected(run)
    assert counts(imported(file.encode(), cast.agent)) == {"rejected": 3}
    mended = file.replace("\ufffd", "办").replace("内容里有,没有", "内容里有没有")
    assert counts(imported(mended.encode(), cast.agent)) == {"created": 2, "rejected": 1}


def test_uploads_and_rejected_rows_lie_sealed_and_go_when_they_are_done_with(cast: Cast) -> None:
    run = uploaded(as_csv([ROWS[0], BAD[0]]), cast.agent)
    folder = Path(settings.IMPORTS_DIR)
    upload = folder / f"{run.pk}.upload"
    assert "净水器".encode() not in upload.read_bytes()
    assert upload.stat().st_mode & 0o077 == 0
    importing.start(run, by=cast.agent)
    run = import_run.proceed(run.pk)
    assert not upload.exists()
    kept = folder / f"{run.pk}.rejected"
    assert "看不明白".encode() not in kept.read_bytes()
    assert "看不明白" in rejected(run)
    assert Entry.objects.filter(subject=run.subject, verb="import.rejected_rows_fetched").exists()
    tasks.resume_imports()
    assert kept.exists()
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=31))
    age(kept)
    tasks.resume_imports()
    assert not kept.exists()
    run.refresh_from_db()
    with pytest.raises(FileRefused):
        importing.rejected_rows(run, by=cast.agent)


def age(path: Path) -> None:
    os.utime(path, (0, 0))


def test_uploads_that_nobody_starts_are_removed_after_two_days(cast: Cast) -> None:
    run = uploaded(as_csv(ROWS), cast.agent)
    upload = Path(settings.IMPORTS_DIR) / f"{run.pk}.upload"
    age(upload)
    tasks.resume_imports()
    assert upload.exists()
    ImportRun.objects.filter(pk=run.pk).update(progress_at=timezone.now() - timedelta(days=3))
    tasks.resume_imports()
    assert not upload.exists()
    assert not ImportRun.objects.filter(pk=run.pk).exists()


def test_the_mapping_is_remembered_for_the_same_columns_and_the_same_person(cast: Cast) -> None:
    data = as_csv([("W-1", "放在颜色一列的内容")], ("编号", "颜色"))
    run = uploaded(data, cast.agent)
    assert run.mapping == {"编号": "external_reference", "颜色": ""}
    with pytest.raises(Invalid, match="请指定哪一列"):
        importing.start(run, by=cast.agent)
    importing.choose(run, {"颜色": "narrative", "别的": "title", "编号": "nonsense"})
    importing.start(run, by=cast.agent)
    expected = {"编号": "external_reference", "颜色": "narrative"}
    assert uploaded(data, cast.agent).mapping == expected
    assert uploaded(data, cast.colleague).mapping["颜色"] == ""
    assert ImportTemplate.objects.count() == 1


def test_only_people_with_the_permission_and_a_team_import(cast: Cast) -> None:
    for user in (cast.counsel, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            uploaded(as_csv(ROWS), user)
    cast.agent.membership_set.all().delete()
    agent = type(cast.agent).objects.get(pk=cast.agent.pk)
    with pytest.raises(NotAllowed, match="不属于任何团队"):
        uploaded(as_csv(ROWS), agent)


def test_a_list_may_name_the_team_but_only_an_own_one(cast: Cast) -> None:
    headings = ("内容", "团队")
    run = imported(as_csv([("一", "客服一组"), ("二", "客服二组")], headings), cast.agent)
    assert counts(run) == {"created": 1, "rejected": 1}
    assert "您不属于“客服二组”" in sentences(run)[3][0]


def test_a_stopped_import_keeps_what_it_took_and_goes_on_where_it_was(cast: Cast) -> None:
    run = uploaded(as_csv(many(3)), cast.agent)
    importing.start(run, by=cast.agent)
    importing.stop(run)
    assert import_run.proceed(run.pk).state == "failed"
    assert Complaint.objects.count() == 0
    run.refresh_from_db()
    importing.start(run, by=cast.agent)
    assert counts(import_run.proceed(run.pk)) == {"created": 3}
    with pytest.raises(Invalid, match="已经完成"):
        importing.start(run, by=cast.agent)


def test_an_upload_can_be_thrown_away_until_it_is_started(cast: Cast) -> None:
    run = uploaded(as_csv(ROWS), cast.agent)
    importing.discard(run)
    assert not ImportRun.objects.exists()
    assert list(Path(settings.IMPORTS_DIR).glob(f"{run.pk}.*")) == []
    other = uploaded(as_csv(ROWS), cast.agent)
    importing.start(other, by=cast.agent)
    with pytest.raises(Invalid, match="不能放弃"):
        importing.discard(other)


def test_an_import_of_a_person_who_lost_the_permission_stops_with_a_sentence(cast: Cast) -> None:
    run = uploaded(as_csv(ROWS), cast.agent)
    importing.start(run, by=cast.agent)
    type(cast.agent).objects.filter(pk=cast.agent.pk).update(is_active=False)
    run = import_run.proceed(run.pk)
    assert (run.state, run.created) == ("failed", 0)
    assert "不能登记投诉" in run.message


def test_examining_says_what_will_happen_and_writes_nothing(cast: Cast) -> None:
    imported(as_csv(ROWS[:1]), cast.agent)
    run = uploaded(
        as_csv([*ROWS, future(), BAD[0], ("", "", "", "没有编号和日期", "")]), cast.agent
    )
    before = everything()
    found = importing.examine(importing.open_table(run), run.mapping, by=cast.agent, team=cast.team)
    assert {k: v for k, v in found.counts.items() if v} == {
        "created": 3,
        "unchanged": 1,
        "rejected": 2,
    }
    assert (found.checked, found.undated, found.unnumbered) == (6, 1, 1)
    assert everything() == before
    assert ImportRow.objects.filter(run=run).count() == 0


def test_look_ups_do_not_grow_with_the_rows(cast: Cast, django_assert_max_num_queries) -> None:
    imported(as_csv(many(150)), cast.agent)
    run = uploaded(as_csv(many(150)), cast.agent)
    importing.start(run, by=cast.agent)
    with django_assert_max_num_queries(45):
        assert counts(import_run.proceed(run.pk)) == {"unchanged": 150}


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_at_any_write_goes_on_and_doubles_nothing() -> None:
    cast = assemble()
    rows = [ROWS[0], BAD[0], ROWS[1]]
    run = uploaded(as_csv(rows), cast.agent)
    importing.start(run, by=cast.agent)
    work: Callable[[], Any] = lambda: import_run.proceed(run.pk)  # noqa: E731
    for write in range(1, 100):
        code = killed_at(write, work)
        fresh = ImportRun.objects.get(pk=run.pk)
        lines = ImportRow.objects.filter(run=run)
        assert fresh.read == lines.count()
        assert fresh.created == lines.filter(outcome="created").count() == Complaint.objects.count()
        if code == DONE:
            break
        # go on from the state that the kill left, one write further each time
    else:
        raise AssertionError("the import never finished")
    assert (fresh.state, counts(fresh)) == ("done", {"created": 2, "rejected": 1})
    assert write > 4
    assert "看不明白" in rejected(fresh)
    assert Entry.objects.filter(subject=run.subject, verb="import.finished").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_worker_died_is_taken_up_again(monkeypatch) -> None:
    cast = assemble()
    sent: list[Any] = []
    monkeypatch.setattr(importing.current_app, "send_task", lambda name, args: sent.append(args))
    run = uploaded(as_csv(ROWS), cast.agent)
    importing.start(run, by=cast.agent)
    assert sent == [[run.pk]]
    assert tasks.resume_imports() == 0
    ImportRun.objects.filter(pk=run.pk).update(progress_at=timezone.now() - timedelta(minutes=2))
    assert tasks.resume_imports() == 1
    tasks.run_import(run.pk)
    run.refresh_from_db()
    assert counts(run) == {"created": 3}
    assert tasks.resume_imports() == 0


def at_once(*calls: Callable[[], Any]) -> None:
    start = threading.Barrier(len(calls))
    failed: list[BaseException] = []

    def run(call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            call()
        except BaseException as error:  # told to the test below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_file_at_the_same_time_make_no_doubles() -> None:
    cast = assemble()
    data = as_csv(many(40))
    runs = [uploaded(data, who) for who in (cast.agent, cast.colleague)]
    for run, who in zip(runs, (cast.agent, cast.colleague), strict=True):
        importing.start(run, by=who)
    at_once(*[lambda run=run: import_run.proceed(run.pk) for run in runs])
    assert Complaint.objects.count() == 40
    found = [ImportRun.objects.get(pk=run.pk) for run in runs]
    assert sum(run.created for run in found) == 40
    assert sum(run.unchanged for run in found) == 40
    assert [run.state for run in found] == ["done", "done"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_run_do_each_row_once() -> None:
    cast = assemble()
    run = uploaded(as_csv(many(40)), cast.agent)
    importing.start(run, by=cast.agent)
    at_once(*[lambda: import_run.proceed(run.pk)] * 2)
    run.refresh_from_db()
    assert (run.state, counts(run)) == ("done", {"created": 40})
    assert ImportRow.objects.filter(run=run).count() == Complaint.objects.count() == 40
    assert Entry.objects.filter(subject=run.subject, verb="import.finished").count() == 1


@pytest.mark.parametrize(
    "data",
    [as_csv(many(86)), *(path.read_bytes() for path in REAL)],
    ids=["invented", *map(str, range(len(REAL)))],
)
def test_a_whole_list_is_imported_and_a_second_time_changes_nothing(
    cast: Cast, data: bytes
) -> None:
    """Also the real texts, where they are laid beside the project."""
    run = imported(data, cast.agent)
    assert (run.rows, counts(run)) == (86, {"created": 86})
    before = everything()
    assert counts(imported(data, cast.agent)) == {"unchanged": 86}
    assert everything() == before
