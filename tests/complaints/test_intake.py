"""Registering: once per form, with the earlier cases of the same person found, and mended later."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from accounts.models import IdempotentRequest, Team
from complaints.actions import half_typed, intake, intake_once
from complaints.errors import Invalid
from complaints.models import Complaint, Draft, Event
from tests import factories as f
from tests.cast import Cast, assemble

TOKEN = "0123456789abcdef0123456789abcdef"


def test_a_form_that_is_sent_twice_makes_one_case(cast: Cast) -> None:
    half_typed.save_draft(cast.agent, "intake", {"title": "写到一半"})
    case = intake_once.register_form(f.values(), TOKEN, by=cast.agent, draft="intake")
    assert case.owner == cast.agent
    assert not Draft.objects.exists()
    with pytest.raises(intake_once.AlreadySent) as second:
        intake_once.register_form(f.values(), TOKEN, by=cast.agent, draft="intake")
    assert (second.value.number, second.value.same) == (case.number, True)
    with pytest.raises(intake_once.AlreadySent) as changed:
        intake_once.register_form(f.values(title="改过的事由"), TOKEN, by=cast.agent)
    assert (changed.value.number, changed.value.same) == (case.number, False)
    assert Complaint.objects.count() == 1
    assert intake_once.register_form(f.values(), TOKEN, by=cast.colleague).pk != case.pk


def test_a_form_that_is_sent_twice_with_an_external_number_is_no_duplicate(cast: Cast) -> None:
    values = f.values(external_reference="12315-0001")
    case = intake_once.register_form(values, TOKEN, by=cast.agent)
    with pytest.raises(intake_once.AlreadySent) as second:
        intake_once.register_form(values, TOKEN, by=cast.agent)
    assert second.value.number == case.number
    with pytest.raises(Invalid, match="已经登记过"):
        intake_once.register_form(values, TOKEN[::-1], by=cast.agent)


def test_a_refused_form_keeps_its_draft_and_may_be_sent_again(cast: Cast) -> None:
    half_typed.save_draft(cast.agent, "intake", {"title": "写到一半"})
    with pytest.raises(Invalid):
        intake_once.register_form(f.values(narrative=" "), TOKEN, by=cast.agent, draft="intake")
    assert Draft.objects.exists()
    assert not IdempotentRequest.objects.exists()
    assert intake_once.register_form(f.values(), TOKEN, by=cast.agent, draft="intake").pk


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_case_even_at_the_same_instant() -> None:
    cast = assemble()
    start, results = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        try:
            results.append(intake_once.register_form(f.values(), TOKEN, by=cast.agent).number)
        except intake_once.AlreadySent as sent:
            results.append(sent.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1
    assert Complaint.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_registering_takes_at_most_fifteen_statements(django_assert_max_num_queries: Any) -> None:
    cast = assemble()
    half_typed.save_draft(cast.agent, "intake", {"title": "写到一半"})
    agent = type(cast.agent).objects.get(pk=cast.agent.pk)
    with django_assert_max_num_queries(15):  # with BEGIN, COMMIT, the form's token and its draft
        intake_once.register_form(f.values(), TOKEN, by=agent, draft="intake")
    for _ in range(20):
        f.registered(cast)
    with django_assert_max_num_queries(14):
        intake_once.register_form(f.values(), TOKEN[::-1], by=cast.agent)


def test_earlier_cases_are_found_by_phone_document_and_order_alone_and_only_visible_ones(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    same_phone = f.registered(cast, order_number="SO-7")
    same_order = f.registered(
        cast, order_number="SO-1", consumer={"name": "李测试", "phone": "12000000001"}
    )
    f.registered(cast, by=cast.outsider)
    f.registered(cast, order_number="", consumer={"name": "王测试", "phone": "12000000002"})
    phone = {"phone": "+86 120-1234 5678"}
    cast.agent.memberships  # noqa: B018  # the teams, once per request
    with django_assert_num_queries(1):
        found = intake.similar(phone, "SO-1", cast.agent)
    assert [(c["number"], c["same"]) for c in found] == [
        (same_order.number, ["order_number"]),
        (same_phone.number, ["phone"]),
    ]
    assert found[1]["consumer"] == "王**"
    f.registered(
        cast, order_number="", consumer={"name": "赵测试", "id_number": "99999919000101999X"}
    )
    [by_document] = intake.similar({"id_number": "999999 19000101 999x"}, "", cast.agent)
    assert by_document["same"] == ["id_number"]
    assert intake.similar({"phone": "120"}, "SO", cast.agent) == []
    with django_assert_num_queries(0):
        assert intake.similar({"phone": "", "id_number": ""}, "", cast.agent) == []


def test_who_speaks_and_special_protection_are_kept(cast: Cast) -> None:
    person = {**f.CONSUMER, "protection": "elderly"}
    case = f.registered(cast, consumer=person, filed_by="family")
    case.refresh_from_db()
    assert (case.filed_by, case.consumer.protection) == ("family", "elderly")
    assert case.risk_flags == ["vulnerable"]
    with pytest.raises(Invalid) as refused:
        f.registered(cast, consumer={"name": "王测试", "protection": "rich"}, filed_by="cat")
    assert set(refused.value.errors) == {"consumer.protection", "filed_by"}


def test_a_team_is_taken_by_number_name_or_as_itself_but_only_an_own_one(cast: Cast) -> None:
    for team in (cast.team.pk, cast.team.name, cast.team):
        assert f.registered(cast, team=team).team == cast.team
    with pytest.raises(Invalid, match="客服二组"):
        f.registered(cast, team=Team.objects.get(name="客服二组"))


def test_an_edit_changes_and_names_exactly_what_differs(cast: Cast) -> None:
    case = f.registered(cast, claims=["refund", "apology"])
    same = {
        "claims": ["apology", "refund"],
        "price_paid": "3,980",
        "consumer": {"phone": f.CONSUMER["phone"], "protection": ""},
        "product": {"name": "青禾牌益元胶囊"},
        "filed_by": "consumer",
    }
    assert intake.edit(case.number, same, by=cast.agent, version=1).version == 1
    change = {
        "title": "",
        "consumer": {"phone": "12087654321", "protection": "elderly"},
        "product": {"name": "青禾牌益元胶囊 ×5", "category": "保健食品"},
        "filed_by": "proxy",
    }
    assert intake.edit(case.number, change, by=cast.agent, version=1).version == 2
    event = Event.objects.get(complaint=case, code="edited")
    assert event.detail["fields"] == [
        "consumer.phone",
        "consumer.protection",
        "product.name",
        "filed_by",
    ]
    case.refresh_from_db()
    assert case.consumer.phone_masked == "120****4321"
    assert case.consumer.clear("email") == f.CONSUMER["email"]


def test_a_short_number_is_no_phone_but_a_masked_one_is_kept(cast: Cast) -> None:
    with pytest.raises(Invalid, match="5 至 20 位"):
        f.registered(cast, consumer={"name": "王测试", "phone": "123"})
    case = f.registered(cast, consumer={"name": "王测试", "phone": "138********"})
    assert case.consumer.channels == ["phone"]
