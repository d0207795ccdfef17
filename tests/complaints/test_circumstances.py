"""Region, brand, batch, supplier and script version of a case: taken at every door, the region
following the address until somebody chooses another.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import intake, legal_hold, rights_acts
from complaints.importing import headings
from complaints.importing.table import EXCEL_EPOCH, Row
from complaints.importing.values import read_row
from complaints.models import Complaint, Event
from tests import factories as f
from tests.api.conftest import program
from tests.cast import Cast
from tests.complaints.test_rights import granted
from tests.pages.test_edit_case import form
from tests.pages.test_intake import fields
from tests.refusals import refusal

GIVEN = {
    "brand": "青禾",
    "batch": "SP-2611-01",
    "supplier": "云栖食品厂",
    "script_version": "第 7 版",
}
PERSON = {"name": "王测试", "phone": "12012345678", "email": "wang@example.org"}


def at(address: str) -> dict[str, str]:
    return {**PERSON, "address": address}


def stands(case: Complaint) -> tuple[str, bool]:
    case = Complaint.objects.get(pk=case.pk)
    return case.region, case.region_chosen


def test_the_region_follows_the_address_until_somebody_chooses_another(cast: Cast) -> None:
    case = f.registered(cast, consumer=at("浙江省杭州市青禾路 1 号"), **GIVEN)
    assert stands(case) == ("33", False)
    assert {name: getattr(case, name) for name in GIVEN} == GIVEN

    def edit(**values: Any) -> tuple[str, bool]:
        intake.edit(case.number, values, by=cast.agent)
        return stands(case)

    before = Complaint.objects.get(pk=case.pk).version
    assert edit(region="33") == ("33", False)  # as it was read: no choice, no change
    assert edit(region="") == ("33", False)
    assert Complaint.objects.get(pk=case.pk).version == before
    assert edit(region="33", consumer={"address": "江苏省南京市"}) == ("32", False)
    assert edit(consumer={"address": "南京东路 3 号"}) == ("", False)
    assert edit(region="四川省") == ("51", True)
    assert edit(consumer={"address": "上海市静安区"}) == ("51", True)
    assert Event.objects.filter(complaint=case).latest("id").detail == {
        "fields": ["consumer.address"]
    }
    assert edit(region="") == ("31", False)
    assert Event.objects.filter(complaint=case).latest("id").detail == {"fields": ["region"]}
    assert edit(region="31") == ("31", False)
    assert edit(brand="", batch="X-1") == ("31", False)
    for values, said in (
        ({"region": "99"}, "“99”不是省级行政区"),
        ({"region": "浙"}, "“浙”不是省级行政区"),
        ({"batch": "x" * 81}, "最多 80 字"),
        ({"brand": "a\x00b"}, "控制字符"),
        ({"supplier": 3}, "文字"),
    ):
        assert said in refusal(intake.edit, case.number, values, by=cast.agent)
    assert stands(f.registered(cast, consumer=at("浙江省"), region="广东")) == ("44", True)
    assert stands(f.registered(cast, consumer=at("浙江省"), region="33")) == ("33", False)
    assert stands(f.registered(cast, consumer=dict(PERSON))) == ("", False)


def test_a_correction_on_request_moves_the_region_and_an_erasure_leaves_it(cast: Cast) -> None:
    case = f.registered(cast, consumer=at("浙江省杭州市"))
    chosen = f.registered(cast, consumer=at("浙江省杭州市"), region="51")
    old = f.archived(cast, consumer=at("浙江省杭州市"))
    row = granted(cast, case, kinds=["correction", "deletion"])
    sent = {"field": "address", "value": "福建省厦门市", "note": "回信核实"}
    rights_acts.correct(row.pk, sent, by=cast.counsel)
    assert [stands(c) for c in (case, chosen, old)] == [
        ("35", False),
        ("51", True),
        ("35", False),
    ]
    rights_acts.erase(row.pk, {"fields": ["address"], "note": "已无必要"}, by=cast.counsel)
    old = Complaint.objects.select_related("consumer").get(pk=old.pk)
    assert (old.consumer.address_masked, old.region) == ("", "35")


def test_a_held_case_keeps_what_was_registered_and_an_upgrade_fills_in_what_masks_say(
    cast: Cast,
) -> None:
    where = {
        "浙江省杭州市青禾路": "33",
        "上海浦东新区锦桥路 2 号": "31",
        "山西路 20 号 3 单元": "",
        "南京东路三百号某某小区": "",
        "海南藏族自治州共和县": "63",
    }
    cases = {address: f.registered(cast, consumer=at(address)) for address in where}
    Complaint.objects.update(region="", shared_with_counsel=True)
    held = cases["浙江省杭州市青禾路"]
    legal_hold.place(
        {"matter": "案号", "reason": "诉讼", "numbers": held.number},
        by=cast.counsel,
        reauthenticated_at=timezone.now(),
    )
    import_module("complaints.migrations.0058_regions_of_addresses").fill(apps, None)
    assert {address: stands(case)[0] for address, case in cases.items()} == where
    assert "保留" in refusal(intake.edit, held.number, {"brand": "x"}, by=cast.agent)
    assert "保留" in refusal(intake.edit, held.number, {"region": "11"}, by=cast.agent)


def test_programs_send_and_read_them(cast: Cast) -> None:
    caller = program(cast.agent)
    sent = {**f.values(consumer=at("广东省深圳市")), **GIVEN}
    body = caller.post("complaints/", sent).json()
    assert {name: body[name] for name in GIVEN} == GIVEN
    assert body["region"] == "44"
    path = f"complaints/{body['number']}/"
    changed = caller("patch", path, {"version": 1, "region": "11", "batch": "B-2"}).json()
    assert (changed["region"], changed["batch"], changed["brand"]) == ("11", "B-2", "青禾")
    assert caller.get(path).json()["region"] == "11"
    refused = caller("patch", path, {"region": "00"})
    assert refused.status_code in (400, 422)
    [error] = refused.json()["errors"]
    assert error["field"] == "region"
    assert "两位代码" in error["message"]


COLUMNS = ("投诉内容", "省份", "品牌", "生产批号", "供货商", "话术")


@pytest.mark.parametrize(
    ("cell", "region"),
    [("浙江省", "33"), ("33", "33"), ("浙江省杭州市", "33"), ("杭州市", "33"), ("余杭", None)],
)
def test_columns_of_a_list_fill_them(cell: str, region: str | None) -> None:
    cells = ("坏了", cell, *GIVEN.values())
    mapping = headings.guess(COLUMNS)
    assert [mapping[c] for c in COLUMNS[1:]] == ["region", *GIVEN]
    reading = read_row(Row(2, cells), COLUMNS, mapping, epoch=EXCEL_EPOCH)
    assert not reading.problems
    assert reading.values.get("region") == region
    assert {name: reading.values[name] for name in GIVEN} == GIVEN
    assert [n.column for n in reading.notes] == ([] if region else ["省份"])


def test_pages_take_show_and_mend_them(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.agent)
    sent = fields(**GIVEN, consumer_address="四川省成都市青禾路", region="")
    hints = client.post(reverse("intake_hints"), sent).content.decode()
    assert "按地址：四川" in hints
    unknown = client.post(reverse("intake_hints"), {**sent, "consumer_address": "人民路 1 号"})
    assert "看不出省份" in unknown.content.decode()
    assert client.post(reverse("intake"), sent).status_code == 302
    case = Complaint.objects.latest("id")
    assert stands(case) == ("51", False)
    page = client.get(reverse("case", args=[case.number])).content.decode()
    for said in (*GIVEN.values(), "四川"):
        assert said in page
    edit = reverse("edit_case", args=[case.number])
    drawn = client.get(edit)
    assert "按地址判断（四川）" in drawn.content.decode()
    client.post(edit, {**form(drawn), "region": "50", "brand": "禾悦"})
    assert stands(case) == ("50", True)
    refused = client.post(edit, {**form(client.get(edit)), "region": "xx", "batch": "b" * 99})
    assert refused.status_code == 422
    for said in ("不是省级行政区", "最多 80 字", "b" * 99):
        assert said in refused.content.decode()
    assert stands(case) == ("50", True)
