"""A rule file with anything in the wrong place is refused by LawError, with file and line."""

import datetime

import pytest
import yaml

from legal_rules.reasoning import load, source
from legal_rules.reasoning.source import LawError
from legal_rules.vocabulary import STATUTES

FILES = ["cpl/55_1.yaml", "prepaid/18.yaml", "advertising/58_1.yaml"]
ODD = [
    None,
    3,
    -1,
    "无此值",
    "",
    [],
    {},
    [1],
    [[]],
    ["x"],
    {"a": 1},
    True,
    datetime.date(2020, 1, 1),
]
HERE = "HERE-STANDS-SOMETHING-ODD"


def in_place(odd) -> str:
    """As YAML writes it where a text stood."""
    told = yaml.dump(odd, Dumper=yaml.CSafeDumper, allow_unicode=True, default_flow_style=True)
    return told.removesuffix("\n").removesuffix("\n...")


ODD_SAID = [(odd, in_place(odd)) for odd in ODD]


def plain(node):
    """The same as YAML writes it; a YAML reader of its own would take the key `on` for true."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


def places(node, path=()):
    """Every path to a node below the root."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield (*path, place)
            yield from places(value, (*path, place))


def changed(page, path, value):
    """A copy of the page with the node at `path` replaced."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    copy = dict(page) if isinstance(page, dict) else list(page)
    copy[key] = changed(page[key], rest, value)
    return copy


def written(page) -> str:
    return yaml.dump(page, Dumper=yaml.CSafeDumper, allow_unicode=True)


def spoiled(page):
    """((path, odd value), the file's text with the odd value there)."""
    for path in places(page):
        text = written(changed(page, path, HERE))
        for odd, said in ODD_SAID:
            yield (path, str(odd)), text.replace(HERE, said)


def refusal(text: str) -> Exception | None:
    """What the loader raises for the text of a file, whatever it is; without the frames of the
    loader, which hold the whole file, thousands of times a gigabyte.
    """
    try:
        load.read_rule(source.parse_bytes(text.encode(), "statutes/law/a.yaml"))
    except Exception as error:
        return bare(error)
    return None


def bare(error: BaseException | None):
    """The same without tracebacks, its causes too."""
    if error is not None:
        error.__traceback__ = None
        bare(error.__cause__ or error.__context__)
    return error


@pytest.mark.parametrize("name", FILES)
def test_anything_odd_anywhere_is_refused_by_name_of_file_and_line(name):
    page = plain(source.read(STATUTES / name, STATUTES))
    page["examples"] = page["examples"][:2]
    assert refusal(written(page)) is None
    refusals = {place: error for place, text in spoiled(page) if (error := refusal(text))}
    assert len(refusals) > 500
    for place, error in refusals.items():
        assert isinstance(error, LawError), (place, error)
        assert str(error).startswith("statutes/law/a.yaml:"), place
        assert error.line > 0, place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "a: [\n",
        "a: &x [*x]\n",
        "\0",
        "a: 1\na: 2\n",
        "? [1]\n: 2\n",
        "a: !!python/object:os.system x\n",
        "标题\n",
        "%YAML 9\n---\na: 1\n",
    ],
)
def test_a_file_that_is_no_mapping_of_plain_values_is_refused(text, tmp_path):
    file = tmp_path / "statutes" / "a.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match=r"statutes/a\.yaml:\d+: "):
        load.read_rule(source.read(file, tmp_path / "statutes"))


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    file = tmp_path / "statutes" / "a.yaml"
    file.parent.mkdir()
    file.write_bytes("标题: 甲".encode("gb18030"))
    with pytest.raises(LawError, match="UTF-8"):
        source.read(file, tmp_path / "statutes")
