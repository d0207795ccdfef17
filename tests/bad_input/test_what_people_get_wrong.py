"""What people and programs get wrong, in one place: through the page and through the API, in
Chinese and in English, each is refused with a sentence in the reader's language, nothing is
written, and a page gives back what was typed.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from complaints.actions import intake
from complaints.models import Complaint, Event, Outbox, Transition
from evidence.models import Item
from tests import factories as f
from tests.api.conftest import Caller, person, program
from tests.cast import Cast
from tests.pages import test_edit_case as editing
from tests.pages import test_intake as registering

LANGUAGES = ("zh-hans", "en")
CHINESE = re.compile(r"[\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]")  # characters and punctuation
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3,}", re.IGNORECASE)  # four words in a row
FORM = "application/x-www-form-urlencoded"  # as a browser sends a form without files
LONG = "长" * 200_000
SMILING = "太气人了😡👎🏽👨‍👩‍👧 退款！"
Sentence = dict[str, str]  # language → what the answer must say


@dataclass(frozen=True)
class Wrong:
    """One wrong value: in which field, what the answer says, and other fields sent with it."""

    name: str
    value: Any
    says: Sentence
    more: dict[str, Any] = field(default_factory=dict)  # on the page only


EMPTY = {"zh-hans": "请填写此项", "en": "Fill this in"}
TOO_LONG = {"zh-hans": "最多 50000 字，现有 200000 字", "en": "At most 50000 characters"}
UNREADABLE = {"zh-hans": "控制字符", "en": "invisible control characters"}
FUTURE = {"zh-hans": "日期不能晚于今天", "en": "cannot be after today"}
NEGATIVE = {"zh-hans": "金额不能为负数", "en": "An amount cannot be negative"}
DECIMALS = {"zh-hans": "金额最多两位小数", "en": "at most two decimals"}
TOO_MUCH = {"zh-hans": "金额过大", "en": "The amount is too large"}
NO_CHOICE = {"zh-hans": "不在可选范围内", "en": "is not one of the choices"}
WRONG = {
    "empty narrative": Wrong("narrative", " \n　", EMPTY),
    "200,000 characters": Wrong("narrative", LONG, TOO_LONG),
    "NUL": Wrong("narrative", "前\x00后", UNREADABLE),
    "future date": Wrong("transaction_date", "2999-01-01", FUTURE),
    "negative money": Wrong("price_paid", "-1.00", NEGATIVE),
    "3-decimal money": Wrong("price_paid", "1.005", DECIMALS),
    "money without end": Wrong("price_paid", "9" * 400, TOO_MUCH),
    "decimals without end": Wrong("price_paid", "1." + "0" * 40 + "5", DECIMALS),
    "unknown category": Wrong("category", "weather", NO_CHOICE),
}
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)
each_wrong = pytest.mark.parametrize("what", WRONG)


# --- asking, and reading the answer


def browser(user: User, language: str) -> Client:
    """The person's browser, which asks for pages in the language."""
    client = Client(raise_request_exception=False, headers={"Accept-Language": language})
    client.force_login(user)
    return client


def callers(user: User, language: str) -> list[Caller]:
    """A program with a key, and a script in the person's session."""
    both = [program(user), person(user)]
    for caller in both:
        caller.headers["Accept-Language"] = language
    return both


def post(client: Client, address: str, fields: dict[str, Any]) -> Any:
    """A form without files."""
    return client.post(address, urlencode(fields, doseq=True), content_type=FORM)


# of the tests' own keys, and that somebody was refused
OF_ASKING = ("key.issued", "access.denied")


def rows() -> dict[str, Any]:
    """Everything that a refusal must leave alone."""
    kept: dict[str, Any] = {
        model.__name__: model.objects.count()
        for model in (Complaint, Event, Transition, Outbox, Item)
    }
    kept["Entry"] = Entry.objects.exclude(verb__in=OF_ASKING).count()
    kept["cases"] = list(Complaint.objects.order_by("pk").values())
    return kept


def in_the_language(text: str, language: str) -> bool:
    """Nothing of the other language stands in the sentence; codes and names may."""
    return not (CHINESE if language == "en" else ENGLISH).search(text)


def alerts(page: Any) -> str:
    """What the page says is wrong, as text: its summary, its banners and the fields' sentences."""
    text = page.content.decode()
    found = re.findall(
        r'data-error-summary.*?</ul>|<(?:span|p|div) class="error[^>]*>.*?</(?:span|p|div)>',
        text,
        re.S,
    )
    return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(found)))


def refused_page(page: Any, status: int, says: Sentence, language: str) -> str:
    """The page's text, with the sentence in the right language and not in the other one."""
    assert page.status_code == status, page.content.decode()[:600]
    text = html.unescape(page.content.decode())
    for other, sentence in says.items():
        assert (sentence in text) == (other == language), sentence
    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in text
    return text


def refused_call(answer: Any, status: int, says: Sentence, language: str) -> dict[str, Any]:
    """The problem, with every sentence of it in the language."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    sentences = [body["title"], body["detail"], *(e["message"] for e in body["errors"])]
    assert says[language] in " ".join(sentences)
    for sentence in sentences:
        assert sentence
        assert in_the_language(sentence, language), sentence
    return body


def named(body: dict[str, Any]) -> list[str]:
    return [e["field"] for e in body["errors"]]


# --- registering


@in_both_languages
@each_wrong
def test_the_intake_form_names_the_field_and_gives_everything_back(
    cast: Cast, what: str, language: str
) -> None:
    wrong = WRONG[what]
    says = wrong.says
    sent = registering.fields(**{wrong.name: wrong.value, "consumer_name": "许女士（转述）"})
    if what == "empty narrative":  # the sentence above it may stand for it, so both are empty
        sent["title"] = " "
        says = {"zh-hans": "请用一句话写下事由", "en": "Write the subject in one line"}
    before = rows()
    page = post(browser(cast.agent, language), reverse("intake"), sent)
    text = refused_page(page, 422, says, language)
    assert rows() == before
    assert says[language] in alerts(page)
    where = "title" if what == "empty narrative" else wrong.name
    assert f'href="#id_{where}"' in text
    for name in ("consumer_name", "consumer_phone", "order_number", "product_name"):
        assert f'value="{sent[name]}"' in text
    if what != "unknown category":  # a list cannot show what is not in it; the sentence does
        assert wrong.value.replace("\x00", "").strip() in text
    assert in_the_language(said_of(page, wrong.value), language)


def said_of(page: Any, value: str) -> str:
    """The alerts without the value that they quote."""
    return alerts(page).replace(value, "")


@in_both_languages
@each_wrong
def test_registering_through_the_api_names_the_field(cast: Cast, what: str, language: str) -> None:
    wrong = WRONG[what]
    for caller in callers(cast.agent, language):
        before = rows()
        answer = caller.post("complaints/", f.values(**{wrong.name: wrong.value}))
        body = refused_call(answer, 400, wrong.says, language)
        if what != "NUL":  # found before there are fields
            assert named(body) == [wrong.name]
        assert rows() == before


SAME_NUMBER = {"zh-hans": "已经登记过", "en": "is registered already"}


@in_both_languages
def test_an_external_number_is_taken_once_and_leads_to_its_case(cast: Cast, language: str) -> None:
    first = f.registered(cast, external_reference="12315-77")
    before = rows()
    sent = registering.fields(external_reference="12315-77")
    page = post(browser(cast.agent, language), reverse("intake"), sent)
    text = refused_page(page, 422, SAME_NUMBER, language)
    assert first.number in alerts(page)
    assert 'href="#id_external_reference"' in text
    assert sent["narrative"] in text
    for caller in callers(cast.agent, language):
        answer = caller.post("complaints/", f.values(external_reference="12315-77"))
        body = refused_call(answer, 409, SAME_NUMBER, language)
        assert (named(body), body["number"]) == (["external_reference"], first.number)
    assert rows() == before


@in_both_languages
def test_several_wrong_values_are_all_said_in_one_language(cast: Cast, language: str) -> None:
    wrong = {"price_paid": "-1", "category": "weather", "transaction_date": "2999-01-01"}
    page = post(browser(cast.agent, language), reverse("intake"), registering.fields(**wrong))
    for says in (NEGATIVE, NO_CHOICE, FUTURE):
        refused_page(page, 422, says, language)
    for caller in callers(cast.agent, language):
        for says in (NEGATIVE, NO_CHOICE, FUTURE):
            body = refused_call(caller.post("complaints/", f.values(**wrong)), 400, says, language)
        assert set(named(body)) == set(wrong)
    assert not Complaint.objects.exists()


@in_both_languages
def test_emoji_are_text_everywhere(cast: Cast, language: str) -> None:
    client = browser(cast.agent, language)
    assert post(client, reverse("intake"), registering.fields(narrative=SMILING)).status_code == 302
    case = Complaint.objects.get(narrative=SMILING)
    assert SMILING in client.get(reverse("case", args=[case.number])).content.decode()
    form = editing.form(client.get(editing.address(case)))
    assert post(client, editing.address(case), {**form, "title": SMILING}).status_code == 302
    place = reverse("step", args=[case.number, "accept"])
    assert post(client, place, {"note": SMILING, "version": ""}).status_code == 302
    about = {"title": SMILING, "file": SimpleUploadedFile("😡.txt", "文字".encode())}
    assert client.post(reverse("add_evidence", args=[case.number]), about).status_code == 302
    case.refresh_from_db()
    assert (case.title, case.state) == (SMILING, "investigating")
    assert Item.objects.get().title == SMILING
    for caller in callers(cast.agent, language):
        answer = caller.post("complaints/", f.values(narrative=SMILING))
        assert (answer.status_code, answer.json()["narrative"]) == (201, SMILING)
        path = f"complaints/{answer.json()['number']}/"
        assert caller("patch", path, {"title": SMILING}).json()["title"] == SMILING


# --- mending


@in_both_languages
@each_wrong
def test_the_edit_form_names_the_field_and_gives_everything_back(
    cast: Cast, what: str, language: str
) -> None:
    wrong, case = WRONG[what], f.registered(cast)
    client = browser(cast.agent, language)
    form = editing.form(client.get(editing.address(case)))
    before = rows()
    sent = {**form, "title": "改到一半", wrong.name: wrong.value}
    page = post(client, editing.address(case), sent)
    text = refused_page(page, 422, wrong.says, language)
    assert rows() == before
    assert f'href="#id_{wrong.name}"' in text
    assert 'value="改到一半"' in text
    if what != "unknown category":
        assert wrong.value.replace("\x00", "").strip() in text
    assert in_the_language(said_of(page, wrong.value), language)


@in_both_languages
@each_wrong
def test_mending_through_the_api_names_the_field(cast: Cast, what: str, language: str) -> None:
    wrong, case = WRONG[what], f.registered(cast)
    for caller in callers(cast.agent, language):
        before = rows()
        answer = caller("patch", f"complaints/{case.number}/", {wrong.name: wrong.value})
        body = refused_call(answer, 400, wrong.says, language)
        if what != "NUL":
            assert named(body) == [wrong.name]
        assert rows() == before


STALE_EDIT = {"zh-hans": "您打开之后，这件案件有了改动", "en": "was changed after you opened it"}
STALE_STEP = {"zh-hans": "您打开之后，案件有变动", "en": "The case changed after you opened it"}
STALE = {"zh-hans": "已被他人更新", "en": "somebody else"}


@in_both_languages
def test_a_stale_version_is_refused_with_what_changed_and_keeps_the_text(
    cast: Cast, language: str
) -> None:
    case = f.registered(cast)
    client = browser(cast.agent, language)
    form = editing.form(client.get(editing.address(case)))
    place = reverse("step", args=[case.number, "accept"])
    mark = re.search(r'name="version" value="([^"]+)"', client.get(place).content.decode())
    assert mark
    intake.edit(case.number, {"title": "同事改的事由"}, by=cast.colleague)
    before = rows()
    page = post(client, editing.address(case), {**form, "narrative": "我补充的经过"})
    text = refused_page(page, 409, STALE_EDIT, language)
    assert "我补充的经过" in text
    assert "何静" in text
    page = post(client, place, {"version": mark[1], "note": "我写的备注"})
    text = refused_page(page, 409, STALE_STEP, language)
    assert "我写的备注" in text
    assert "何静" in text
    page = post(client, place, {"version": str(case.version), "note": "我写的备注"})
    assert "我写的备注" in refused_page(page, 409, STALE, language)
    of = f"complaints/{case.number}"
    old = f'"{case.version}"'
    for caller in callers(cast.agent, language):
        for answer, status in (
            (caller("patch", f"{of}/", {"title": "我的"}, If_Match=old), 412),
            (caller("patch", f"{of}/", {"title": "我的", "version": case.version}), 409),
            (caller.post(f"{of}/steps/", {"step": "accept"}, If_Match=old), 412),
            (caller.step(case.number, "accept", version=case.version), 409),
            (caller.form(f"{of}/evidence/", {"file": a_file()}, If_Match=old), 412),
        ):
            body = refused_call(answer, status, STALE, language)
            assert body["version"] == case.version + 1
    assert rows() == before


# --- steps

LONG_NOTE = {"zh-hans": "现有 200000 字", "en": "there are 200000"}
NO_REASON = {"zh-hans": "须从列表中选择", "en": "from the list"}
BLANK_FIELD = {"zh-hans": "请填写", "en": "Fill in"}
STEP_WRONG = {
    "blank": ("decline", {"reason": "duplicate", "explanation": " "}, BLANK_FIELD),
    "spaces of no width": (
        "decline",
        {"reason": "duplicate", "explanation": "\u200b\u3000\u2060\u3164"},
        BLANK_FIELD,
    ),
    "200,000 characters": ("decline", {"reason": "duplicate", "explanation": LONG}, LONG_NOTE),
    "NUL": ("decline", {"reason": "duplicate", "explanation": "前\x00后"}, UNREADABLE),
    "unknown reason": ("decline", {"reason": "weather", "explanation": "12315"}, NO_REASON),
    "future date": (
        "refer_out",
        {"body": "市监局", "reference": "TJ-1", "date": "2999-01-01"},
        FUTURE,
    ),
}


@in_both_languages
@pytest.mark.parametrize("what", STEP_WRONG)
def test_a_step_says_what_is_wrong_and_is_not_taken(cast: Cast, what: str, language: str) -> None:
    step, fields, says = STEP_WRONG[what]
    case = f.investigating(cast) if step == "refer_out" else f.registered(cast)
    before = rows()
    place = reverse("step", args=[case.number, step])
    page = post(browser(cast.supervisor, language), place, fields)
    text = refused_page(page, 422, says, language)
    for value in fields.values():
        if value not in (" ", "weather"):
            assert value.replace("\x00", "") in text
    for caller in callers(cast.supervisor, language):
        answer = caller.step(case.number, step, **fields)
        refused_call(
            answer, 409 if answer.json()["code"] == "step_refused" else 400, says, language
        )
    assert rows() == before


@in_both_languages
def test_a_step_that_does_not_exist_is_refused(cast: Cast, language: str) -> None:
    case = f.registered(cast)
    before = rows()
    nowhere = {"zh-hans": "没有找到这个页面或案件", "en": "was not found"}
    page = post(
        browser(cast.agent, language), reverse("step", args=[case.number, "explode"]), {"note": "x"}
    )
    refused_page(page, 404, nowhere, language)
    unknown = {"zh-hans": "可用的步骤", "en": "accept, decline"}
    for caller in callers(cast.agent, language):
        answer = caller.step(case.number, "explode")
        assert "explode" in refused_call(answer, 409, unknown, language)["detail"]
    assert rows() == before


NO_PERMISSION = {"zh-hans": "您没有这项权限", "en": "You do not have this permission"}
SUPERVISORS = {"zh-hans": "只能由客服主管进行", "en": "can only be taken by: Supervisor"}
COUNSELS = {"zh-hans": "只能由法务进行", "en": "can only be taken by: Counsel"}
EITHER = {
    "zh-hans": "只能由客服坐席、客服主管进行",
    "en": "can only be taken by: Agent, Supervisor",
}


@in_both_languages
@pytest.mark.parametrize(
    ("step", "world", "who", "whose"),
    [
        ("decline", f.registered, "agent", SUPERVISORS),
        ("refer_out", f.investigating, "agent", SUPERVISORS),
        ("consumer_accepts", f.offered, "counsel", EITHER),
        ("sign", f.in_review, "agent", COUNSELS),
    ],
)
def test_a_step_of_another_role_says_whose_it_is(
    cast: Cast, step: str, world: Any, who: str, whose: Sentence, language: str
) -> None:
    case, user = world(cast), getattr(cast, who)
    before = rows()
    place = reverse("step", args=[case.number, step])
    page = post(browser(user, language), place, {"reason": "duplicate"})
    if step == "sign":  # has a page of its own, which is counsel's
        assert page.url == reverse("review_case", args=[case.number])
        page = post(browser(user, language), page.url, {"opinion": "同意"})
        refused_page(page, 403, NO_PERMISSION, language)
    else:
        refused_page(page, 403, NO_PERMISSION, language)
        refused_page(page, 403, whose, language)
    for caller in callers(user, language):
        refused_call(caller.step(case.number, step), 403, whose, language)
    assert rows() == before


# --- evidence


def a_file(content: bytes = b"text", name: str = "录音.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


NO_TYPE = {"zh-hans": "不能接收这种类型的文件", "en": "Files of this type"}
FILES: dict[str, tuple[bytes, str, int, Sentence]] = {
    "program": (b"MZ\x90\x00\x03\x00", "录音.txt", 415, NO_TYPE),
    "page": (b"<html><script>alert(1)</script>", "截图.png", 415, NO_TYPE),
    "0 bytes": (b"", "录音.txt", 400, {"zh-hans": "文件是空的", "en": "The file is empty"}),
    "over the limit": (
        b"x" * (1024 * 1024 + 1),
        "录音.txt",
        413,
        {"zh-hans": "文件超过 1 MB", "en": "The file is larger than 1 MB"},
    ),
}


@in_both_languages
@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_taken_says_why_and_what_to_do(
    cast: Cast, what: str, language: str, settings: Any
) -> None:
    settings.EVIDENCE_LIMIT = 1024 * 1024
    content, name, status, says = FILES[what]
    case = f.investigating(cast)
    before, about = rows(), {"title": "外呼录音", "proves": "疗效保证"}
    place = reverse("add_evidence", args=[case.number])
    page = browser(cast.agent, language).post(place, {"file": a_file(content, name), **about})
    text = refused_page(page, 422, says, language)
    assert "外呼录音" in text
    assert "疗效保证" in text
    for caller in callers(cast.agent, language):
        sent = {"file": a_file(content, name), **about}
        answer = caller.form(f"complaints/{case.number}/evidence/", sent)
        assert named(refused_call(answer, status, says, language)) == ["file"]
    assert rows() == before


@in_both_languages
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": "前\x00后"}, UNREADABLE),
        ({"proves": LONG}, {"zh-hans": "现有 200000 字", "en": "there are 200000"}),
        ({"obtained_at": "2999-01-01T10:00"}, {"zh-hans": "时间不能晚于现在", "en": "after now"}),
    ],
    ids=["NUL", "200,000 characters", "future date"],
)
def test_a_wrong_word_about_a_file_keeps_the_others(
    cast: Cast, fields: dict[str, str], says: Sentence, language: str
) -> None:
    case = f.investigating(cast)
    before, sent = rows(), {"obtained_from": "呼叫中心系统", **fields}
    place = reverse("add_evidence", args=[case.number])
    page = browser(cast.agent, language).post(place, {"file": a_file(), **sent})
    text = refused_page(page, 422, says, language)
    for value in sent.values():
        assert value.replace("\x00", "") in text
    for caller in callers(cast.agent, language):
        answer = caller.form(f"complaints/{case.number}/evidence/", {"file": a_file(), **sent})
        refused_call(answer, 400, says, language)
    assert rows() == before


# --- what is said


@in_both_languages
@pytest.mark.parametrize(
    ("words", "says"),
    [(" ", EMPTY), (LONG, LONG_NOTE), ("前\x00后", UNREADABLE)],
    ids=["empty", "200,000 characters", "NUL"],
)
def test_a_note_that_cannot_be_taken_stands_in_the_composer_again(
    cast: Cast, words: str, says: Sentence, language: str
) -> None:
    case = f.investigating(cast)
    before, fields = rows(), {"kind": "internal_note", "text": words}
    place = reverse("communicate", args=[case.number])
    text = refused_page(post(browser(cast.agent, language), place, fields), 422, says, language)
    assert words.replace("\x00", "") in text
    for caller in callers(cast.agent, language):
        answer = caller.post(f"complaints/{case.number}/communications/", fields)
        refused_call(answer, 400, says, language)
    assert rows() == before
