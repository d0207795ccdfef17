"""Articles named in free text are found, whichever way people write them."""

import pytest

from legal_rules.citations import any_covers, named_in, number
from legal_rules.reasoning.prose import chinese_number, cite
from legal_rules.reasoning.rules import Quote
from legal_rules.rulebook import current

CPL = frozenset({"cpl_2013"})


def found(text):
    return [(sorted(c.instruments), c.article, c.paragraph) for c in named_in(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("《消费者权益保护法》第五十五条第一款", [("55", 1)]),
        ("《中华人民共和国消费者权益保护法》第55条", [("55", None)]),
        ("依据《消费者权益保护法》第二十条、第五十五条第二款作出", [("20", None), ("55", 2)]),
        ("《 消费者权益保护法 》 第５５条", [("55", None)]),
        ("Consumer Law, Article 55(1)", [("55", 1)]),
        ("消费者权益保护法第五十五条", []),
        ("《没有这样的法》第五条", []),
        ("公平原则", []),
    ],
)
def test_articles_are_read_as_people_write_them(text, wanted):
    got = [(article, paragraph) for _, article, paragraph in found(text)]
    assert got == wanted
    assert all("cpl_2013" in laws for laws, _, _ in found(text))


def test_an_added_article_has_its_second_number():
    assert found("《刑法》第二百五十三条之一第三款")[0][1:] == ("253-1", 3)


def test_each_article_belongs_to_the_law_that_is_named_before_it():
    text = "《民法典》第一百四十八条；《产品质量法》第四十条"
    assert [a for _, a, _ in found(text)] == ["148", "40"]
    assert "civil_code_2020" in found(text)[0][0]
    assert "product_quality_law_2018" in found(text)[1][0]


def test_every_source_of_every_rule_is_found_in_its_own_citation():
    for rule in current().rules.values():
        for version in rule.versions:
            for quote in version.sources:
                for lang in ("zh-hans", "en"):
                    assert any_covers(named_in(cite(quote, lang)), [quote]), (rule.id, lang)


def test_a_whole_article_covers_its_paragraphs_and_they_it():
    whole, first = named_in("《消费者权益保护法》第五十五条，第五十五条第一款")
    one, two = (Quote("cpl_2013", "55", n, "") for n in (1, 2))
    assert whole.covers(one)
    assert whole.covers(two)
    assert first.covers(one)
    assert not first.covers(two)
    assert first.covers(Quote("cpl_2013", "55", None, ""))
    assert not first.covers(Quote("cpl_1993", "49", None, ""))


@pytest.mark.parametrize("value", [1, 10, 11, 20, 55, 101, 110, 253, 999, 1179, 1260])
def test_numbers_are_read_back(value):
    assert number(chinese_number(value)) == number(str(value)) == value
