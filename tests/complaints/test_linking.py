"""关联: two cases find each other, and neither is changed by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints import linked
from complaints.actions import confidentiality, linking
from complaints.errors import Invalid, NotAllowed
from complaints.linked import Linked
from complaints.models import CaseLink, Complaint, Event
from complaints.views.case_words import in_words
from tests import factories as f
from tests.cast import Cast

SAME = {"kind": "same_matter", "note": "同一次扣款"}


def two(cast: Cast) -> tuple[Complaint, Complaint]:
    return f.investigating(cast), f.investigating(cast, order_number="SO-2")


def theirs(cast: Cast) -> Complaint:
    """A case of the other team."""
    return f.registered(cast, by=cast.outsider)


def rows_of(case: Complaint, by: Any) -> list[Linked]:
    return linked.around(case, by).rows


def last_words(case: Complaint) -> Any:
    event = Event.objects.filter(complaint=case).latest("pk")
    return in_words(event, case)


def test_a_link_is_read_from_both_sides_and_changes_neither(cast: Cast) -> None:
    one, two_ = two(cast)
    before = list(Complaint.objects.order_by("pk").values())
    made = linking.link(one.number, {"to": two_.number, "kind": "follow_up"}, by=cast.agent)
    assert list(Complaint.objects.order_by("pk").values()) == before
    [here] = rows_of(one, cast.agent)
    [there] = rows_of(two_, cast.agent)
    assert (here.case, str(here.words), here.link) == (two_, "前案", made.pk)
    assert (there.case, str(there.words), there.link) == (one, "后续", made.pk)
    assert last_words(one).title == f"关联 {two_.number}（前案）"
    assert last_words(two_).title == f"关联 {one.number}（后续）"


def test_an_ended_link_stays_in_the_history_of_both_with_the_reason(cast: Cast) -> None:
    one, two_ = two(cast)
    made = linking.link(one.number, {"to": two_.number, **SAME}, by=cast.agent)
    linking.unlink(two_.number, made.pk, {"reason": "不是同一笔"}, by=cast.colleague)
    assert rows_of(one, cast.agent) == rows_of(two_, cast.agent) == []
    assert last_words(one).title == f"取消与 {two_.number} 的关联（同一事）"
    assert last_words(two_).text == "不是同一笔"
    with pytest.raises(Invalid, match="刚才已经取消"):
        linking.unlink(one.number, made.pk, {"reason": "再来"}, by=cast.agent)
    again = linking.link(two_.number, {"to": one.number, **SAME}, by=cast.agent)
    assert [row.link for row in rows_of(one, cast.agent)] == [again.pk]


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"to": "TS26-999999"}, "to", "没有找到"),
        ({"to": "没有"}, "to", "没有找到"),
        ({"to": ""}, "to", "必填"),
        ({"to": "x" * 10_000}, "to", "20"),
        ({"to": "TS26-1\x00"}, "to", "字符"),
        ({"kind": ""}, "kind", "必填"),
        ({"kind": "split_from"}, "kind", "不在"),
        ({"kind": "'; drop table"}, "kind", "不在"),
        ({"kind": "other", "note": " "}, "note", "什么关系"),
        ({"note": "长" * 1001}, "note", "1000"),
        ({"colour": "red"}, "colour", "没有“colour”这个字段"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    cast: Cast, sent: dict[str, Any], field: str, words: str
) -> None:
    one, two_ = two(cast)
    good = {"to": two_.number, **SAME}
    with pytest.raises(Invalid) as refused:
        linking.link(one.number, {**good, **sent}, by=cast.agent)
    assert set(refused.value.errors) == {field}
    assert not CaseLink.objects.exists()
    assert linking.link(one.number, good, by=cast.agent)


def test_a_case_is_not_linked_to_itself(cast: Cast) -> None:
    one, _two = two(cast)
    with pytest.raises(Invalid, match="自身"):
        linking.link(one.number, {"to": one.number, **SAME}, by=cast.agent)
    row = {"kind": "other", "by": cast.agent, "at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseLink.objects.create(complaint=one, other=one, **row)


def test_two_cases_are_linked_once_whoever_begins(cast: Cast) -> None:
    one, two_ = two(cast)
    made = linking.link(one.number, {"to": two_.number, **SAME}, by=cast.agent)
    twice = linking.link(one.number, {"to": two_.number, **SAME}, by=cast.agent)
    assert twice.pk == made.pk  # a double click
    for first, second, by in ((one, two_, cast.colleague), (two_, one, cast.agent)):
        with pytest.raises(Invalid, match="已经关联（同一事）"):
            linking.link(first.number, {"to": second.number, **SAME}, by=by)
    later = timezone.now() + timedelta(minutes=1)
    with pytest.raises(Invalid, match="已经关联"):
        linking.link(one.number, {"to": two_.number, **SAME}, by=cast.agent, now=later)
    row = {"kind": "other", "by": cast.agent, "at": later}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseLink.objects.create(complaint=two_, other=one, **row)
    assert CaseLink.objects.count() == 1
    assert Event.objects.filter(code="linked").count() == 2


def test_a_foreign_number_is_refused_like_a_missing_one(cast: Cast) -> None:
    one, hidden = f.registered(cast), theirs(cast)
    said = []
    for number in (hidden.number, "TS26-999999"):
        with pytest.raises(Invalid) as refused:
            linking.link(one.number, {"to": number, **SAME}, by=cast.agent)
        said.append(refused.value.errors)
    assert said[0] == said[1]
    with pytest.raises(Complaint.DoesNotExist):
        linking.link(hidden.number, {"to": one.number, **SAME}, by=cast.agent)
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize("who", ["counsel", "auditor", "administrator"])
def test_only_agents_and_supervisors_link(cast: Cast, who: str) -> None:
    one, two_ = two(cast)
    Complaint.objects.update(shared_with_counsel=True)
    made = linking.link(one.number, {"to": two_.number, **SAME}, by=cast.supervisor)
    for act in (
        lambda: linking.link(one.number, {"to": two_.number, **SAME}, by=getattr(cast, who)),
        lambda: linking.unlink(one.number, made.pk, {"reason": "x"}, by=getattr(cast, who)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_who_does_not_see_the_other_case_reads_neither_its_number_nor_its_title(
    cast: Cast,
) -> None:
    one, two_ = two(cast)
    secret = {"confidential": True, "reason": "涉及隐私"}
    confidentiality.change(two_.number, secret, by=cast.supervisor)
    linking.link(one.number, {"to": two_.number, **SAME}, by=cast.supervisor)
    Complaint.objects.filter(pk=two_.pk).update(owner=cast.supervisor)
    found = linked.around(one, cast.agent)
    assert (found.rows, found.hidden) == ([], 1)
    assert [row.case for row in rows_of(one, cast.supervisor)] == [two_]
    words = last_words(one)
    assert words.title == "关联 另一件案件（同一事）"
    assert two_.number not in str(Event.objects.filter(complaint=one).values_list("detail"))


def test_a_link_whose_other_case_went_out_of_sight_is_ended_by_who_sees_both(cast: Cast) -> None:
    one, two_ = two(cast)
    made = linking.link(one.number, {"to": two_.number, **SAME}, by=cast.agent)
    Complaint.objects.filter(pk=two_.pk).update(team=cast.other_team, owner=cast.outsider)
    with pytest.raises(Invalid, match="不在您的范围"):
        linking.unlink(one.number, made.pk, {"reason": "不是"}, by=cast.agent)
    assert CaseLink.objects.get().ended_at is None


def test_merged_cases_are_among_them(cast: Cast) -> None:
    one, two_ = two(cast)
    f.step(one, "merge", cast.agent, into=two_.number, reason="同一事")
    one.refresh_from_db()
    assert [(r.case, r.kind, r.link) for r in rows_of(one, cast.agent)] == [
        (two_, "merged_into", None)
    ]
    assert [(r.case, r.kind, r.link) for r in rows_of(two_, cast.agent)] == [
        (one, "merged_from", None)
    ]


def test_the_statements_do_not_grow_with_the_links(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    one = f.registered(cast)
    for n in range(4):
        other = f.registered(cast, order_number=f"SO-{n + 2}")
        linking.link(one.number, {"to": other.number, **SAME}, by=cast.agent)
    with django_assert_num_queries(3):
        assert len(linked.around(one, cast.agent).rows) == 4
