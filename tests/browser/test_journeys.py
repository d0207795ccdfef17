"""A reference matter from the telephone to the sealed file, as people do it: in a browser, in
Chinese, the call taken by keyboard alone, the letters brought by a real worker. The other one, of
which the file goes on to a court, is in test_sealed_file.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

from audit.record import broken_links
from complaints.models import Complaint, Opinion, Outbox, Resolution
from correspondence.models import Notice
from evidence.store import store
from tests.browser.conftest import Open
from tests.browser.watch import take_over_drafts, tick_all
from tests.cast import PASSWORD, Cast, assemble
from tests.live import Worker, eventually
from tests.walks.scan import personal_numbers

STEPS = [
    *("accept", "conclude", "submit", "sign"),
    *("consumer_accepts", "complete", "archive"),
]


@dataclass
class Matter:
    """What is said and found in one matter."""

    name: str
    phone: str
    email: str
    title: str
    narrative: str
    category: str
    rights: str
    answers: dict[str, str]
    findings: str
    order: str = ""
    product: str = ""
    price: str = ""
    day: str = ""
    evidence: tuple[str, str] = ("录音.txt", "电话录音文字稿")
    accounts: dict[str, str] = field(default_factory=dict)


TELESALES = Matter(
    name="王桂兰",
    phone="12011112222",
    email="wang.guilan@example.com",
    title="电话推荐保健胶囊称可替代降压药",
    narrative=(
        "11 月 9 日接到推销电话，对方自称健康顾问，称胶囊三个疗程根治高血压，停药也不反弹。"
        "当天微信付款 3980 元，没有给发票。服用五天头晕，去医院说不能停降压药。要求退一赔三。"
    ),
    category="telesales_fraud",
    rights="知悉真情权",
    answers={
        "tx_living_consumption": "是",
        "fr_false_statement": "是",
        "fr_induced": "是",
        "tm_contacted": "是",
    },
    findings="外呼录音 02:14 与话术第 12 句一致，销售时保证根治高血压，产品注册证书不含治疗功能。",
    order="SO-2611-80344",
    product="青禾牌益元胶囊",
    price="3,980.00",
    day="11-9",
)
SOLD = Matter(
    name="孙雪梅",
    phone="12033334444",
    email="sun.xuemei@example.com",
    title="会员身份证号和银行卡号被员工出售",
    narrative=(
        "自称客服的人准确报出我的姓名、身份证号和银行卡尾号，诱导我转账 8600 元。"
        "我只在贵公司登记过这些资料，怀疑是你们的员工把个人信息卖了。要求赔偿损失并道歉。"
    ),
    category="pi_leak",
    rights="个人信息受保护权",
    answers={
        "pi_employee_sold": "是",
        "pi_loss": "8600.00",
    },
    findings="访问日志与导出记录显示一名员工无审批导出会员资料并出售，消费者因此被骗 8600 元。",
    evidence=("访问日志.txt", "内部访问日志与导出记录"),
)


def write(page: Page, text: str, then: str = "Enter") -> None:
    """Type where the focus is, and go on."""
    page.keyboard.type(text)
    page.keyboard.press(then)


def call(page: Page, matter: Matter) -> Complaint:
    """Take the call: from the list to the number that is read out, hands on the keyboard."""
    page.goto("/complaints/")
    page.keyboard.press("n")
    expect(page.locator("#id_consumer_name")).to_be_focused()
    for text in (matter.name, matter.phone, matter.email):
        write(page, text)
    page.keyboard.press("Alt+2")
    write(page, matter.title)
    page.keyboard.type(matter.narrative)
    suggestion = page.locator(f"#suggest-{matter.category}")
    expect(suggestion).to_be_visible()
    page.keyboard.press("Alt+3")
    for text in (matter.order, matter.product, matter.price, matter.day):
        write(page, text)
    suggestion.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_category")).to_have_value(matter.category)
    expect(page.locator("#usual-rights")).to_contain_text(matter.rights)
    page.keyboard.press("Alt+5")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bignumber")).to_be_visible()
    number = page.locator(".bignumber").inner_text()
    expect(page.get_by_role("link", name="打开案件")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/complaints/{number}/$"))
    return Complaint.objects.get(number=number)


def answer(page: Page, fact: str, words: str) -> None:
    """Answer one open fact and wait until the page has taken it."""
    question = page.locator(f"form#fact-{fact}")
    expect(question).to_be_attached()  # or its group would be closed that is open
    if not question.is_visible():
        page.locator("#facts details:has(form.fact--ask) > summary").first.click()
    control = question.locator(".answer input.input")
    if control.count():
        control.fill(words)
        question.get_by_role("button", name="记录", exact=True).click()
    else:
        question.get_by_role("button", name=words, exact=True).click()
    expect(page.locator(f"form.fact--ask#fact-{fact}:not(.fact__change form)")).to_have_count(0)


def send(page: Page) -> None:
    """Send the form in the dialog and come back to the case."""
    with page.expect_navigation():
        page.get_by_role("dialog").locator("[type=submit]").click()


def investigate(page: Page, case: Complaint, matter: Matter, folder: Path) -> None:
    """Answer what the law asks, add the evidence, write the findings, end the investigation."""
    for fact, words in matter.answers.items():
        answer(page, fact, words)
    file = folder / matter.evidence[0]
    file.write_text(f"{matter.evidence[1]}\n00:01 客服：您好", encoding="utf-8")
    page.goto(f"/complaints/{case.number}/?show=evidence")
    page.get_by_role("link", name="添加证据").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("文件").set_input_files(file)
    sheet.get_by_label("名称").fill(matter.evidence[1])
    sheet.get_by_label("证明什么").fill("事情经过")
    send(page)
    expect(page.get_by_text(matter.evidence[1]).first).to_be_visible()
    page.locator("[data-primary]").click()
    sheet.get_by_label("调查结论").fill(matter.findings)
    rest = sheet.get_by_label("其余各项无法查明的共同原因")
    if rest.count():
        rest.fill("经核实仍无法查明")
    send(page)
    expect(page.locator("[data-primary]")).to_contain_text("拟定方案")
    assert Complaint.objects.get(pk=case.pk).state == "resolving"


def measure(page: Page, row: int, kind: str, amount: str = "", words: str = "") -> None:
    """Fill one row of the proposal."""
    page.wait_for_load_state()
    if not page.get_by_label(f"第 {row} 项：项目").count():
        page.get_by_role("button", name="添加一项").click()
    page.get_by_label(f"第 {row} 项：项目").select_option(kind)
    if amount:
        page.get_by_label(f"第 {row} 项：金额").fill(amount)
        page.get_by_label(f"第 {row} 项：金额").press("Tab")
    if words:
        page.get_by_label(f"第 {row} 项：内容与依据").fill(words)


def propose(page: Page, case: Complaint, explanation: str, total: str) -> None:
    """Explain, let the letter be drafted from the measures, check the sum, send to counsel."""
    page.get_by_label("说明", exact=True).fill(explanation)
    page.get_by_role("button", name="按措施和依据起草").click()
    expect(page.get_by_label("致消费者函")).to_have_value(re.compile("12315"))
    expect(page.locator("#sum")).to_contain_text(total)
    page.get_by_role("button", name="送审").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page).to_have_url(re.compile(f"/complaints/{case.number}/$"))


def sign(page: Page, opinion: str, expected: tuple[str, ...]) -> None:
    """Read, sign with the password; the dialog names the case and the sum."""
    page.get_by_role("textbox", name="审核意见").fill(opinion)
    tick_all(page)
    page.get_by_role("button", name="同意并签署").click()
    dialog = page.get_by_role("dialog")
    for words in expected:
        expect(dialog).to_contain_text(words)
    take_over_drafts(page)
    password = dialog.get_by_label("登录密码")
    if password.count():  # not within five minutes of the last time
        password.fill(PASSWORD)
    dialog.get_by_role("button", name="签署").click()
    expect(page.get_by_text(re.compile("已于 .+ 签署")).first).to_be_visible()  # not: 已于…读完


def find(page: Page, question: str, words: str) -> None:
    """Counsel finds a fact that only counsel may find."""
    group = page.get_by_role("group", name=question)
    group.get_by_label(words, exact=True).check()
    with page.expect_navigation():  # the page with the answer looks like the one before
        page.get_by_role("button", name="记录认定").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def agreed(page: Page, case: Complaint) -> None:
    """The consumer says yes on the telephone."""
    page.goto(f"/complaints/{case.number}/")
    page.locator("[data-primary]").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("group", name="消费者以何种方式答复").get_by_label("电话").check()
    sheet.get_by_label("消费者怎样表示同意").fill("本人在电话中说：同意，按函里写的办。")
    send(page)
    assert Complaint.objects.get(pk=case.pk).state == "executing"


def keep_promises(page: Page, case: Complaint) -> None:
    """Each promise is kept: money by a payment with its reference, the rest by words; then the case
    can be closed.
    """
    count = case.commitments.count()
    for n, promise in enumerate(case.commitments.order_by("due_at", "id"), 1):
        page.goto(f"/complaints/{case.number}/")
        act = "登记付款" if promise.amount else "登记兑现"
        page.locator("#promises").get_by_role("link", name=act).first.click()
        sheet = page.get_by_role("dialog")
        if promise.amount:
            expect(sheet.get_by_label("实付金额（元）")).to_have_value(str(promise.amount))
            sheet.get_by_label("流水号").fill(f"2026112600083{n}")
        else:
            sheet.get_by_label("凭证").fill(f"书面材料 {n}")
        send(page)
        expect(page.locator("#promises")).to_contain_text(f"{n} / {count} 已了结")
    page.locator("[data-primary]").click()
    send(page)
    assert Complaint.objects.get(pk=case.pk).state == "closed"


def archive(page: Page, case: Complaint) -> None:
    """The supervisor seals the file."""
    page.goto(f"/archive/{case.number}/")
    page.get_by_role("button", name="归档").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.get_by_text("已归档").first).to_be_visible()
    eventually(lambda: Complaint.objects.get(pk=case.pk).state == "archived")


def letter_arrives(case: Complaint, words: str) -> None:
    """The worker has brought the signed letter: once, as a mail, to the consumer's own address."""
    letter = Outbox.objects.filter(complaint=case, effect="send_reply_letter", cancelled_at=None)
    eventually(lambda: letter.filter(done_at__isnull=False).exists())
    notice = Notice.objects.get(outbox__complaint=case, outbox__effect="send_reply_letter")
    assert words in notice.body
    assert notice.way == "email"
    assert "****" in notice.to or "*" in notice.to
    mails = [p.read_bytes() for p in (Path(settings.STATE_DIR) / "mail").glob("*")]
    assert sum(f"<{notice.key}@kesu>".encode() in mail for mail in mails) == 1


def whole(case: Complaint, matter: Matter, pages: list[Page]) -> None:
    """Every step was taken once and in order, the record is unbroken, nobody saw a clear number."""
    case.refresh_from_db()
    assert [t.step for t in case.transitions.order_by("id")] == STEPS
    assert case.outcome == "resolved"
    assert broken_links(case.subject) == []
    assert all(store().exists(item.sha256) for item in case.folder.items.all())
    for page in pages:
        for address in (f"/complaints/{case.number}/", f"/archive/{case.number}/"):
            page.goto(address)
            shown = page.content()
            for clear in (matter.name, matter.phone, matter.email):
                assert clear not in shown, f"{clear} at {address}"
            assert personal_numbers(shown) == []


def amounts(case: Complaint) -> list[tuple[str, Any]]:
    """What was signed, by kind."""
    signed = Resolution.objects.get(complaint=case, status="signed")
    return [(m.kind, m.amount) for m in signed.measures.all()]


def approve(page: Page, case: Complaint, amount: str) -> None:
    """The supervisor finds the offer in the own queue and approves what the agent may not alone."""
    page.goto("/complaints/?state=in_review&approval=mine")
    expect(page.get_by_text(case.number).first).to_be_visible()
    page.goto(f"/complaints/{case.number}/")
    page.get_by_role("link", name="审批", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text(amount)
    sheet.get_by_label("批准", exact=True).check()
    send(page)
    expect(page.get_by_text("已批准金额").first).to_be_visible()


def people(signed_in: Open) -> tuple[Cast, Page, Page, Page]:
    """The agent's, counsel's and the supervisor's windows."""
    cast = assemble()
    return cast, signed_in(cast.agent), signed_in(cast.counsel), signed_in(cast.supervisor)


def test_a_health_product_sold_by_telephone_from_the_call_to_the_sealed_file(
    signed_in: Open, worker: Worker, tmp_path: Path
) -> None:
    _cast, agent, counsel, supervisor = people(signed_in)
    case = call(agent, TELESALES)
    assert (case.state, str(case.price_paid)) == ("investigating", "3980.00")
    investigate(agent, case, TELESALES, tmp_path)
    agent.goto(f"/complaints/{case.number}/resolution/")
    agent.get_by_role("button", name="把“欺诈的增加赔偿（“退一赔三”）”加入方案").click()
    expect(agent.get_by_label("第 1 项：金额")).to_have_value("11940.00")
    measure(agent, 2, "refund", "3980.00", "退还全部价款")
    propose(agent, case, "销售时的说法与事实不符，我们向您道歉。", "¥15,920.00")
    approve(supervisor, case, "¥15,920.00")
    counsel.goto("/review/")
    counsel.get_by_role("link", name=TELESALES.title).first.click()
    counsel.wait_for_url(f"**/review/{case.number}/**")
    counsel.goto(f"/review/{case.number}/?tab=facts")
    find(counsel, "是否有证据显示故意", "有证据")
    expect(counsel.get_by_text("¥15,920.00").first).to_be_visible()
    sign(counsel, "欺诈成立，同意退一赔三", (case.number, "¥15,920.00"))
    assert amounts(case) == [
        ("increased_damages", Decimal("11940.00")),
        ("refund", Decimal("3980.00")),
    ]
    assert sum(a for _kind, a in amounts(case)) == 4 * Decimal("3980.00")
    assert Opinion.objects.get(resolution__complaint=case).signed
    letter_arrives(case, "15,920")
    agreed(agent, case)
    keep_promises(agent, case)
    archive(supervisor, case)
    whole(case, TELESALES, [agent, counsel, supervisor])
