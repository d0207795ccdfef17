"""A resolution that binds: the telephone sale drafted by an agent, let through by the supervisor,
sent back by one of counsel with a comment on the very words, signed by another, void as soon as
something changes, signed again, and only then brought to the consumer.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import Approval, Comment, Complaint, Opinion, Outbox, Resolution
from tests.browser import test_journeys as j
from tests.browser.conftest import Open
from tests.browser.test_comments import SELECT
from tests.browser.watch import shut_out
from tests.cast import assemble
from tests.live import Worker

FACT = ("是否有证据显示故意", "有证据")
TOTAL = "¥15,920.00"
ASKED = "请写明款项几日内到账"
ADDED = "以上款项自您同意之日起三个工作日内转入您登记的账户。"


def shot(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants to look at it."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/four_{name}.png")


def draft(agent: Page, case: Complaint) -> None:
    """Both sums from the analysis, the points at issue answered, the letter from the template."""
    agent.goto(f"/complaints/{case.number}/resolution/")
    agent.get_by_role("button", name="把“欺诈的增加赔偿（“退一赔三”）”加入方案").click()
    expect(agent.get_by_label("第 1 项：金额")).to_have_value("11940.00")
    j.measure(agent, 2, "refund", "3980.00", "退还全部价款")
    shot(agent, "draft")
    j.propose(agent, case, "销售时的说法与事实不符，我们向您道歉。", TOTAL)


def send_back(counsel: Page, case: Complaint) -> None:
    """Counsel finds the fact, reads, comments on the words of the letter, and sends it back."""
    counsel.goto(f"/review/{case.number}/?tab=facts")
    j.find(counsel, *FACT)
    counsel.goto(f"/review/{case.number}/")
    counsel.locator(
        "[data-part=letter] [data-at]", has_text="12315"
    ).first.scroll_into_view_if_needed()
    counsel.evaluate(SELECT, ["12315"])
    counsel.locator(".cm__here").click()
    sheet = counsel.locator("#sheet")
    sheet.get_by_label("批注", exact=True).fill(ASKED)
    sheet.get_by_role("button", name="批注").click()
    expect(counsel.locator("#cm-1")).to_contain_text(ASKED)
    counsel.locator("#read").scroll_into_view_if_needed()
    expect(counsel.locator("#read")).to_contain_text(re.compile("已记录：读完|此后没有变动"))
    shot(counsel, "comment")
    counsel.get_by_role("button", name="退回修改").click()
    counsel.locator("#confirm [data-confirm-yes]").click()
    expect(counsel.get_by_role("heading", level=1)).to_have_text("待审核")
    comment = Comment.objects.get()
    assert (comment.quote, comment.part) == ("12315", "letter")


def redraft(agent: Page, case: Complaint) -> None:
    """The agent sees the comment at its words, adds the sentence, and submits the next version."""
    agent.goto(f"/complaints/{case.number}/resolution/")
    expect(agent.get_by_text(ASKED)).to_be_visible()
    letter = agent.get_by_label("致消费者函")
    letter.fill(f"{letter.input_value()}\n\n{ADDED}\n")
    shot(agent, "redraft")
    agent.get_by_role("button", name="送审").click()
    agent.locator("#confirm [data-confirm-yes]").click()
    expect(agent).to_have_url(re.compile(f"/complaints/{case.number}/$"))


def compared(counsel: Page, case: Complaint) -> None:
    """Whoever read the first version sees word by word what is new in the second."""
    counsel.goto(f"/review/{case.number}/")
    expect(counsel.get_by_text("读过以后有变动")).to_be_visible()
    new = "".join(counsel.locator("[data-part=letter] ins").all_inner_texts())
    assert "三个工作日" in new
    assert not counsel.locator("[data-part=letter] del").all_inner_texts()
    shot(counsel, "diff")


def sign(counsel: Page, case: Complaint) -> str:
    """The second of counsel signs; the fingerprint of what was read and signed."""
    counsel.goto(f"/review/{case.number}/")
    shot(counsel, "review")
    fingerprint = counsel.locator("input[name=read]").first.input_value()
    j.sign(counsel, "欺诈成立，同意退一赔三", (case.number, TOTAL))
    shot(counsel, "signed")
    signed = Opinion.objects.filter(signed=True).latest("id")
    assert signed.content_hash == fingerprint
    return fingerprint


def add_evidence(agent: Page, case: Complaint, folder: Path) -> None:
    """Something comes in that counsel has not read."""
    file = folder / "补充.txt"
    file.write_text("消费者补充的就诊记录", encoding="utf-8")
    agent.goto(f"/complaints/{case.number}/?show=evidence")
    agent.get_by_role("link", name="添加证据").click()
    sheet = agent.get_by_role("dialog")
    sheet.get_by_label("文件").set_input_files(file)
    sheet.get_by_label("名称").fill("就诊记录")
    sheet.get_by_label("证明什么").fill("停药后的情况")
    j.send(agent)


def void(agent: Page, counsel: Page, case: Complaint) -> None:
    """Everybody sees that the signature is void, and why; no letter waits any more."""
    agent.goto(f"/complaints/{case.number}/")
    expect(agent.get_by_text("签署已失效").first).to_be_visible()
    shot(agent, "void")
    counsel.goto(f"/review/{case.number}/")
    expect(counsel.get_by_text("的签署已失效").first).to_be_visible()
    assert shut_out(agent) == []
    assert shut_out(counsel) == []


def paper(agent: Page, case: Complaint) -> None:
    """The letter on A4: a PDF with the sums and the sentence that was asked for."""
    agent.goto(f"/complaints/{case.number}/letter/")
    expect(agent.get_by_text(ADDED).first).to_be_visible()
    shot(agent, "paper")
    assert shut_out(agent) == []
    answer = agent.request.get(f"/complaints/{case.number}/letter.pdf")
    assert answer.ok
    assert answer.body().startswith(b"%PDF")
    assert len(answer.body()) < 400_000
    if os.environ.get("SHOTS"):
        (Path(os.environ["SHOTS"]) / "four_letter.pdf").write_bytes(answer.body())


def test_nothing_leaves_but_what_the_second_of_counsel_read_and_signed(
    signed_in: Open, tmp_path: Path
) -> None:
    cast = assemble()
    agent, supervisor = signed_in(cast.agent), signed_in(cast.supervisor)
    first, second = signed_in(cast.counsel), signed_in(cast.counsel2)
    case = j.call(agent, j.TELESALES)
    j.investigate(agent, case, j.TELESALES, tmp_path)
    draft(agent, case)
    j.approve(supervisor, case, TOTAL)
    shot(supervisor, "approved")
    send_back(first, case)
    redraft(agent, case)
    compared(first, case)
    j.approve(supervisor, case, TOTAL)
    assert Approval.objects.filter(approved=True).count() == 2
    fingerprint = sign(second, case)
    add_evidence(agent, case, tmp_path)
    void(agent, second, case)
    assert sign(second, case) != fingerprint
    assert Resolution.objects.get(status="signed").version == 2
    call_command("verify_signatures")
    paper(agent, case)
    Outbox.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    with Worker(tmp_path):
        j.letter_arrives(case, "15,920")
    assert Opinion.objects.get(voided=None, signed=True).by == cast.counsel2
