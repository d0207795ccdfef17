"""全文检索: words in every part of a file, in attachments too; scope, facets, what is gone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Reading
from complaints.actions import communication, evidence, folder, shredding
from complaints.finding import holding, masking, matching, waiting
from complaints.finding.terms import asked
from complaints.models import Complaint, Passage, WordsChanged
from evidence.models import Item, ItemText
from evidence.store import store
from legal_rules.vocabulary import CATEGORIES
from tests import factories as f
from tests.archive import made
from tests.cast import Cast
from tests.complaints.test_disposal import SECRET, agreed, later, over, proposed

WHERE = {
    "pdf": "在纸上" + "很长的一行字" * 20 + "换行后完整",
    "docx": "在文稿里",
    "xlsx": "在表里",
    "pptx": "在片里",
}
TYPES = {"pdf": made.pdf, "docx": made.word, "xlsx": made.sheet, "pptx": made.slides}


def read_all() -> None:
    """The worker comes by, somewhat later."""
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def searched(user, words: str, **chosen: str):
    query = {"q": words, "stage": "any", **chosen}
    return browser(user).get(reverse("archive_search"), query)


def numbers(page) -> list[str]:
    assert page.status_code == 200
    return re.findall(r'<li id="(TS\d\d-\d+)"', page.content.decode())


def shown(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"</?mark>", "|", page.content.decode()))


def added(case: Complaint, cast: Cast, data: bytes, name: str) -> Item:
    return evidence.add(case.number, [data], name, {"title": "材料"}, by=cast.agent)


# --- where words are found


def test_a_word_of_two_characters_is_found_in_every_kind_of_attachment(cast: Cast) -> None:
    case = f.investigating(cast)
    for ending, make in TYPES.items():
        added(case, cast, make(f"里面有蟑螂，{WHERE[ending]}"), f"{ending}.{ending}")
    added(case, cast, made.mail("信里有蟑螂", made.word("附件甲醛超标")), "信.eml")
    added(case, cast, "文本里的蟑螂".encode("gb18030"), "旧.txt")
    f.registered(cast, narrative="没有那样的东西")
    read_all()
    assert set(ItemText.objects.values_list("state", flat=True)) == {"read"}
    found = searched(cast.agent, "蟑螂")
    assert numbers(found) == [case.number]
    assert "还有 3 处" in shown(found)
    for words in (
        "在纸上",
        "很长的一行字" * 20,
        "文稿里",
        "在表里",
        "在片里",
        "信里有蟑螂",
        "甲醛",
        "文本里",
        "螂",
    ):
        assert numbers(searched(cast.agent, words)) == [case.number], words
    inside = shown(searched(cast.agent, "甲醛"))
    assert "附件|甲醛|超标" in inside
    assert reverse("evidence_item", args=[case.number, 5]) in inside


def test_words_are_found_in_each_part_of_a_file_and_say_where(cast: Cast) -> None:
    case = f.resolving(cast, narrative="外呼承诺根治高血压")
    communication.write(case.number, {"kind": "call_note", "text": "来电催问进度"}, by=cast.agent)
    f.resolutions.save_draft(
        case.number,
        f.proposal(explanation="按三倍赔偿办理", points=[{**f.POINT, "we_found": "录音属实"}]),
        by=cast.agent,
    )
    read_all()
    places = {
        "根治": "投诉经过",
        "催问": "沟通记录",
        "三倍赔偿": "方案",
        "录音属实": "争点",
        "消费者协会": "函件",
        "外呼录音": "证据信息",
    }
    for words, place in places.items():
        page = searched(cast.agent, words)
        assert numbers(page) == [case.number], words
        assert place in shown(page), words
        assert f"|{words}|" in shown(page)


def test_whatever_changes_words_is_read_again(cast: Cast) -> None:
    case = f.resolving(cast)
    acts = {
        "批注玄武": lambda: communication.write(
            case.number, {"kind": "internal_note", "text": "批注玄武"}, by=cast.agent
        ),
        "方案玄武": lambda: f.resolutions.save_draft(
            case.number, f.proposal(explanation="方案玄武"), by=cast.agent
        ),
        "争点玄武": lambda: f.resolutions.save_draft(
            case.number, f.proposal(points=[{**f.POINT, "title": "争点玄武"}]), by=cast.agent
        ),
        "附件玄武": lambda: added(case, cast, "附件玄武".encode(), "a.txt"),
        "商品玄武": lambda: f.intake.edit(
            case.number, {"product": {"name": "商品玄武"}}, by=cast.supervisor
        ),
    }
    read_all()
    for words, act in acts.items():
        assert not WordsChanged.objects.exists()
        act()
        read_all()
        assert numbers(searched(cast.agent, words)) == [case.number], words


def test_what_is_written_while_a_case_is_read_is_read_next(cast: Cast, monkeypatch) -> None:
    case = f.registered(cast)
    real = waiting._keep

    def meanwhile(locked, parts):
        real(locked, parts)
        said = {"kind": "internal_note", "text": "随后玄武"}
        communication.write(case.number, said, by=cast.agent)

    with monkeypatch.context() as patch:
        patch.setattr(waiting, "_keep", meanwhile)
        waiting.read_case(case.pk)
    assert numbers(searched(cast.agent, "玄武")) == []
    read_all()
    assert numbers(searched(cast.agent, "玄武")) == [case.number]


def test_letters_that_left_are_found_once_they_left(cast: Cast) -> None:
    from correspondence.tasks import send_waiting

    case = f.offered(cast)
    read_all()
    send_waiting()
    assert WordsChanged.objects.filter(complaint=case).exists()
    read_all()
    assert Passage.objects.filter(complaint=case, part="letter").count() > 1


def test_every_word_must_stand_in_the_file_and_a_phrase_side_by_side(cast: Cast) -> None:
    case = f.investigating(cast, narrative="商家承诺保价，后来降价又拒绝补差")
    added(case, cast, made.word("聊天记录：Price Guard 30 天"), "聊天.docx")
    other = f.registered(cast, narrative="承诺送货，保证价格公道，降价")
    read_all()

    def found(words: str) -> list[str]:
        return numbers(searched(cast.agent, words))

    assert found("降价 承诺") == [other.number, case.number]
    assert found("保价 guard") == [case.number]
    assert found("“price guard”") == [case.number]
    assert found("“guard price”") == []
    assert found("承诺保价") == [case.number]  # the pairs stand in the other, too, but apart
    assert found("诺 差") == [case.number]
    assert found("ＰＲＩＣＥ　保价") == [case.number]
    assert found("pri") == [case.number]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "输入要查找的词"),
        ("。！？", "没有可以查找的汉字、字母或数字"),
        ("%", "没有可以查找的"),
        ("b' OR 1=1 --", "没有含这些词的案卷"),
        ("承%诺", "没有含这些词的案卷"),
        ("_" * 3 + "\\", "没有可以查找的"),
        ("长" * 300, "只查找前 200 个字"),
        (" ".join(f"词{n}" for n in range(20)), "最多同时查找 8 个词"),
        ('"', "没有可以查找的"),
        ("<script>alert(1)</script>", "没有含这些词的案卷"),
    ],
)
def test_odd_queries_get_a_clear_answer(cast: Cast, words: str, said: str) -> None:
    f.registered(cast, narrative="商家承诺")
    read_all()
    page = searched(cast.agent, words)
    assert said in page.content.decode()
    assert numbers(page) == []
    assert "<script>alert" not in page.content.decode()


# --- who sees what


def test_nobody_finds_or_counts_what_is_not_theirs_to_see(cast: Cast) -> None:
    own = f.investigating(cast, narrative="共同的词玄武")
    hidden = f.registered(cast, by=cast.outsider, narrative="共同的词玄武，密语朱雀")
    read_all()
    assert numbers(searched(cast.auditor, "玄武")) == [hidden.number, own.number]
    page = searched(cast.agent, "玄武")
    assert numbers(page) == [own.number]
    assert re.findall(r'class="num">(\d+)<', page.content.decode()).count("2") == 0
    assert searched(cast.agent, "朱雀").content.count(b'class="hits') == 0
    assert browser(cast.administrator).get(reverse("archive_search")).status_code == 403


def test_what_is_shown_is_recorded_as_read(cast: Cast) -> None:
    case = f.registered(cast, narrative="稀有词玄武")
    f.registered(cast, narrative="别的")
    read_all()
    searched(cast.agent, "玄武")
    row = Reading.objects.latest("at")
    assert (row.page, row.subjects) == ("archive_search", [case.subject])
    assert "passages" in row.fields


def test_facets_count_with_the_other_choices_and_narrow(cast: Cast) -> None:
    open_ = f.investigating(cast, narrative="共同词", category="telesales_fraud")
    closed = f.closed(cast, narrative="共同词", category="quality_goods")
    read_all()
    assert numbers(searched(cast.agent, "共同词", stage="")) == [closed.number]
    assert numbers(searched(cast.agent, "共同词", stage="open")) == [open_.number]
    page = searched(cast.agent, "共同词", stage="any", category="quality_goods")
    assert numbers(page) == [closed.number]
    counts = dict(
        re.findall(
            r'<span class="clip">([^<]+)</span><span class="num">(\d+)', page.content.decode()
        )
    )
    assert counts["办理中"] == "0"
    assert counts["全部案件"] == "1"
    assert counts["有附件"] == "1"
    assert counts[CATEGORIES["telesales_fraud"].name_for("zh-hans")] == "1"
    odd = searched(cast.agent, "共同词", stage="nowhere", year="x", cursor="nonsense")
    assert "没有“nowhere”这一项" in odd.content.decode()
    assert "分页位置无效" in odd.content.decode()


def test_pages_go_on_where_the_last_one_ended(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("complaints.finding.listing.SIZE", 2)
    cases = [f.registered(cast, narrative="共同词") for _ in range(5)]
    read_all()
    client, address, seen = browser(cast.agent), reverse("archive_search"), []
    page = client.get(address, {"q": "共同词", "stage": "any"})
    while True:
        seen += numbers(page)
        link = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
        if link is None:
            break
        page = client.get(address + link[1].replace("&amp;", "&"))
    assert seen == [case.number for case in reversed(cases)]
    link = re.search(r'href="([^"]+)" rel="prev"', page.content.decode())
    assert link
    back = client.get(address + link[1].replace("&amp;", "&"))
    assert numbers(back) == [cases[2].number, cases[1].number]


def test_more_cases_cost_no_more_statements_and_the_index_is_used(cast: Cast) -> None:
    case = f.registered(cast, narrative="共同词 其次")
    read_all()
    client = browser(cast.agent)
    query = {"q": "共同词 其次", "stage": "any"}
    counts = []
    for _ in range(2):
        client.get(reverse("archive_search"), query)
        with CaptureQueriesContext(connection) as statements:
            client.get(reverse("archive_search"), query)
        counts.append(len(statements))
        for _n in range(4):
            f.with_evidence(f.registered(cast, narrative="共同词 其次"), cast.agent)
        read_all()
    assert counts == [11, 11], counts
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, values = holding.sql_of(holding.of_term(asked("共同").terms[0]).values("pk"))
        cursor.execute(f"EXPLAIN {sql}", values)
        assert "passage_words" in str(cursor.fetchall())
    assert case.pk


def test_common_words_give_the_latest_and_say_that_there_are_more(cast: Cast, monkeypatch) -> None:
    cases = [f.registered(cast, narrative="共同词 其次") for _ in range(4)]
    odd = f.registered(cast, narrative="共同词", category="quality_goods")
    read_all()
    monkeypatch.setattr(holding, "RARE", 1)
    monkeypatch.setattr(matching, "MOST", 2)
    page = searched(cast.agent, "共同词")
    assert numbers(page) == [odd.number, cases[3].number]
    assert "符合的超过" in page.content.decode()
    assert numbers(searched(cast.agent, "共同词 其次")) == [c.number for c in cases[:1:-1]]
    monkeypatch.setattr(matching, "TOGETHER", 1)
    assert numbers(searched(cast.agent, "共同词 其次")) == [c.number for c in cases[:1:-1]]
    assert numbers(searched(cast.agent, "共同词", category="quality_goods")) == [odd.number]
    monkeypatch.setattr(matching, "WALKED", 1)
    page = searched(cast.agent, "共同词")
    assert numbers(page) == [odd.number]
    assert "符合的超过 1 件，列出并统计最近收到的 1 件" in page.content.decode()


# --- personal data, withdrawal, destruction


SPELLINGS = [
    "13912345678",
    "139 1234 5678",
    "139-1234-5678",
    "１３９１２３４５６７８",
    "一三九一二三四五六七八",
    "幺三九 幺二三四 五六七八",
    "1 3 9 1 2 3 4 5 6 7 8",
    "110101199001011237",
    "11010119900101123X",
    "6222020200112233445",
    "6222 0202 0011 2233",
    "tel:13912345678，",
    "2026-11-26 13912345678",
]


@pytest.mark.parametrize("number", SPELLINGS)
def test_numbers_of_persons_are_masked_before_a_text_is_kept(number: str) -> None:
    from complaints.finding.terms import spelled

    kept = masking.masked(spelled(f"联系{number}办理"))
    assert "****" in kept
    digits = re.sub(r"\D", "", kept.replace("2026-11-26", ""))
    assert len(digits) <= 8


@pytest.mark.parametrize("text", ["2026-11-26 至 2026-12-01", "TS26-000123", "退款 3980.00 元"])
def test_dates_sums_and_case_numbers_stay(text: str) -> None:
    assert masking.masked(text) == text


def test_a_number_in_an_attachment_is_neither_kept_nor_found_in_the_clear(cast: Cast) -> None:
    case = f.investigating(cast, narrative="对方电话 12098760000 一直没人接")
    added(case, cast, made.sheet("账号6222020200112233445户名某某"), "流水.xlsx")
    read_all()
    kept = "\n".join(Passage.objects.values_list("text", flat=True))
    assert "12098760000" not in kept
    assert "6222020200112233445" not in kept
    assert numbers(searched(cast.agent, "12098760000")) == []
    assert numbers(searched(cast.agent, "12012345678")) == [case.number]  # the consumer's own


def test_a_withdrawn_item_is_found_and_marked(cast: Cast) -> None:
    case = f.investigating(cast)
    item = added(case, cast, made.word("蟑螂"), "a.docx")
    folder.withdraw(case.number, item.number, {"reason": "传错了"}, by=cast.agent)
    read_all()
    page = searched(cast.agent, "蟑螂")
    assert numbers(page) == [case.number]
    assert "已撤回" in page.content.decode()


def test_the_words_of_a_destroyed_file_are_gone_and_do_not_come_back(cast: Cast) -> None:
    case = over(cast)
    read_all()
    assert numbers(searched(cast.auditor, SECRET)) == [case.number]
    agreed(cast, proposed(cast, case))
    shredding.run(later())
    assert not Passage.objects.filter(complaint=case).exists()
    waiting.read_case(case.pk)  # a worker that was under way
    assert not Passage.objects.filter(complaint=case).exists()
    assert not WordsChanged.objects.filter(complaint=case).exists()
    assert numbers(searched(cast.auditor, SECRET)) == []
    assert not store().exists(Item.objects.filter(folder=case.folder_id).first().sha256)


# --- the worker


def test_what_a_killed_worker_left_is_read_by_the_next_one(cast: Cast, monkeypatch) -> None:
    case = f.investigating(cast)
    added(case, cast, made.word("蟑螂"), "a.docx")
    added(case, cast, made.word("甲醛"), "b.docx")
    now = timezone.now() + timedelta(minutes=1)
    real, calls = waiting._words_of, []

    def killed(item):
        calls.append(item)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(item)

    monkeypatch.setattr(waiting, "_words_of", killed)
    with pytest.raises(KeyboardInterrupt):
        waiting.read_waiting(now)
    assert waiting.read_waiting(now) == 0  # it may still be at it
    waiting.read_waiting(now + timedelta(minutes=6))
    assert numbers(searched(cast.agent, "蟑螂")) == [case.number]
    assert numbers(searched(cast.agent, "甲醛")) == [case.number]
    before = list(Passage.objects.order_by("pk").values_list("pk", flat=True))
    waiting.read_case(case.pk)
    assert list(Passage.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_the_page_says_when_words_are_still_being_read(cast: Cast) -> None:
    f.registered(cast, narrative="玄武")
    words = "有些案卷的文字还在读取"
    assert words not in searched(cast.agent, "玄武").content.decode()
    WordsChanged.objects.update(since=timezone.now() - timedelta(minutes=2))
    assert words in searched(cast.agent, "玄武").content.decode()
    assert words not in searched(cast.outsider, "玄武").content.decode()
    read_all()
    assert words not in searched(cast.agent, "玄武").content.decode()


def test_one_case_that_cannot_be_read_keeps_no_other_waiting(cast: Cast, monkeypatch) -> None:
    bad, good = f.registered(cast, narrative="坏的玄武"), f.registered(cast, narrative="好的玄武")
    real = waiting.reading.said

    def broken(case):
        if case.pk == bad.pk:
            raise ValueError("broken")
        return real(case)

    with monkeypatch.context() as patch:
        patch.setattr(waiting.reading, "said", broken)
        read_all()
    assert list(Passage.objects.values_list("complaint", flat=True).distinct()) == [good.pk]
    # what it was registered with is found meanwhile
    assert numbers(searched(cast.agent, "玄武")) == [good.number, bad.number]
    waiting.read_waiting(timezone.now() + timedelta(minutes=7))
    assert numbers(searched(cast.agent, "玄武")) == [good.number, bad.number]


def test_a_store_that_is_away_is_asked_again_later(cast: Cast, monkeypatch) -> None:
    case = f.investigating(cast)
    added(case, cast, made.word("蟑螂"), "a.docx")

    def away(item):
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(waiting, "_words_of", away)
        read_all()
    assert WordsChanged.objects.filter(complaint=case).exists()
    assert not ItemText.objects.exists()
    waiting.read_waiting(timezone.now() + timedelta(minutes=7))
    assert numbers(searched(cast.agent, "蟑螂")) == [case.number]


def test_hostile_files_are_named_and_harm_nobody(cast: Cast) -> None:
    case = f.investigating(cast)
    files = {
        "bomb.docx": (made.bomb(), "too_much"),
        "broken.pdf": (b"%PDF-1.4\nnothing", "damaged"),
        "locked.pdf": (made.locked(), "locked"),
        "whole.docx": (made.word("好文件里的蟑螂"), "read"),
        "empty.pdf": (made.pdf(""), "empty"),
        "p.png": (b"\x89PNG\r\n\x1a\n" + b"0" * 64, "no_words"),
    }
    expected = {}
    for name, (data, state) in files.items():
        expected[added(case, cast, data, name).pk] = state
    read_all()
    assert dict(ItemText.objects.values_list("item", "state")) == expected
    assert numbers(searched(cast.agent, "蟑螂")) == [case.number]
    broken = Item.objects.get(file_name="broken.pdf")
    page = browser(cast.agent).get(reverse("evidence_item", args=[case.number, broken.number]))
    assert "文件已损坏，读不出文字" in page.content.decode()


# --- for programs


def test_a_program_gets_the_same_hits_with_their_places(cast: Cast) -> None:
    case = f.investigating(cast)
    added(case, cast, made.word("后厨有蟑螂出没"), "a.docx")
    read_all()
    client = browser(cast.agent)
    answer = client.get("/api/v1/archive/", {"q": "蟑螂", "stage": "open"}).json()
    [found] = answer["results"]
    assert (found["number"], answer["total"], answer["capped"]) == (case.number, 1, False)
    [passage] = found["passages"]
    [(start, end)] = passage["hits"]
    assert (passage["part"], passage["item"]) == ("file", 1)
    assert passage["text"][start:end] == "蟑螂"
    assert answer["facets"]["stage"]["open"] == 1
    for wrong in ({"q": ""}, {"q": "。"}, {"q": "词", "year": "x"}, {"q": "词", "cursor": "x"}):
        assert client.get("/api/v1/archive/", wrong).status_code == 400, wrong
