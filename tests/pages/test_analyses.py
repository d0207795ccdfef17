"""The frozen analyses of a case on the screen: out of date, renewed, compared, run again."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import snapshots
from complaints.models import Analysis, Complaint
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_snapshots import under_other_law, with_fraud
from tests.pages.test_case import address, browser, text_of


def page_of(case: Complaint) -> str:
    return reverse("analyses", args=[case.number])


def moved(cast: Cast) -> Complaint:
    """Under review, with another price than counsel has before the eyes."""
    case = with_fraud(cast)
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    return case


# --- out of date


def test_case_draft_and_review_say_what_changed_since_it_was_frozen(cast: Cast) -> None:
    case = moved(cast)
    pages = {
        "case": browser(cast.counsel).get(address(case)),
        "review": browser(cast.counsel).get(reverse("review_case", args=[case.number])),
    }
    drafting = f.drafted(cast)
    f.answer(drafting, cast.agent, tx_price_paid="5000.00")
    draft = reverse("resolution", args=[drafting.number])
    pages["draft"] = browser(cast.agent).get(draft)
    for name, page in pages.items():
        text = text_of(page)
        assert "留存的法律分析已经过期" in text, name
        assert "3980.00 元 → 5000.00 元。已改答。" in text, name
        assert "更新分析" in text, name


def test_a_fresh_analysis_says_nothing(cast: Cast) -> None:
    case = f.in_review(cast)
    for name in ("case", "review_case"):
        page = browser(cast.counsel).get(reverse(name, args=[case.number]))
        assert "已经过期" not in text_of(page)


def test_whoever_may_not_renew_it_reads_why_nothing_goes_on(cast: Cast) -> None:
    text = text_of(browser(cast.auditor).get(address(moved(cast))))
    assert "留存的法律分析已经过期" in text
    assert "更新之前不能送审和签署。" in text
    assert "更新分析</button>" not in text


def test_an_answer_shows_at_once_that_the_frozen_analysis_is_out_of_date(cast: Cast) -> None:
    case = f.drafted(cast)
    url = reverse("answer_fact", args=[case.number, "tx_loss"])
    page = browser(cast.agent).post(url, {"value": "80"}, headers={"HX-Request": "true"})
    assert "留存的法律分析已经过期" in text_of(page).split('id="stale"')[1]


@pytest.mark.parametrize(
    ("back", "name"), [("case", "case"), ("review", "review_case"), ("elsewhere", "case")]
)
def test_renewing_leads_back_and_leaves_a_snapshot(cast: Cast, back: str, name: str) -> None:
    case = moved(cast)
    url = reverse("renew_analysis", args=[case.number])
    answer = browser(cast.counsel).post(url, {"back": back}, follow=True)
    assert answer.redirect_chain[0][0] == reverse(name, args=[case.number])
    assert "法律分析已更新" in text_of(answer)
    assert "已经过期" not in text_of(answer)
    latest = snapshots.latest(case)
    assert latest is not None
    assert (latest.occasion, latest.by) == ("renewed", cast.counsel)


def test_renewing_is_refused_to_others_and_for_a_foreign_case(cast: Cast) -> None:
    case = moved(cast)
    url = reverse("renew_analysis", args=[case.number])
    assert browser(cast.agent).post(url).status_code == 403
    assert browser(cast.outsider).post(url).status_code == 404
    assert browser(cast.counsel).get(url).status_code == 405
    assert not Analysis.objects.filter(occasion="renewed").exists()


def test_facts_that_are_still_missing_are_named_instead(cast: Cast) -> None:
    from complaints.actions import intake

    case = f.drafted(cast)
    intake.edit(case.number, {"category": "food_safety"}, by=cast.agent)
    url = reverse("renew_analysis", args=[case.number])
    answer = browser(cast.agent).post(url, {"back": "resolution"}, follow=True)
    assert "请先回答，或者写明为何无法查明，再更新分析" in text_of(answer)


# --- compared


def test_the_page_names_each_snapshot_and_compares_the_newest_with_now(cast: Cast) -> None:
    case = moved(cast)
    text = text_of(browser(cast.counsel).get(page_of(case)))
    assert text.count('name="from"') == 2
    assert text.count('name="to"') == 3
    for words in ("调查终结", "法务认定", "3980.00 元</del>", "5000.00 元</ins>", "金额"):
        assert words in text


def test_any_two_snapshots_are_compared_in_words(cast: Cast) -> None:
    case = with_fraud(cast)
    found, concluded = snapshots.of_case(case)
    client = browser(cast.auditor)
    text = text_of(client.get(page_of(case), {"from": concluded.pk, "to": found.pk}))
    assert "法务是否认定构成民事欺诈？" in text
    assert "<del>待查明</del>" in text
    assert "<ins>成立</ins>" in text
    same = text_of(client.get(page_of(case), {"from": found.pk, "to": found.pk}))
    assert "没有不同：事实、日期、规则库和结论都一样。" in same


def test_a_closed_case_compares_its_last_two(cast: Cast) -> None:
    case = f.archived(cast)
    text = text_of(browser(cast.supervisor).get(page_of(case)))
    assert "签署" in text
    assert "没有不同" in text
    file = reverse("archive_case", args=[case.number])
    assert page_of(case) in text_of(browser(cast.supervisor).get(file, {"tab": "resolution"}))


def test_the_page_speaks_english(cast: Cast) -> None:
    case = moved(cast)
    client = browser(cast.counsel)
    client.cookies["django_language"] = "en"
    text = text_of(client.get(page_of(case)))
    assert "How much did the consumer actually pay?" in text
    assert "3980.00 yuan</del>" in text


def test_a_case_without_a_snapshot_says_when_the_first_comes(cast: Cast) -> None:
    case = f.investigating(cast)
    assert "第一份在调查终结时留存" in text_of(browser(cast.agent).get(page_of(case)))


# --- run again


def test_a_snapshot_is_run_again_on_the_page(cast: Cast) -> None:
    case = with_fraud(cast)
    key = snapshots.of_case(case)[0].pk
    text = text_of(browser(cast.counsel).get(page_of(case), {"replay": key}))
    assert "以现行规则库重演，结果逐字节一致。" in text
    assert "审计记录中没有这份快照的指纹" not in text


def test_an_old_snapshot_says_what_todays_rulebook_would_say(cast: Cast) -> None:
    case = with_fraud(cast)
    old = under_other_law(case)
    text = text_of(browser(cast.counsel).get(page_of(case), {"replay": old.pk}))
    assert "以存档的规则库重演，结果逐字节一致。" in text
    assert "7960.00 元（2 × 3980.00）</del>" in text
    assert "11940.00 元（3 × 3980.00）</ins>" in text


# --- who, and at what cost


def test_snapshots_are_for_those_who_see_the_case(cast: Cast) -> None:
    case, other = with_fraud(cast), with_fraud(cast)
    theirs = snapshots.of_case(other)[0].pk
    assert browser(cast.outsider).get(page_of(case)).status_code == 404
    assert browser(cast.administrator).get(page_of(case)).status_code in (403, 404)
    for ask in ("from", "to", "replay"):
        assert browser(cast.counsel).get(page_of(case), {ask: theirs}).status_code == 404
        assert browser(cast.counsel).get(page_of(case), {ask: "x"}).status_code == 404


def test_the_page_costs_few_statements_whatever_was_frozen(cast: Cast) -> None:
    case = moved(cast)
    client, counted = browser(cast.counsel), []
    for _more in range(2):
        client.get(page_of(case))
        with CaptureQueriesContext(connection) as statements:
            client.get(page_of(case))
        counted.append(len(statements))
        for _n in range(3):
            f.answer(case, cast.counsel, tx_loss=f"{len(counted)}{_n}.00")
    assert counted[0] == counted[1]
    assert counted[0] <= 7, [q["sql"][:80] for q in statements]


def test_the_case_page_stays_within_eleven_statements_also_while_it_is_stale(cast: Cast) -> None:
    case = moved(cast)
    for person in (cast.agent, cast.counsel):
        client = browser(person)
        client.get(address(case))
        with CaptureQueriesContext(connection) as statements:
            client.get(address(case))
        assert len(statements) <= 11, [q["sql"][:80] for q in statements]


# --- over HTTP


def test_the_api_says_whether_the_frozen_analysis_holds_and_what_changed(cast: Cast) -> None:
    from tests.api.conftest import ok, program

    case = with_fraud(cast)
    caller: Any = program(cast.counsel)
    path = f"complaints/{case.number}/analysis/"
    fresh = ok(caller.get(path))
    assert (fresh["stale"], fresh["changes"]) == (False, [])
    assert fresh["frozen"]["occasion"] == "found"
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    stale = ok(caller.get(path))
    assert stale["stale"] is True
    told = {change["kind"]: change for change in stale["changes"]}
    assert told["fact"]["subject"] == "tx_price_paid"
    assert (told["fact"]["before"], told["fact"]["after"]) == ("3980.00 元", "5000.00 元")
    assert told["sum"]["sentence"]
    nothing = ok(caller.get(f"complaints/{f.investigating(cast).number}/analysis/"), 404)
    assert nothing["code"] == "not_found"
    mine: Any = program(cast.agent)
    young = ok(mine.get(f"complaints/{f.investigating(cast).number}/analysis/"))
    assert (young["frozen"], young["stale"], young["changes"]) == (None, None, [])
