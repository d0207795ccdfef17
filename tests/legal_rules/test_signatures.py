"""Counsel signs single rules: what was read, by name, and not for longer than the rule says it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from legal_rules import editions, rulebook, signatures
from legal_rules.models import Edition, RuleSignature, RuleText
from legal_rules.sign_off import SignatureRefused
from legal_rules.signatures import RULES
from tests.legal_rules.books import upgraded

RULE = "cpl.55.1"
pytestmark = pytest.mark.django_db


def rule():
    return rulebook.current().rules[RULE]


def signed(by, **more):
    return RULES.sign(RULE, read=rule().sha256, by=by, **more)


@pytest.fixture
def changed(monkeypatch):
    """After an upgrade the rule says something else."""
    book = upgraded(RULE, '"500.00"', '"600.00"')

    def upgrade():
        monkeypatch.setattr(rulebook, "current", lambda: book)
        return book

    return upgrade


def test_a_rule_is_a_draft_until_counsel_signs_what_it_says(cast):
    assert RULE not in RULES.signed()
    act = signed(cast.counsel, comment="依据条文核对")
    assert (act.by, act.sha256, act.comment) == (cast.counsel, rule().sha256, "依据条文核对")
    assert RULES.signed() == {RULE}
    found = signatures.mark({"rules": [{"id": RULE}, {"id": "cpl.49"}]})
    assert [r["signed"] for r in found["rules"]] == [True, False]


def test_what_was_signed_is_kept_word_for_word(cast):
    act = signed(cast.counsel)
    text = RuleText.objects.get(pk=act.text_id)
    assert (text.rule, text.sha256, text.content) == (RULE, rule().sha256, rule().content)
    assert any("不足 500 元的，为 500 元" in line for line in text.lines["zh-hans"])
    assert any("if that is less than 500 yuan" in line for line in text.lines["en"])


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_only_counsel_signs_and_revokes(cast, name):
    by = getattr(cast, name)
    with pytest.raises(SignatureRefused, match="只有法务"):
        signed(by)
    signed(cast.counsel)
    with pytest.raises(SignatureRefused, match="只有法务"):
        RULES.revoke(RULE, by=by, reason="理由")
    with pytest.raises(SignatureRefused, match="只有法务"):
        RULES.sign_many([RULE], by=by, comment="")


def test_another_text_than_the_one_that_was_read_is_not_signed(cast):
    with pytest.raises(SignatureRefused, match="在您打开之后有变动") as refused:
        RULES.sign(RULE, read="0" * 64, by=cast.counsel)
    assert refused.value.code == "changed"
    assert not RuleSignature.objects.exists()


def test_a_rule_that_says_something_else_is_a_draft_again_and_says_what_changed(cast, changed):
    act = signed(cast.counsel)
    book = changed()
    assert RULES.signed() == frozenset()
    standing = RULES.standing_of(book.rules[RULE])
    assert (standing.signed, standing.changed, standing.revoked) == (False, True, False)
    pieces = RULES.changes_since(act.text, book.rules[RULE], "zh-hans")
    changes = [(p.kind, p.text) for p in pieces if p.kind != "same"]
    assert changes == [("del", "500"), ("ins", "600")] * (2 * len(book.rules[RULE].versions))
    assert RULES.changes_since(act.text, book.rules[RULE], "en")


def test_signed_anew_after_a_change_it_is_signed_as_it_stands(cast, changed):
    signed(cast.counsel)
    book = changed()
    RULES.sign(RULE, read=book.rules[RULE].sha256, by=cast.counsel2)
    assert RULES.signed() == {RULE}
    assert RuleText.objects.filter(rule=RULE).count() == 2
    assert Edition.objects.count() == 2


def test_a_double_click_signs_once(cast):
    first, second = signed(cast.counsel), signed(cast.counsel)
    assert first.pk == second.pk
    assert RuleSignature.objects.count() == 1


def test_somebody_slower_is_told_who_signed(cast):
    signed(cast.counsel)
    with pytest.raises(SignatureRefused, match="林若衡刚刚签署了"):
        signed(cast.counsel2)


def test_a_signature_is_taken_back_with_a_reason(cast):
    signed(cast.counsel)
    with pytest.raises(SignatureRefused, match="请写明撤销签署的理由"):
        RULES.revoke(RULE, by=cast.counsel2, reason="  \r\n ")
    RULES.revoke(RULE, by=cast.counsel2, reason="下限有疑问")
    assert RULES.signed() == frozenset()
    assert RULES.standing_of(rule()).revoked
    with pytest.raises(SignatureRefused, match="没有有效的签署"):
        RULES.revoke(RULE, by=cast.counsel, reason="再次")
    signed(cast.counsel)
    assert RULES.signed() == {RULE}


@pytest.mark.parametrize(
    ("comment", "said"), [("x" * 2001, "最多 2000 字"), ("甲\x00乙", "控制字符")]
)
def test_a_comment_that_cannot_be_kept_is_refused(cast, comment, said):
    with pytest.raises(SignatureRefused, match=said):
        signed(cast.counsel, comment=comment)


def test_a_rule_that_is_not_there_cannot_be_signed(cast):
    with pytest.raises(SignatureRefused, match=r"没有规则“cpl\.999”"):
        RULES.sign("cpl.999", read="", by=cast.counsel)


def test_every_act_stands_in_the_audit_record_with_its_hash(cast):
    signed(cast.counsel)
    RULES.revoke(RULE, by=cast.counsel, reason="理由")
    told = list(Entry.objects.filter(subject="rulebook").order_by("sequence"))
    assert [e.verb for e in told] == ["rule.signed", "rule.revoked"]
    assert told[0].detail == {"rules": {RULE: rule().sha256}}
    assert broken_links("rulebook") == []


@pytest.mark.parametrize("model", [Edition, RuleText, RuleSignature])
def test_nothing_that_was_signed_can_be_changed_or_removed(cast, model):
    signed(cast.counsel)
    table = model._meta.db_table
    for act in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):  # noqa: S608
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(act)


def test_which_rules_are_signed_costs_one_query_and_sees_what_other_processes_do(cast):
    signed(cast.counsel)
    RULES.signed()
    with CaptureQueriesContext(connection) as asked:
        assert RULES.signed() == {RULE}
    assert len(asked) == 1
    text = RuleText.objects.get(rule="cpl.49")
    RuleSignature.objects.create(  # what another process does leaves no trace in this one
        rule="cpl.49",
        text=text,
        sha256=text.sha256,
        act="signed",
        by=cast.counsel2,
        at=timezone.now(),
    )
    assert RULES.signed() == {RULE, "cpl.49"}


def test_many_rules_are_signed_in_a_few_statements(cast):
    book = rulebook.current()
    with CaptureQueriesContext(connection) as asked:
        assert RULES.sign_many(book.rules, by=cast.counsel, comment="") == len(book.rules)
    assert len(asked) < 20
    assert RULES.signed() == set(book.rules)
    assert RULES.sign_many(book.rules, by=cast.counsel, comment="") == 0
    assert Entry.objects.filter(subject="rulebook").count() == 1


def test_editions_are_noted_once_and_with_the_rules_that_say_something_new(changed):
    now = timezone.now()
    assert editions.note(now) is False
    assert RuleText.objects.count() == len(rulebook.current().rules)
    assert editions.note(now + timedelta(days=1)) is False
    assert Edition.objects.count() == 1
    changed()
    assert editions.note(now + timedelta(days=2)) is True
    assert RuleText.objects.filter(edition=Edition.objects.latest("id")).get().rule == RULE
