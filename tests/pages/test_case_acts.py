"""What is done on the page beside steps: texts, evidence, clocks, owners, promises, letters."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.actions import assignment, communication, half_typed, intake
from complaints.models import Communication, Complaint, Event, Hold
from correspondence.tasks import send_waiting
from evidence.models import Custody
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_case import address, browser, text_of


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def place(name: str, case, *more) -> str:
    return reverse(name, args=[case.number, *more])


# --- texts


def test_the_three_texts_are_forms_of_their_own_and_the_button_names_the_receiver(
    cast: Cast, agent: Client
) -> None:
    page = text_of(agent.get(address(f.investigating(cast))))
    forms = re.findall(r'<div class="compose .*?</form>', page, re.S)
    kinds = [re.search(r'name="kind" value="(\w+)"', form)[1] for form in forms]
    assert kinds == ["reply", "internal_note", "call_note"]
    assert "发邮件给 王**" in forms[0]
    assert "电话告知 王**" in forms[0]
    assert "消费者不可见" in forms[1]
    assert "channel" not in forms[1]
    assert [('" hidden><form' in form) for form in forms] == [False, True, True]


@pytest.mark.usefixtures("undoable")
def test_a_reply_leaves_after_half_a_minute_and_can_be_taken_back_before(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    sent = {"kind": "reply", "channel": "email", "text": "正在核实，周五前答复您。"}
    agent.post(place("communicate", case), sent)
    text = Communication.objects.get(complaint=case, kind="reply")
    undo = place("undo_reply", case, text.pk)
    assert undo in text_of(agent.get(address(case)))
    assert undo not in text_of(browser(cast.colleague).get(address(case)))
    page = agent.post(undo, follow=True)
    assert "已撤回，没有发出；文字放回了回复框" in text_of(page)
    text.outbox.refresh_from_db()
    assert text.outbox.cancelled_at is not None
    key = f"case:{case.number}:reply"
    draft, _saved = half_typed.load_draft(cast.agent, key)
    assert draft == {"text": "正在核实，周五前答复您。"}
    typed = "正在核实，周五前答复您。\n另外请寄回机器。"
    half_typed.save_draft(cast.agent, key, {"text": typed})
    page = agent.post(undo, follow=True)  # a second click, in another window
    assert "已撤回，没有发出" in text_of(page)
    assert half_typed.load_draft(cast.agent, key)[0] == {"text": typed}
    assert Event.objects.filter(complaint=case, code="undone").count() == 1


@pytest.mark.usefixtures("undoable")
def test_a_reply_that_is_taken_back_stands_before_what_was_typed_meanwhile(
    cast: Cast, agent: Client
) -> None:
    case, key = f.investigating(cast), "case:{}:reply"
    sent = {"kind": "reply", "channel": "email", "text": "正在核实。"}
    agent.post(place("communicate", case), sent)
    text = Communication.objects.get(complaint=case, kind="reply")
    half_typed.save_draft(cast.agent, key.format(case.number), {"text": "请寄回机器。"})
    agent.post(place("undo_reply", case, text.pk))
    draft = half_typed.load_draft(cast.agent, key.format(case.number))
    assert draft[0] == {"text": "正在核实。\n\n请寄回机器。"}


def test_too_late_to_take_a_reply_back(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    minute_ago = timezone.now() - timedelta(minutes=1)
    values = {"kind": "reply", "channel": "email", "text": "已核实"}
    text = communication.write(case.number, values, by=cast.agent, now=minute_ago)
    assert place("undo_reply", case, text.pk) not in text_of(agent.get(address(case)))
    page = agent.post(place("undo_reply", case, text.pk), follow=True)
    assert "来不及撤回：撤回时间已过" in text_of(page)


def test_a_note_stays_inside(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    agent.post(place("communicate", case), {"kind": "internal_note", "text": "注意时效"})
    note = Communication.objects.get(complaint=case, kind="internal_note")
    assert note.outbox is None
    assert "msg--note" in text_of(agent.get(address(case)))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "reply", "text": "  "}, "请填写此项"),
        ({"kind": "reply", "text": "x" * 20_001}, "最多 20000 字"),
        ({"kind": "shout", "text": "大声说的话"}, "不在可选范围内"),
        ({"kind": "reply", "text": "没写渠道", "channel": "pigeon"}, "不在可选范围内"),
    ],
)
def test_a_refused_text_stands_in_the_composer_again(
    cast: Cast, agent: Client, sent: dict, words: str
) -> None:
    page = agent.post(place("communicate", f.investigating(cast)), sent)
    assert page.status_code == 422
    assert words in text_of(page)
    assert sent["text"].strip() in text_of(page)


def test_counsel_writes_notes_only(cast: Cast) -> None:
    case, counsel = f.in_review(cast), browser(cast.counsel)
    page = text_of(counsel.get(address(case)))
    assert re.findall(r'data-tab="(\w+)"', page) == ["note"]
    sent = {"kind": "reply", "channel": "email", "text": "您好"}
    assert counsel.post(place("communicate", case), sent).status_code == 403
    note = {"kind": "internal_note", "text": "请补充成交话术"}
    assert counsel.post(place("communicate", case), note).status_code == 302


def test_what_was_being_typed_comes_back(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    half_typed.save_draft(cast.agent, f"case:{case.number}:note", {"text": "写到一半的备注"})
    typed = json.dumps("写到一半的备注")
    assert typed in text_of(agent.get(address(case)))
    assert typed not in text_of(browser(cast.colleague).get(address(case)))
    agent.post(place("communicate", case), {"kind": "internal_note", "text": "写完的备注"})
    assert half_typed.load_draft(cast.agent, f"case:{case.number}:note") is None


# --- evidence


def upload(client: Client, case, name: str = "录音稿.txt", content: bytes = b"call", **about):
    file = SimpleUploadedFile(name, content)
    return client.post(place("add_evidence", case), {"file": file, **about})


def test_evidence_is_taken_in_and_handed_out_with_a_record(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    about = {"title": "外呼录音", "proves": "疗效保证", "is_original": "on"}
    assert upload(agent, case, **about).url == address(case) + "?show=evidence"
    item = case.folder.items.get()
    assert (item.title, item.proves, item.is_original) == ("外呼录音", "疗效保证", True)
    page = text_of(agent.get(address(case) + "?show=evidence"))
    assert f"{item.sha256[:4]}…{item.sha256[-4:]}" in page
    assert item.sha256 in page
    given = agent.post(place("evidence", case, 1))
    assert b"".join(given.streaming_content) == b"call"
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Custody.objects.filter(item=item, act="downloaded", by=cast.agent).count() == 1
    assert agent.get(place("evidence", case, 1)).status_code == 405
    assert agent.post(place("evidence", case, 2)).status_code == 404
    assert browser(cast.outsider).post(place("evidence", case, 1)).status_code == 404
    assert browser(cast.auditor).post(place("evidence", case, 1)).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.txt", b"", "文件是空的（0 字节）"),
        ("页面.html", b"<html><script>alert(1)</script>", "不能接收这种类型的文件"),
        ("程序.exe", b"MZ\x90\x00\x03\x00", "不能接收这种类型的文件"),
    ],
)
def test_a_refused_file_says_why_and_keeps_what_was_typed(
    cast: Cast, agent: Client, name: str, content: bytes, words: str
) -> None:
    case = f.investigating(cast)
    page = upload(agent, case, name, content, title="外呼录音", proves="疗效保证")
    assert page.status_code == 422
    for expected in (words, "外呼录音", "疗效保证"):
        assert expected in text_of(page)
    assert not case.folder.items.exists()


def test_a_file_over_the_limit_is_refused(cast: Cast, agent: Client, settings) -> None:
    settings.EVIDENCE_LIMIT = 1024 * 1024
    case = f.investigating(cast)
    page = upload(agent, case, content=b"a" * (1024 * 1024 + 1), title="长录音")
    assert page.status_code == 422
    assert "文件超过 1 MB" in text_of(page)
    assert "长录音" in text_of(page)


def test_no_file_at_all(cast: Cast, agent: Client) -> None:
    page = agent.post(place("add_evidence", f.investigating(cast)), {"title": "忘了选文件"})
    assert page.status_code == 422
    assert "请选择文件" in text_of(page)
    assert "忘了选文件" in text_of(page)


# --- clocks


def test_clocks_stop_with_a_reason_and_start_again(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    refused = agent.post(place("hold", case), {"reason": "expert", "note": ""})
    assert refused.status_code == 422
    assert 'value="expert" ' in text_of(refused)
    agent.post(place("hold", case), {"reason": "expert", "note": "送检两周"})
    page = text_of(agent.get(address(case)))
    assert "计时已中止" in page
    assert "送检两周" in page
    end = place("hold_end", case, Hold.objects.get(complaint=case).pk)
    assert end in page
    assert end not in text_of(browser(cast.auditor).get(address(case)))
    agent.post(end)
    assert not Hold.objects.filter(complaint=case, ended_at=None).exists()
    again = agent.post(end, follow=True)
    assert "没有正在进行的中止" in text_of(again)


# --- owners


def test_a_case_is_handed_over_within_the_team_with_a_note(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    form = text_of(agent.get(place("assign", case)))
    assert "何静" in form
    assert "孟白" not in form
    assert "退回“客服一组”待分配" in form
    to = str(cast.colleague.pk)
    silent = agent.post(place("assign", case), {"to": to, "note": " "})
    assert silent.status_code == 422
    assert "请写一句交接说明" in text_of(silent)
    foreign = agent.post(place("assign", case), {"to": str(cast.outsider.pk), "note": "转"})
    assert "请选择转给谁" in text_of(foreign)
    agent.post(place("assign", case), {"to": to, "note": "周五前回电"})
    case.refresh_from_db()
    assert case.owner == cast.colleague
    assert agent.get(place("assign", case)).status_code == 403  # no longer the own case


def test_back_to_the_queue_and_taken_from_there(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    agent.post(place("assign", case), {"to": "none", "note": "我明天休假"})
    case.refresh_from_db()
    assert case.owner is None
    colleague = browser(cast.colleague)
    assert "本案还没有责任人" in text_of(colleague.get(address(case)))
    colleague.post(place("claim", case))
    case.refresh_from_db()
    assert case.owner == cast.colleague
    late = agent.post(place("claim", case), follow=True)
    assert "本案已经有责任人" in text_of(late)


def test_a_hand_over_from_a_stale_page_says_what_changed(cast: Cast) -> None:
    case, supervisor = f.investigating(cast), browser(cast.supervisor)
    opened = text_of(supervisor.get(place("assign", case)))
    version = re.search(r'name="version" value="([^"]+)"', opened)[1]
    assignment.assign(case.number, by=cast.agent, user=cast.colleague, note="先转给你")
    sent = {"to": str(cast.supervisor2.pk), "note": "改由罗远办理", "version": version}
    page = supervisor.post(place("assign", case), sent)
    assert page.status_code == 409
    assert "转派给 何静" in text_of(page)
    assert "改由罗远办理" in text_of(page)


def test_counsel_is_asked_before_the_review(cast: Cast, agent: Client) -> None:
    case, counsel = f.investigating(cast), browser(cast.counsel)
    assert counsel.get(address(case)).status_code == 404
    agent.post(place("share", case), {"note": "是否构成欺诈？"})
    assert "是否构成欺诈？" in text_of(counsel.get(address(case)))


# --- promises


def test_a_promise_is_kept_with_proof_or_waived_in_writing(cast: Cast, agent: Client) -> None:
    case = f.executing(cast)
    promise = case.commitments.get()
    url, words_alone = place("pay_promise", case, promise.pk), place("promise", case, promise.pk)
    before = text_of(agent.get(address(case)))
    assert url in before
    assert f'"{words_alone}"' not in before
    release = place("promise_release", case, promise.pk)
    refused = agent.post(release, {"words": "消费者来信放弃"})
    assert refused.status_code == 422
    assert "消费者放弃须有书面证据" in text_of(refused)
    assert "消费者来信放弃" in text_of(refused)
    assert f'"{release}"' in before
    assert agent.post(words_alone, {"proof": "付款流水 P-20261123"}).status_code == 422
    assert "按时兑现" not in text_of(agent.get(address(case)))
    today = timezone.localdate().isoformat()
    paid = {"amount": "3980", "paid_on": today, "way": "bank", "reference": "P-20261123"}
    assert agent.post(url, paid).status_code == 302
    page = text_of(agent.get(address(case)))
    assert "按时兑现 ·" in page
    assert "P-20261123" in page
    assert f'"{release}"' not in page
    assert f'"{url}"' not in page  # it is paid
    assert f'"{url}"' not in text_of(agent.get(reverse("commitments"), {"state": "kept"}))
    assert re.findall(r"data-primary>([^<]+?) <", page) == ["办结"]


# --- letters


def test_a_letter_that_no_machine_can_bring_is_read_out_and_recorded(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast, consumer={"name": "李测试", "phone": "12000001111"})
    send_waiting()
    page = text_of(agent.get(address(case)))
    assert "函件待人工送达" in page
    url = re.search(rf'href="({address(case)}letters/\d+/)"', page)[1]
    letter = text_of(agent.get(url))
    assert "我们决定受理" in letter
    assert "12000001111" not in letter
    assert agent.post(url, {"note": " "}).status_code == 422
    agent.post(url, {"note": "电话宣读，本人知悉"})
    after = text_of(agent.get(address(case)))
    assert "函件待人工送达</b>" not in after
    assert "电话宣读，本人知悉" in after
    assert browser(cast.outsider).get(url).status_code == 404
    assert browser(cast.auditor).post(url, {"note": "看过"}).status_code == 403


def test_a_letter_of_another_case_is_not_found(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast, consumer={"name": "李测试", "phone": "12000001111"})
    send_waiting()
    url = re.search(rf"{address(case)}letters/(\d+)/", text_of(agent.get(address(case))))
    other = f.investigating(cast)
    assert agent.get(place("letter", other, url[1])).status_code == 404


def test_nothing_on_a_free_case_of_another_team(cast: Cast, agent: Client) -> None:
    theirs = intake.register(f.values(), by=cast.outsider)
    names = ("hold", "ask_documents", "record_moment", "assign", "claim", "share", "communicate")
    for name in (*names, "add_evidence"):
        assert agent.post(place(name, theirs), {"note": "x", "reason": "expert"}).status_code == 404
    assert Complaint.objects.get(pk=theirs.pk).owner is None
