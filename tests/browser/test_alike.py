"""Only a page that is the same but for its digits is left out of the walk."""

import pytest

from tests.browser.alike import Look, Walked, _Bones

PAGE = (
    '<html><title>TS26-000001</title><nav>陈晓雨 <input name="next" value="/a/1/"></nav>'
    '<main class="case"><h1>TS26-000001</h1><a href="/a/1/">回电</a></main></html>'
)


def walked() -> Walked:
    made = Walked()
    assert made.is_new(PAGE)
    return made


def test_the_same_page_of_another_case_is_left_out() -> None:
    other = PAGE.replace("000001", "000027").replace("/a/1/", "/a/2/")
    assert not walked().is_new(other)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("回电", "回信"),
        ("000001", "0000001"),
        ('class="case"', 'class="law"'),
        ("陈晓雨", "周启明"),
        ("<nav>", '<nav class="wide">'),
        ("</h1>", "</h1><b>1</b>"),
    ],
)
def test_another_word_class_or_frame_is_walked(said: str, instead: str) -> None:
    assert walked().is_new(PAGE.replace(said, instead))


def closely_walked() -> Walked:
    made = Walked()
    assert made.asks_for(PAGE) is Look.ALL
    return made


@pytest.mark.parametrize(
    ("said", "instead", "look"),
    [
        ("回电", "回信", Look.NOTHING),
        ("陈晓雨", "周启", Look.NOTHING),
        ("回电", "回电话", Look.WIDTH),
        ("000001", "0000001", Look.WIDTH),
        ("TS26-000001</h1>", "Td 1 00001</h1>", Look.NOTHING),
        ("陈晓雨", "a bcdefg", Look.WIDTH),  # eight columns, where there were six
        ("陈晓雨", "Zhou Qi", Look.WIDTH),
        ("</a>", '</a><a href="/b/">回信</a>', Look.WIDTH),
    ],
)
def test_other_words_in_the_same_elements_are_measured_where_they_are_longer(
    said: str, instead: str, look: Look
) -> None:
    page = PAGE.replace(said, instead)
    assert page != PAGE
    made = closely_walked()
    assert made.asks_for(page) is look
    assert made.asks_for(page) is Look.NOTHING


def test_a_longer_word_in_a_shorter_text_is_measured() -> None:
    made = Walked()
    made.asks_for("<p>one two three four</p>")
    assert made.asks_for("<p>four three two one</p>") is Look.NOTHING
    assert made.asks_for("<p>everything</p>") is Look.WIDTH


@pytest.mark.parametrize(
    ("said", "instead", "look"),
    [
        ('class="case"', 'class="law"', Look.MIDDLE),
        ("<a href", "<a class='btn' href", Look.MIDDLE),
        ('<a href="/a/1/">', "<a>", Look.MIDDLE),
        ("<a ", '<a aria-hidden="true" ', Look.MIDDLE),
        ("</h1>", "</h1><b>1</b>", Look.MIDDLE),
        ("</a>", "</a><h1>又一个</h1>", Look.MIDDLE),
        ("<h1>", "<div><h1>", Look.MIDDLE),
        ("<nav>", '<nav class="wide">', Look.ALL),
        ("</nav>", "</nav><dialog></dialog>", Look.ALL),
        ("</main>", "</main><footer></footer>", Look.ALL),
        ("<input ", '<input aria-current="page" ', Look.ALL),
        ("<html>", '<html class="dark">', Look.ALL),
    ],
)
def test_another_element_attribute_or_place_is_looked_at_closely_the_frame_where_it_is_another(
    said: str, instead: str, look: Look
) -> None:
    assert closely_walked().asks_for(PAGE.replace(said, instead)) is look


def test_what_closes_itself_holds_nothing_and_what_is_quoted_is_no_tag() -> None:
    page = "<main><svg><path d='1'/><path d='2'/></svg><a title=\"1 > 0 <b>\">&lt;b&gt;</a></main>"
    bones = _Bones(page)
    assert bones.found == {
        *(">main[]", ">main[]>svg[]", ">main[]>svg[]>path[d]", ">main[]>a[title]"),
        "",  # no headings
    }
    assert bones.longest["text >main[]>a[title]"] == len("<b>")
