"""A template that is not sound does not load: the refusal names file, line and what is allowed."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters import library, reading
from letters.checks import every_letter_can_be_written
from letters.mistakes import MISTAKES, TemplateError

GOOD = """---
title: 请您答复
kind: reminder
language: zh
legal_basis: [cpl_2013 39]
channels: [letter]
---
{{ salutation }}：

您好！{{ number }}

::: option last "最后一次" on
这是最后一次提醒。
:::

::: signature
{{ enterprise }}
:::
"""
NAME = "templates/reminder.zh.md"


def refused(text: str, name: str = NAME) -> TemplateError:
    with pytest.raises(TemplateError) as bad:
        reading.read(name, text)
    error = bad.value
    assert str(error).startswith(f"{name}:{error.line}: ")
    assert error.message_for("zh-hans").startswith(f"{name}:{error.line}: ")
    assert error.sentence_for("zh-hans") != error.sentence_for("en")
    return error


def test_the_example_is_sound() -> None:
    template = reading.read(NAME, GOOD)
    assert template.id == "reminder.zh"
    assert template.usual == {"last"}
    assert template.names() == ("salutation", "number", "enterprise")


def test_line_ends_of_windows_are_the_same_template() -> None:
    assert reading.read(NAME, GOOD.replace("\n", "\r\n")) == reading.read(NAME, GOOD)


# (what is put in place of what, the mistake, the line, what the refusal names)
WRONG = [
    ("---\ntitle", "title", "no_front_matter", 1, "title, kind"),
    ("---\n{{ sal", "{{ sal", "open_front_matter", 1, "---"),
    ("title: 请您答复", "title: [请您", "not_yaml", 3, "YAML"),
    ("title: 请您答复", "title: &a 请您答复\nsubject: *a", "not_plain", 2, "anchors"),
    ("[letter]", "[*a]", "not_plain", 6, "anchors"),
    ("请您答复", '!!python/object/apply:os.system ["true"]', "not_plain", 2, "tags"),
    ("请您答复", "!!python/name:os.system x", "not_plain", 2, "tags"),
    ("title: 请您答复", "title: &a [x, x]\nsubject: &b [*a, *a, *a]", "not_plain", 2, "anchors"),
    ("请您答复", "[" * 3000 + "]" * 3000, "not_plain", 2, "lists"),
    ("请您答复", "x" * 8001, "long_front_matter", 2, "8000"),
    ("title: 请您答复", "title:\t请您答复", "tab", 2, "spaces"),
    ("title: 请您答复", "\ttitle: 请您答复", "tab", 2, "spaces"),
    ("kind: reminder", "\tkind: reminder", "tab", 3, "spaces"),
    ("title: 请您答复", "title: null", "wants_text", 2, "title"),
    ("title: 请您答复", 'title: " "', "wants_text", 2, "title"),
    ("title: 请您答复", "title: |\n  请您\n  答复", "wants_text", 2, "title"),
    ("title: 请您答复", f"title: {'长' * 41}", "line_too_long", 2, "40"),
    ("[letter]", "[letter, letter]", "listed_twice", 6, "letter"),
    ("[cpl_2013 39]", "[cpl_2013 39, cpl_2013 39]", "listed_twice", 5, "cpl_2013 39"),
    ("[letter]", "[letter, sms]", "sms_channel", 6, "sms"),
    ("channels:", "sms: 您好\nchannels:", "sms_channel", 7, "sms"),
    ("---\ntitle", "\ufeff---\ntitle", "bom", 1, "without BOM"),
    ("title: 请您答复", "title：请您答复", "not_yaml", 3, "colon"),
    ("{{ number }}", "{% now %}", "bad_variable", 10, "{% now %}"),
    ("{{ number }}", "{ number }", "bad_variable", 10, "{ number }"),
    ("{{ number }}", "{{ number | upper }}", "bad_variable", 10, "{{ number | upper }}"),
    ("{{ number }}", "{{{ number }}}", "bad_variable", 10, "{{ name }}"),
    ("{{ number }}", "{{ }}", "bad_variable", 10, "{{ }}"),
    ('"最后一次"', '"{{ number }}"', "bad_fence", 12, "::: option"),
    ('"最后一次"', '" "', "bad_fence", 12, "::: option"),
    ("这是", '::: option inner "内"\n里\n:::\n这是', "fence_open", 12, ":::"),
    ("您好！", "您好\u200b！", "control", 10, "U+200B"),
    ("您好！", "您好\r！", "control", 10, "U+000D"),
    ("title: 请您答复", "titel: 请您答复", "unknown_key", 2, "title, subject, kind"),
    ("title: 请您答复", "title: 请\ntitle: 答", "repeated_key", 3, "title"),
    ("title: 请您答复\n", "", "missing_key", 1, "title"),
    ("title: 请您答复", "title:", "wants_text", 2, "title"),
    ("title: 请您答复", "title: {a: b}", "wants_text", 2, "title"),
    ("[letter]", "letter", "wants_list", 6, "[letter, email]"),
    ("[letter]", "[]", "wants_list", 6, "[letter, email]"),
    ("[letter]", "[[letter]]", "wants_list", 6, "[letter, email]"),
    ("[letter]", "[letter, fax]", "not_allowed", 6, "letter, email, sms"),
    ("kind: reminder", "kind: reminders", "not_allowed", 3, "acknowledgement, acceptance"),
    ("kind: reminder", "kind: closing", "name_differs", 3, "reminder"),
    ("language: zh", "language: en", "name_differs", 4, "zh"),
    ("cpl_2013 39", "第三十九条", "not_a_citation", 5, "cpl_2013 39"),
    ("cpl_2013 39", "cpl_2014 39", "unknown_instrument", 5, "cpl_2013"),
    ("channels:", f'sms: "{"长" * 301}"\nchannels:', "sms_too_long", 6, "300"),
    ("channels:", 'sms: "{{ nubmer }}"\nchannels:', "unknown_variable", 6, "number"),
    ("channels:", 'subject: "{{ measures }}"\nchannels:', "stands_alone", 6, "measures"),
    ("{{ number }}", "{{ nubmer }}", "unknown_variable", 10, "number"),
    ("{{ number }}", "{{ case.number }}", "bad_variable", 10, "{{ case.number }}"),
    ("{{ number }}", "{{ number", "bad_variable", 10, "{{ number"),
    ("{{ number }}", "number }}", "bad_variable", 10, "number }}"),
    ("{{ number }}", "{{ Number }}", "bad_variable", 10, "{{ Number }}"),
    ("{{ number }}", "{{ measures }}", "stands_alone", 8, "measures"),
    ("这是", "{{ points }}这是", "stands_alone", 13, "points"),
    ("{{ salutation }}：", "您好：", "no_salutation", 8, "{{ salutation }}"),
    ("{{ salutation }}：", "## {{ salutation }}", "no_salutation", 8, "{{ salutation }}"),
    ("::: signature\n{{ enterprise }}\n:::\n", "", "no_signature", 8, "::: signature"),
    (
        "{{ enterprise }}\n:::\n",
        "{{ enterprise }}\n:::\n又及\n",
        "after_signature",
        19,
        "signature",
    ),
    ("::: option last", "::: optoin last", "bad_fence", 12, "::: option"),
    ('"最后一次"', "最后一次", "bad_fence", 12, "::: option"),
    ('last "最后一次" on', 'Last "最后一次" on', "bad_fence", 12, "::: option"),
    ("提醒。\n:::", "提醒。", "fence_open", 12, ":::"),
    ("{{ enterprise }}\n:::", "{{ enterprise }}", "fence_open", 16, ":::"),
    ("::: option", ":::\n\n::: option", "fence_closes_nothing", 12, ":::"),
    ("::: sig", '::: option last "又"\n又\n:::\n::: sig', "option_twice", 16, "last"),
    ("这是最后一次提醒。", "", "empty_option", 12, "last"),
    ("您好！", "<b>您好</b>", "markup", 10, "HTML"),
    ("您好！", "[您好](https://example.com)", "markup", 10, "link"),
    ("您好！", "*您好*", "markup", 10, "single *"),
    ("您好！", "`您好`", "markup", 10, "code"),
    ("您好！", "> 您好", "markup", 10, "quotation"),
    ("您好！", "# 您好", "markup", 10, "heading"),
    ("您好！{{ number }}", "您好\n---", "markup", 10, "heading"),
    ("您好！{{ number }}", "|a|b|\n|-|-|\n|c|d|", "markup", 10, "table"),
    ("您好！", "您好\x07！", "control", 10, "U+0007"),
    ("您好！", "您好\u202e！", "control", 10, "U+202E"),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "names"), WRONG, ids=[f"{w[2]}-{n}" for n, w in enumerate(WRONG)]
)
def test_what_is_not_allowed_is_refused_at_its_line(
    old: str, new: str, code: str, line: int, names: str
) -> None:
    assert old in GOOD
    error = refused(GOOD.replace(old, new, 1))
    assert (error.code, error.line) == (code, line)
    assert names in str(error)


def test_a_front_matter_that_is_no_mapping_is_refused() -> None:
    assert refused("---\n- a\n---\nb").code == "no_mapping"
    assert refused("---\n---\nb").code == "no_mapping"
    assert refused(GOOD.split("{{ sal")[0]).code == "no_text"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "---", "---\n", "---\n---", "---\n---\n"])
def test_a_file_without_anything_is_refused(text: str) -> None:
    assert refused(text).code in ("no_front_matter", "open_front_matter", "no_mapping")


def test_what_is_made_to_take_long_is_refused_or_read_at_once() -> None:
    begun = time.process_time()
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(300))
    assert refused(f"---\n{bomb}---\n").code == "not_plain"
    for many in ("*", "[", "`", "<", ">", "_", "{{ number }}", ":::\n", "- "):
        try:
            said = reading.read(NAME, GOOD.replace("您好！", many * (15_000 // len(many)))).source
        except TemplateError as bad:
            said = str(bad)
        assert said
    assert time.process_time() - begun < 5


def test_the_name_of_the_file_says_what_it_is() -> None:
    for name in ("reminder.md", "reminder.fr.md", "remind.zh.md", "reminder.zh.txt"):
        error = refused(GOOD, name)
        assert error.code == "file_name"
        assert "acknowledgement, acceptance" in str(error)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reminder.zh.md"
    for content, code, line in (
        (GOOD.encode().replace("您好".encode(), b"\xff\xfe"), "not_utf8", 10),
        (GOOD.encode("utf-16"), "not_utf8", 1),
        (GOOD.encode("gbk"), "not_utf8", 2),
        (b"\xef\xbb\xbf" + GOOD.encode(), "bom", 1),
        (b"x" * (reading.LARGEST + 1), "too_large", 1),
        (b"\x00" * 1_000_000, "too_large", 1),
    ):
        path.write_bytes(content)
        with pytest.raises(TemplateError) as bad:
            reading.read_file(path)
        assert (bad.value.code, bad.value.line) == (code, line)
        assert str(tmp_path.parent) not in str(bad.value)


# --- all of them together


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(library.FOLDER, tmp_path / "templates"))


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def broken(folder: Path, change: Callable[[Path], None]) -> TemplateError:
    change(folder)
    with pytest.raises(TemplateError) as bad:
        library.load(folder)
    return bad.value


def test_a_kind_that_is_missing_in_one_language_is_refused(folder: Path) -> None:
    error = broken(folder, lambda f: (f / "delay.en.md").unlink())
    assert (error.code, "delay.en.md" in str(error)) == ("no_template", True)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("::: option last", "::: option final", "final, last"),
        ('"Last reminder"', '"Last reminder" on', "last, last on"),
        ("{{ total }}", "{{ paid }}", "paid, total"),
        ("[letter, email, sms]", "[letter, sms]", "email"),
        ("[cpl_2013 39,", "[", "39"),
    ],
)
def test_both_languages_offer_and_need_the_same(
    folder: Path, old: str, new: str, names: str
) -> None:
    error = broken(folder, lambda f: edited(f / "reminder.en.md", old, new))
    assert error.code == "pair_differs"
    assert names in str(error)


def test_a_letter_that_does_not_say_where_to_turn_is_refused(folder: Path) -> None:
    error = broken(folder, lambda f: edited(f / "delay.zh.md", "12315", "电话"))
    assert error.code == "no_way"
    assert "12315" in error.message_for("zh-hans")


def test_the_start_of_the_product_says_what_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert every_letter_can_be_written(None) == []
    edited(folder / "delay.zh.md", "{{ salutation }}", "{{ greeting }}")
    monkeypatch.setattr(library, "current", lambda: library.load(folder))
    (error,) = every_letter_can_be_written(None)
    assert error.id == "letters.E001"
    assert "templates/delay.zh.md:10: there is no variable 'greeting'" in error.msg


def test_every_mistake_is_made_by_a_test() -> None:
    made = {wrong[2] for wrong in WRONG} | {
        *("no_mapping", "no_text", "file_name", "not_utf8", "too_large"),
        *("no_template", "pair_differs", "no_way"),
    }
    assert made == set(MISTAKES)


@given(st.data())
def test_whatever_is_cut_out_or_put_in_the_answer_is_a_template_or_a_refusal(
    data: st.DataObject,
) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    odd = st.text(alphabet="{}:*#-[]&|\n \"'a老on", max_size=12)
    text = GOOD[:start] + data.draw(odd) + GOOD[end:]
    try:
        said, refusal = reading.read(NAME, text).source, None
    except TemplateError as bad:
        said, refusal = bad.message_for("zh-hans"), bad
    assert said
    assert refusal is None or 1 <= refusal.line <= text.count("\n") + 2
