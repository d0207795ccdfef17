"""A draft that a colleague goes on with: who may, of two who take it one does, and of one call one
case.
"""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Absence
from audit.models import Entry
from complaints.actions import drafts, half_typed, intake_once, segregation
from complaints.errors import Invalid
from complaints.models import Complaint, Draft
from tests import factories as f
from tests.cast import Cast, assemble

KEY = "intake:0123456789abcdef0123456789abcdef"
TOKEN = "fedcba9876543210fedcba9876543210"
TYPED = {"title": "老人来电，电话里哭", "consumer_phone": "12098765432", "form_token": TOKEN}


def begun(cast: Cast, key: str = KEY) -> Draft:
    half_typed.save_draft(cast.agent, key, TYPED)
    return Draft.objects.get(user=cast.agent, key=key)


def away(cast: Cast) -> None:
    today = timezone.localdate()
    Absence.objects.create(
        user=cast.agent,
        first_day=today,
        last_day=today + timedelta(days=2),
        deputy=cast.supervisor,
        by=cast.agent,
        created_at=timezone.now(),
    )


def test_an_offered_registration_is_taken_once_and_its_writer_is_told(cast: Cast) -> None:
    draft = begun(cast)
    with pytest.raises(Draft.DoesNotExist):
        drafts.take(cast.colleague, draft.pk)  # neither offered nor left
    with pytest.raises(Invalid, match="您所在的团队"):
        drafts.offer(cast.agent, draft.pk, cast.other_team.pk)
    with pytest.raises(Draft.DoesNotExist):
        drafts.offer(cast.colleague, draft.pk, cast.team.pk)  # not the own one
    drafts.offer(cast.agent, draft.pk, cast.team.pk)
    drafts.offer(cast.agent, draft.pk, cast.team.pk)  # a double click
    assert [k.draft.pk for k in drafts.to_take(cast.colleague)] == [draft.pk]
    for nobody in (cast.outsider, cast.auditor, cast.counsel):
        assert drafts.to_take(nobody) == []
        with pytest.raises(Draft.DoesNotExist):
            drafts.take(nobody, draft.pk)
    half_typed.save_draft(cast.agent, KEY, {**TYPED, "title": "老人来电，还没说完"})
    own = drafts.take(cast.colleague, draft.pk)
    assert half_typed.load_draft(cast.colleague, own.key)[0] == {  # type: ignore[index]
        "title": "老人来电，还没说完",
        "consumer_phone": "12098765432",
    }
    assert b"12098765432" not in bytes(own.sealed)
    assert drafts.mine(cast.agent) == []
    with pytest.raises(half_typed.TakenOver, match="何静"):
        half_typed.save_draft(cast.agent, KEY, TYPED)
    with pytest.raises(half_typed.TakenOver, match="何静"):
        intake_once.register_form(f.values(), TOKEN, by=cast.agent, draft=KEY)
    assert not Complaint.objects.exists()
    assert intake_once.register_form(f.values(), TOKEN, by=cast.colleague, draft=own.key).pk
    told = Entry.objects.filter(verb__startswith="draft.").order_by("pk")
    assert [(e.verb, e.actor) for e in told] == [
        ("draft.offered", cast.agent.username),
        ("draft.taken", cast.colleague.username),
    ]
    assert "12098765432" not in str([e.detail for e in told])


def test_what_somebody_away_left_is_for_the_team_and_of_a_case_for_those_who_see_it(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    reply = begun(cast, f"case:{case.number}:reply")
    own = begun(cast, "access")
    assert drafts.to_take(cast.colleague) == []
    away(cast)
    assert [k.draft.pk for k in drafts.to_take(cast.colleague)] == [reply.pk]
    assert drafts.to_take(cast.outsider) == []
    with pytest.raises(Draft.DoesNotExist):
        drafts.take(cast.colleague, own.pk)  # of no case and no call: the writer's alone
    with pytest.raises(Invalid, match="只能由您自己"):
        drafts.offer(cast.agent, own.pk, cast.team.pk)
    half_typed.save_draft(cast.colleague, reply.key, {"text": "自己的"})
    with pytest.raises(Invalid, match="自己的"):
        drafts.take(cast.colleague, reply.pk)
    half_typed.drop_draft(cast.colleague, reply.key)
    segregation.name_person(
        case.number, {"user": cast.colleague.username, "why": "投诉人点名"}, by=cast.supervisor
    )
    assert drafts.to_take(cast.colleague) == []
    with pytest.raises(Draft.DoesNotExist):
        drafts.take(cast.colleague, reply.pk)
    assert drafts.take(cast.supervisor, reply.pk).key == reply.key
    half_typed.save_draft(cast.agent, reply.key, {"text": "下一封"})  # the place is free again


def test_a_draft_of_a_case_out_of_sight_shows_what_was_typed_and_nothing_of_the_case(
    cast: Cast,
) -> None:
    case = f.investigating(cast)
    about = {"page": f"/complaints/{case.number}/", "title": case.title, "own": {"text": True}}
    typed = {"text": "我写的话", "title": case.title}
    half_typed.save_draft(cast.agent, f"case:{case.number}:note", typed, about=about)
    (seen,) = drafts.mine(cast.agent)
    assert (seen.number, seen.title, seen.texts) == (case.number, case.title, ("我写的话",))
    segregation.name_person(
        case.number, {"user": cast.agent.username, "why": "投诉人点名"}, by=cast.supervisor
    )
    (seen,) = drafts.mine(cast.agent)
    assert (seen.number, seen.page, seen.title, seen.texts) == ("", "", "", ("我写的话",))
    assert seen.hidden
    assert not seen.may_be_offered


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_the_same_instant_one_does() -> None:
    cast = assemble()
    draft = begun(cast)
    drafts.offer(cast.agent, draft.pk, cast.team.pk)
    start, results = threading.Barrier(3), []

    def act(what: Any) -> None:
        start.wait()
        try:
            results.append(bool(what()))
        except (Draft.DoesNotExist, half_typed.TakenOver):
            results.append(False)
        finally:
            connection.close()

    acts = [
        lambda: drafts.take(cast.colleague, draft.pk),
        lambda: drafts.take(cast.supervisor, draft.pk),
        lambda: intake_once.register_form(f.values(), TOKEN, by=cast.agent, draft=KEY),
    ]
    threads = [threading.Thread(target=act, args=(each,)) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, True], "one goes on: a taker, or the writer"
    assert Draft.objects.filter(taken_by=None).count() + Complaint.objects.count() == 1
