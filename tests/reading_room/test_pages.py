"""法规 on the screen: who may read, what stands there, what wrong addresses are told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast
from tests.reading_room.files import imported, statute

ADDRESSES = ("/law/", "/law/?find=欺诈", "/law/cpl_2013/", "/law/cpl_2013/55/")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return client_of(cast.counsel)


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def words(page: str) -> str:
    """The text of the main part, in one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_every_member_of_staff_reads_and_nobody_else(cast: Cast, corpus) -> None:
    for name in ("agent", "supervisor", "counsel", "auditor", "administrator"):
        client = client_of(getattr(cast, name))
        for address in ADDRESSES:
            assert client.get(address).status_code == 200, (name, address)
    for address in ADDRESSES:
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_reading_is_all_that_can_be_done(counsel: Client, corpus, address: str) -> None:
    assert counsel.post(address).status_code == 405


def test_without_an_import_the_laws_that_rules_quote_are_listed_and_read(counsel: Client) -> None:
    page = words(read(counsel, "/law/"))
    assert "中华人民共和国消费者权益保护法" in page
    assert "仅规则引用" in page
    assert "全文没有导入" in words(read(counsel, "/law/cpl_2013/"))
    page = words(read(counsel, "/law/cpl_2013/55/"))
    assert "增加赔偿的金额不足五百元的，为五百元" in page
    assert "这里只有规则引用的部分，可能不是整条" in page
    assert "增加赔偿的金额不足五百元" in words(read(counsel, "/law/?find=欺诈+三倍"))


def test_the_law_of_a_day_is_shown_with_what_it_was_called_then(counsel: Client, corpus) -> None:
    page = read(counsel, "/law/cpl_2013/55/?on=2014-03-14")
    assert "<h1>《消费者权益保护法（1993年）》第四十九条</h1>" in page
    assert "2014-03-14 当日有效的是“中华人民共和国消费者权益保护法（1993年）”" in words(page)
    page = read(counsel, "/law/cpl_2013/55/?on=2014-03-15")
    assert "<h1>《消费者权益保护法》第五十五条</h1>" in page
    assert "当日有效的是" not in page


def test_a_change_is_marked_by_elements_and_said_in_words(counsel: Client, corpus) -> None:
    page = read(counsel, "/law/cpl_2013/55/")
    assert re.search(r'<del><span class="sr">删去：</span>一倍', page)
    assert re.search(r'<ins><span class="sr">新增：</span>三倍；', page)
    assert "2014-03-15 起的变化" in words(page)
    assert "原第四十九条 · 新增 1 处，删去 1 处" in words(page)


def test_two_texts_are_compared_article_by_article(counsel: Client, corpus) -> None:
    page = words(read(counsel, "/law/samr_complaints_2025/?tab=changes"))
    assert "本页另有 1 条文字没有变化" in page
    assert "第七条 新增" in page
    assert "第十五条 原第十四条 · 新增 1 处" in page
    assert "第三十五条 原第三十一条" in page


def test_articles_that_went_nowhere_are_shown_as_left_out(counsel: Client, db, tmp_path) -> None:
    imported(
        tmp_path / "law",
        statute(
            "samr_complaints_interim_2019",
            {"9": "旧第九条。"},
            effective_to="2026-04-14",
            status_on_2026_11_23="repealed",
        ),
        statute("samr_complaints_2025", {"10": "新第十条。"}, effective_date="2026-04-15"),
        statute(
            "aucl_2019", {"8": "旧。"}, effective_to="2025-10-14", status_on_2026_11_23="superseded"
        ),
        statute("aucl_2025", {"30": "新。"}, effective_date="2025-10-15"),
    )
    page = words(read(counsel, "/law/samr_complaints_2025/?tab=changes"))
    assert "第十条 原第九条" in page
    page = words(read(counsel, "/law/aucl_2025/?tab=changes"))
    assert "前一文本中的对应条文没有载入" in page


def test_the_text_of_a_day_of_a_whole_law_is_another_page(counsel: Client, corpus) -> None:
    answer = counsel.get("/law/cpl_2013/?on=2010-01-01")
    assert answer.status_code == 302
    assert answer["Location"] == "/law/cpl_1993/?on=2010-01-01"
    assert "当日没有载入的有效文本" in words(read(counsel, "/law/cpl_2013/?on=1990-01-01"))


def test_a_rule_that_cites_the_article_is_named_and_a_link_leads_to_it(
    counsel: Client, corpus
) -> None:
    page = read(counsel, "/law/cpl_2013/55/")
    assert 'href="/law/rules/cpl.55.1/"' in page
    assert "所引文字与条文一致" in words(page)


def test_a_text_from_memory_warns_whoever_would_quote_it(counsel: Client, corpus) -> None:
    assert "凭记忆录入，未经核对" in words(read(counsel, "/law/cpl_1993/49/"))
    assert "凭记忆" not in words(read(counsel, "/law/cpl_2013/54/"))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/law/no_such_law/", "没有这部法规"),
        ("/law/no_such_law/1/", "没有这部法规"),
        ("/law/cpl_2013/99/", "没有载入编号为“99”的条文"),
        ("/law/cpl_2013/055/", "没有载入编号为“055”的条文"),
        ("/law/cpl_2013/x/", "没有载入编号为“x”的条文"),
        ("/law/cpl_2013/55-0/", "没有载入编号为“55-0”的条文"),
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(counsel: Client, corpus, address, says) -> None:
    page = words(read(counsel, address, 404))
    assert says in page
    assert "全部法规" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("on=2026-02-30", "“2026-02-30”不是有效日期"),
        ("on=yesterday", "“yesterday”不是有效日期"),
        ("on=20260101", "不是有效日期"),
        ("on=٢٠٢٦-٠١-٠١", "不是有效日期"),
    ],
)
def test_a_day_that_is_none_is_said_and_the_law_is_shown(
    counsel: Client, corpus, query: str, says: str
) -> None:
    for address in ("/law/cpl_2013/", "/law/cpl_2013/55/"):
        page = words(read(counsel, f"{address}?{query}"))
        assert says in page
        assert "增加赔偿的金额" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("state=dead", "没有这种效力状态"),
        ("cursor=x", "分页位置无效"),
        ("find=无此词", "没有含这些词"),
    ],
)
def test_wrong_filters_of_the_list_are_said(counsel: Client, corpus, query, says) -> None:
    assert says in words(read(counsel, f"/law/?{query}"))


def test_what_was_typed_is_shown_as_text(counsel: Client, corpus) -> None:
    page = read(counsel, "/law/?find=<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/law/", 5),
        ("/law/?find=欺诈", 6),
        ("/law/samr_complaints_2025/", 7),
        ("/law/samr_complaints_2025/?tab=changes", 9),
        ("/law/samr_complaints_2025/15/?on=2020-06-01", 8),
        ("/law/samr_complaints_2025/15/?stored=2", 9),
    ],
)
def test_the_number_of_statements_does_not_grow(
    cast: Cast, corpus, tmp_path, address, most, django_assert_max_num_queries
) -> None:
    client = client_of(cast.counsel)
    client.get("/settings/")
    with django_assert_max_num_queries(most):
        client.get(address)
    many = [
        statute(
            f"law_{n}",
            {str(i): "欺诈的词" for i in range(1, 120)},
            title="市场监督管理投诉举报处理办法",
            effective_date=f"200{n}-01-01",
        )
        for n in range(5)
    ]
    imported(tmp_path / "more", *many)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


def test_a_long_law_is_read_page_by_page(counsel: Client, db, tmp_path) -> None:
    imported(tmp_path / "law", statute("long_law", {str(n): f"文字{n}。" for n in range(1, 251)}))
    page, seen = read(counsel, "/law/long_law/"), []
    while True:
        seen += re.findall(r'<article id="a(\d+)"', page)
        link = re.search(r'href="([^"]+)" rel="next">下一页', page)
        if not link:
            break
        page = read(counsel, "/law/long_law/" + link[1])
    assert seen == [str(n) for n in range(1, 251)]
    assert 'rel="prev"' in page


def test_pages_are_read_in_english_with_the_words_of_the_law_in_chinese(cast: Cast, corpus) -> None:
    client = client_of(cast.counsel)
    client.cookies["django_language"] = "en"
    page = read(client, "/law/cpl_2013/55/?on=2014-03-14")
    assert "Consumer Law 1993, Article 49" in page
    assert re.search(r'<p lang="zh-CN">经营者提供商品', page)


def test_articles_that_follow_chapters_show_them_where_they_begin(counsel, db, tmp_path) -> None:
    law = statute("some_law", {"1": "甲", "2": "乙", "3": "丙"})
    for row, chapter in zip(
        law["articles"], ("第一章总则", "第一章总则", "第二章权利"), strict=True
    ):
        row["chapter"] = chapter
    imported(tmp_path / "law", law)
    page = read(counsel, "/law/some_law/")
    assert re.findall(r'<h2 class="lawtext__chapter"[^>]*>([^<]+)', page) == [
        "第一章 总则",
        "第二章 权利",
    ]
