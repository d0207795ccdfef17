"""An offer whose signature is void leaves only after counsel signed it again as it stands now."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints import carrying
from complaints.actions import analysis, rule_acts, segregation, signature, signing_again
from complaints.actions import letters as delivery
from complaints.errors import ContentChanged, Invalid, NotAllowed, StepRefused
from complaints.models import Complaint, Opinion, Outbox, Voided
from complaints.signing import canonical, liveness, verify
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.complaints.test_draft_rules import with_counsel
from tests.pages.test_review import browser, word


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.get(pk=case.pk)


def letters(case: Complaint) -> list[str]:
    found = Notice.objects.filter(outbox__complaint=case, outbox__effect=liveness.LETTER)
    return [n.body for n in found]


def voided(cast: Cast) -> Complaint:
    case = f.offered(cast)
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    assert Voided.objects.get().changed == ["evidence.2"]
    return case


def sign(case: Complaint, by: Any, conditions: Any = None, **how: Any) -> Opinion:
    now = timezone.now()
    fields: dict[str, Any] = {"opinion": "仍然同意", "below_minimum_reason": "测试"}
    fields |= {"conditions": conditions} if conditions else {}
    fields["take_over"] = f.taken_over(case)
    how = {"reauthenticated_at": now, "now": now, **how}
    return signing_again.sign(case.number, fields, by=by, **how)


def test_signed_again_the_letter_leaves_once(cast: Cast) -> None:
    case = voided(cast)
    send_waiting()
    again = sign(case, cast.counsel2)
    assert verify.faults(again) == []
    first = Opinion.objects.exclude(pk=again.pk).get(signed=True)
    assert verify.faults(first) == []  # it is still what was signed then
    send_waiting()
    send_waiting()
    assert letters(case) == [f.LETTER]
    assert fresh(case).state == "offered"
    rows = Outbox.objects.filter(complaint=case, effect=liveness.LETTER).order_by("id")
    assert [bool(row.done_at) for row in rows] == [False, True]


def test_the_letter_that_waited_to_be_brought_is_not_brought_beside_the_new_one(
    cast: Cast,
) -> None:
    case = f.offered(cast, consumer={"name": "王测试", "phone": "12012345678"})
    send_waiting()
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    sign(case, cast.counsel)
    send_waiting()
    old, new = Notice.objects.filter(outbox__effect=liveness.LETTER).order_by("id")
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    button = '<a class="btn btn--sm" href="{}"'
    assert button.format(reverse("letter", args=[case.number, new.pk])) in page
    assert button.format(reverse("letter", args=[case.number, old.pk])) not in page
    with pytest.raises(Invalid, match="已经发出或登记送达"):
        delivery.delivered(case.number, old.pk, "已宣读", by=cast.agent)
    delivery.delivered(case.number, new.pk, "已宣读", by=cast.agent)


def test_nothing_is_signed_again_under_conditions_because_its_letter_leaves_at_once(
    cast: Cast,
) -> None:
    case = voided(cast)
    with pytest.raises(Invalid, match="不能附条件"):
        sign(case, cast.counsel2, ["先补录音"])
    send_waiting()
    assert letters(case) == []


def test_new_facts_ask_for_a_new_analysis_before(cast: Cast) -> None:
    case = f.offered(cast)
    f.answer(case, cast.agent, tx_price_paid="100.00")
    with pytest.raises(StepRefused, match="留存的法律分析已经过期"):
        sign(case, cast.counsel)
    analysis.renew(case.number, by=cast.counsel)
    again = sign(case, cast.counsel)
    first = Opinion.objects.exclude(pk=again.pk).get(signed=True)
    assert [verify.faults(o) for o in (first, again)] == [[], []]
    send_waiting()
    assert letters(case) == [f.LETTER]


def test_what_was_read_is_what_is_signed_again(cast: Cast) -> None:
    case = voided(cast)
    resolution = signature.as_it_would_be_signed(fresh(case))
    assert resolution is not None
    read = canonical.content_hash(resolution)
    f.with_evidence(case, cast.agent, "又一份")
    with pytest.raises(ContentChanged):
        sign(case, cast.counsel, read=read)


def test_nobody_else_and_nothing_else_is_signed_again(cast: Cast) -> None:
    case = voided(cast)
    with pytest.raises(NotAllowed, match="只有法务"):
        sign(case, cast.agent)
    with pytest.raises(StepRefused, match="请重新输入密码"):
        sign(case, cast.counsel, reauthenticated_at=None)
    with pytest.raises(StepRefused, match="程序密钥不能签署"):
        sign(case, cast.counsel, via="api")
    live = f.offered(cast, order_number="SO-2")
    with pytest.raises(StepRefused, match="没有等待重新签署的方案"):
        sign(live, cast.counsel)
    send_waiting()
    f.answer(live, cast.agent, tx_price_paid="100.00")
    with pytest.raises(StepRefused, match="没有等待重新签署的方案"):  # the letter has left
        sign(live, cast.counsel)


def test_a_rule_that_loses_its_signature_voids_what_has_not_left(cast: Cast) -> None:
    case = with_counsel(cast)
    resolution = signature.as_it_would_be_signed(fresh(case))
    assert resolution is not None
    names = [each.rule.id for each in carrying.rules(resolution)]
    assert names
    RULES.sign_many(names, by=cast.counsel2, comment="")
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试", take_over={})
    rule_acts.revoke(RULES, names[0], by=cast.counsel2, reason="待核对")
    assert Voided.objects.get().changed == [f"rules.{names[0]}"]
    send_waiting()
    assert letters(case) == []


def test_a_rule_signed_meanwhile_voids_nothing(cast: Cast) -> None:
    case = f.offered(cast)
    RULES.sign_many(f.taken_over(case), by=cast.counsel2, comment="")
    send_waiting()
    assert letters(case) == [f.LETTER]


def test_pages_say_that_the_signature_is_void_and_counsel_signs_again(cast: Cast) -> None:
    case = voided(cast)
    sentence = "证据 2与签署时不一致"
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert f"签署已失效：{sentence}" in page
    assert "方案第 1 版的签署已失效" in page
    counsel = browser(cast.counsel)
    address = reverse("review_case", args=[case.number])
    shown = counsel.get(address)
    assert sentence in shown.content.decode()
    assert 'value="sign"' in shown.content.decode()
    done = counsel.post(address, word(shown, "sign", below_minimum_reason="测试"))
    assert done.status_code == 302
    assert Opinion.objects.filter(signed=True).count() == 2
    after = counsel.get(address).content.decode()
    assert sentence not in after
    assert 'value="sign"' not in after
    send_waiting()
    assert letters(case) == [f.LETTER]


def test_without_a_password_the_page_signs_nothing_again(cast: Cast) -> None:
    case = voided(cast)
    client = Client()
    client.force_login(cast.counsel)
    address = reverse("review_case", args=[case.number])
    wrong = client.post(address, word(client.get(address), "sign", password=PASSWORD + "x"))
    assert wrong.status_code == 422
    assert Opinion.objects.filter(signed=True).count() == 1


def test_counsels_list_shows_what_must_be_signed_again_until_it_is(cast: Cast) -> None:
    case = f.offered(cast)
    other = f.offered(cast, order_number="SO-2")
    client = browser(cast.counsel2)
    assert "须重新签署" not in client.get(reverse("review")).content.decode()
    f.with_evidence(case, cast.agent, "后来的")
    page = client.get(reverse("review")).content.decode()
    assert "1 件须重新签署" in page
    assert case.number in page
    assert other.number not in page
    assert "须重新签署" in browser(cast.counsel).get(reverse("review")).content.decode()
    # whom the case speaks of learns nothing of it
    of_counsel = {"user": cast.counsel.username, "why": "来电提到"}
    segregation.name_person(case.number, of_counsel, by=cast.supervisor)
    assert case.number not in browser(cast.counsel).get(reverse("review")).content.decode()
    again = {"opinion": "同意", "below_minimum_reason": "x", "take_over": f.taken_over(case)}
    now = timezone.now()
    signing_again.sign(case.number, again, by=cast.counsel2, reauthenticated_at=now)
    assert "须重新签署" not in client.get(reverse("review")).content.decode()
    assert not Complaint.objects.filter(must_be_signed_again=True).exists()
