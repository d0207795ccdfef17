"""Only a page that is the same but for its digits is left out of the walk."""

import pytest

from tests.browser.alike import Walked

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
