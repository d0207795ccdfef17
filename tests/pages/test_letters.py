"""The letter on the desk and its preview: options, what is open in red, paper, e-mail and SMS."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint, Opinion, Resolution
from legal_rules.models import RuleSignature
from letters import library
from letters.signatures import TEMPLATES
from letters.sms import Length, length
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_resolution import address, browser, fields

pytestmark = pytest.mark.django_db
TEMPLATE = "resolution.zh"


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.resolving(cast)


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def letter_of(page: Any) -> str:
    found = re.search(r'id="letter"[^>]*>(.*?)</textarea>', page.content.decode(), re.DOTALL)
    return found[1] if found else ""


def ticked(page: Any) -> set[str]:
    return set(re.findall(r'name="option" value="(\w+)" checked', page.content.decode()))


def begun(case: Complaint, agent: Client, **changes: Any) -> dict[str, Any]:
    """What the page sends once the letter was begun from the template."""
    page = agent.post(address(case), fields(case, "letter-zh", letter="", **changes))
    return fields(
        case,
        "save",
        letter=letter_of(page),
        template=hidden(page, "template"),
        template_sha256=hidden(page, "template_sha256"),
        option=sorted(ticked(page)),
        **changes,
    )


def test_a_letter_is_begun_with_the_options_there_is_something_to_say_about(
    case: Complaint, agent: Client
) -> None:
    page = agent.post(address(case), fields(case, "letter-zh", letter=""))
    assert hidden(page, "template") == TEMPLATE
    assert ticked(page) == {"evidence"}
    assert "模板为草稿" in page.content.decode()
    sent = begun(case, agent)
    assert agent.post(address(case), sent).status_code == 302
    saved = Resolution.objects.get(complaint=case)
    now = library.current().templates[TEMPLATE]
    made_of = (saved.template, saved.template_sha256, saved.options)
    assert made_of == (TEMPLATE, now.sha256, ["evidence"])
    assert "外呼录音" in saved.letter


def test_a_letter_written_anew_with_other_options_can_be_put_back(
    case: Complaint, agent: Client
) -> None:
    sent = {**begun(case, agent), "letter": "我改过的函", "action": "rewrite"}
    page = agent.post(address(case), {**sent, "option": ["limitation", "apology"]})
    assert "诉讼时效" in letter_of(page)
    assert "{{ apology_for }}" in letter_of(page)
    assert "letter__gap" in page.content.decode()
    assert "还有 1 处没有填写：致歉的事由" in page.content.decode()
    back = {**sent, "letter": letter_of(page), "letter_was": "我改过的函", "action": "restore"}
    assert letter_of(agent.post(address(case), back)) == "我改过的函"


def test_an_english_letter_is_begun_in_english(case: Complaint, agent: Client) -> None:
    page = agent.post(address(case), fields(case, "letter-en", letter=""))
    assert hidden(page, "template") == "resolution.en"
    assert "Dear customer" in letter_of(page)
    assert "Refund of the price" in letter_of(page)


def test_what_is_open_in_the_letter_keeps_it_from_counsel_by_name(
    case: Complaint, agent: Client
) -> None:
    sent = begun(case, agent)
    sent["letter"] += "\n\n付款期限：{{ pay_by }}"
    page = agent.post(address(case), {**sent, "action": "submit"})
    assert page.status_code == 422
    assert "致消费者函还有 1 处没有填写：付款期限" in page.content.decode()
    assert Complaint.objects.get(pk=case.pk).state == "resolving"
    sent = {**begun(case, agent), "action": "submit"}
    assert agent.post(address(case), sent).status_code == 302


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("template", "nothing.zh", "没有函件模板“nothing.zh”"),
        ("template", "closing.zh", "没有函件模板“closing.zh”"),
        ("option", "freebies", "模板没有选项“freebies”"),
    ],
)
def test_a_template_or_an_option_that_is_not_there_is_refused_in_words(
    case: Complaint, agent: Client, name: str, value: str, words: str
) -> None:
    page = agent.post(address(case), {**begun(case, agent), name: value})
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_draft_template_is_taken_over_by_name_and_a_signed_one_is_not(
    cast: Cast, case: Complaint, agent: Client
) -> None:
    agent.post(address(case), {**begun(case, agent), "action": "submit"})
    f.approved(case)  # the sum is above what its author may offer alone
    assert "letters.resolution.zh" in f.taken_over(case)
    TEMPLATES.sign(TEMPLATE, read=library.current().templates[TEMPLATE].sha256, by=cast.counsel2)
    assert "letters.resolution.zh" not in f.taken_over(case)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    opinion = Opinion.objects.get(resolution__complaint=case)
    assert (opinion.covered or {})["template"]["id"] == TEMPLATE
    kept = next(rule for rule in opinion.rules or [] if rule["rule"] == "letters.resolution.zh")
    assert kept["why"] == ["letter"]
    assert kept["signed"]
    assert RuleSignature.objects.filter(rule="letters.resolution.zh").count() == 1


# --- the preview


def preview(client: Client, case: Complaint, **asked: str) -> Any:
    return client.get(reverse("letter_preview", args=[case.number]), asked)


def test_the_letter_is_shown_as_paper_as_e_mail_and_as_pdf(cast: Cast, agent: Client) -> None:
    case = f.drafted(cast)
    page = preview(agent, case).content.decode()
    assert "投诉处理意见书" in page
    assert "还不能发出" in page
    page = preview(agent, case, **{"as": "email"}).content.decode()
    assert f"关于您投诉事项的处理意见（{case.number}）" in page
    assert f.CONSUMER["email"] not in page
    pdf = agent.get(reverse("letter_pdf", args=[case.number]))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("inline")
    assert pdf.content.startswith(b"%PDF-1.7")
    assert len(pdf.content) < 400_000


def test_any_kind_is_shown_in_both_languages_with_what_it_still_needs(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    for kind in ("acknowledgement", "acceptance", "delay", "reminder", "closing", "documents"):
        for lang in ("zh", "en"):
            page = preview(agent, case, kind=kind, lang=lang)
            assert page.status_code == 200
            assert "None" not in re.sub(r"<[^>]+>", "", page.content.decode())
    page = preview(agent, case, kind="acceptance", **{"as": "sms"}).content.decode()
    assert re.search(r"\d+ 字，按 \d 条计费", page)
    page = preview(agent, case, kind="delay").content.decode()
    assert "延期的原因" in page
    assert preview(agent, case, kind="resolution").status_code == 200
    assert agent.get(reverse("letter_pdf", args=[case.number])).status_code == 404


def test_letters_of_a_consumer_who_reads_english_are_begun_and_shown_in_english(
    cast: Cast, agent: Client
) -> None:
    case = f.resolving(cast, consumer={**f.CONSUMER, "language": "en"})
    assert "Dear customer" in preview(agent, case, kind="acceptance").content.decode()
    assert "尊敬的" in preview(agent, case, kind="acceptance", lang="zh").content.decode()
    page = agent.get(address(case)).content.decode()
    first, second = re.findall(r'name="action" value="letter-(\w+)"', page)
    assert (first, second) == ("en", "zh")
    assert "起草中文函" in page


def test_nobody_previews_a_letter_of_a_case_that_is_not_theirs(cast: Cast) -> None:
    case = f.drafted(cast)
    outsider = browser(cast.outsider)
    assert preview(outsider, case).status_code == 404
    assert outsider.get(reverse("letter_pdf", args=[case.number])).status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", Length(0, 0)),
        ("好" * 70, Length(70, 1)),
        ("好" * 71, Length(71, 2)),
        ("a" * 160, Length(160, 1)),
        ("a" * 161, Length(161, 2)),
        ("a" * 159 + "€", Length(160, 2)),
        ("😀" * 35, Length(35, 1)),
    ],
)
def test_a_text_message_is_counted_as_gateways_do(text: str, said: Length) -> None:
    assert length(text) == said
