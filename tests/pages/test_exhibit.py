"""一份证据: its page, its inside only after the look was recorded, and what is done there."""

from __future__ import annotations

import wave
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Reading
from complaints.actions import evidence, facts, folder
from complaints.models import Complaint
from complaints.views import looking
from evidence.models import Custody, Link, Withdrawal
from evidence.store import store
from tests import factories as f
from tests.archive import made
from tests.cast import Cast
from tests.evidence.test_kinds import zipped
from tests.evidence.test_looking_inside import HEIC, HTML, JPEG, SECRET, mail
from tests.pages.test_case import browser, text_of


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.with_evidence(f.investigating(cast), cast.agent)


def place(name: str, case: Complaint, item: int = 1) -> str:
    return reverse(name, args=[case.number, item])


def add(case: Complaint, cast: Cast, data: bytes, name: str) -> int:
    return evidence.add(case.number, [data], name, {"title": name}, by=cast.agent).number


def looked(client: Client, case: Complaint, item: int = 1, **more: str) -> str:
    """The ticket of a look that was recorded."""
    answer = client.post(place("look_at_evidence", case, item), more)
    return parse_qs(urlsplit(answer.url).query)["look"][0]


def sound() -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(8000)
        made.writeframes(bytes(range(256)) * 20)
    return file.getvalue()


def test_the_inside_is_shown_only_after_the_look_was_recorded(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    closed = text_of(agent.get(place("evidence_item", case)))
    assert "通话录音文字稿" not in closed
    assert "查看内容" in closed
    assert not Custody.objects.filter(act="viewed").exists()  # a GET writes nothing
    look = looked(agent, case)
    assert Custody.objects.get(act="viewed").by == cast.agent
    shown = text_of(agent.get(place("evidence_item", case), {"look": look}))
    assert "通话录音文字稿" in shown


@pytest.mark.parametrize("wrong", ["", "x", "another person", "another item", "another act", "old"])
def test_a_ticket_is_for_one_person_one_item_one_act_and_a_while(
    cast: Cast, agent: Client, case: Complaint, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = add(case, cast, JPEG, "照片.jpg")
    look = {
        "another person": lambda: looked(browser(cast.colleague), case, number),
        "another item": lambda: looked(agent, case),
        "another act": lambda: looked(agent, case, number, **{"as": "print"}),
        "old": lambda: looked(agent, case, number),
    }.get(wrong, lambda: wrong)()
    if wrong == "old":
        monkeypatch.setattr(TimestampSigner, "timestamp", lambda _self: "1")
        look = looked(agent, case, number)
        monkeypatch.undo()
    page = text_of(agent.get(place("evidence_item", case, number), {"look": look}))
    assert "<img" not in page
    assert ("上次查看已过期" in page) == bool(look)
    if wrong != "another act":  # what is printed is also seen
        answer = agent.get(place("preview_evidence", case, number), {"look": look})
        assert (answer.status_code, answer.url) == (302, place("evidence_item", case, number))


def test_a_picture_is_shown_without_its_metadata_in_a_sandbox(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    number = add(case, cast, JPEG, "照片.jpg")
    look = looked(agent, case, number)
    answer = agent.get(place("preview_evidence", case, number), {"look": look})
    assert answer["Content-Type"] == "image/jpeg"
    assert SECRET not in answer.content
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    given = agent.post(place("evidence", case, number))
    assert SECRET in b"".join(given.streaming_content)  # the original is untouched


def test_a_recording_is_played_in_parts_for_one_row_of_custody(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    data = sound()
    number = add(case, cast, data, "录音.wav")
    look = looked(agent, case, number)
    page = text_of(agent.get(place("evidence_item", case, number), {"look": look}))
    assert "<audio" in page
    address = place("preview_evidence", case, number)
    whole = agent.get(address, {"look": look})
    assert b"".join(whole.streaming_content) == data
    assert (whole.status_code, whole["Accept-Ranges"]) == (200, "bytes")
    part = agent.get(address, {"look": look}, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 1000-1999/{len(data)}")
    assert (b"".join(part.streaming_content), part["Content-Length"]) == (data[1000:2000], "1000")
    behind = agent.get(address, {"look": look}, headers={"Range": f"bytes={len(data)}-"})
    assert (behind.status_code, behind["Content-Range"]) == (416, f"bytes */{len(data)}")
    several = agent.get(address, {"look": look}, headers={"Range": "bytes=0-1,5-6"})
    assert (several.status_code, several["Content-Length"]) == (200, str(len(data)))
    again = {"Range": "bytes=9-", "If-Range": part["ETag"]}
    assert agent.get(address, {"look": look}, headers=again).status_code == 206
    again["If-Range"] = '"another"'
    assert agent.get(address, {"look": look}, headers=again).status_code == 200
    head = agent.head(address, {"look": look}, headers={"Range": "bytes=5-6"})
    assert (head.status_code, head["Content-Length"]) == (200, str(len(data)))
    assert head["Content-Security-Policy"] == part["Content-Security-Policy"]
    assert Custody.objects.filter(act="viewed").count() == 1


def test_a_player_that_asks_for_hundreds_of_parts_has_read_once(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    number = add(case, cast, sound(), "录音.wav")
    address, look = place("preview_evidence", case, number), looked(agent, case, number)
    before = Reading.objects.count()
    for first in (0, 100, 5000, 7):
        part = agent.get(address, {"look": look}, headers={"Range": f"bytes={first}-"})
        assert part.status_code == 206
    read = Reading.objects.order_by("pk")[before:]
    assert [(row.page, row.fields) for row in read] == [("preview_evidence", [f"file:{number}"])]


def test_photos_of_telephones_tables_and_lists_are_shown_and_printed(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    photo = add(case, cast, HEIC, "IMG_0420.HEIC")
    look = looked(agent, case, photo)
    page = text_of(agent.get(place("evidence_item", case, photo), {"look": look}))
    assert "图片 · HEIC" in page
    assert "原件原样保存" in page
    assert "第 1 页，共" not in page
    shown = agent.get(place("preview_evidence", case, photo), {"look": look})
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    table = add(case, cast, "日期,摘要\n11-01,<b>退款</b>\n".encode("gb18030"), "明细.csv")
    packed = add(case, cast, zipped({"聊天.txt": b"x"}), "材料.zip")
    word = add(case, cast, made.word("三日内退款"), "告知书.docx")
    deck = add(case, cast, made.slides("检测结论"), "结论.pptx")
    for number, words in (
        (word, "三日内退款"),
        (deck, "检测结论"),
        (table, "&lt;b&gt;退款&lt;/b&gt;"),
        (packed, "聊天.txt"),
    ):
        for act, name in (("", "evidence_item"), ("print", "print_evidence")):
            look = looked(agent, case, number, **{"as": act})
            assert words in text_of(agent.get(place(name, case, number), {"look": look}))


def test_a_pdf_is_shown_page_by_page_as_pictures(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    number = add(case, cast, typst.compile(b"One #pagebreak() Two"), "合同.pdf")
    look = looked(agent, case, number)
    page = text_of(agent.get(place("evidence_item", case, number), {"look": look, "page": "2"}))
    assert "第 2 页，共 2 页" in page
    address = place("preview_evidence", case, number)
    drawn = agent.get(address, {"look": look, "page": "2"})
    assert (drawn["Content-Type"], drawn.content[:4]) == ("image/png", b"\x89PNG")
    assert agent.get(address, {"look": look, "page": "3"}).status_code == 404


def test_a_mail_is_words_and_nothing_in_it_is_fetched(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    number = add(case, cast, mail(HTML).getvalue(), "投诉.eml")
    look = looked(agent, case, number)
    page = text_of(agent.get(place("evidence_item", case, number), {"look": look}))
    assert "请退款" in page
    assert "tracker.example" not in page
    assert "alert(1)" not in page


def test_what_browsers_do_not_show_is_for_download(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    number = add(case, cast, b"#!AMR\n" + b"\0" * 64, "通话.amr")
    page = text_of(agent.get(place("evidence_item", case, number)))
    assert "浏览器不能播放；请下载后用播放器打开" in page
    assert agent.get(place("preview_evidence", case, number)).status_code == 302
    for act in ("", "print"):  # nothing is looked at, and nothing is recorded
        answer = agent.post(place("look_at_evidence", case, number), {"as": act})
        assert answer.url == place("evidence_item", case, number)
    assert not Custody.objects.filter(item__number=number).exclude(act="received").exists()
    look = looking.ticket(case.folder.items.get(number=number), cast.agent, Custody.Act.VIEWED)
    assert agent.get(place("preview_evidence", case, number), {"look": look}).status_code == 404
    damaged = add(case, cast, JPEG[:40], "照片.jpg")
    look = looked(agent, case, damaged)
    page = text_of(agent.get(place("evidence_item", case, damaged), {"look": look}))
    assert "这份文件有损坏" in page
    assert "<img" not in page


def test_a_file_that_is_gone_or_altered_is_said(cast: Cast, agent: Client, case: Complaint) -> None:
    item = case.folder.items.get()
    good = text_of(agent.post(place("check_evidence", case), follow=True))
    assert "文件完整" in good
    assert "复核，与收取时一致" in good
    store().discard(item.sha256)
    bad = text_of(agent.post(place("check_evidence", case), follow=True))
    assert "文件不在存储中" in bad
    assert "复核，与收取时不一致" in bad
    page = text_of(agent.get(place("evidence_item", case), {"look": looked(agent, case)}))
    assert "不在存储中；请校验哈希" in page


def test_a_print_bears_number_hash_and_who_printed_it(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    assert agent.get(place("print_evidence", case)).url == place("evidence_item", case)
    answer = agent.post(place("look_at_evidence", case), {"as": "print"}, follow=True)
    page = text_of(answer)
    for words in ("通话录音文字稿", case.folder.items.get().sha256, "陈晓雨 · ", "证据 1"):
        assert words in page
    assert Custody.objects.filter(act="printed").count() == 1


def test_withdrawing_asks_for_a_reason_and_strikes_the_item_everywhere(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    proved = {"value": True, "source": "evidence", "evidence": 1}
    facts.answer(case.number, {"tx_living_consumption": proved}, by=cast.agent)
    address = place("withdraw_evidence", case)
    assert "仍留在卷宗里" in text_of(agent.get(address))
    refused = agent.post(address, {"reason": ""})
    assert (refused.status_code, Withdrawal.objects.count()) == (422, 0)
    agent.post(address, {"reason": "错传了别人的录音"})
    for page in (
        text_of(agent.get(place("evidence_item", case))),
        text_of(agent.get(reverse("case", args=[case.number]), {"show": "evidence"})),
    ):
        assert "<s" in page
        assert "错传了别人的录音" in page
        assert "已撤回" in page
    again = text_of(agent.get(address))
    assert "已经撤回" in again
    assert 'name="reason"' not in again
    assert browser(cast.auditor).get(address).status_code == 403
    assert "仍引用这份证据" in text_of(agent.get(place("evidence_item", case)))
    known = text_of(agent.get(reverse("known_facts", args=[case.number])))
    assert '证据 1</a> <b class="danger">已撤回</b>' in known  # beside the fact
    form = text_of(agent.get(reverse("case", args=[case.number])))
    assert '<option value="1">1 外呼录音' not in form  # no proof of a fact any more


def test_links_are_made_and_taken_away_on_the_page(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    page = text_of(agent.get(place("evidence_item", case)))
    assert 'value="fact:tx_living_consumption"' in page
    what = {"what": "fact:tx_living_consumption"}
    linked = text_of(agent.post(place("link_evidence", case), what, follow=True))
    assert "取消关联" in linked
    assert 'option value="fact:tx_living_consumption"' not in linked
    agent.post(place("link_evidence", case), {**what, "off": "1"})
    assert Link.objects.count() == 2
    wrong = text_of(agent.post(place("link_evidence", case), {"what": "fact:no"}, follow=True))
    assert "没有这个事实或争点" in wrong
    assert browser(cast.auditor).post(place("link_evidence", case), what).status_code == 403


def test_the_same_file_elsewhere_is_named_where_the_person_may_see_it(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    twin = f.with_evidence(f.investigating(cast), cast.agent)
    hidden = f.investigating(cast, confidential=True)
    folder_of = f.with_evidence(hidden, cast.supervisor)
    page = text_of(agent.get(place("evidence_item", case)))
    assert place("evidence_item", twin) in page
    seen = Complaint.objects.visible_to(cast.agent).filter(pk=folder_of.pk).exists()
    assert (folder_of.number in page) == seen


def test_a_file_that_is_there_already_is_said_before_and_after_it_is_added(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    sha256, known = case.folder.items.get().sha256, reverse("known_evidence", args=[case.number])
    theirs = f.registered(cast, confidential=True, by=cast.colleague)
    f.with_evidence(theirs, cast.colleague)
    words = agent.get(known, {"sha256": sha256}).json()["words"]
    assert words == "与本案证据 1是同一份文件"
    for other in ("0" * 64, "x", ""):
        assert agent.get(known, {"sha256": other}).json()["words"] == ""
    assert browser(cast.outsider).get(known, {"sha256": sha256}).status_code == 404
    files = [SimpleUploadedFile(f"{n}.txt", "通话录音文字稿".encode()) for n in range(2)]
    page = text_of(
        agent.post(reverse("add_evidence", args=[case.number]), {"file": files}, follow=True)
    )
    assert "证据 2 与本案证据 1是同一份文件；重复添加的可以撤回" in page
    assert "证据 3 与本案证据 1、本案证据 2是同一份文件" in page
    assert theirs.number not in page


def test_the_page_takes_the_same_statements_for_few_and_many(
    cast: Cast, agent: Client, case: Complaint
) -> None:
    add(case, cast, "通话录音文字稿".encode(), "同一份.txt")
    counts = []
    for more in (0, 40):
        for n in range(more):
            by = cast.colleague if n % 2 else cast.agent
            folder.take(case.number, 1, Custody.Act.VIEWED, by=by)
        for n in range(more // 8):
            add(case, cast, "通话录音文字稿".encode(), f"{n}.txt")
        agent.get(place("evidence_item", case))
        with CaptureQueriesContext(connection) as statements:
            page = text_of(agent.get(place("evidence_item", case)))
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 20
    assert page.count("<time") == 30
    assert "显示全部" in page
    assert text_of(agent.get(place("evidence_item", case), {"all": "1"})).count("<time") == 41


def test_nobody_reaches_an_item_of_a_case_that_is_not_theirs(cast: Cast, case: Complaint) -> None:
    stranger = browser(cast.outsider)
    for name in ("evidence_item", "preview_evidence", "print_evidence"):
        assert stranger.get(place(name, case)).status_code == 404
        assert browser(cast.agent).get(place(name, case, 9)).status_code == 404
    for name in ("look_at_evidence", "check_evidence", "link_evidence", "withdraw_evidence"):
        assert stranger.post(place(name, case)).status_code == 404
    assert not looking.allows("x", case.folder.items.get(), cast.agent, Custody.Act.VIEWED)
