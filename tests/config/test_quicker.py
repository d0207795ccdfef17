"""What is kept in the process is the same as what is made anew, and is shown to nobody else."""

import itertools
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, pgettext, trans_real

from complaints.facts import all_answers
from complaints.models import FactAnswer
from complaints.views.case_page import CasePage
from complaints.views.case_timeline import timeline
from config import quick_words, tags
from evidence.models import Item
from tests import factories
from tests.cast import Cast

TEXTS = ("待办", "没有这句话", "a\r\nb", "", "安全")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_word_is_the_one_that_django_finds(language: str) -> None:
    quick_words.take_over()
    with translation.override(language):
        for text in TEXTS * 2:
            assert gettext(text) == str(gettext_lazy(text)) == quick_words._of_django(text)
        assert pgettext("risk", "低") == {"zh-hans": "低", "en": "Low"}[language]
        assert isinstance(gettext(mark_safe("待办")), SafeString)
        assert not isinstance(gettext("待办"), SafeString)
    assert trans_real.gettext is quick_words.gettext


def test_the_bar_of_one_person_never_shows_another(cast: Cast) -> None:
    people = [cast.agent, cast.colleague, cast.supervisor, cast.auditor, cast.administrator]
    bars = {}
    for person, _turn in itertools.product(people, range(2)):
        client = Client()
        client.force_login(person)
        page = client.get(reverse("settings")).content.decode()
        bar = re.search(r'<header class="topbar">.*?</header>', page, re.DOTALL)
        assert bar is not None
        assert f"{person.username} · " in bar[0]
        assert ('action="/search/"' in bar[0]) == person.may("see_complaints")
        bars[person.username] = re.sub(r'n" value="\w{64}"', "", bar[0])
    assert len(set(bars.values())) == len(people)
    for name, bar in bars.items():
        assert not [other for other in bars if other != name and f">{other} ·" in bar]


def test_the_bar_has_the_token_the_address_and_the_words_of_its_own_request(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.agent)
    tags._piece.cache_clear()
    pages = [
        client.get(reverse("search"), {"q": words}).content.decode() for words in ('甲"<b>', "乙")
    ]
    for page, words, address in (
        (pages[0], "甲&quot;&lt;b&gt;", "/search/?q=%E7%94%B2%22%3Cb%3E"),
        (pages[1], "乙", "/search/?q=%E4%B9%99"),
    ):
        bar = page[: page.index("</header>")]
        assert f'name="q" value="{words}"' in bar
        assert f'name="next" value="{address}"' in bar
        assert "\x1d" not in page
    tokens = [set(re.findall(r'n" value="(\w{64})"', p[: p.index("</header>")])) for p in pages]
    assert [len(each) for each in tokens] == [1, 1]
    assert tokens[0] != tokens[1]


def test_what_belongs_to_a_case_is_never_that_of_another(cast: Cast) -> None:
    cases = [factories.IN_STATE[state](cast) for state in ("executing", "investigating", "offered")]
    for case, _turn in itertools.product(cases, range(2)):
        page = CasePage.load(cast.agent, case.number)
        story = timeline(page, "", "")
        assert [i.pk for i in page.items] == list(
            Item.objects.filter(folder=case.folder_id)
            .order_by("number")
            .values_list("pk", flat=True)
        )
        assert {a.pk for a in all_answers(case)} == set(
            FactAnswer.objects.filter(complaint=case).values_list("pk", flat=True)
        )
        assert [c.pk for c in page.clocks] == list(
            case.deadlines.filter(state__in=["running", "held"])
            .order_by("due_at")
            .values_list("pk", flat=True)
        )
        assert {entry.event.complaint_id for entry in story.entries} == {case.pk}
        assert len(story.entries) == case.events.count()
