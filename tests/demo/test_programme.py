"""What is going to happen, before anything does: the same each time, and sound on any day."""

from datetime import datetime, timedelta

import filetype
import pytest

from complaints.workdays import SHANGHAI, is_working_day
from legal_rules.vocabulary import CATEGORIES, FACTS, check_value
from quickstart.demo import files, programme
from quickstart.demo.cases import Case
from quickstart.demo.moments import PER_DAY, Anchor, at, later, minute_of
from quickstart.demo.people import consumer
from quickstart.demo.stories import Story, common, stories

# A working day, its night, a Sunday, the eve and the middle of long holidays, a make-up Saturday.
ANCHORS = (
    "2026-03-11 10:40",
    "2026-03-11 03:05",
    "2026-03-11 23:59",
    "2026-03-15 14:00",
    "2026-02-14 16:30",
    "2026-02-19 09:00",
    "2026-10-01 00:01",
    "2026-10-06 20:00",
    "2026-01-01 12:00",
    "2025-12-31 17:59",
)


def anchor(text: str) -> Anchor:
    return Anchor(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI))


@pytest.mark.parametrize("text", ANCHORS)
def test_on_any_day_the_past_is_past_and_in_order(text: str) -> None:
    around = anchor(text)
    cases, acts = programme.make(around)
    assert all(acts[i].at <= acts[i + 1].at for i in range(len(acts) - 1))
    assert acts[-1].at <= around.now
    first: dict[str, str] = {}
    last: dict[str, datetime] = {}
    for act in acts:
        first.setdefault(act.case, act.name)
        assert act.case not in last or act.at > last[act.case]
        last[act.case] = act.at
    assert set(first.values()) == {"register"}
    assert set(first) == set(cases)
    assert all(case.received <= around.now for case in cases.values())


def test_the_same_moment_gives_the_same_demo() -> None:
    one, other = (programme.make(anchor("2026-03-11 10:40")) for _ in range(2))
    assert programme.fingerprint(one[1]) == programme.fingerprint(other[1])
    assert [c.registration() for c in one[0].values()] == [
        c.registration() for c in other[0].values()
    ]
    moved = programme.make(anchor("2026-03-12 10:40"))
    assert programme.fingerprint(one[1]) != programme.fingerprint(moved[1])
    assert [c.consumer for c in one[0].values()] == [c.consumer for c in moved[0].values()]


@pytest.mark.parametrize("minutes", [0, 1, 179, 180, 181, 479, 480, 481, 2000, -1, -480, -2000])
def test_working_time_is_counted_forwards_and_backwards(minutes: int) -> None:
    start = at(anchor("2026-03-11 10:40").today, 100)
    there = later(start, minutes)
    assert is_working_day(there.date())
    back = later(there, -minutes)
    assert abs((back - start).total_seconds()) <= 3600  # the break at noon has two ends
    assert minute_of(there) in range(PER_DAY + 1)


def test_the_desk_lies_in_the_past() -> None:
    for text in ANCHORS:
        around = anchor(text)
        start, end = around.desk
        assert start < end <= around.now
        assert is_working_day(end.date())
        assert around.now - timedelta(hours=24) <= around.online(0) <= around.now


@pytest.mark.parametrize("story", stories().values(), ids=lambda s: s.id)
def test_every_story_is_told_in_known_words(story: Story) -> None:
    assert story.category in CATEGORIES
    for answers, finder in ((story.facts, "agent"), (story.counsel, "counsel")):
        for fact, given in answers.items():
            assert FACTS[fact].found_by == finder
            if not str(given[0]).startswith("$"):
                check_value(fact, given[0])
            assert len(given) < 3 or given[2] <= len(story.evidence)
    for product in story.products:
        case = Case(
            "demo-x", story, consumer("x"), product, "phone", "", "", "", "", anchor(ANCHORS[0]).now
        )
        for text in (*story.titles, *story.narratives, story.findings, story.letter):
            assert case.fill(text)
        for measure in (*story.measures, *story.better):
            case.amount(measure)
            assert case.fill(measure.text)
        case.answers(story.facts)


def test_what_is_usual_is_a_possible_answer() -> None:
    for fact, (value, _source) in common().ordinary.items():
        assert FACTS[fact].found_by == "agent"
        if not str(value).startswith("$"):
            check_value(fact, value)


@pytest.mark.parametrize(
    ("ending", "mime"),
    [("png", "image/png"), ("pdf", "application/pdf"), ("wav", "audio/x-wav"), ("txt", None)],
)
def test_every_kind_of_file_is_what_its_name_says(ending: str, mime: str | None) -> None:
    content = files.MAKERS[ending](["会员服务合同", "订单 SO-2611-77120"])
    kind = filetype.guess(content)
    assert (kind.mime if kind else None) == mime
    assert content == files.MAKERS[ending](["会员服务合同", "订单 SO-2611-77120"])
    assert content != files.MAKERS[ending](["另一份"])
