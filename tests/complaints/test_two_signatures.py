"""Two of counsel where much is at stake, conditions under which one signs, and another's word."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from complaints import quoting
from complaints.actions import commenting, conditions, consulting, editing, signing_again, steps
from complaints.actions import evidence as evidence_actions
from complaints.actions import resolution as resolutions
from complaints.errors import Invalid, NotAllowed, StepRefused
from complaints.models import Comment, Complaint, Condition, Event, Opinion, Voided
from complaints.signing import checking
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import person
from tests.cast import PASSWORD, Cast
from tests.complaints.test_segregation import away, client_of, name
from tests.pages.test_review import word

LETTER = "send_reply_letter"


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.get(pk=case.pk)


def sign(case: Complaint, by: Any, **fields: Any) -> Complaint:
    f.step(case, "sign", by, **{"opinion": "同意", "below_minimum_reason": "测试", **fields})
    return fresh(case)


def letters(case: Complaint) -> int:
    send_waiting()
    send_waiting()
    return Notice.objects.filter(outbox__complaint=case, outbox__effect=LETTER).count()


def told(effect: str) -> set[str]:
    send_waiting()
    return set(
        Notice.objects.filter(outbox__effect=effect).values_list("user__username", flat=True)
    )


@pytest.fixture
def grave(cast: Cast) -> Complaint:
    """With counsel; somebody's safety is at stake."""
    return f.in_review(cast, risk_flags=["safety"])


# --- two


def test_where_safety_is_at_stake_the_second_signature_sends_the_letter(
    cast: Cast, grave: Complaint
) -> None:
    assert sign(grave, cast.counsel).state == "in_review"
    assert letters(grave) == 0
    with pytest.raises(StepRefused, match=r"您已签署。.*还须由另一位法务签署"):
        sign(grave, cast.counsel)
    assert sign(grave, cast.counsel2).state == "offered"
    assert letters(grave) == 1
    assert [found.faults for found in checking.check(checking.signatures())] == [[], []]
    assert set(Opinion.objects.values_list("by__username", flat=True)) == {"counsel", "counsel2"}


@pytest.mark.parametrize(("limit", "state"), [(3979, "in_review"), (3980, "offered")])
def test_above_the_threshold_two_sign(limit: int, state: str, cast: Cast, settings: Any) -> None:
    settings.SECOND_SIGNATURE_ABOVE = limit
    assert sign(f.in_review(cast), cast.counsel).state == state


def test_a_change_after_the_first_signature_asks_both_again(cast: Cast, grave: Complaint) -> None:
    sign(grave, cast.counsel)
    f.with_evidence(grave, cast.agent, "后来的聊天记录")
    assert Voided.objects.get().changed == ["evidence.2"]
    assert sign(grave, cast.counsel2).state == "in_review"
    assert sign(grave, cast.counsel).state == "offered"
    assert letters(grave) == 1


def test_a_risk_that_comes_up_before_the_letter_leaves_asks_for_the_second(cast: Cast) -> None:
    case = sign(f.in_review(cast), cast.counsel)
    editing.edit(case.number, {"risk_flags": ["group"]}, by=cast.agent)
    assert letters(case) == 0
    assert Voided.objects.get().changed == ["cosign"]
    now = timezone.now()
    for by in (cast.counsel, cast.counsel2):
        assert letters(case) == 0
        fields = {"opinion": "同意", "below_minimum_reason": "测试"}
        signing_again.sign(case.number, fields, by=by, reauthenticated_at=now, now=now)
        if by == cast.counsel:
            with pytest.raises(StepRefused, match="另一位法务"):
                signing_again.sign(case.number, fields, by=by, reauthenticated_at=now, now=now)
    assert letters(case) == 1
    assert Opinion.objects.count() == 3


def test_whoever_signed_first_may_send_back_no_more_than_others(
    cast: Cast, grave: Complaint
) -> None:
    sign(grave, cast.counsel)
    f.step(grave, "send_back", cast.counsel2, comments="金额不对")
    resolutions.save_draft(grave.number, f.proposal(), by=cast.agent)
    f.step(grave, "submit", cast.agent)
    assert sign(grave, cast.counsel2).state == "in_review"  # the first one was of another version


def test_the_page_and_the_api_record_the_first_signature(cast: Cast, grave: Complaint) -> None:
    address = reverse("review_case", args=[grave.number])
    client = client_of(cast.counsel)
    done = client.post(
        address, word(client.get(address), "sign", below_minimum_reason="测试"), follow=True
    )
    assert "还须由另一位法务签署" in done.content.decode()
    assert fresh(grave).state == "in_review"
    caller = person(cast.counsel2)
    caller.post("me/confirm/", {"password": PASSWORD})
    answer = caller.step(grave.number, "sign", opinion="同意", below_minimum_reason="测试")
    assert answer.json()["state"] == "offered"
    assert Opinion.objects.filter(signed=True).count() == 2


# --- conditions


def test_an_offer_signed_under_conditions_waits_until_they_are_met(cast: Cast) -> None:
    case = sign(f.in_review(cast), cast.counsel, conditions=["补录通话录音", " ", "核实账户"])
    assert case.state == "in_review"
    first, second = Condition.objects.all()
    assert (first.text, second.text) == ("补录通话录音", "核实账户")
    assert told("tell_conditions") == {"agent"}
    assert "2. 核实账户" in Notice.objects.get(outbox__effect="tell_conditions").body
    with pytest.raises(StepRefused, match="还有 2 个签署条件没有落实：补录通话录音；核实账户"):
        sign(case, cast.counsel)
    with pytest.raises(StepRefused, match="还有 2 个签署条件没有落实"):
        sign(case, cast.counsel2)
    conditions.meet(case.number, first.pk, {"note": "已补录"}, by=cast.agent)
    assert told("tell_conditions_met") == set()
    conditions.meet(case.number, second.pk, {"note": "已核实"}, by=cast.agent)
    assert told("tell_conditions_met") == {"counsel"}
    assert sign(case, cast.counsel, opinion="条件已落实").state == "offered"
    assert Opinion.objects.count() == 1  # it needed no other signature
    assert letters(case) == 1


def test_proof_of_a_condition_voids_nothing_and_other_proof_does(cast: Cast) -> None:
    case = sign(f.in_review(cast), cast.counsel, conditions=["补录通话录音"])
    condition = Condition.objects.get()
    about = {"condition": condition.pk}
    evidence_actions.add(case.number, [b"recording"], "a.txt", about, by=cast.agent)
    condition.refresh_from_db()
    assert condition.evidence_number == 2
    assert not Voided.objects.exists()
    conditions.meet(case.number, condition.pk, {"note": "见证据 2"}, by=cast.agent)
    assert sign(case, cast.counsel).state == "offered"
    assert letters(case) == 1
    other = sign(f.in_review(cast, order_number="SO-2"), cast.counsel, conditions=["核实账户"])
    f.with_evidence(other, cast.agent)
    assert Voided.objects.get().opinion.resolution.complaint == other
    assert sign(other, cast.counsel).state == "offered"  # anew, the condition fell with the first


def test_who_meets_a_condition_and_with_what(cast: Cast) -> None:
    case = sign(f.in_review(cast), cast.counsel, conditions=["核实账户"])
    pk = Condition.objects.get().pk
    with pytest.raises(NotAllowed, match="不能登记条件的落实"):
        conditions.meet(case.number, pk, {"note": "x"}, by=cast.counsel)
    with pytest.raises(Invalid):
        conditions.meet(case.number, pk, {"note": "  "}, by=cast.agent)
    with pytest.raises(Invalid, match="没有这个待落实的条件"):
        conditions.meet(case.number, pk + 99, {"note": "x"}, by=cast.agent)
    about = {"condition": pk + 99}
    with pytest.raises(Invalid, match="没有这个待落实的条件"):
        evidence_actions.add(case.number, [b"x"], "a.txt", about, by=cast.agent)
    conditions.meet(case.number, pk, {"note": "已核实"}, by=cast.agent)
    with pytest.raises(Invalid, match="没有这个待落实的条件"):
        conditions.meet(case.number, pk, {"note": "再一次"}, by=cast.agent)
    for wrong in ([{}], 5, ["x"] * 21, ["长" * 501]):
        with pytest.raises(Invalid):
            sign(f.in_review(cast), cast.counsel, conditions=wrong)


# --- another counsel's word


def ask(case: Complaint, cast: Cast, **changes: Any) -> Any:
    due = (timezone.localdate() + timedelta(days=1)).isoformat()
    values = {"user": "counsel2", "question": "是否构成欺诈？", "due": due, **changes}
    return consulting.ask(case.number, values, by=cast.counsel)


def test_nobody_signs_while_another_counsel_is_asked(cast: Cast) -> None:
    case = f.in_review(cast)
    consult = ask(case, cast)
    assert told("tell_consult") == {"counsel2"}
    for by in (cast.counsel, cast.counsel2):
        with pytest.raises(StepRefused, match="还在等沈知远的加签意见"):
            sign(case, by)
    with pytest.raises(Invalid, match="已经请沈知远加签"):
        ask(case, cast)
    with pytest.raises(NotAllowed, match="只有被请求加签的法务"):
        consulting.answer(case.number, consult.pk, {"answer": "是"}, by=cast.counsel)
    consulting.answer(case.number, consult.pk, {"answer": "构成"}, by=cast.counsel2)
    assert told("tell_consult_answered") == {"counsel"}
    assert Notice.objects.get(outbox__effect="tell_consult_answered").body == "构成"
    assert sign(case, cast.counsel).state == "offered"


def test_a_question_is_taken_back_by_whoever_asked(cast: Cast) -> None:
    case = f.in_review(cast)
    consult = ask(case, cast)
    with pytest.raises(NotAllowed, match="只有提出加签的法务"):
        consulting.withdraw(case.number, consult.pk, by=cast.counsel2)
    consulting.withdraw(case.number, consult.pk, by=cast.counsel)
    with pytest.raises(Invalid, match="没有这项等待答复的加签"):
        consulting.answer(case.number, consult.pk, {"answer": "晚了"}, by=cast.counsel2)
    assert sign(case, cast.counsel).state == "offered"


def test_who_is_asked_is_another_counsel_with_no_part_in_it(cast: Cast) -> None:
    case = f.in_review(cast)
    with pytest.raises(NotAllowed, match="只有法务"):
        consulting.ask(case.number, {"user": "counsel2", "question": "?"}, by=cast.agent)
    for user, sentence in {
        "agent": "“agent”不是在用的法务账号",
        "nobody": "“nobody”不是在用的法务账号",
        "counsel": "不能请自己加签",
    }.items():
        with pytest.raises(Invalid, match=sentence):
            ask(case, cast, user=user)
    name(case, cast.counsel2, cast.supervisor)
    with pytest.raises(Invalid, match="沈知远 不得参与本案"):
        ask(case, cast)
    with pytest.raises(Invalid, match="只有“法务审核”阶段"):
        ask(f.offered(cast, order_number="SO-2"), cast)


def test_a_deputy_of_somebody_concerned_is_not_asked(cast: Cast) -> None:
    case = f.in_review(cast)
    away(cast.counsel, cast.counsel2)
    ask(case, cast)  # counsel is concerned by nothing
    assert Event.objects.filter(code="consult_asked").count() == 1


# --- comments anchored to the text


def comment(case: Complaint, by: Any, quote: str = "退还价款", **changes: Any) -> Comment:
    start = f.LETTER.index(quote) if quote in f.LETTER else 0
    values = {
        "part": "letter",
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "text": "请写明金额",
        **changes,
    }
    return commenting.add(case.number, values, by=by)


def test_a_comment_stands_at_its_quote_in_the_next_version(cast: Cast) -> None:
    case = f.in_review(cast)
    comment(case, cast.counsel)
    comment(case, cast.counsel, quote="青禾生活")
    comment(case, cast.counsel, quote="12315")
    f.step(case, "send_back", cast.counsel)  # the comments say what to mend
    text = "补充一句。\n" + f.LETTER.replace("退还价款", "退还价款 3,980.00 元").replace(
        "青禾生活", ""
    )
    resolutions.save_draft(case.number, f.proposal(letter=text), by=cast.agent)
    now = resolutions.current(case)
    assert now is not None
    found = quoting.placed(now)
    assert [text[p.start : p.end] if p.start is not None else None for p in found] == [
        "退还价款",
        None,  # the text there is another by now
        "12315",
    ]
    commenting.resolve(case.number, found[0].comment.pk, by=cast.agent)
    assert len(quoting.placed(now)) == 2


def test_of_two_equal_quotes_the_nearer_one_is_meant(cast: Cast) -> None:
    case = f.resolving(cast)
    resolutions.save_draft(case.number, f.proposal(letter="退款。退款。退款。"), by=cast.agent)
    f.step(case, "submit", cast.agent)
    values = {"part": "letter", "start": 3, "end": 5, "quote": "退款", "text": "?"}
    commenting.add(case.number, values, by=cast.counsel)
    resolution = resolutions.current(case)
    assert resolution is not None
    assert [p.start for p in quoting.placed(resolution)] == [3]
    resolution.letter = "好。退款。退款。退款。"
    assert [p.start for p in quoting.placed(resolution)] == [2]


def test_a_comment_quotes_what_stands_there(cast: Cast) -> None:
    case = f.in_review(cast)
    with pytest.raises(NotAllowed, match="只有法务可以批注"):
        comment(case, cast.agent)
    for changes in (
        {"start": 0, "end": 4},
        {"quote": "没有的话"},
        {"end": -1},
        {"start": "x"},
        {"part": "measure:9"},
        {"part": "title"},
        {"text": " "},
    ):
        with pytest.raises(Invalid):
            comment(case, cast.counsel, **changes)
    measure = {"part": "measure:1", "start": 0, "end": 2, "quote": "退还", "text": "多少"}
    assert commenting.add(case.number, measure, by=cast.counsel).quote == "退还"
    with pytest.raises(Invalid, match="只有“法务审核”阶段"):
        comment(f.offered(cast, order_number="SO-2"), cast.counsel)


def test_sending_back_needs_words_or_comments(cast: Cast) -> None:
    case = f.in_review(cast)
    with pytest.raises(StepRefused, match="请填写退回意见，或者在方案上批注"):
        f.step(case, "send_back", cast.counsel)
    with pytest.raises(StepRefused, match="请填写退回意见"):
        f.step(case, "send_back", cast.counsel, comments="  ")
    found = steps.check(fresh(case), "send_back", {}, by=cast.counsel)
    assert [each.code for each in found] == ["says_what_to_mend"]
    comment(case, cast.counsel2)  # another's comment is not this person's word
    with pytest.raises(StepRefused):
        f.step(case, "send_back", cast.counsel)
    f.step(case, "send_back", cast.counsel2)


# --- in the page


def test_conditions_are_set_and_met_in_the_page(cast: Cast) -> None:
    case = f.in_review(cast)
    address = reverse("review_case", args=[case.number])
    counsel, agent = client_of(cast.counsel), client_of(cast.agent)
    sent = word(
        counsel.get(address), "sign", below_minimum_reason="测试", conditions="补录录音\n\n核实账户"
    )
    done = counsel.post(address, sent, follow=True).content.decode()
    assert "附条件签署已记录" in done
    assert "还有 2 个签署条件没有落实" in done
    page = agent.get(reverse("case", args=[case.number])).content.decode()
    assert "林若衡附条件签署，待落实" in page
    for condition in Condition.objects.all():
        sheet = reverse("meet_condition", args=[case.number, condition.pk])
        assert sheet in page
        assert condition.text in agent.get(sheet).content.decode()
        assert agent.post(sheet, {"note": " "}).status_code == 422
        file = SimpleUploadedFile("a.txt", f"凭证 {condition.pk}".encode())
        met = agent.post(sheet, {"note": "已办", "file": file}, follow=True)
        assert "已登记落实" in met.content.decode()
        assert agent.post(sheet, {"note": "再一次"}).status_code == 422
        assert counsel.get(sheet).status_code == 403
    assert not Voided.objects.exists()
    counsel.post(address, word(counsel.get(address), "sign", below_minimum_reason="测试"))
    assert fresh(case).state == "offered"
    assert letters(case) == 1
