"""A group of near-identical complaints becomes members of one mass case in one act."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from analytics import gathering
from analytics.models import Signal
from audit.record import broken_links
from complaints.actions import mass
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, MassCase, MassMember, Outbox
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.analytics.test_signals import thing, written
from tests.cast import Cast
from tests.complaints.test_legal_hold import held, shared
from tests.walks.ask import browser, text_of

NEW = {"title": "话术雷同的投诉", "category": "telesales_fraud", "defect": "同一段话术"}


def alike(*cases: Complaint) -> Signal:
    numbers = {"copies": [[case.pk for case in cases]]}
    assert written(thing(*cases, fields={"numbers": numbers})) == (1, 0)
    return Signal.objects.get()


def place_of(signal: Signal) -> str:
    return reverse("signal_copies", args=[signal.pk, 0])


def lead(cast: Cast) -> Client:
    return browser(cast.supervisor)


def test_a_group_joins_a_new_mass_case_and_each_owner_is_told_once(cast: Cast) -> None:
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(3)]
    cases.append(f.registered(cast, by=cast.colleague))
    signal = alike(*cases)
    client, place = lead(cast), place_of(signal)
    assert place in text_of(client.get(reverse("signal", args=[signal.pk])))
    before = text_of(client.get(place))
    assert "4 件可以加入群体性案件" in before
    answer = client.post(place, NEW)
    assert (answer.status_code, answer["Location"]) == (302, place)
    [made] = MassCase.objects.all()
    assert (made.title, made.members.count()) == (NEW["title"], 4)
    after = text_of(client.get(place))
    assert after.count("已加入 ") == 4
    assert 'name="defect"' not in after  # nothing is left to join
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_gathered").order_by("subject")
    assert [(n.user, n.subject) for n in told] == [
        (cast.colleague, f"1 件案件加入群体性案件“{made.title}”"),
        (cast.agent, f"3 件案件加入群体性案件“{made.title}”"),
    ]
    assert all(broken_links(case.subject) == [] for case in cases)
    again = client.post(place, NEW)  # the second click
    assert again.status_code == 422
    assert "没有可以加入的案件" in text_of(again)
    assert MassCase.objects.count() == 1


def test_what_cannot_join_says_why_and_what_is_out_of_sight_is_a_number(cast: Cast) -> None:
    free, done = f.registered(cast), f.closed(cast, order_number="SO-2")
    other = f.registered(cast, order_number="SO-3")
    kept = shared(cast, order_number="SO-4")
    held(cast, kept)
    foreign = f.registered(cast, by=cast.outsider, title="二组的投诉")
    signal = alike(free, done, other, kept, foreign)
    first = mass.open_one({**NEW, "title": "以前的"}, by=cast.supervisor)
    mass.join(other.number, first.pk, by=cast.supervisor)
    page = text_of(lead(cast).get(place_of(signal)))
    assert "1 件可以加入群体性案件" in page
    assert "3 件不再加入" in page
    assert "1 件不在您的范围" in page
    assert "案件已经办结" in page
    assert "不参加批量操作" in page
    assert foreign.number not in page
    made = gathering.gather(signal.pk, 0, {"mass": str(first.pk)}, by=cast.supervisor)
    assert (made.mass, made.joined, made.refused) == (first, [free.number], {})
    assert set(MassMember.objects.values_list("complaint", flat=True)) == {free.pk, other.pk}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({**NEW, "defect": " "}, "defect"),
        ({**NEW, "title": ""}, "title"),
        ({**NEW, "title": "长" * 10_000}, "title"),
        ({**NEW, "category": "'; --"}, "category"),
        ({**NEW, "defect": "字\x0b"}, "defect"),
        ({**NEW, "mass": "999999"}, "mass"),
        ({**NEW, "mass": "x' OR 1=1"}, "mass"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_joins_nothing(
    cast: Cast, sent: dict[str, str], field: str
) -> None:
    signal = alike(f.registered(cast), f.registered(cast, order_number="SO-2"))
    answer = lead(cast).post(place_of(signal), sent)
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'aria-describedby="id_{field}' in page
    assert (NEW["title"] if field != "title" else NEW["defect"]) in page
    assert not MassCase.objects.exists()
    assert not MassMember.objects.exists()


def test_a_mass_case_that_the_person_does_not_see_is_no_choice(cast: Cast) -> None:
    signal = alike(f.registered(cast))
    theirs = mass.open_one(NEW, by=cast.outside_supervisor)
    with pytest.raises(Invalid, match="没有这件群体性案件"):
        gathering.gather(signal.pk, 0, {"mass": str(theirs.pk)}, by=cast.supervisor)
    assert not theirs.members.exists()


def test_only_supervisors_gather_and_only_what_is_there(cast: Cast) -> None:
    signal = alike(f.registered(cast))
    place = place_of(signal)
    for by, status in (
        (cast.agent, 403),
        (cast.auditor, 403),
        (cast.counsel, 403),
        (cast.outside_supervisor, 404),
    ):
        client = browser(by)
        assert [client.get(place).status_code, client.post(place, NEW).status_code] == [status] * 2
    assert lead(cast).get(reverse("signal_copies", args=[signal.pk, 1])).status_code == 404
    with pytest.raises(NotAllowed):
        gathering.gather(signal.pk, 0, NEW, by=cast.auditor)
    assert not Outbox.objects.filter(effect="tell_gathered").exists()
    assert place not in text_of(browser(cast.auditor).get(reverse("signal", args=[signal.pk])))
