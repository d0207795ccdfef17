"""The folder of an installation without a mail server: one file per message, and who reads it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from correspondence import mail_folder
from correspondence.tasks import send_digests, send_waiting
from correspondence.transports import Message
from correspondence.transports.email import Email
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.conftest import at, told


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    place = tmp_path / "mail"
    settings.EMAIL_BACKEND = "correspondence.mail_folder.FolderBackend"
    settings.EMAIL_FILE_PATH = str(place)
    return place


def post(key: str, text: str = "正文", **headers: str) -> None:
    message = Message(
        event="test",
        at=at("2026-03-02 10:00"),
        to="somebody.long@example.com",
        subject="主题：退款",
        text=text,
        headers=headers,
    )
    Email().deliver(message, key)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_same_message_twice_is_one_file_for_the_owner_alone(folder: Path) -> None:
    post("K-1")
    post("K-1", text="第二次")
    post("K-2")
    files = sorted(folder.iterdir())
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    texts = [mail_folder.find(file.stem) for file in files]
    assert [text.strip() for found in texts if found for text in found[1:]] == ["正文", "正文"]


def test_whoever_sees_the_case_reads_its_mails_masked(folder: Path, reached: Cast) -> None:
    text = "请致电 12012345678 或写信到 wang.ceshi@example.com，卡号 6200000000000000123。"
    case = f.investigating(reached)
    post("K-1", text, **{"X-Kesu-For": "consumer", "X-Kesu-Cases": case.number})
    (head,) = mail_folder.newest(10)
    client = browser(reached.supervisor)
    page = client.get(reverse("mails")).content.decode()
    assert "主题：退款" in page
    assert "给消费者" in page
    assert "somebody.long@" not in page
    opened = client.get(reverse("mail", args=[head.name])).content.decode()
    assert "120****5678" in opened
    for clear in ("12012345678", "wang.ceshi@", "6200000000000000123", "somebody.long@"):
        assert clear not in opened


@pytest.mark.parametrize("name", ["administrator", "outside_supervisor"])
def test_others_see_that_it_left_and_nothing_of_the_case(
    folder: Path, monday: Any, reached: Cast, name: str
) -> None:
    case = f.investigating(reached, title="玄九标题")
    send_waiting()
    told(case, "supervisor")
    send_digests()
    heads = mail_folder.newest(10)
    assert sorted(head.staff for head in heads) == ["", "supervisor", "supervisor2"]
    client = browser(getattr(reached, name))
    page = client.get(reverse("mails")).content.decode()
    assert page.count("不在您可查看的范围内") == 3
    for word in (case.number, "玄九", f.CONSUMER["email"], "答复消费者"):
        assert word not in page
    for head in heads:
        assert client.get(reverse("mail", args=[head.name])).status_code == 404


def test_ones_own_mail_is_ones_own_even_when_the_case_went_elsewhere(
    folder: Path, monday: Any, reached: Cast
) -> None:
    case = f.investigating(reached)
    told(case, "supervisor")
    send_digests()
    type(case).objects.filter(pk=case.pk).update(team=reached.other_team, owner=None)
    readable = {
        head.staff: browser(reached.supervisor).get(reverse("mail", args=[head.name])).status_code
        for head in mail_folder.newest(10)
    }
    assert readable == {"supervisor": 200, "supervisor2": 404}


def test_nobody_else_gets_the_receivers_signed_link(
    folder: Path, monday: Any, reached: Cast
) -> None:
    told(f.investigating(reached), "supervisor")
    send_digests()
    heads = mail_folder.newest(10)
    assert len(heads) == 2
    for head in heads:
        raw = (folder / f"{head.name}.eml").read_text(encoding="utf-8")
        assert re.search(r"/notices/wishes/[^/…]{20,}/", raw)
        page = browser(reached.supervisor).get(reverse("mail", args=[head.name]))
        assert re.findall(r"/notices/wishes/([^/]*)/", page.content.decode()) == ["…"]


def test_nobody_reads_the_link_by_which_the_consumer_says_how_it_was(
    folder: Path, reached: Cast
) -> None:
    case = f.investigating(reached)
    link = f"http://kesu.example/f/{'a1' * 32}/"
    post("K-1", f"请打开：{link}", **{"X-Kesu-For": "consumer", "X-Kesu-Cases": case.number})
    (head,) = mail_folder.newest(10)
    page = browser(reached.supervisor).get(reverse("mail", args=[head.name])).content.decode()
    assert "a1a1" not in page
    assert "/f/…/" in page


def test_people_who_need_it_not_are_turned_away(folder: Path, cast: Cast) -> None:
    for name in ("agent", "counsel", "auditor"):
        assert browser(getattr(cast, name)).get(reverse("mails")).status_code == 403


def test_a_mail_without_cases_is_its_receivers_alone(folder: Path, cast: Cast) -> None:
    post("K-1")
    (head,) = mail_folder.newest(10)
    assert browser(cast.supervisor).get(reverse("mail", args=[head.name])).status_code == 404


@pytest.mark.parametrize("name", ["0" * 32, "..", "keys", "0" * 31 + "/", "A" * 32])
def test_no_name_leads_out_of_the_folder(folder: Path, cast: Cast, name: str) -> None:
    post("K-1")
    (folder.parent / "keys.eml").write_text("Subject: secret\n\nsecret", encoding="utf-8")
    assert mail_folder.find(name) is None
    assert mail_folder.find(f"../{'keys'}") is None


def test_rubbish_in_the_folder_is_passed_over_or_shown_as_it_is(folder: Path, cast: Cast) -> None:
    post("K-1")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    (folder / f"{'a' * 32}.eml").write_bytes(b"\xff\xfe no head at all \x00")
    (folder / f"{'b' * 32}.eml").mkdir()
    assert {head.subject for head in mail_folder.newest(10)} == {"主题：退款", ""}
    assert browser(cast.administrator).get(reverse("mails")).status_code == 200


def test_with_a_mail_server_there_is_no_folder_to_look_into(cast: Cast) -> None:
    post("K-1")
    assert len(mail.outbox) == 1
    client = browser(cast.administrator)
    assert "邮件由邮件服务器发出" in client.get(reverse("mails")).content.decode()
    assert "mails" not in client.get(reverse("settings")).content.decode()
    assert client.get(reverse("mail", args=["0" * 32])).status_code == 404


def test_the_settings_lead_to_the_folder_when_there_is_one(folder: Path, cast: Cast) -> None:
    page = browser(cast.administrator).get(reverse("settings")).content.decode()
    assert f'href="{reverse("mails")}"' in page
