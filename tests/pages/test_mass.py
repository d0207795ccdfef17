"""Mass cases on the pages: figures that open their rows, signing, joining from a case."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.actions import mass, segregation, silent
from complaints.models import Complaint, MassCase, MassMember, MassOpinion, SilentConsumer
from complaints.signing import mass as signing
from complaints.signing.canonical import hash_of
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.complaints.test_mass import VALUES, opened, signed
from tests.importing.files import as_csv
from tests.walks.ask import browser


def text_of(answer: Any) -> str:
    return answer.content.decode()


def place(name: str, *args: Any) -> str:
    return reverse(name, args=args)


@pytest.fixture
def one(cast: Cast) -> MassCase:
    return opened(cast)


def test_a_supervisor_opens_one_adds_cases_and_each_case_shows_it(cast: Cast) -> None:
    client, case = browser(cast.supervisor), f.investigating(cast)
    refused = client.post(place("mass_new"), {**VALUES, "title": ""})
    assert refused.status_code == 422
    assert VALUES["finding"] in text_of(refused)
    answer = client.post(place("mass_new"), VALUES)
    made = MassCase.objects.get()
    assert answer["Location"] == f"{place('mass_case', made.pk)}?tab=proposed"
    assert case.number in text_of(client.get(answer["Location"]))
    answer = client.post(place("mass_members", made.pk), {"number": [case.number, "TS-0"]})
    assert answer.status_code == 302
    assert MassMember.objects.get().complaint == case
    text = text_of(browser(cast.agent).get(place("case", case.number)))
    assert VALUES["title"] in text
    assert VALUES["finding"] in text
    assert place("mass_case", made.pk) in text


def test_counsel_signs_on_the_page_and_every_review_shows_it(cast: Cast, one: MassCase) -> None:
    case = f.in_review(cast)
    mass.join(case.number, one.pk, by=cast.supervisor)
    client, address = browser(cast.counsel), place("mass_sign", one.pk)
    assert "还没有法务签署" in text_of(client.get(place("review_case", case.number)))
    sent = {"text": "认定成立", "read": hash_of(signing.content(one))}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "认定成立" in text_of(refused)
    assert client.post(address, {**sent, "password": PASSWORD, "read": "x"}).status_code == 409
    assert client.post(address, sent).status_code == 302
    assert MassOpinion.objects.get().by == cast.counsel
    for page in ("review_case", "case"):
        text = text_of(client.get(place(page, case.number)))
        assert f"{cast.counsel.name} 已签署" in text
    mass.write(one.pk, {"finding": "另一认定"}, by=cast.supervisor)
    assert "签署已失效" in text_of(client.get(place("mass_case", one.pk)))
    assert "签署已失效" in text_of(client.get(place("review_case", case.number)))
    text = text_of(browser(cast.agent).get(place("case", case.number)))
    assert "改动后须重新签署" in text
    assert browser(cast.supervisor).post(address, sent).status_code == 403


def test_an_older_form_of_the_finding_is_refused_and_keeps_what_was_typed(
    cast: Cast, one: MassCase
) -> None:
    client, address = browser(cast.supervisor), place("mass_edit", one.pk)
    mass.write(one.pk, {"defect": "又查明一事"}, by=cast.supervisor)
    refused = client.post(address, {**VALUES, "finding": "我写的", "version": "1"})
    assert refused.status_code == 409
    assert "我写的" in text_of(refused)
    saved = client.post(address, {**VALUES, "finding": "我写的", "version": "2"})
    assert saved.status_code == 302
    assert MassCase.objects.get().finding == "我写的"


def test_every_number_opens_exactly_its_rows(cast: Cast, one: MassCase) -> None:
    for case in (f.investigating(cast), f.drafted(cast, order_number="SO-2")):
        mass.join(case.number, one.pk, by=cast.supervisor)
    client = browser(cast.supervisor)
    rows = [["甲测试", "12000000001"], ["乙测试", "12000000002"]]
    upload = SimpleUploadedFile("l.csv", as_csv(rows, ["姓名", "电话"]))
    assert client.post(place("mass_silent", one.pk), {"file": upload}).status_code == 302
    told = SilentConsumer.objects.order_by("id")[0]
    client.post(place("mass_told", one.pk), {"row": [told.pk], "how": "短信"})
    f.registered(cast, consumer={"name": "乙测试", "phone": "12000000002"}, order_number="SO-9")
    text = text_of(client.get(place("mass_case", one.pk)))
    assert "12000000001" not in text
    shown = re.findall(
        r'<li><a href="\?([^"#]+)#rows"[^>]*><span[^>]*>([^<]+)</span><b>(\d+)', text
    )
    values = [(label, int(value)) for _q, label, value in shown]
    assert values == [
        *(("成员案件", 2), ("办理中", 2), ("尚无方案", 1), ("已有方案", 1), ("已办结", 0)),
        *(("未投诉名单", 2), ("尚未告知", 0), ("已告知", 1), ("后来投诉了", 1)),
    ]
    for query, label, value in shown:
        page = text_of(client.get(f"{place('mass_case', one.pk)}?{query}".replace("&amp;", "&")))
        assert len(re.findall(r'<tr id="[ms]\d', page)) == int(value), label


def test_a_case_joins_and_leaves_from_its_own_page(cast: Cast, one: MassCase) -> None:
    case, client = f.investigating(cast), browser(cast.supervisor)
    address = place("mass_of_case", case.number)
    assert address in text_of(client.get(place("case", case.number)))
    assert client.post(address, {"mass": ""}).status_code == 422
    assert client.post(address, {"mass": str(one.pk)}).status_code == 302
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "不是同一批"}).status_code == 302
    assert not MassMember.objects.exists()
    assert browser(cast.agent).get(address).status_code == 403
    assert browser(cast.outside_supervisor).get(address).status_code == 404


def test_a_foreign_mass_case_is_answered_like_a_missing_one(cast: Cast, one: MassCase) -> None:
    client = browser(cast.outside_supervisor)
    for name in ("mass_case", "mass_edit"):
        assert client.get(place(name, one.pk)).status_code == 404
    for name in ("mass_members", "mass_draft", "mass_silent", "mass_told"):
        assert client.post(place(name, one.pk)).status_code == 404
    assert VALUES["title"] not in text_of(client.get(place("mass_cases")))
    assert VALUES["title"] in text_of(browser(cast.auditor).get(place("mass_cases")))


def test_more_members_ask_the_database_no_more_often(cast: Cast, one: MassCase) -> None:
    signed(cast, one)
    client = browser(cast.supervisor)

    def asked(n: int) -> int:
        for k in range(n):
            case = f.registered(cast, order_number=f"SO-{n}-{k}")
            mass.join(case.number, one.pk, by=cast.supervisor)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(place("mass_case", one.pk)).status_code == 200
        return len(statements)

    client.get(place("mass_case", one.pk))
    few = asked(1)
    assert asked(5) == few
    assert few <= 24
    assert Complaint.objects.filter(mass_member__mass=one).count() == 6


def test_counsel_with_a_part_in_a_member_reads_why_instead_of_the_form(
    cast: Cast, one: MassCase
) -> None:
    case = f.in_review(cast)
    mass.join(case.number, one.pk, by=cast.supervisor)
    segregation.recuse(case.number, {"reason": "相识"}, by=cast.counsel)
    text = text_of(browser(cast.counsel).get(place("mass_case", one.pk)))
    assert "已回避其中的成员案件" in text
    assert place("mass_sign", one.pk) not in text


@pytest.mark.parametrize("number", ["²", "①", "９９", "9" * 5000, "-1", ""])
def test_what_is_no_number_in_a_form_breaks_nothing(number: str, cast: Cast, one: MassCase) -> None:
    client, case = browser(cast.supervisor), f.investigating(cast)
    told = client.post(place("mass_told", one.pk), {"row": number, "how": "短信"})
    assert told.status_code == 422
    edited = client.post(place("mass_edit", one.pk), {**VALUES, "version": number})
    assert edited.status_code in (302, 409)
    joined = client.post(place("mass_of_case", case.number), {"mass": number, "version": number})
    assert joined.status_code in (409, 422)


def test_all_who_were_not_told_are_written_down_at_once_and_nothing_typed_is_lost(
    cast: Cast, one: MassCase
) -> None:
    rows = [[f"甲{n}", f"1200000000{n}"] for n in range(3)]
    silent.take(one.pk, [as_csv(rows, ["姓名", "电话"])], by=cast.supervisor)
    f.registered(cast, consumer={"name": "甲0", "phone": "12000000000"})  # complained meanwhile
    client, address = browser(cast.supervisor), place("mass_told", one.pk)
    first = SilentConsumer.objects.order_by("-id")[0]
    refused = client.post(address, {"row": first.pk, "how": " "})
    assert refused.status_code == 422
    assert "请写明怎样告知" in text_of(refused)
    assert f'value="{first.pk}" checked' in text_of(refused)
    refused = client.post(address, {"how": "短信群发"})
    assert (refused.status_code, 'value="短信群发"' in text_of(refused)) == (422, True)
    assert client.post(address, {"all": "1", "how": "短信群发"}).status_code == 302
    assert SilentConsumer.objects.filter(told_how="短信群发").count() == 2
    assert client.post(address, {"all": "1", "how": "短信群发"}).status_code == 422
