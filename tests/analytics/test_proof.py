"""Files that prove a corrective action: who puts them there, who reads them, what stays of one that
is withdrawn, and that the store keeps what they need.
"""

from __future__ import annotations

import io
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from analytics import acting, curing, proving
from analytics.api import signal_shapes as shapes
from analytics.models import ActionFile, CorrectiveAction, Signal
from audit.faults import Report
from audit.models import Entry
from complaints.actions import evidence
from complaints.actions.receiving import let_go
from complaints.errors import Invalid, NotAllowed
from evidence.checking import compare
from evidence.receive import FileRefused
from evidence.store import store
from tests import factories as f
from tests import planted
from tests.analytics.test_signals import cure, found
from tests.cast import Cast
from tests.walks.ask import browser

LIST = "签到表：三十人".encode()


@pytest.fixture(autouse=True)
def _apart(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def action(cast: Cast) -> CorrectiveAction:
    signal, by = found(cast), cast.supervisor
    acting.take(signal.pk, "acknowledge", by=by)
    acting.take(signal.pk, "confirm", by=by, reason="属实")
    return curing.open_one(cure(), by=by, signal=signal.pk)


def test_a_file_proves_an_action_until_it_is_withdrawn_and_its_trace_stays(cast: Cast) -> None:
    one, by = action(cast), cast.supervisor
    number = planted.mobile(Random(1))  # noqa: S311 invented
    made = proving.add(one.pk, [LIST], f"../签到 {number}.txt", by=by)
    assert made.file_name == f"签到 {number[:3]}xxxx{number[-4:]}.txt"
    assert store().exists(made.sha256)
    with pytest.raises(Invalid, match="没有重复添加"):
        proving.add(one.pk, [LIST], "b.txt", by=by)
    for content, name, why in (
        (b"", "a.txt", "空的"),
        (b"<html><script>1</script></html>", "a.html", "类型"),
        (b"MZ\x90\x00" + b"\x00" * 200, "a.pdf", "类型"),
    ):
        with pytest.raises(FileRefused, match=why):
            proving.add(one.pk, [content], name, by=by)
    with pytest.raises(CorrectiveAction.DoesNotExist):
        proving.add(one.pk, [b"x y z"], "c.txt", by=cast.outside_supervisor)
    with pytest.raises(NotAllowed):
        proving.add(one.pk, [b"x y z"], "c.txt", by=cast.auditor)
    assert [row.sha256 for row in ActionFile.objects.all()] == [made.sha256]

    # what destroys files of cases leaves it, and the record counts it
    let_go(made.sha256)
    report = Report(at=timezone.now())
    compare(report, "all")
    assert store().exists(made.sha256)
    assert (report.found, report.rows["action_file"]) == ({}, 1)

    # read by whoever reads the action, and nobody else
    assert proving.hand_out(one.pk, made.pk, by=cast.auditor).pk == made.pk
    with pytest.raises(CorrectiveAction.DoesNotExist):
        proving.hand_out(one.pk, made.pk, by=cast.outside_supervisor)
    with pytest.raises(Invalid, match="请填写此项"):
        proving.withdraw(one.pk, made.pk, " ", by=by)
    with pytest.raises(NotAllowed):
        proving.withdraw(one.pk, made.pk, "传错了", by=cast.auditor)
    rows = ActionFile.objects.filter(pk=made.pk)
    for change in (lambda: rows.update(sha256="0" * 64), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    # a case has the very same file: it stays when ours is withdrawn
    evidence.add(f.registered(cast).number, [LIST], "same.txt", {}, by=cast.agent)
    proving.withdraw(one.pk, made.pk, "传错了", by=by)
    assert store().exists(made.sha256)
    again = proving.add(one.pk, [LIST], "签到.txt", by=by)
    other = proving.add(one.pk, [b"only ours"], "ours.txt", by=by)
    proving.withdraw(one.pk, other.pk, "含个人信息", by=by)
    assert not store().exists(other.sha256)
    with pytest.raises(ActionFile.DoesNotExist):
        proving.hand_out(one.pk, other.pk, by=by)
    with pytest.raises(Invalid, match="没有重复撤回"):
        proving.withdraw(one.pk, other.pk, "又一次", by=by)
    with pytest.raises(DatabaseError), transaction.atomic():
        ActionFile.objects.filter(pk=other.pk).update(withdrawn_why="另一个理由")
    curing.done(one.pk, {"evidence": "见签到表"}, by=by)
    curing.find(one.pk, by)
    proving.add(one.pk, [b"late proof"], "late.txt", by=by)
    CorrectiveAction.objects.filter(pk=one.pk).update(state="checked")
    with pytest.raises(Invalid, match="不能再添加"):
        proving.add(one.pk, [b"too late"], "too_late.txt", by=by)
    files = shapes.whole(Signal.objects.get())["actions"][0]["files"]
    assert [bool(row["withdrawn_at"]) for row in files] == [True, False, True, False]
    verbs = Entry.objects.filter(subject=one.subject, verb__startswith="action.file")
    assert list(verbs.order_by("pk").values_list("verb", "detail__file")) == [
        ("action.file_added", made.pk),
        ("action.file_taken", made.pk),
        ("action.file_withdrawn", made.pk),
        ("action.file_added", again.pk),
        ("action.file_added", other.pk),
        ("action.file_withdrawn", other.pk),
        ("action.file_added", ActionFile.objects.latest("pk").pk),
    ]


def test_the_page_takes_shows_and_hands_out_files(cast: Cast, monkeypatch: Any) -> None:
    one = action(cast)
    page, boss = reverse("action", args=[one.pk]), browser(cast.supervisor)
    add = reverse("add_action_file", args=[one.pk])
    assert "请选择文件" in boss.post(add).content.decode()
    sent = io.BytesIO(b"MZ" + b"\x00" * 90)
    sent.name = "a.exe"
    refused = boss.post(add, {"file": sent})
    assert refused.status_code in (400, 415)
    assert 'role="alert"' in refused.content.decode()
    sent = io.BytesIO(LIST)
    sent.name = "签到.txt"
    assert boss.post(add, {"file": sent}).headers["Location"] == page
    made = ActionFile.objects.get()
    reader = browser(cast.auditor)
    text = reader.get(page).content.decode()
    assert "签到.txt" in text
    assert "撤回并销毁内容" not in text
    file = reverse("action_file", args=[one.pk, made.pk])
    answer = reader.post(file)
    assert b"".join(answer.streaming_content) == LIST  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    foreign = browser(cast.outside_supervisor)
    away = reverse("withdraw_action_file", args=[one.pk, made.pk])
    assert [foreign.post(url).status_code for url in (file, add, away)] == [404] * 3
    assert reader.post(away, {"reason": "x"}).status_code == 403
    kept = boss.post(away, {"reason": ""})
    assert kept.status_code == 422
    assert "请填写此项" in kept.content.decode()

    # the store is away: a sentence, and nothing has changed
    def fails(*_a: Any) -> None:
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr("evidence.store.FileStore.discard", fails)
        answer = boss.post(away, {"reason": "传错了"})
    assert answer.status_code == 507
    assert "传错了" in answer.content.decode()
    made.refresh_from_db()
    assert made.withdrawn_at is None
    assert boss.post(away, {"reason": "传错了"}).headers["Location"] == page
    text = boss.get(page).content.decode()
    assert "已撤回，内容已销毁" in text
    assert "传错了" in text
    assert boss.post(file).status_code == 404
