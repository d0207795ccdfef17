"""PIPL 44–50 on screen: a request from the case to its answer, what each role finds, and what a
refusal keeps.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.reauthentication import KEY
from audit.models import Reading
from complaints.actions import rights as acts
from complaints.models import Complaint, RightsLetter, RightsRequest
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.crawl.reading import words_of
from tests.walks.ask import browser, text_of

PERSON = {"name": "王测试", "phone": "12012345678", "id_number": "110101197001010011"}
ASKED = {"kinds": ["access", "deletion"], "requester": "self", "details": "给我一份，然后删除"}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast, consumer=dict(PERSON))


def act(client: Client, row: RightsRequest, what: str, **sent: Any) -> Any:
    return client.post(reverse("rights_act", args=[row.pk, what]), sent)


def test_a_request_goes_from_the_case_to_the_answer(cast: Cast, case: Complaint) -> None:
    agent, counsel = browser(cast.agent), browser(cast.counsel)
    new = reverse("rights_new", args=[case.number])
    assert new in agent.get(reverse("case", args=[case.number])).content.decode()
    refused = agent.post(new, {**ASKED, "kinds": []})
    assert refused.status_code == 422
    assert "给我一份，然后删除" in text_of(refused)
    for _twice in range(2):
        assert agent.post(new, ASKED).status_code == 302
    row = RightsRequest.objects.get()
    page = reverse("rights_request", args=[row.pk])
    for by in (cast.outsider, cast.outside_supervisor):
        for answer in (browser(by).get(page), act(browser(by), row, "check", how="document")):
            assert answer.status_code == 404
    assert browser(cast.administrator).get(page).status_code == 403
    assert act(browser(cast.auditor), row, "check").status_code == 403
    shown = text_of(browser(cast.auditor).get(page))
    assert "给我一份" in shown
    assert "登记核验" not in shown
    wrong = act(agent, row, "check", how="document", passed="1", note="")
    assert wrong.status_code == 422
    assert "怎样核验" in text_of(wrong)
    sent = {"how": "document", "passed": "1", "note": "视频核对"}
    assert act(agent, row, "check", **sent).status_code == 302
    assert act(agent, row, "decide", outcome="granted").status_code == 403
    assert act(counsel, row, "nothing").status_code == 404
    late = act(counsel, row, "copy", kind="copy", note="当面", password=PASSWORD)
    assert late.status_code == 422
    assert "法务还没有决定" in text_of(late)
    assert act(counsel, row, "decide", outcome="granted").status_code == 302
    assert "同一个人的案件" in text_of(counsel.get(page))
    session = counsel.session  # password given for the refusal above does not stay for ever
    session.pop(KEY, None)
    session.save()
    no = act(counsel, row, "copy", kind="copy", note="当面交付", password="wrong")
    assert no.status_code == 422
    assert "密码不正确" in text_of(no)
    assert "当面交付" in text_of(no)
    file = act(counsel, row, "copy", kind="copy", note="当面交付", password=PASSWORD)
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    assert "no-store" in file["Cache-Control"]
    assert file.content[:2] == b"PK"
    assert "clear:id_number" in Reading.objects.latest("pk").fields
    again = act(counsel, row, "copy", kind="copy", note="当面交付")
    assert again.status_code == 422
    assert "已在" in text_of(again)
    stop = act(counsel, row, "limit", kind="limit", note="期限未届满")
    assert stop.status_code == 302
    draft = text_of(counsel.get(page))
    assert "期限届满后销毁" in draft
    bare = act(counsel, row, "answer", delivery="", channel="letter")
    assert bare.status_code == 422
    assert "怎样交给请求人" in text_of(bare)
    typed = {"delivery": "核对证件后当面交给您", "channel": "letter"}
    preview = reverse("rights_preview", args=[row.pk, "answer"])
    for who, status in [(counsel, 200), (agent, 404), (browser(cast.outsider), 404)]:
        assert who.post(preview, typed).status_code == status
    assert "核对证件后当面交给您" in words_of(counsel.post(preview, typed).content, "pdf").decode()
    of_case = counsel.get(reverse("letter_pdf", args=[case.number]) + "?kind=rights")
    assert "已制作您个人信息的副本" in words_of(of_case.content, "pdf").decode()
    assert not RightsLetter.objects.exists()
    done = act(counsel, row, "answer", **typed)
    assert done.status_code == 302, text_of(done)
    assert act(counsel, row, "answer", **typed).status_code == 422
    send_waiting()
    told = text_of(counsel.get(page))
    assert "待人工送达" in told
    kept = reverse("rights_letter", args=[row.pk, RightsLetter.objects.get().number])
    assert kept in counsel.get(page).content.decode()
    assert (
        "核对证件后当面交给您" in words_of(browser(cast.auditor).get(kept).content, "pdf").decode()
    )
    assert browser(cast.outsider).get(kept).status_code == 404
    assert case.number in text_of(counsel.get(reverse("rights") + "?show=done"))
    story = text_of(counsel.get(reverse("case", args=[case.number])))
    assert "登记个人信息权利请求：查阅、复制个人信息；删除个人信息" in story


def test_the_list_costs_the_same_however_long_it_is(cast: Cast, case: Complaint) -> None:
    client = browser(cast.supervisor)
    cases = [case, *(f.registered(cast, order_number=f"S-{n}") for n in range(3))]
    counts = []
    for each in cases:
        acts.ask(each.number, ASKED, by=cast.agent)
        with CaptureQueriesContext(
            connection,
        ) as found:
            answer = client.get(reverse("rights"))
        assert each.number in text_of(answer)
        counts.append(len(found))
    assert len(set(counts[1:])) == 1, counts
    assert client.get(reverse("rights") + "?cursor=x").status_code == 200
    assert browser(cast.administrator).get(reverse("rights")).status_code == 403
    assert cases[0].number not in text_of(browser(cast.outsider).get(reverse("rights")))
