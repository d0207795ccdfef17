"""试算: counsel uploads or pastes rules, mends what is wrong, and sees which cases would change."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints.actions import half_typed, trials
from complaints.models import Complaint, Trial
from legal_rules import rulebook
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_trials import HONEST, NEW, OVERPAID, started, work_off
from tests.crowd import crowd
from tests.legal_rules.books import reworded, text_of
from tests.walks.ask import browser

ADDRESS = "/law/rules/try/"


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def uploaded(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_a_pasted_rule_is_checked_then_tried_then_told_case_by_case(
    cast: Cast, counsel: Client
) -> None:
    keys = crowd(cast, 4, [OVERPAID, HONEST])
    Complaint.objects.filter(pk__in=keys).update(shared_with_counsel=True)
    checked = counsel.post(ADDRESS, {"text": NEW})
    trial = Trial.objects.get()
    assert checked.url == f"{ADDRESS}{trial.pk}/"
    page = counsel.get(checked.url).content.decode()
    for words in ("新增", "多收加倍退还", "试算在办案件", "例子全部成立"):
        assert words in page
    assert counsel.post(checked.url, {"action": "start"}).status_code == 302
    waiting = counsel.get(checked.url).content.decode()
    assert "已算 0 / 5 件在办案件" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    work_off(trial)
    done = counsel.get(checked.url).content.decode()
    assert "全部在办案件已算 5 件，改变 2 件" in done
    assert len(re.findall(r'<tr id="CR', done)) == 2
    assert "多收加倍退还：" in done
    assert "test.1" not in rulebook.current().rules


def test_uploaded_files_replace_rules_and_say_what_changes(counsel: Client) -> None:
    text = text_of("price_law.41").replace("text: {zh: ", "text: {zh: 立即", 1)
    sent = {"files": [uploaded("41.yaml", text), uploaded("../x/new.yaml", NEW)], "text": ""}
    page = counsel.get(counsel.post(ADDRESS, sent).url).content.decode()
    assert "替换" in page
    assert "立即" in re.sub("<[^>]+>", "", page)
    assert "起的旧版本被改动" in page
    assert set(Trial.objects.get().files) == {"41.yaml", "new.yaml"}


def test_every_mistake_stands_in_a_table_and_the_text_stays(counsel: Client) -> None:
    wrong = NEW.replace("2014-03-15", "tomorrow").replace("pr_overpaid, 2]", "pr_overpaid, 2.5]")
    refused = counsel.post(ADDRESS, {"text": wrong})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "粘贴的规则.yaml" in page
    assert "浮点数" in page
    assert "金额写成带引号的文字" in page
    assert "tomorrow" in page
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有规则文件"),
        ("id: [", "不是有效的 YAML"),
        ("a: \x00", "不是有效的 YAML"),
        (NEW.replace('pay: "4.00"', 'pay: "5.00"'), "例子“甲”"),
        (NEW + "yields_to: [no.such]\n", "没有规则“no.such”"),
    ],
)
def test_each_kind_of_mistake_is_refused_with_its_remedy(
    counsel: Client, text: str, said: str
) -> None:
    refused = counsel.post(ADDRESS, {"text": text})
    assert refused.status_code == 422
    assert said in refused.content.decode()


def test_mistakes_are_told_in_english_too(counsel: Client) -> None:
    counsel.cookies["django_language"] = "en"
    page = counsel.post(ADDRESS, {"text": NEW.replace("2014-03-15", "tomorrow")}).content.decode()
    assert "must be a date" in page
    assert "write it like 2026-03-01" in page


def test_what_is_in_force_already_is_not_tried(counsel: Client) -> None:
    refused = counsel.post(ADDRESS, {"text": text_of("price_law.41")})
    assert refused.status_code == 422
    assert "与现行规则相同" in refused.content.decode()


def test_a_text_that_was_begun_is_there_again(cast: Cast, counsel: Client) -> None:
    half_typed.save_draft(cast.counsel, "rules-try", {"text": "写到一半"})
    assert "data-draft-saved" in counsel.get(ADDRESS).content.decode()


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_only_counsel_tries_rules(cast: Cast, name: str) -> None:
    trial = started(cast.counsel)
    client = browser(getattr(cast, name))
    for address in (ADDRESS, f"{ADDRESS}{trial.pk}/", f"{ADDRESS}{trial.pk}/progress/"):
        assert client.get(address).status_code == 403
    assert client.post(ADDRESS, {"text": NEW}).status_code == 403
    assert client.post(f"{ADDRESS}{trial.pk}/", {"action": "stop"}).status_code == 403
    assert ADDRESS not in client.get(reverse("rules")).content.decode()


def test_only_cases_that_counsel_may_see_are_named(cast: Cast, counsel: Client) -> None:
    case = f.answer(f.in_review(cast, transaction_date="2026-03-02"), cast.agent, **OVERPAID)
    hidden = f.investigating(cast, transaction_date="2026-03-02", order_number="SO-2")
    f.answer(hidden, cast.agent, **OVERPAID)
    trial = work_off(started(cast.counsel))
    page = counsel.get(f"{ADDRESS}{trial.pk}/").content.decode()
    assert case.number in page
    assert hidden.number not in page
    assert "改变 2 件" in page


def test_changed_cases_are_paged_by_key(cast: Cast, counsel: Client) -> None:
    keys = crowd(cast, 60, [OVERPAID])
    Complaint.objects.filter(pk__in=keys).update(shared_with_counsel=True)
    trial = work_off(started(cast.counsel))
    address, seen = f"{ADDRESS}{trial.pk}/", []
    for _ in range(3):
        page = counsel.get(address).content.decode()
        seen += re.findall(r'<tr id="(CR\d+)"', page)
        later = re.search(r'href="([^"]+)" rel="next"', page)
        address = f"{ADDRESS}{trial.pk}/{later[1]}" if later else address
    assert len(seen) == len(set(seen)) == 60
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back
    before = counsel.get(f"{ADDRESS}{trial.pk}/{back[1]}").content.decode()
    assert re.findall(r'<tr id="(CR\d+)"', before) == seen[25:50]
    assert counsel.get(f"{ADDRESS}{trial.pk}/?after=x&before={'9' * 40}").status_code == 200


def test_a_running_trial_shows_its_progress_and_can_be_stopped(cast: Cast, counsel: Client) -> None:
    crowd(cast, 4, [HONEST])
    trial = started(cast.counsel)
    progress = f"{ADDRESS}{trial.pk}/progress/"
    assert counsel.get(progress).status_code == 302
    assert "0%" in counsel.get(progress, headers={"HX-Request": "true"}).content.decode()
    assert counsel.post(f"{ADDRESS}{trial.pk}/", {"action": "stop"}).status_code == 302
    assert counsel.get(progress, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "由人停止" in counsel.get(f"{ADDRESS}{trial.pk}/").content.decode()
    assert counsel.post(f"{ADDRESS}{trial.pk}/", {"action": "x"}).status_code == 400
    assert counsel.get(f"{ADDRESS}999/").status_code == 404


def test_a_candidate_read_beside_an_older_rulebook_is_not_started(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = counsel.post(ADDRESS, {"text": NEW}).url
    book = reworded("price_law.41")
    monkeypatch.setattr(rulebook, "current", lambda: book)
    assert "请重新上传" in counsel.get(address).content.decode()
    counsel.post(address, {"action": "start"})
    assert "规则库在检查之后更新过" in counsel.get(address).content.decode()
    assert Trial.objects.get().state == "ready"


def test_what_an_upgrade_changed_is_listed_like_a_trial(cast: Cast, counsel: Client) -> None:
    trial = work_off(trials.after_upgrade(None))
    assert "规则库更新后复算" in counsel.get(ADDRESS).content.decode()
    page = counsel.get(f"{ADDRESS}{trial.pk}/").content.decode()
    assert "没有案件的结论或金额改变" in page
