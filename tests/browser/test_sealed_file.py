"""The file as evidence, from the call to the court: a photograph, a PDF, a recording of 200 MB and
an e-mail come in by the page, carry the finding, and are verified elsewhere, without a network, by
the commands that the package's own README gives.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit import proving
from complaints.models import Complaint, Package
from complaints.signing import keys
from evidence.models import Custody, Link
from tests.archive.outside import by_the_readme, run, verified
from tests.audit.authority import authority
from tests.browser import test_journeys as j
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import PASSWORD
from tests.live import Worker, environment, eventually

RECORDING = 200 * 1024 * 1024
PHOTO, BILL, CALL, MAIL = "银行短信 照片.jpg", "转账回单.pdf", "通话录音.wav", "会员来信.eml"
FILES = (PHOTO, BILL, CALL, MAIL)
EMAIL = """From: =?utf-8?B?5a2Z6Zuq5qKF?= <member@example.com>
To: service@example.org
Subject: =?utf-8?B?5oiR55qE6LWE5paZ6KKr5Y2W5LqG?=
Date: Mon, 9 Nov 2026 10:12:00 +0800
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

自称客服的人报出了我的身份证号和卡号。
"""
AGAIN = """
import hashlib, json, sys, django
django.setup()
from django.utils import timezone, translation
from complaints.actions.sealing import CaseFile, Sealing, View, package
timezone.activate("Pacific/Auckland"), translation.activate("en")
with package.written(CaseFile(Sealing.objects.get(pk=sys.argv[1])), View()) as (file, members):
    said = {m.path: m.sha256 for m in members}
    print(json.dumps({**said, "": hashlib.file_digest(file, "sha256").hexdigest()}))
"""
POINT = "员工是否出售了会员资料"


def shot(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/sealed_{name}.png")


def gather(page: Page, folder: Path) -> Path:
    """A real file of each kind. The browser takes the photograph and prints the PDF."""
    folder.mkdir()
    page.set_content("<h1>【某银行】您尾号 0000 的账户支出 8600 元</h1>")
    page.screenshot(path=folder / PHOTO, type="jpeg")
    (folder / BILL).write_bytes(page.pdf(format="A4"))
    (folder / MAIL).write_bytes(EMAIL.replace("\n", "\r\n").encode())
    size, rate = RECORDING - 44, 44_100
    head = b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * 4, 4, 16)
    with (folder / CALL).open("wb") as file:
        file.write(head + b"data" + struct.pack("<I", size))
        for part in range(size, 0, -(16 * 1024 * 1024)):
            file.write(os.urandom(min(part, 16 * 1024 * 1024)))
    return folder


def collect(page: Page, case: Complaint, folder: Path) -> None:
    """All four in one go, the recording in pieces; then it is heard and put to a fact."""
    page.goto(f"/complaints/{case.number}/?show=evidence")
    page.get_by_role("link", name="添加证据").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("文件").set_input_files([folder / name for name in FILES])
    expect(page.locator(".upload.is-done")).to_have_count(4, timeout=60_000)
    shot(page, "rows")
    sheet.get_by_label("证明什么").fill("会员资料外泄的经过和损失")
    j.send(page)
    assert [i.file_name for i in case.folder.items.order_by("number")] == list(FILES)
    page.goto(f"/complaints/{case.number}/evidence/3/")
    page.get_by_role("button", name="查看内容").click()
    expect(page.locator("audio")).to_be_visible()
    page.get_by_label("这份证据能证明的事实或争点").select_option("fact:pi_employee_sold")
    page.get_by_role("button", name="关联", exact=True).click()
    expect(page.locator("#proves .item__links li")).to_have_count(1)
    shot(page, "item")
    assert shut_out(page) + too_wide(page) == []
    assert Link.objects.get().target == "pi_employee_sold"
    assert Custody.objects.filter(item__number=3, act=Custody.Act.VIEWED).exists()


def find_out(page: Page, case: Complaint) -> None:
    """Each answer names the evidence on which it stands; then the findings."""
    page.goto(f"/complaints/{case.number}/")
    for (fact, words), number in zip(j.SOLD.answers.items(), (3, 2), strict=True):
        question = page.locator(f"form#fact-{fact}")
        if not question.is_visible():
            page.locator("#facts details:has(form.fact--ask) > summary").first.click()
        question.get_by_text("来源与证据").click()
        question.locator("select[name=evidence]").select_option(str(number))
        j.answer(page, fact, words)
    page.locator("[data-primary]").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("调查结论").fill(j.SOLD.findings)
    rest = sheet.get_by_label("其余各项无法查明的共同原因")
    if rest.count():
        rest.fill("经核实仍无法查明")
    j.send(page)
    expect(page.locator("[data-primary]")).to_contain_text("拟定方案")


def offer(agent: Page, case: Complaint) -> None:
    """Measures by the law, and a point at issue that stands on the evidence."""
    agent.goto(f"/complaints/{case.number}/resolution/")
    aside = agent.get_by_role("complementary", name="法律分析与依据")
    expect(aside.get_by_text("¥8,600.00").first).to_be_visible()
    agent.get_by_role("button", name="添加争点").click()
    agent.locator("#p_title-0").fill(POINT)
    agent.locator("#p_consumer_says-0").fill("只在贵公司登记过这些资料")
    agent.locator("#p_we_found-0").fill("导出记录与来电时间吻合")
    agent.locator("#p_for_numbers-0").fill("1、3、4")
    agent.locator("#p_finding-0").select_option(index=1)
    agent.locator("#p_finding_words-0").fill("您反映的情况属实，我公司员工出售了您的资料")
    j.measure(agent, 1, "compensation", "8600.00", "赔偿您因此被骗的全部款项")
    j.measure(agent, 2, "apology", "", "书面赔礼道歉")
    j.measure(agent, 3, "correction", "", "收回外泄资料，关闭无审批导出")
    agent.get_by_role("checkbox", name=re.compile("第六十九条")).first.check()
    j.propose(agent, case, "我公司员工违规出售您的资料，我们向您道歉。", "¥8,600.00")


def again(package: Package) -> dict[str, str]:
    """SHA-256 of every file in the package, and of all of it (""), as another process makes it: one
    with another seed of its hashes, in another time zone, language and folder.
    """
    changes = {"PYTHONHASHSEED": "7", "TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"}
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", AGAIN, str(package.sealing_id)],
        env={**environment(**changes), "PYTHONPATH": os.getcwd()},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def agree(page: Page, case: Complaint) -> None:
    """One of the two whose consent a complete package needs."""
    page.goto(f"/archive/{case.number}/")
    page.get_by_role("link", name="同意或不同意").first.click()
    page.get_by_role("dialog").get_by_label("同意", exact=True).check()
    j.send(page)
    expect(page.get_by_text("已登记您的决定")).to_be_visible()


def hand_out(asks: Page, others: list[Page], case: Complaint, folder: Path) -> Path:
    """What the browser saved: the sealed package, its stamp, a copy to read, and a note."""
    asks.goto(f"/archive/{case.number}/")
    shot(asks, "archive")
    asks.get_by_role("link", name="导出证据包").click()
    sheet = asks.get_by_role("dialog")
    sheet.get_by_label("诉讼、仲裁").check()
    sheet.get_by_label("接收方与文号").fill("西湖区人民法院（2026）浙0106民初0000号")
    j.send(asks)
    for each in others:
        agree(each, case)
    asks.goto(f"/archive/{case.number}/")
    password = asks.get_by_label("登录密码")
    if password.count():
        password.fill(PASSWORD)
    with asks.expect_download(timeout=60_000) as coming:
        asks.locator("form[data-plain] button", has_text="下载").last.click()
    coming.value.save_as(folder / "handed.zip")
    coming.value.delete()
    with zipfile.ZipFile(folder / "handed.zip") as outer:
        outer.extractall(folder / "handed out")
    (folder / "handed.zip").unlink()
    return folder / "handed out"


def stamped(handed: Path, certificates: Path) -> None:
    """By the command of the note beside the package."""
    note = (handed / "说明.txt").read_text("utf-8")
    [command] = re.findall(r"openssl ts -verify .*", note)
    shutil.copy(certificates, handed / "该机构的证书.pem")
    assert "Verification: OK" in run(command, handed)[1]


def elsewhere(package: Path, folder: Path, originals: Path) -> Path:
    """In a new folder every command of the README says yes, and every file is what came in."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    [root] = folder.iterdir()
    said = by_the_readme(root)
    [whole] = [text for command, text in said.items() if "verify.py" in command]
    assert "4 pieces of evidence (4 with files) as received" in whole
    assert verified(root, f"--key {keys.own_id()}")[0] == 0
    for item in json.loads((root / "data/evidence.json").read_bytes()):
        assert (root / item["path"]).stat().st_size == item["size"]
        with (
            (root / item["path"]).open("rb") as one,
            (originals / item["file_name"]).open("rb") as other,
        ):
            assert one.read() == other.read()
    return root


def readable(root: Path) -> None:
    """The dossier: its words can be searched, those at the point at issue among them."""
    pages = pypdfium2.PdfDocument((root / "data/dossier.pdf").read_bytes())
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    words = re.sub(r"\s", "", text)
    for said in (j.SOLD.narrative, j.SOLD.findings, POINT, "支持：1、3、4", *FILES):
        assert re.sub(r"\s", "", said) in words, said
    assert f"第{len(pages)}页共{len(pages)}页" in words


def test_a_file_with_four_pieces_of_evidence_proves_itself_where_nothing_of_ours_is(
    signed_in: Open, tmp_path: Path, settings: Any
) -> None:
    cast, agent, counsel, supervisor = j.people(signed_in)
    originals = gather(agent, tmp_path / "originals")
    case = j.call(agent, j.SOLD)
    assert (case.state, case.category) == ("investigating", "pi_leak")
    collect(agent, case, originals)
    find_out(agent, case)
    offer(agent, case)
    j.approve(supervisor, case, "¥8,600.00")
    counsel.goto(f"/review/{case.number}/")
    j.sign(counsel, "推定有过错，同意赔偿", (case.number, "¥8,600.00"))
    assert j.amounts(case)[0][1] == Decimal("8600.00")
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        with Worker(tmp_path, TSA_URL=place.url, TSA_CERTIFICATES=str(place.certificates)):
            j.letter_arrives(case, "8,600")
            j.agreed(agent, case)
            j.keep_promises(agent, case)
            j.archive(supervisor, case)
            made = Package.objects.filter(sealing__complaint=case)
            eventually(made.exists)
        proving.work(timezone.now())
        sealed = {path: sha256 for path, _size, sha256 in made.get().contents}
        assert again(made.get()) == {**sealed, "": made.get().sha256}
        handed = hand_out(supervisor, [signed_in(cast.supervisor2), counsel], case, tmp_path)
        stamped(handed, place.certificates)
    root = elsewhere(handed / f"{made.get().sealing.name}.zip", tmp_path / "empty", originals)
    readable(root)
    j.whole(case, j.SOLD, [agent, counsel, supervisor])
    if os.environ.get("SHOTS"):
        shutil.copy(root / "data/dossier.pdf", os.environ["SHOTS"])
        shutil.copy(handed / "卷宗阅读本.pdf", os.environ["SHOTS"])
    for folder in (originals, handed, root):  # half a gigabyte each
        shutil.rmtree(folder)
