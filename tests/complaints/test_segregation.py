"""Nobody judges what concerns them: in the page, in the API, and by no deputy."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import absences
from accounts.roles import Role
from audit.models import Entry
from complaints.actions import assignment, commitments, segregation, steps
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid, NotAllowed, StepRefused
from complaints.models import (
    Complaint,
    Event,
    NamedPerson,
    Opinion,
    Outbox,
    Transition,
    Voided,
)
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import person
from tests.cast import PASSWORD, Cast
from tests.pages.test_review import word

SIGN = {"opinion": "同意", "below_minimum_reason": "测试"}


def away(user: Any, deputy: Any) -> None:
    """The person is away today and the deputy stands in."""
    today = timezone.localdate()
    absences.set_absence(
        user, first_day=today, last_day=today + timedelta(days=2), deputy=deputy, by=user
    )


def name(case: Complaint, user: Any, by: Any) -> None:
    segregation.name_person(case.number, {"user": user.username, "why": "消费者投诉其态度"}, by=by)


# --- who × what × page and API: `test_segregation_matrix.py`


def named(cast: Cast, case: Complaint) -> Any:
    name(case, cast.counsel, cast.supervisor)
    return cast.counsel


def recused(cast: Cast, case: Complaint) -> Any:
    segregation.recuse(case.number, {"reason": "与消费者相识"}, by=cast.counsel)
    return cast.counsel


Make = Callable[[Cast, Complaint], Any]


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.in_review(cast)


def written() -> list[int]:
    """How many rows there are of everything that a signature would write."""
    return [m.objects.count() for m in (Opinion, Event, Entry, Outbox, Transition)]


def test_the_first_signer_does_not_sign_as_the_second(cast: Cast) -> None:
    grave = f.in_review(cast, risk_flags=["safety"])
    f.step(grave, "sign", cast.counsel, **SIGN)
    before = written()
    client, caller = client_of(cast.counsel), person(cast.counsel)
    caller.post("me/confirm/", {"password": PASSWORD})
    shown = client.get(reverse("review_case", args=[grave.number]))
    page = client.post(
        reverse("review_case", args=[grave.number]), word(shown, "sign", below_minimum_reason="x")
    )
    assert page.status_code == 422
    assert "您已签署" in page.content.decode()
    answer = caller.step(grave.number, "sign", **SIGN)
    assert answer.status_code == 409
    assert "您已签署" in answer.json()["detail"]
    assert written()[:2] == before[:2]
    assert Complaint.objects.get(pk=grave.pk).state == "in_review"


# --- being named


@pytest.mark.parametrize("role", ["colleague", "supervisor2", "counsel", "auditor"])
def test_whoever_is_named_reads_no_more_of_the_case(role: str, cast: Cast, case: Complaint) -> None:
    user = getattr(cast, role)
    address = reverse("case", args=[case.number])
    other = f.in_review(cast, order_number="SO-2")
    assert client_of(user).get(address).status_code == 200
    name(case, user, cast.supervisor)
    assert client_of(user).get(address).status_code == 404
    assert client_of(user).get(reverse("case", args=[other.number])).status_code == 200
    visible = Complaint.objects.visible_to(user)
    assert set(visible.values_list("number", flat=True)) == {other.number}
    assert person(user).get(f"complaints/{case.number}/").status_code == 404
    assert Complaint.objects.visible_to(cast.agent).filter(pk=case.pk).exists()


def test_nobody_tells_the_named_person_or_through_a_deputy(cast: Cast) -> None:
    case = f.drafted(cast)
    name(case, cast.counsel, cast.supervisor)
    f.step(case, "submit", cast.agent)
    send_waiting()
    told = Notice.objects.filter(outbox__complaint=case, outbox__effect="tell_counsel")
    assert set(told.values_list("user__username", flat=True)) == {"counsel2"}


def test_who_has_the_case_in_hand_loses_it_at_once_and_the_draft_is_drafted_by_another(
    cast: Cast, case: Complaint
) -> None:
    promise = {"text": "回电", "due": "2099-01-01", "source": "call"}
    made = commitments.make(case.number, promise, by=cast.agent)
    assert made.owner == cast.agent
    name(case, cast.agent, cast.supervisor)
    case.refresh_from_db()
    made.refresh_from_db()
    assert (case.owner, made.owner) == (None, None)
    assert not Complaint.objects.visible_to(cast.agent).filter(pk=case.pk).exists()
    with pytest.raises(StepRefused, match="方案由本案点名的同事拟订"):
        f.step(case, "sign", cast.counsel, **SIGN)
    f.step(case, "send_back", cast.counsel, comments="请重拟")
    with pytest.raises(StepRefused, match="方案由本案点名的同事拟订"):
        f.step(case, "submit", cast.supervisor)
    resolutions.save_draft(case.number, f.proposal(), by=cast.colleague)
    f.step(case, "submit", cast.colleague)
    with pytest.raises(Complaint.DoesNotExist):
        assignment.assign(case.number, by=cast.agent, user=cast.colleague, note="x")
    with pytest.raises(Invalid, match="本案点名了 陈晓雨，不能由其办理"):
        assignment.assign(case.number, by=cast.supervisor, user=cast.agent, note="x")
    with pytest.raises(Invalid, match="不能由其兑现"):
        commitments.make(case.number, {**promise, "owner": "agent"}, by=cast.supervisor)
    danger = client_of(cast.supervisor).get(reverse("danger"), {"case": case.number})
    offered = re.findall(r'<option value="(\d+)"', danger.content.decode())
    assert str(cast.colleague.pk) in offered
    assert str(cast.agent.pk) not in offered


def test_who_may_name_and_what_is_asked(cast: Cast, case: Complaint) -> None:
    with pytest.raises(NotAllowed, match="只有主管和法务"):
        name(case, cast.colleague, cast.agent)
    with pytest.raises(Invalid, match="没有“nobody”这个用户"):
        segregation.name_person(case.number, {"user": "nobody", "why": "x"}, by=cast.supervisor)
    with pytest.raises(Invalid):
        segregation.name_person(case.number, {"user": "colleague"}, by=cast.supervisor)
    name(case, cast.colleague, cast.counsel)
    name(case, cast.colleague, cast.counsel2)  # once is enough
    assert NamedPerson.objects.count() == 1
    assert Event.objects.filter(code="person_named").count() == 1


def test_a_mistake_is_taken_back_and_stays_on_record(cast: Cast, case: Complaint) -> None:
    name(case, cast.colleague, cast.supervisor)
    segregation.clear_person(case.number, "colleague", "同名的另一人", by=cast.supervisor)
    assert Complaint.objects.visible_to(cast.colleague).filter(pk=case.pk).exists()
    assert Event.objects.filter(code__in=["person_named", "person_cleared"]).count() == 2
    with pytest.raises(Invalid, match="本案没有点名"):
        segregation.clear_person(case.number, "colleague", "x", by=cast.supervisor)


@pytest.mark.parametrize("how", [named, recused])
def test_what_the_person_signed_before_lets_no_letter_leave(how: Make, cast: Cast) -> None:
    case = f.offered(cast)
    how(cast, case)
    assert Voided.objects.get().changed == ["barred"]
    send_waiting()
    assert not Notice.objects.filter(outbox__effect="send_reply_letter").exists()


def test_only_counsel_steps_back_and_once(cast: Cast, case: Complaint) -> None:
    with pytest.raises(NotAllowed, match="只有法务可以回避"):
        segregation.recuse(case.number, {"reason": "x"}, by=cast.agent)
    with pytest.raises(Invalid):
        segregation.recuse(case.number, {"reason": " "}, by=cast.counsel)
    first = segregation.recuse(case.number, {"reason": "相识"}, by=cast.counsel)
    assert segregation.recuse(case.number, {"reason": "另一个理由"}, by=cast.counsel) == first
    f.step(case, "sign", cast.counsel2, **SIGN)


def test_the_guards_say_the_same_of_somebody_who_is_named(cast: Cast, case: Complaint) -> None:
    """Whoever comes to the guard by another way than the lookup of the case."""
    name(case, cast.counsel, cast.supervisor)
    found = steps.check(case, "sign", SIGN, by=cast.counsel)
    assert "not_named_in_the_case" in {each.code for each in found}


def test_a_deputy_signs_what_does_not_concern_the_absent(cast: Cast) -> None:
    away(cast.counsel2, cast.counsel)
    case = f.in_review(cast)
    f.step(case, "sign", cast.counsel, **SIGN)


def test_an_author_with_two_roles_is_refused(cast: Cast) -> None:
    both = cast.colleague
    both.roles = [str(Role.AGENT), str(Role.COUNSEL)]
    both.save()
    case = f.resolving(cast)
    resolutions.save_draft(case.number, f.proposal(), by=both)
    f.step(case, "submit", cast.agent)
    with pytest.raises(StepRefused, match="方案拟订人不得审核或签署自己的方案"):
        f.step(case, "sign", both, **SIGN)


# --- in the page


def test_a_supervisor_names_a_colleague_in_the_page(cast: Cast, case: Complaint) -> None:
    client = client_of(cast.supervisor)
    address = reverse("name_person", args=[case.number])
    shown = client.get(address).content.decode()
    assert 'value="counsel"' in shown
    assert 'value="outsider"' not in shown
    assert address in client.get(reverse("case", args=[case.number])).content.decode()
    wrong = client.post(address, {"user": "counsel", "why": " "})
    assert wrong.status_code == 422
    done = client.post(address, {"user": "counsel", "why": "消费者投诉其态度"}, follow=True)
    assert "已登记，此人不再参与本案" in done.content.decode()
    assert "登记本案点名的同事：林若衡，不得参与本案" in done.content.decode()
    assert 'value="counsel"' not in client.get(address).content.decode()
    assert client_of(cast.agent).get(address).status_code == 403
    assert client.post(address, {"user": "agent", "why": "x"}).status_code == 302  # the owner
    assert "本案还没有责任人" in client.get(reverse("case", args=[case.number])).content.decode()
    assert client_of(cast.agent).get(reverse("case", args=[case.number])).status_code == 404
    assert client_of(cast.outside_supervisor).get(address).status_code == 404


def test_whoever_has_no_part_is_not_offered_as_owner_or_adviser(cast: Cast) -> None:
    case = f.in_review(cast)
    assign = reverse("assign", args=[case.number])
    consult = reverse("consult", args=[case.number])
    option = f'value="{cast.colleague.pk}"'
    assert option in client_of(cast.supervisor).get(assign).content.decode()
    assert 'value="counsel2"' in client_of(cast.counsel).get(consult).content.decode()
    said = {"user": cast.colleague.username, "why": "消费者投诉其态度"}
    segregation.name_person(case.number, said, by=cast.supervisor)
    segregation.recuse(case.number, {"reason": "与消费者相识"}, by=cast.counsel2)
    assert option not in client_of(cast.supervisor).get(assign).content.decode()
    assert 'value="counsel2"' not in client_of(cast.counsel).get(consult).content.decode()


def test_counsel_steps_back_in_the_page(cast: Cast, case: Complaint) -> None:
    client = client_of(cast.counsel)
    address = reverse("recuse", args=[case.number])
    assert "不能撤回" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    done = client.post(address, {"reason": "与消费者相识"}, follow=True)
    assert "已回避，由另一位法务处理" in done.content.decode()
    page = client.get(reverse("review_case", args=[case.number])).content.decode()
    assert "您已回避本案，不得审核或签署" in page
    assert client_of(cast.supervisor).get(address).status_code == 403
