"""Counsel signs the table of deadlines regime by regime: what was read, by name, and no longer than
it says so.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints.audit_words import VERBS, particulars
from legal_rules import deadline_table, editions, regime_signatures, rulebook
from legal_rules.models import RuleSignature, RuleText
from legal_rules.regime_signatures import REGIMES
from legal_rules.sign_off import SignatureRefused, Standing
from legal_rules.signatures import RULES

pytestmark = pytest.mark.django_db


def regime(name="general"):
    return deadline_table.current().regimes[name]


def signed(by, name="general", **more):
    return REGIMES.sign(name, read=regime(name).sha256, by=by, **more)


@pytest.fixture
def changed(monkeypatch):
    """After an upgrade the regime says something else."""

    def upgrade(name="general"):
        table = deadline_table.current()
        entry = table.entries[table.regimes[name].entries[0]]
        longer = replace(entry, length=20)
        other = replace(table.regimes[name], content="{}", sha256="f" * 64)
        book = replace(
            table,
            sha256="e" * 64,
            entries={**table.entries, entry.id: longer},
            regimes={**table.regimes, name: other},
        )
        monkeypatch.setattr(deadline_table, "current", lambda: book)

    return upgrade


def test_a_regime_is_a_draft_until_counsel_signs_what_it_says(cast):
    assert REGIMES.signed() == frozenset()
    act = signed(cast.counsel, comment="依据条文核对")
    assert (act.rule, act.by, act.sha256) == ("deadlines.general", cast.counsel, regime().sha256)
    assert REGIMES.signed() == {"general"}


def test_what_was_signed_is_kept_word_for_word_in_both_languages(cast):
    text = signed(cast.counsel).text
    assert (text.sha256, text.content) == (regime().sha256, regime().content)
    zh, en = "\n".join(text.lines["zh-hans"]), "\n".join(text.lines["en"])
    assert "无正当理由拒不履行修理、重作、更换、退货" in zh
    assert "15 日、法定、本企业、2015-03-15 起" in zh
    assert "15 days, Statutory, The enterprise, since 2015-03-15" in en


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_only_counsel_signs_and_revokes(cast, name):
    by = getattr(cast, name)
    with pytest.raises(SignatureRefused, match="只有法务"):
        signed(by)
    signed(cast.counsel)
    with pytest.raises(SignatureRefused, match="只有法务"):
        REGIMES.revoke("general", by=by, reason="不同意")
    assert REGIMES.signed() == {"general"}


def test_what_changed_since_it_was_read_is_not_signed(cast, changed):
    read = regime().sha256
    changed()
    with pytest.raises(SignatureRefused, match="在您打开之后有变动") as refused:
        REGIMES.sign("general", read=read, by=cast.counsel)
    assert refused.value.code == "changed"
    assert not RuleSignature.objects.exists()


def test_a_changed_regime_is_a_draft_again_and_says_what_changed(cast, changed):
    signed(cast.counsel)
    old = RuleText.objects.get(rule="deadlines.general")
    changed()
    assert REGIMES.signed() == frozenset()
    standing = REGIMES.standing_of(regime())
    assert (standing.signed, standing.changed) == (False, True)
    pieces = REGIMES.changes_since(old, regime(), "zh-hans")
    assert ("del", "15") in {(p.kind, p.text.strip()) for p in pieces}
    assert ("ins", "20") in {(p.kind, p.text.strip()) for p in pieces}


def test_signing_twice_is_signing_once_and_another_one_is_told(cast):
    assert signed(cast.counsel).pk == signed(cast.counsel).pk
    with pytest.raises(SignatureRefused, match="刚刚签署了这些期限"):
        signed(cast.counsel2)
    assert RuleSignature.objects.count() == 1


def test_a_signature_is_taken_back_with_a_reason_only(cast):
    with pytest.raises(SignatureRefused, match="没有有效的签署"):
        REGIMES.revoke("general", by=cast.counsel, reason="有误")
    signed(cast.counsel)
    with pytest.raises(SignatureRefused, match="请写明撤销签署的理由"):
        REGIMES.revoke("general", by=cast.counsel, reason="  ")
    REGIMES.revoke("general", by=cast.counsel2, reason="日数有误")
    assert REGIMES.signed() == frozenset()
    assert REGIMES.standing_of(regime()).revoked


def test_nobody_signs_what_is_not_there(cast):
    with pytest.raises(SignatureRefused, match="没有期限表“nothing”"):
        REGIMES.sign("nothing", read="", by=cast.counsel)


def test_every_act_stands_in_the_audit_record_in_words(cast):
    signed(cast.counsel)
    REGIMES.revoke("general", by=cast.counsel, reason="日数有误")
    told = list(Entry.objects.filter(subject="rulebook").order_by("id"))
    assert [str(VERBS[entry.verb]) for entry in told] == ["签署期限", "撤销期限签署"]
    assert told[0].detail == {"regimes": {"general": regime().sha256}}
    assert particulars(told[0]) == "general"
    assert broken_links("rulebook") == []


def test_rules_and_regimes_are_signed_apart(cast):
    signed(cast.counsel)
    assert RULES.signed() == frozenset()
    rule = rulebook.current().rules["cpl.55.1"]
    RULES.sign("cpl.55.1", read=rule.sha256, by=cast.counsel)
    assert RULES.signed() == {"cpl.55.1"}
    assert REGIMES.signed() == {"general"}
    assert set(RULES.standings()) == set(rulebook.current().rules)


def test_which_regimes_are_signed_costs_one_query(cast):
    signed(cast.counsel)
    REGIMES.signed()
    with CaptureQueriesContext(connection) as asked:
        assert REGIMES.signed() == {"general"}
    assert len(asked) == 1


def test_all_are_signed_for_loading_data(cast):
    table = deadline_table.current()
    count = len(table.regimes)
    assert REGIMES.sign_many(table.regimes, by=cast.counsel, comment="") == count
    assert REGIMES.signed() == set(table.regimes)
    assert REGIMES.sign_many(table.regimes, by=cast.counsel, comment="") == 0


def test_what_regimes_say_is_noted_once_per_change(changed):
    now = timezone.now()
    assert regime_signatures.note(now) == 0  # no edition of the rulebook yet
    editions.note(now)
    assert regime_signatures.note(now) == len(deadline_table.current().regimes)
    assert regime_signatures.note(now + timedelta(days=1)) == 0
    changed()
    assert regime_signatures.note(now + timedelta(days=2)) == 1
    assert RuleText.objects.filter(rule="deadlines.general").count() == 2


def test_a_standing_of_nobody_is_a_draft():
    standing = Standing(regime(), None)
    assert (standing.signed, standing.changed, standing.revoked) == (False, False, False)
