"""Every letter in both languages, with its options ticked in every way that matters."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal_rules import rulebook
from legal_rules.reasoning.prose import chinese_number
from letters import library, markdown, wording
from letters.blocks import Heading, Items, Paragraph
from letters.mistakes import TemplateError
from letters.rendering import Rendered, again, has_marks, render
from letters.template import KINDS, LANGUAGES, Template
from letters.variables import VARIABLES, Kind, examples

TEMPLATES = list(library.current().templates.values())
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)


def written(template: Template, options: set[str] | None = None) -> Rendered:
    return render(template, examples(template.language), options)


def ids(template: Template) -> list[str]:
    return [option.id for option in template.options]


def sound(letter: Rendered) -> None:
    """Nothing is missing, and nothing stands there that a programme writes for nothing."""
    assert letter.unresolved == ()
    for text in (letter.title, letter.subject, letter.markdown, letter.text, letter.sms):
        assert not has_marks(text)
        assert not any(odd in text for odd in ("None", "null", "{{", "}}", "::: option", "  "))
    assert again(letter.title, letter.markdown, letter.language).blocks == letter.blocks


def test_there_are_ten_kinds_in_two_languages() -> None:
    assert {t.id for t in TEMPLATES} == {f"{k}.{lang}" for k in KINDS for lang in LANGUAGES}
    assert len(KINDS) == 10


@each_template
def test_a_letter_is_complete_with_all_and_with_no_options_ticked(template: Template) -> None:
    for options in (set(ids(template)), set[str](), None):
        sound(written(template, options))


@each_template
def test_a_letter_is_complete_with_each_option_alone_and_with_each_left_out(
    template: Template,
) -> None:
    for option in ids(template):
        sound(written(template, {option}))
        sound(written(template, set(ids(template)) - {option}))


@given(st.sampled_from(TEMPLATES), st.data())
def test_a_letter_is_complete_with_any_options_ticked(
    template: Template, data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(ids(template))))
    letter = written(template, chosen)
    sound(letter)
    headings = [n for n, b in enumerate(letter.blocks) if isinstance(b, Heading) and b.level == 2]
    assert all(not isinstance(letter.blocks[n + 1], Heading) or
               letter.blocks[n + 1].level == 3 for n in headings)  # fmt: skip


@each_template
def test_a_letter_begins_with_whom_it_addresses_and_ends_with_who_writes(
    template: Template,
) -> None:
    letter = written(template)
    values = examples(template.language)
    mark = "," if template.language == "en" else "："
    assert letter.text.startswith(f"{values['salutation']}{mark}\n")
    last = letter.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.signature
    assert values["enterprise"] in letter.text.split("\n\n")[-1]


@each_template
def test_every_option_adds_words(template: Template) -> None:
    bare = written(template, set())
    for option in ids(template):
        assert len(written(template, {option}).text) > len(bare.text)


@each_template
def test_no_letter_holds_words_that_its_own_check_questions(template: Template) -> None:
    letter = written(template, set(ids(template)))
    assert wording.check(f"{letter.text}\n{letter.sms}", template.language) == []


@each_template
def test_every_letter_that_decides_something_says_where_else_to_turn(template: Template) -> None:
    missing = wording.missing_ways(written(template, set()).text, template.language)
    assert bool(missing) == (template.kind in library.WITHOUT_WAYS)
    if "ways" in ids(template):
        assert wording.missing_ways(written(template, {"ways"}).text, template.language) == []


def test_a_refusal_about_personal_information_says_why_and_names_the_court() -> None:
    """PIPL 50: whatever else is ticked; and a template without the court does not load."""
    for lang, court in (("zh", "向人民法院提起诉讼"), ("en", "lawsuit in a people’s court")):
        template = library.current().template("rights", lang)
        refused = written(template, {"refused"}).text
        assert refused.count(court) == 2
        assert court in written(template, set()).text
        bare = replace(template, sections=template.sections[:1])
        with pytest.raises(TemplateError, match=r"no_way|诉讼|court"):
            library.check_ways(bare)


def test_headings_are_counted_whatever_is_ticked() -> None:
    template = library.current().template("resolution", "zh")
    for options in (set(), {"evidence"}, set(ids(template))):
        numbers = [
            line[3:].split("、")[0]
            for line in written(template, options).markdown.split("\n")
            if line.startswith("## ")
        ]
        assert numbers == [chinese_number(n + 1) for n in range(len(numbers))]


def test_silence_is_never_consent_in_the_letters_that_wait_for_an_answer() -> None:
    for kind in ("resolution", "reminder"):
        zh = written(library.current().template(kind, "zh")).text
        en = written(library.current().template(kind, "en")).text
        assert "您不答复不会被视为同意" in zh
        assert "that is not taken as consent" in en


@pytest.mark.parametrize(
    ("option", "article"), [("increased_damages", "55"), ("food_damages", "148")]
)
def test_the_words_of_the_law_are_quoted_as_they_were_promulgated(
    option: str, article: str
) -> None:
    template = library.current().template("resolution", "zh")
    text = written(template, {option}).text
    quotes = [part.split("”")[0] for part in text.split("规定，“")[1:]]
    book = rulebook.current()
    laws = "".join(
        "".join(quote.text.split())
        for one in book.rules.values()
        for version in one.versions
        for quote in version.sources
        if quote.article == article
    )
    assert quotes
    assert all("".join(quote.split()) in laws for quote in quotes)


def test_both_languages_say_the_same_sums_and_dates() -> None:
    for kind in KINDS:
        zh, en = (library.current().template(kind, lang) for lang in LANGUAGES)
        assert set(zh.names()) == set(en.names())
        assert zh.cited("zh-hans") == [q for q in zh.cited("zh-hans") if q.startswith("《")]
        assert len(zh.cited("en")) == len(zh.basis)


def test_every_variable_of_the_list_is_used_and_has_an_example() -> None:
    used = {name for template in TEMPLATES for name in template.names()}
    assert used == set(VARIABLES)
    for lang in LANGUAGES:
        assert all(VARIABLES[name].example_in(lang) for name in VARIABLES)


def test_text_messages_fit_into_what_gateways_take() -> None:
    for template in TEMPLATES:
        letter = written(template)
        assert bool(letter.sms) == ("sms" in template.channels)
        assert len(letter.sms) <= 300


def test_lists_and_points_become_lists_and_points() -> None:
    letter = written(library.current().template("resolution", "zh"))
    lists = [block for block in letter.blocks if isinstance(block, Items)]
    assert any("退还价款" in markdown.write([block]) for block in lists)
    assert any(isinstance(b, Heading) and b.level == 3 for b in letter.blocks)


def test_options_are_few_enough_to_be_read() -> None:
    for template in TEMPLATES:
        titles = [option.title for option in template.options]
        assert len(titles) <= 25
        assert not any(a == b for a, b in combinations(titles, 2))
        assert all(VARIABLES[n].kind in Kind for n in template.names())
