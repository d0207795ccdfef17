"""The life of a signal, who may do what with it, and that what is found twice is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Membership, User
from analytics import acting, budgets, curing, detecting, findings, giving, telling
from analytics.found import Found
from analytics.models import AlarmBudget, Cause, CauseGiven, Signal, SignalNotice, SignalStep
from analytics.signal_life import STEPS, State
from audit.models import Entry
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint
from tests import factories as f
from tests.cast import Cast
from tests.days import today
from tests.walks.ask import browser

DAY = timedelta(days=1)


def thing(*cases: Complaint, since: int = 6, until: int = 1, **more: Any) -> Found:
    """What a model would have found in these cases, so many days ago."""
    first, last = today() - since * DAY, today() - until * DAY
    fields = {
        "expected": 0.5,
        "ratio": 4.0,
        "low": 1.3,
        "high": 9.0,
        "statistic": 5.5,
        "threshold": 4.0,
        "baseline_from": first - 90 * DAY,
        "baseline_until": first - DAY,
        "model_version": "test 1",
        **more.pop("fields", {}),
    }
    of = (cases[0].category, cases[0].product_name, "")
    return Found("spike", of, first, last, last, [c.pk for c in cases], fields=fields, **more)


def written(*things: Found) -> tuple[int, int]:
    with transaction.atomic():
        return detecting.write(things, today() - DAY, timezone.now())


def found(cast: Cast, n: int = 2) -> Signal:
    assert written(thing(*(f.registered(cast) for _ in range(n)))) == (1, 0)
    return Signal.objects.get()


def cure(**changes: Any) -> dict[str, Any]:
    due = str(today() + 7 * DAY)
    return {"what": "更换密封圈供应商", "owner": "supervisor", "due_on": due, **changes}


def test_a_signal_lives_by_its_table_and_every_step_is_kept(cast: Cast) -> None:
    signal, by = found(cast), cast.supervisor
    with pytest.raises(Invalid, match="不能“确认属实”"):
        acting.take(signal.pk, "confirm", by=by, reason="属实")
    acting.take(signal.pk, "acknowledge", by=by)
    with pytest.raises(Invalid, match="请填写此项"):
        acting.take(signal.pk, "confirm", by=by, reason="   ")
    with pytest.raises(StaleVersion):
        acting.take(signal.pk, "confirm", by=by, reason="属实", version=1)
    with pytest.raises(Invalid, match="请先确认"):
        curing.open_one(cure(), by=by, signal=signal.pk)
    acting.take(signal.pk, "confirm", by=by, reason="抽查五件，均为漏液", version=2)
    with pytest.raises(Invalid, match="还没有整改措施"):
        acting.take(signal.pk, "act", by=by)
    made = curing.open_one(cure(), by=by, signal=signal.pk)
    with pytest.raises(Invalid, match="没有重复登记"):
        curing.open_one(cure(), by=by, signal=signal.pk)
    with pytest.raises(Invalid, match="还有 1 项整改措施没有完成"):
        acting.take(signal.pk, "check_effect", by=by, reason="好了")
    curing.cancel(made.pk, "改由总部处理", by=by)
    with pytest.raises(Invalid, match="还没有整改措施"):
        acting.take(signal.pk, "check_effect", by=by, reason="好了")

    signal.refresh_from_db()
    assert (signal.state, signal.owner) == (State.ACTION, by)
    steps = signal.steps.order_by("pk").values_list(
        "step", "from_state", "to_state", "by__username"
    )
    assert list(steps) == [
        ("found", "", "new", None),
        ("acknowledge", "new", "acknowledged", "supervisor"),
        ("confirm", "acknowledged", "confirmed", "supervisor"),
        ("act", "confirmed", "action", "supervisor"),
    ]
    assert Entry.objects.filter(verb="signal.step", subject=signal.subject).count() == 3
    rows = SignalStep.objects.filter(signal=signal)
    for change in (lambda: rows.update(reason="另一个理由"), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    # nothing is done about it after all, because it was none
    again = curing.open_one(cure(), by=by, signal=signal.pk)
    with pytest.raises(Invalid, match="还有 1 项整改措施没有完成"):
        acting.take(signal.pk, "dismiss", by=by, reason="是测试数据")
    curing.cancel(again.pk, "不需要", by=by)
    assert acting.take(signal.pk, "dismiss", by=by, reason="是测试数据").state == State.FALSE


def test_only_supervisors_of_the_teams_concerned_act_and_auditors_read(cast: Cast) -> None:
    signal = found(cast)
    other = thing(f.registered(cast, by=cast.outsider, team=cast.other_team.pk))
    mine, theirs = cast.supervisor, cast.outside_supervisor
    for who, error in (
        (cast.auditor, NotAllowed),
        (cast.counsel, NotAllowed),
        (cast.agent, NotAllowed),
        (theirs, Signal.DoesNotExist),
    ):
        for step in STEPS:
            with pytest.raises(error):
                acting.take(signal.pk, step, by=who, reason="因为")
        with pytest.raises(error):
            acting.hand_over(signal.pk, "supervisor", by=who)
    with pytest.raises(Invalid, match="有关团队"):
        acting.hand_over(signal.pk, theirs.username, by=mine)
    acting.hand_over(signal.pk, "supervisor2", by=mine)
    told = SignalNotice.objects.filter(signal=signal).values_list("user__username", "why")
    assert set(told) == {
        ("supervisor", "found"),
        ("supervisor2", "found"),
        ("supervisor2", "owner"),
    }
    for who, code in (
        (cast.auditor, 200),
        (mine, 200),
        (theirs, 404),
        (cast.counsel, 403),
        (cast.agent, 403),
    ):
        for page in (f"/analytics/signals/{signal.pk}/", f"/analytics/signals/{signal.pk}/cases/"):
            assert browser(who).get(page).status_code == code, (who.username, page)
    assert telling.unseen(mine) == 0  # the page was opened
    assert telling.unseen(cast.supervisor2) == 2
    assert other is not None
    assert findings.open_findings(cast.counsel) == []
    assert [(x.count, x.new_to_me) for x in findings.open_findings(cast.auditor)] == [(2, False)]


def unseen(user: User) -> int:
    """As it is when what was kept of it is over."""
    telling._changed([user.pk])
    return telling.unseen(user)


def test_whose_it_is_again_is_told_again_and_what_one_sees_no_more_is_not_counted(
    cast: Cast,
) -> None:
    signal, mine, other = found(cast), cast.supervisor, cast.supervisor2
    acting.hand_over(signal.pk, other.username, by=mine)
    telling.seen(other, timezone.now(), signal=signal)
    acting.hand_over(signal.pk, mine.username, by=other)
    assert unseen(other) == 0
    acting.hand_over(signal.pk, other.username, by=mine)
    assert unseen(other) == 1
    for step in ("acknowledge", "confirm"):
        acting.take(signal.pk, step, by=other, reason="属实")
    made = curing.open_one(cure(owner=other.username), by=mine, signal=signal.pk)
    for who in (mine, other):
        telling.seen(other, timezone.now(), actions=[made])
        curing.change(made.pk, cure(owner=who.username), by=mine)
    assert not SignalNotice.objects.get(action=made, user=other).seen_at
    assert unseen(other) == 2
    Membership.objects.filter(user=other).delete()
    other = User.objects.get(pk=other.pk)
    assert SignalNotice.objects.filter(user=other, seen_at=None).count() == 2
    assert unseen(other) == 1  # the action stays theirs


def test_who_does_not_answer_for_an_action_has_no_buttons_and_loses_no_words(cast: Cast) -> None:
    signal, mine, other = found(cast), cast.supervisor, cast.supervisor2
    for step in ("acknowledge", "confirm"):
        acting.take(signal.pk, step, by=mine, reason="属实")
    theirs = cast.outside_supervisor  # answers for it, and sees no case of the signal
    made = curing.open_one(cure(owner=theirs.username), by=mine, signal=signal.pk)
    page, of_signal = f"/analytics/actions/{made.pk}/", f"/analytics/signals/{signal.pk}/"
    owner, colleague = browser(theirs), browser(other)
    for address in (page, "/analytics/actions/"):
        assert of_signal in colleague.get(address).content.decode()
        shown = owner.get(address).content.decode()
        assert of_signal not in shown
        assert cure()["what"] in shown
    assert f"{page}done/" in owner.get(page).content.decode()
    assert f"{page}done/" not in colleague.get(page).content.decode()
    for act, name in (("done", "evidence"), ("change", "what"), ("cancel", "reason")):
        refused = colleague.post(f"{page}{act}/", {name: "我打了很久的字"})
        text = refused.content.decode()
        assert refused.status_code == 403
        assert "我打了很久的字" in text
        assert "请由负责人" in text
    assert Entry.objects.filter(verb="access.denied", actor=other.username).exists()
    handed = owner.post(f"{page}change/", cure())
    assert (handed.status_code, handed["Location"]) == (302, "/analytics/actions/")
    assert owner.get(page).status_code == 404
    User.objects.filter(pk=mine.pk).update(is_active=False)  # owner, and entered it, and the signal
    assert f"{page}done/" in colleague.get(page).content.decode()
    assert colleague.post(f"{page}cancel/", {"reason": "负责人已离职"}).status_code == 302


def test_the_same_episode_is_one_signal_and_a_false_alarm_does_not_come_back(cast: Cast) -> None:
    first, second, third = (f.registered(cast) for _ in range(3))
    assert written(thing(first, second)) == (1, 0)
    assert written(thing(first, second)) == (0, 1)
    signal = Signal.objects.get()
    assert written(thing(first, third, since=5, later=[second.pk])) == (0, 1)
    signal.refresh_from_db()
    assert signal.observed == 2
    counted = {c.complaint_id: c.later for c in signal.cases.all()}
    assert counted == {first.pk: False, third.pk: False, second.pk: True}

    acting.take(signal.pk, "dismiss", by=cast.supervisor, reason="活动期间重复登记")
    assert written(thing(second)) == (0, 1)  # what was read stays
    signal.refresh_from_db()
    assert (signal.state, signal.observed, signal.cases.count()) == (State.FALSE, 2, 3)
    assert findings.open_findings(cast.supervisor) == []
    assert SignalNotice.objects.filter(why="found").count() == 2  # the two supervisors, once
    Signal.objects.update(started_on=today() - 60 * DAY, last_on=today() - 40 * DAY)
    assert written(thing(second)) == (1, 0)  # another episode
    assert Signal.objects.filter(ended_on=None).count() == 1
    # words and copies are known again by their cases, whatever word stands out today
    words = [
        Found(
            "term",
            ("", "", ""),
            today() - 3 * DAY,
            today() - DAY,
            today() - DAY,
            [first.pk],
            word=w,
        )
        for w in ("漏液", "密封圈")
    ]
    assert [written(one) for one in words] == [(1, 0), (0, 1)]


def test_what_is_overdue_is_not_hidden_by_a_second_signal(cast: Cast) -> None:
    f.registered(cast, now=timezone.now() - 9 * DAY)
    other = replace(thing(f.registered(cast)), series=("price", "另一件商品", ""))
    assert written(thing(f.registered(cast)), other) == (2, 0)
    text = browser(cast.supervisor).get("/analytics/").content.decode()
    first, late = text.index("数量激增："), text.index("已超时：")
    assert first < late < text.index("数量激增：", first + 1)


def test_an_alarm_after_the_cure_is_told_again_and_two_findings_are_two_signals(
    cast: Cast,
) -> None:
    cases = [f.registered(cast) for _ in range(8)]

    def origin(seed: str, *of: Complaint, word: str = "") -> Found:
        kind = "term" if word else "cause"
        day, keys = today() - DAY, [c.pk for c in of]
        fields = {"causes": [{"values": [["batch", seed]]}]}
        return Found(kind, ("", "", ""), day, day, day, keys, seed=seed, word=word, fields=fields)

    both = origin("B7", *cases[:3]), origin("T", *cases[1:5])  # most of T's are B7's
    assert [written(*both), written(*both), written(*reversed(both))] == [(2, 0), (0, 2), (0, 2)]
    held = {s.causes[0]["values"][0][1]: s.observed for s in Signal.objects.all()}
    assert held == {"B7": 3, "T": 4}
    assert written(origin("S", *cases[1:5])) == (0, 1)  # another name of the same cases

    word = origin("", *cases[:4], word="漏水")
    assert [written(word), written(origin("", *cases[1:6], word="水箱"))] == [(1, 0), (0, 1)]
    said = Signal.objects.get(kind="term")
    assert (said.observed, said.cases.filter(later=True).count()) == (4, 2)
    assert written(origin("", *cases[:5], word="漏水")) == (0, 1)
    said.refresh_from_db()
    assert (said.observed, said.cases.filter(later=True).count()) == (5, 1)

    assert written(thing(*cases[:2])) == (1, 0)
    spike = Signal.objects.get(kind="spike")
    for signal in (spike, said):
        Signal.objects.filter(pk=signal.pk).update(state=State.EFFECT_CHECKED)
        SignalStep.objects.create(
            signal=signal,
            step="check_effect",
            to_state=State.EFFECT_CHECKED,
            by=cast.supervisor,
            at=timezone.now() - 3 * DAY,
        )
    assert written(thing(*cases[:2], until=4)) == (0, 1)  # what was known when it was checked
    Complaint.objects.update(received_at=timezone.now() - 4 * DAY)
    assert written(word) == (0, 1)  # a window that is mostly of before
    SignalNotice.objects.all().delete()
    assert written(thing(*cases[:2], until=3)) == (1, 0)
    Complaint.objects.update(received_at=timezone.now() - DAY)
    assert written(word) == (1, 0)
    assert [written(thing(*cases[:2], until=3)), written(word)] == [(0, 1), (0, 1)]  # once
    again = Signal.objects.filter(state=State.NEW, kind__in=["spike", "term"])
    assert {s.kind: s.ended_on for s in again} == {"spike": None, "term": None}
    assert not Signal.objects.filter(state=State.EFFECT_CHECKED, ended_on=None).exists()
    assert SignalNotice.objects.filter(user=cast.supervisor, why="found").count() == 2


def test_the_cause_tree_is_closed_never_deleted_and_cases_keep_what_was_said(cast: Cast) -> None:
    Cause.objects.exclude(parent=None).delete()
    Cause.objects.all().delete()
    by, case = cast.supervisor, f.registered(cast)
    signal = found(cast)
    giving.plant(by=by)
    giving.plant(by=by)
    top, below = giving.tree()[0]
    assert (top.name, len(giving.tree())) == ("人员", 6)
    leaf = giving.add({"title": "话术考核", "parent": str(top.pk)}, by=by)
    with pytest.raises(Invalid, match="已经有"):
        giving.add({"title": "话术考核", "parent": str(top.pk)}, by=by)
    with pytest.raises(Invalid, match="一级原因"):
        giving.add({"title": "更细", "parent": str(leaf.pk)}, by=by)
    giving.of_signal(signal.pk, leaf.pk, "看了录音", by=by)
    given = giving.of_case(case.number, str(leaf.pk), "看了录音", by=by)
    with pytest.raises(Invalid, match="已经登记过"):
        giving.of_case(case.number, leaf.pk, "再看", by=by)
    sent = {"number": [case.number, *(f"TS26-99999{n}" for n in range(7))], "why": "看了录音"}
    address = f"/analytics/signals/{signal.pk}/cases/causes/"
    answer = browser(by).post(address, {**sent, "cause": str(leaf.pk)}, follow=True)
    text = answer.content.decode()
    assert text.count("TS26-99999") == 4  # five are named: this case, and four of them
    assert "另有 3 件没有登记原因" in text
    done, refused = giving.of_cases([case.number, "TS26-999999"], below[0].pk, "培训", by=by)
    assert (done, list(refused)) == ([case.number], ["TS26-999999"])
    with pytest.raises(Complaint.DoesNotExist):
        giving.of_case(case.number, below[1].pk, "别人", by=cast.outside_supervisor)
    asked = browser(by).get(f"/analytics/causes/{top.pk}/").content.decode()
    assert 'data-confirm="停用“人员”和它下面的全部原因？' in asked
    giving.close(top.pk, by=by)
    asked = browser(by).get(f"/analytics/causes/{top.pk}/").content.decode()
    assert "data-confirm" not in asked.partition("<h1>")[2].partition("</header>")[0]
    with pytest.raises(Invalid, match="已停用"):
        giving.of_case(case.number, below[1].pk, "停用后", by=by)
    with pytest.raises(Invalid, match="先启用"):
        giving.close(leaf.pk, again=True, by=by)
    assert giving.rename(leaf.pk, "外呼话术考核", by=by).name == "外呼话术考核"
    with pytest.raises(CauseGiven.DoesNotExist):
        giving.withdraw(given.pk, by=cast.outside_supervisor)
    giving.withdraw(given.pk, by=by)
    kept = CauseGiven.objects.get(pk=given.pk)
    assert (kept.withdrawn_by, kept.why) == (by, "看了录音")
    with pytest.raises(NotAllowed):
        giving.add({"title": "新"}, by=cast.auditor)


def test_the_pages_show_it_and_a_refused_step_keeps_what_was_typed(cast: Cast) -> None:
    signal = found(cast)
    client = browser(cast.supervisor)
    page = f"/analytics/signals/{signal.pk}/"
    text = client.get(page).content.decode()
    assert "预期 0.5 件" in text
    assert f'action="{page}acknowledge/"' in text
    assert client.post(f"{page}acknowledge/", {"version": "1"}).status_code == 302
    late = client.post(f"{page}dismiss/", {"version": "1", "reason": "我打了很久的字"})
    assert late.status_code == 409
    assert "我打了很久的字" in late.content.decode()
    empty = client.post(f"{page}dismiss/", {"version": "2", "reason": ""})
    assert (empty.status_code, "请填写此项" in empty.content.decode()) == (422, True)
    assert client.post(f"{page}nothing/").status_code == 404
    assert browser(cast.auditor).post(f"{page}dismiss/", {"reason": "x"}).status_code == 403
    for address in (
        "/analytics/signals/",
        "/analytics/signals/?state=all&kind=spike&owner=me",
        f"{page}cases/?part=counted",
        "/analytics/actions/",
        "/analytics/causes/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
    rows = client.get(f"{page}cases/?part=counted").content.decode()
    for case in Complaint.objects.all():
        assert case.number in rows


def test_a_supervisor_chooses_how_many_alarms_may_be_chance(cast: Cast, settings: Any) -> None:
    """The choice holds for every look; where nobody chose, the weekly budget is shared out."""
    settings.FALSE_ALARMS_PER_WEEK = 2
    shared = [budgets.per_series_year(None, n) for n in (0, 50, 520, 5000)]
    assert shared == [1.0, 1.0, 0.2, 0.05]
    client, page, address = (
        browser(cast.supervisor),
        "/analytics/signals/",
        "/analytics/signals/budget/",
    )
    assert 'value="weekly" selected' in client.get(page).content.decode()
    for code, rows in (("strict", 1), ("strict", 1), ("all", 1), ("", 1), ("standard", 2)):
        assert client.post(address, {"budget": code}).status_code == 302
        assert AlarmBudget.objects.count() == rows, code
    chosen = budgets.newest()
    assert [budgets.per_series_year(chosen, n) for n in (1, 5000)] == [1.0, 1.0]
    text = client.get(page).content.decode()
    assert 'value="standard" selected' in text
    assert "请从列表中选择误报预算" in text
    told = Entry.objects.filter(verb="signals.budget").order_by("pk")
    assert [entry.detail for entry in told] == [{"budget": "strict"}, {"budget": "standard"}]
    auditor = browser(cast.auditor)
    assert auditor.post(address, {"budget": "weekly"}).status_code == 403
    assert "常规：每个序列每年约 1 次误报" in auditor.get(page).content.decode()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        AlarmBudget.objects.update(per_series_year=9.0)
    budgets.choose(budgets.WEEKLY, cast.supervisor)
    assert budgets.per_series_year(budgets.newest(), 520) == 0.2
