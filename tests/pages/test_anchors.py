"""外部锚定: auditors see what was laid down outside, and compare a hash from an e-mail."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import anchors, stamping
from audit.models import Block
from audit.outside import Anchor, Stamp
from tests.audit.authority import authority
from tests.audit.test_anchors import at, sealed
from tests.cast import Cast
from tests.pages.test_archive import behind_the_back

ADDRESS = "/audit/anchors/"


@pytest.fixture
def auditor(cast: Cast, settings: Any, tmp_path: Path) -> Client:
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    client = Client()
    client.force_login(cast.auditor)
    return client


def text(client: Client, **query: Any) -> str:
    page = client.get(ADDRESS, query)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", page.content.decode())


def test_only_auditors_see_anchors_and_stamps(cast: Cast) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        client = Client()
        client.force_login(user)
        assert client.get(ADDRESS).status_code == 403
        assert client.get(f"{ADDRESS}stamps/1/").status_code == 403


def test_each_day_stands_with_its_ways_and_its_stamp_can_be_taken_along(
    auditor: Client, settings: Any, tmp_path: Path
) -> None:
    assert "还没有过去的一天可以锚定" in text(auditor)
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        (block,) = sealed(at(2, "09:00"))
        place.status = 503
        anchors.lay_down(at(3))
        assert "时间戳服务机构没有应答，会自动重试" in text(auditor)
        place.status = 200
        stamping.ask("package:TS26-000123/1", "ab" * 32, timezone.now())
        anchors.lay_down(at(3, "01:00"))
    page = text(auditor)
    assert "2026-03-02.json" in page
    assert f"{block.hash[:8]}…{block.hash[-8:]}" in page
    assert "没有法务留有邮箱" in page
    assert "一致" in page
    assert "package:TS26-000123/1" in page
    assert "没有应答" not in page
    stamp = Stamp.objects.get(what="block:1")
    taken = auditor.get(f"{ADDRESS}stamps/{stamp.pk}/")
    assert taken.content == bytes(stamp.token)
    assert taken["Content-Type"] == "application/timestamp-reply"
    assert taken["Content-Disposition"] == 'attachment; filename="block-1.tsr"'
    assert auditor.get(f"{ADDRESS}stamps/{stamp.pk + 9}/").status_code == 404


def test_a_hash_from_an_e_mail_is_compared(auditor: Client) -> None:
    first, second = sealed(at(2, "09:00"), at(2, "10:00"))
    assert "一致：区块 1 现在的哈希" in text(auditor, block="1", hash=f" {first.hash.upper()} ")
    assert "不一致：区块 1" in text(auditor, block="1", hash=second.hash)
    assert "没有区块 9" in text(auditor, block="9", hash=first.hash)
    assert "请把邮件或文件里的区块编号填成数字" in text(auditor, block="一", hash=first.hash)
    assert "哈希应是 64 个字符" in text(auditor, block="1", hash=first.hash[:-1])
    with behind_the_back("audit_block"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_block SET size = size + 1 WHERE number = 1")
    assert "不一致：区块 1" in text(auditor, block="1", hash=first.hash)


def test_a_block_that_is_another_or_gone_is_said(auditor: Client) -> None:
    sealed(at(2, "09:00"), at(3, "09:00"))
    anchors.lay_down(at(3))
    anchors.lay_down(at(4))
    assert "不一致" not in text(auditor)
    with behind_the_back("audit_block"), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_block SET hash = 'f' WHERE number = 1")
        cursor.execute("DELETE FROM audit_block WHERE number = 2")
    page = text(auditor)
    assert "不一致" in page
    assert "区块不见了" in page


def test_days_come_in_pages_for_as_many_statements_however_many(auditor: Client) -> None:
    sealed(at(2, "09:00"))
    block = Block.objects.get()
    days = [at(2).date() + timedelta(days=n) for n in range(70)]
    made = [
        Anchor(block=1, hash=block.hash, day=day, how="file", at=at(2), where=f"{day}.json")
        for day in days
    ]
    Anchor.objects.bulk_create(made[:1])
    text(auditor)  # the frame's numbers are kept for half a minute
    with CaptureQueriesContext(connection) as few:
        text(auditor)
    Anchor.objects.bulk_create(made[1:])
    with CaptureQueriesContext(connection) as many:
        page = text(auditor)
    assert len(few) == len(many) <= 12
    link = re.search(r'href="\?before=([0-9-]+)" rel="next"', page)
    assert link is not None
    assert re.findall(r"[0-9-]+\.json", page) == [f"{day}.json" for day in reversed(days[10:])]
    older = text(auditor, before=link[1])
    assert re.findall(r"[0-9-]+\.json", older) == [f"{day}.json" for day in reversed(days[:10])]
    assert text(auditor, before="never").count(".json") == 60
