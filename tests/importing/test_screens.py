"""The pages of an import, as a browser without scripts uses them, and what other people get."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import tasks
from complaints.actions import importing
from complaints.models import Complaint, ImportRun
from tests.cast import Cast
from tests.importing.files import ROWS, as_csv, many

BAD = ("W-9", "03/04/2026", "日期不清", "日期可以读成两种。", "热线")
PERSONAL = ("内容", "姓名", "联系电话", "身份证号", "备注")
PERSON = ("电话 12012345678 打来", "王测试", "12012345678", "990101199001019999", "12098761234")


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def send(client: Client, data: bytes, name: str = "list.csv"):
    return client.post(reverse("import_complaints"), {"file": SimpleUploadedFile(name, data)})


def text(answer) -> str:
    return answer.content.decode()


def mapping(run: ImportRun, **changes: str) -> dict[str, list[str]]:
    chosen = {**run.mapping, **changes}
    return {"column": list(chosen), "field": list(chosen.values())}


def finished(run: ImportRun) -> ImportRun:
    tasks.run_import(run.pk)
    run.refresh_from_db()
    return run


def test_a_list_goes_from_upload_over_preview_and_progress_to_its_result(agent: Client) -> None:
    answer = send(agent, as_csv([*ROWS, BAD]))
    run = ImportRun.objects.get()
    assert answer.url == reverse("import_run", args=[run.pk])
    page = text(agent.get(answer.url))
    assert "可登记 3" in page
    assert "不能登记 1" in page
    assert "可能是 3 月 4 日" in page
    assert '<option value="narrative" selected>' in page
    assert Complaint.objects.count() == 0

    start = reverse("import_start", args=[run.pk])
    assert agent.post(start, mapping(run)).url == answer.url
    page = text(agent.get(answer.url))
    assert "已处理 0 / 4 行" in page
    assert 'hx-trigger="every 1s"' in page
    progress = reverse("import_progress", args=[run.pk])
    assert "已处理 0 / 4 行" in text(agent.get(progress, headers={"HX-Request": "true"}))

    finished(run)
    waiting = agent.get(progress, headers={"HX-Request": "true"})
    assert waiting["HX-Refresh"] == "true"
    page = text(agent.get(answer.url))
    assert "1 行退回，其余已处理" in page
    assert "可能是 3 月 4 日" in page
    page = text(agent.get(answer.url, {"show": "created"}))
    for case in Complaint.objects.all():
        assert reverse("case", args=[case.number]) in page
    download = agent.get(reverse("import_rejected", args=[run.pk]))
    assert download["Content-Disposition"] == "attachment; filename*=UTF-8''list.rejected.csv"
    assert "日期可以读成两种" in download.content.decode("utf-8-sig")
    assert "list.csv" in text(agent.get(reverse("import_complaints")))


def test_another_choice_of_columns_changes_the_preview_and_is_remembered(agent: Client) -> None:
    data = as_csv([("W-1", "杯子碎了", "内容在备注里")], ("编号", "事由", "颜色"))
    address = send(agent, data).url
    run = ImportRun.objects.get()
    swapped = agent.post(address, mapping(run, 颜色="narrative"), headers={"HX-Request": "true"})
    assert "内容在备注里" in text(swapped)
    assert "<html" not in text(swapped)
    assert agent.post(address, mapping(run, 颜色="title")).url == address
    page = text(agent.get(address))
    assert "“事由”“颜色”都对应“事由”；请只留一列" in page
    refused = agent.post(reverse("import_start", args=[run.pk]), mapping(run, 颜色="title"))
    assert refused.status_code == 422
    assert '<option value="title" selected>' in text(refused)
    run.refresh_from_db()
    assert run.state == "uploaded"
    agent.post(reverse("import_start", args=[run.pk]), mapping(run, 颜色="narrative"))
    assert finished(run).created == 1
    assert Complaint.objects.get().narrative == "内容在备注里"
    send(agent, data)
    assert ImportRun.objects.latest("id").mapping["颜色"] == "narrative"


def test_personal_data_is_masked_in_the_preview_the_samples_and_the_result(agent: Client) -> None:
    address = send(agent, as_csv([PERSON], PERSONAL)).url
    run = ImportRun.objects.get()
    pages = text(agent.get(address))
    pages += text(agent.post(address, mapping(run, 姓名="", 联系电话=""), follow=True))
    agent.post(reverse("import_start", args=[run.pk]), mapping(run, 联系电话="price_paid"))
    finished(run)
    pages += text(agent.get(address))
    for clear in (PERSON[1], *PERSON[2:]):
        assert clear not in pages
    assert "120****5678" in pages
    assert "王**" in pages


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.csv", b"", "文件是空的"),
        ("a.csv", b"%PDF-1.7\n", "这不是表格文件，内容是 application/pdf"),
        ("a.xlsx", b"PK\x03\x04 broken", "表格文件已损坏"),
        ("a.csv", b"x" * 200, "只有列名"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_place(
    agent: Client, name: str, data: bytes, sentence: str
) -> None:
    answer = send(agent, data, name)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not ImportRun.objects.exists()


def test_no_file_and_a_file_over_the_limit_are_refused_in_place(agent: Client, settings) -> None:
    assert "请先选择一个文件" in text(agent.post(reverse("import_complaints")))
    settings.UPLOAD_LIMIT = 1024 * 1024
    answer = send(agent, b"a,b\n" + b"x,y\n" * 300_000)
    assert answer.status_code == 422
    assert "文件超过 1 MB" in text(answer)


def test_a_full_disk_leaves_nothing_behind(agent: Client, monkeypatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("complaints.importing.keeping.os.fsync", full)
    answer = send(agent, as_csv(ROWS))
    assert answer.status_code == 422
    assert "服务器存储空间不足" in text(answer)
    assert not ImportRun.objects.exists()
    assert list(Path(settings.IMPORTS_DIR).glob("incoming-*")) == []


def test_pressing_start_twice_starts_once_and_a_stale_tab_does_no_harm(agent: Client) -> None:
    address = send(agent, as_csv(many(2))).url
    run = ImportRun.objects.get()
    start = reverse("import_start", args=[run.pk])
    agent.post(start, mapping(run))
    agent.post(start, mapping(run))
    agent.post(address, mapping(run, 内容=""))
    assert finished(run).created == 2
    answer = agent.post(start, mapping(run), follow=True)
    assert "这次导入已经完成" in text(answer)
    agent.post(reverse("import_stop", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "done"
    assert "导入已经开始，不能放弃" in text(
        agent.post(reverse("import_discard", args=[run.pk]), follow=True)
    )
    assert Complaint.objects.count() == 2


def test_an_import_can_be_stopped_and_go_on_or_be_thrown_away(agent: Client) -> None:
    address = send(agent, as_csv(many(2))).url
    run = ImportRun.objects.get()
    agent.post(reverse("import_start", args=[run.pk]), mapping(run))
    agent.post(reverse("import_stop", args=[run.pk]))
    page = text(agent.get(address))
    assert "还有 2 行没有处理" in page
    assert "继续导入" in page
    agent.post(reverse("import_start", args=[run.pk]))
    assert finished(run).created == 2
    send(agent, as_csv(many(1)))
    other = ImportRun.objects.latest("id")
    agent.post(reverse("import_discard", args=[other.pk]))
    assert not ImportRun.objects.filter(pk=other.pk).exists()


def test_a_run_whose_file_is_gone_says_so(agent: Client) -> None:
    address = send(agent, as_csv(ROWS)).url
    run = ImportRun.objects.get()
    (Path(settings.IMPORTS_DIR) / f"{run.pk}.upload").unlink()
    assert "上传的文件已经清除" in text(agent.get(address, follow=True))


def test_a_person_of_several_teams_says_which_one_gets_the_cases(cast: Cast) -> None:
    cast.agent.membership_set.create(team=cast.other_team)
    client = browser(cast.agent)
    address = send(client, as_csv(ROWS)).url
    run = ImportRun.objects.get()
    assert 'name="team"' in text(client.get(address))
    sent = {**mapping(run), "team": str(cast.other_team.pk)}
    client.post(reverse("import_start", args=[run.pk]), sent)
    finished(run)
    assert set(Complaint.objects.values_list("team", flat=True)) == {cast.other_team.pk}


ADDRESSES = {
    "import_run": ("get", "post"),
    "import_start": ("post",),
    "import_stop": ("post",),
    "import_discard": ("post",),
    "import_progress": ("get",),
    "import_rejected": ("get",),
}


def test_other_peoples_runs_are_not_there_and_other_roles_do_not_come_in(cast: Cast) -> None:
    run = importing.upload([as_csv([PERSON], PERSONAL)], "a.csv", by=cast.agent)
    for who in (cast.colleague, cast.supervisor, cast.outsider):
        client = browser(who)
        assert "a.csv" not in text(client.get(reverse("import_complaints")))
        for name, methods in ADDRESSES.items():
            for method in methods:
                answer = getattr(client, method)(reverse(name, args=[run.pk]))
                assert answer.status_code == 404, (who, name)
    for who in (cast.counsel, cast.auditor, cast.administrator):
        client = browser(who)
        assert client.get(reverse("import_complaints")).status_code == 403
        for name, methods in ADDRESSES.items():
            for method in methods:
                answer = getattr(client, method)(reverse(name, args=[run.pk]))
                assert answer.status_code == 403, (who, name)
    run.refresh_from_db()
    assert run.state == "uploaded"


def test_get_changes_nothing(agent: Client) -> None:
    send(agent, as_csv(ROWS))
    run = ImportRun.objects.get()
    for name in ("import_start", "import_stop", "import_discard"):
        assert agent.get(reverse(name, args=[run.pk])).status_code == 405


def test_the_result_costs_the_same_for_few_rows_and_many(agent: Client) -> None:
    counted = []
    for count, start in ((3, 1), (120, 1000)):
        address = send(agent, as_csv(many(count, start))).url
        run = ImportRun.objects.latest("id")
        agent.post(reverse("import_start", args=[run.pk]), mapping(run))
        finished(run)
        agent.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert agent.get(address).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 10
