"""Points at issue of a proposal by program: kept, carried over, and refused with a sentence."""

from typing import Any

import pytest

from complaints.models import Complaint, Point
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast

POINT = f.POINT


@pytest.fixture
def agent(cast: Cast) -> Caller:
    return program(cast.agent)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.resolving(cast)


def send(agent: Caller, case: Complaint, points: Any) -> Any:
    return agent.post(f"complaints/{case.number}/resolutions/", {"points": points})


def test_points_are_kept_as_sent_and_the_next_version_begins_with_them(
    cast: Cast, agent: Caller, case: Complaint
) -> None:
    second = {"title": "是否诱使付款", "finding": None, "fact": None}
    path = f"complaints/{case.number}/resolutions/"
    saved = ok(agent.post(path, f.proposal(points=[POINT, second])), 201)["points"]
    assert saved[0] == POINT
    assert (saved[1]["title"], saved[1]["burden"], saved[1]["finding"]) == (
        "是否诱使付款",
        "none",
        None,
    )
    ok(send(agent, case, [POINT]), 201)
    ok(agent.step(case.number, "submit"))
    ok(program(cast.counsel).step(case.number, "send_back", comments="请补证据"))
    fresh = ok(agent.post(path, {"explanation": "第二版"}), 201)
    assert (fresh["version"], fresh["points"]) == (2, [POINT])
    assert ok(send(agent, case, []), 201)["points"] == []
    assert ok(agent.get(path))["results"][0]["points"] == [POINT]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": " "}, "title", "请写明争点"),
        ({"for_numbers": [1, 7]}, "for_numbers", "证据编号 7 不在本案中"),
        ({"against_numbers": [1]}, "against_numbers", "不能既支持又反对"),
        ({"against_numbers": "第一份"}, "against_numbers", "证据编号应为数字"),
        ({"for_numbers": {"1": 2}}, "for_numbers", "用顿号隔开"),
        ({"fact": "no_such_fact"}, "fact", "没有“no_such_fact”这个事实"),
        ({"burden": "court"}, "burden", "“court”不在可选范围内"),
        ({"finding": "maybe"}, "finding", "“maybe”不在可选范围内"),
        ({"we_found": "查" * 4001}, "we_found", "最多 4000 字"),
        ({"colour": "red"}, "colour", "没有“colour”这个字段"),
    ],
)
def test_a_wrong_point_is_named_by_its_place_and_nothing_is_written(
    agent: Caller, case: Complaint, changes: dict[str, Any], field: str, words: str
) -> None:
    points = [POINT, {**POINT, **changes}]
    refused = send(agent, case, points)
    assert refused.status_code == 400
    assert [e["field"] for e in refused.json()["errors"]] == [f"points.1.{field}"]
    assert words in refused.json()["errors"][0]["message"]
    assert not Point.objects.exists()


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([POINT] * 31, "最多 30 个争点"),
        ("争点", "这里应是一个列表"),
        (["争点"], "每个争点应是一个对象"),
    ],
)
def test_what_is_no_list_of_points_is_refused(
    agent: Caller, case: Complaint, points: Any, words: str
) -> None:
    refused = send(agent, case, points)
    assert refused.status_code == 400
    assert words in refused.json()["errors"][0]["message"]
