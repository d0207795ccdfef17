"""Mass cases, by a program."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import reauthentication
from complaints import tasks
from complaints.actions import silent
from complaints.models import Complaint, MassCase, MassDraft, MassMember
from tests import factories as f
from tests.api.conftest import ok, person, program
from tests.cast import Cast
from tests.complaints.test_mass import VALUES, signed
from tests.importing.files import as_csv


def test_a_mass_case_is_opened_changed_joined_and_left(cast: Cast) -> None:
    boss, case = program(cast.supervisor), f.investigating(cast)
    made = ok(boss.post("mass/", VALUES), 201)
    assert (made["title"], made["opinion"], made["members"]["all"]) == (VALUES["title"], None, 0)
    path = f"mass/{made['id']}/"
    changed = ok(boss("patch", path, {"finding": "已查明", "version": 1}))
    assert (changed["finding"], changed["version"]) == ("已查明", 2)
    assert boss("patch", path, {"finding": "x", "version": 1}).status_code == 409
    joined = ok(boss.post(f"{path}members/", {"complaint": case.number}), 201)
    assert joined["members"]["undrafted"] == 1
    rows = ok(program(cast.agent).get(f"{path}members/?show=open"))["results"]
    assert [row["complaint"] for row in rows] == [case.number]
    assert boss.post(f"{path}members/", {"complaint": case.number}).status_code == 400
    left = f"complaints/{case.number}/mass/leave/"
    assert boss.post(left, {"reason": ""}).status_code == 400
    assert boss.post(left, {"reason": "另一批次"}).status_code == 204
    assert not MassMember.objects.exists()


def test_counsels_signature_is_read_and_only_while_it_holds(cast: Cast) -> None:
    boss = program(cast.supervisor)
    made = ok(boss.post("mass/", VALUES), 201)
    signed(cast, MassCase.objects.get())
    path = f"mass/{made['id']}/"
    assert ok(boss.get(path))["opinion"]["by"]["username"] == "counsel"
    assert ok(boss("patch", path, {"defect": "另一问题"}))["opinion"] is None


def test_counsel_signs_in_a_session_after_the_password_and_never_with_a_key(cast: Cast) -> None:
    made = ok(program(cast.supervisor).post("mass/", VALUES), 201)
    path, sent = f"mass/{made['id']}/sign/", {"opinion": "认定成立", "content": made["content"]}
    assert program(cast.counsel).post(path, sent).status_code == 403
    assert person(cast.outsider).post(path, sent).status_code == 404
    counsel = person(cast.counsel)
    refused = counsel.post(path, sent)
    assert refused.status_code == 400
    assert [e["field"] for e in refused.json()["errors"]] == ["password"]
    session = counsel.client.session
    session[reauthentication.KEY] = timezone.now().isoformat()
    session.save()
    assert counsel.post(path, {**sent, "content": "0" * 64}).status_code == 409
    assert counsel.post(path, {"opinion": " ", "content": made["content"]}).status_code == 400
    signed_now = ok(counsel.post(path, sent), 201)
    assert signed_now["opinion"]["content"] == made["content"]
    assert counsel.post(path, sent).status_code == 409  # holds already


def test_who_has_not_complained_is_listed_masked(cast: Cast) -> None:
    boss = program(cast.supervisor)
    pk = ok(boss.post("mass/", VALUES), 201)["id"]
    data = as_csv([["甲测试", "12000000001"]], ["姓名", "电话"])
    silent.take(pk, [data], by=cast.supervisor)
    (row,) = ok(boss.get(f"mass/{pk}/silent/?show=none"))["results"]
    assert (row["name"], row["phone"], row["complained"]) == ("甲**", "120****0001", False)
    assert ok(boss.get(f"mass/{pk}/silent/?show=told"))["results"] == []


def test_others_are_refused(cast: Cast) -> None:
    pk = ok(program(cast.supervisor).post("mass/", VALUES), 201)["id"]
    number = f.investigating(cast).number
    assert program(cast.agent).post("mass/", VALUES).status_code == 403
    foreign = program(cast.outside_supervisor)
    assert foreign.get(f"mass/{pk}/").status_code == 404
    assert foreign.post(f"mass/{pk}/members/", {"complaint": number}).status_code == 404
    assert ok(foreign.get("mass/"))["results"] == []
    wrong = program(cast.supervisor).post("mass/", {"title": "", "category": "x"})
    assert wrong.status_code == 400
    assert {e["field"] for e in wrong.json()["errors"]} == {"title", "category", "defect"}
    assert Complaint.objects.get(number=number).version


def test_a_file_of_consumers_is_listed_and_they_are_told(cast: Cast) -> None:
    boss = program(cast.supervisor)
    pk = ok(boss.post("mass/", VALUES), 201)["id"]
    rows = [["甲测试", "12000000001"], ["乙测试", "120"], ["丙测试", "12000000001"]]
    file = SimpleUploadedFile("名单.csv", as_csv(rows, ["姓名", "电话"]))
    taken = ok(boss.form(f"mass/{pk}/silent/", {"file": file}), 201)
    assert (taken["added"], taken["known"], [r["row"] for r in taken["refused"]]) == (1, 1, [3])
    told = f"mass/{pk}/silent/told/"
    for wrong in ({"ids": [], "how": "短信"}, {"ids": ["1"], "how": "短信"}, {"how": "短信"}):
        assert boss.post(told, wrong).json()["errors"][0]["field"] == "ids"
    (listed,) = ok(boss.get(f"mass/{pk}/silent/"))["results"]
    assert boss.post(told, {"ids": [listed["id"]], "how": " "}).status_code == 400
    assert ok(boss.post(told, {"ids": [listed["id"]], "how": "短信"})) == {"told": 1}
    assert ok(boss.post(told, {"ids": [listed["id"]], "how": "短信"})) == {"told": 0}
    assert ok(boss.get(f"mass/{pk}/silent/?show=told"))["results"][0]["told_how"] == "短信"
    foreign = program(cast.outside_supervisor)
    assert foreign.post(told, {"ids": [listed["id"]], "how": "短信"}).status_code == 404
    assert foreign.post(f"mass/{pk}/drafts/", {}).status_code == 404


def test_members_are_drafted_for_by_a_program(cast: Cast) -> None:
    boss = program(cast.supervisor)
    pk = ok(boss.post("mass/", VALUES), 201)["id"]
    path = f"mass/{pk}/drafts/"
    assert ok(boss.get(path))["members"] == 0
    assert boss.post(path, {}).status_code == 409  # nobody wrote a finding
    ok(boss("patch", f"mass/{pk}/", {"finding": "已查明"}))
    ok(boss.post(f"mass/{pk}/members/", {"complaint": f.resolving(cast).number}), 201)
    asked = ok(boss.post(path, {}), 202)
    assert (asked["members"], asked["waiting"], asked["finished_at"]) == (1, 1, None)
    while tasks.draft_for_members(MassDraft.objects.get().pk):
        pass
    done = ok(boss.get(path))
    assert (done["drafted"] + done["left"], done["waiting"]) == (1, 0)
    assert done["finished_at"]
