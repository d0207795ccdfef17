"""Counsel signs templates: what was read, by name, and not for longer than the template says it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.record import broken_links
from complaints.actions.trials import notice_rulebook
from legal_rules.models import RuleSignature, RuleText
from legal_rules.sign_off import SUBJECT, SignatureRefused
from legal_rules.signatures import RULES
from letters import library, reading
from letters.library import Library
from letters.signatures import TEMPLATES
from tests.cast import Cast

NAME = "resolution.zh"
ROW = "letters.resolution.zh"
pytestmark = pytest.mark.django_db


def template() -> Any:
    return library.current().templates[NAME]


def signed(by: Any, **more: Any) -> RuleSignature:
    return TEMPLATES.sign(NAME, read=template().sha256, by=by, **more)


@pytest.fixture
def upgraded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """After an upgrade the template says something else."""
    old = template()
    new = reading.read(old.file, old.source.replace("诚恳道歉", "道歉"))
    book = Library({**library.current().templates, NAME: new}, "other")
    return lambda: monkeypatch.setattr(library, "current", lambda: book)


def test_a_template_is_a_draft_until_counsel_signs_what_it_says(cast: Cast) -> None:
    assert TEMPLATES.signed() == frozenset()
    act = signed(cast.counsel, comment="逐条核对")
    assert (act.by, act.sha256, act.comment) == (cast.counsel, template().sha256, "逐条核对")
    assert TEMPLATES.signed() == {NAME}
    assert act.text.content == template().source
    assert TEMPLATES.standing_of(template()).signed
    assert not TEMPLATES.standings()["resolution.en"].signed


@pytest.mark.parametrize("name", ["agent", "supervisor", "auditor", "administrator"])
def test_only_counsel_signs_and_revokes(cast: Cast, name: str) -> None:
    signed(cast.counsel)
    by = getattr(cast, name)
    for act in (lambda: signed(by), lambda: TEMPLATES.revoke(NAME, by=by, reason="不妥")):
        with pytest.raises(SignatureRefused) as refusal:
            act()
        assert refusal.value.code == "not_allowed"
    assert RuleSignature.objects.count() == 1


def test_another_text_is_a_draft_again_and_shows_what_changed(
    cast: Cast, upgraded: Callable[[], None]
) -> None:
    act = signed(cast.counsel)
    upgraded()
    assert TEMPLATES.signed() == frozenset()
    standing = TEMPLATES.standing_of(template())
    assert (standing.signed, standing.changed, standing.revoked) == (False, True, False)
    pieces = TEMPLATES.changes_since(act.text, template(), "zh-hans")
    assert "诚恳" in "".join(p.text for p in pieces if p.kind == "del")
    with pytest.raises(SignatureRefused) as refusal:
        TEMPLATES.sign(NAME, read=act.sha256, by=cast.counsel)
    assert refusal.value.code == "changed"
    signed(cast.counsel)
    assert TEMPLATES.signed() == {NAME}
    assert RuleText.objects.filter(rule=ROW).count() == 2


def test_a_signature_is_taken_back_with_a_reason(cast: Cast) -> None:
    signed(cast.counsel)
    with pytest.raises(SignatureRefused) as refusal:
        TEMPLATES.revoke(NAME, by=cast.counsel, reason="  ")
    assert refusal.value.code == "comment"
    TEMPLATES.revoke(NAME, by=cast.counsel, reason="法律已修改")
    assert TEMPLATES.signed() == frozenset()
    assert TEMPLATES.standing_of(template()).revoked
    with pytest.raises(SignatureRefused) as refusal:
        TEMPLATES.revoke(NAME, by=cast.counsel, reason="法律已修改")
    assert refusal.value.code == "not_signed"


def test_signing_twice_is_signing_once(cast: Cast) -> None:
    assert signed(cast.counsel) == signed(cast.counsel)
    with pytest.raises(SignatureRefused) as refusal:
        signed(cast.counsel2)
    assert refusal.value.code == "signed_by_other"
    assert cast.counsel.name in refusal.value.message


def test_a_template_that_there_is_not_is_refused(cast: Cast) -> None:
    with pytest.raises(SignatureRefused) as refusal:
        TEMPLATES.sign("gift.zh", read="", by=cast.counsel)
    assert refusal.value.code == "unknown"


def test_every_act_stands_in_the_audit_record(cast: Cast) -> None:
    signed(cast.counsel)
    TEMPLATES.revoke(NAME, by=cast.counsel, reason="法律已修改")
    told = Entry.objects.filter(subject=SUBJECT).order_by("sequence")
    assert [entry.verb for entry in told] == ["template.signed", "template.revoked"]
    assert told[0].detail == {"templates": {NAME: template().sha256}}
    assert list(broken_links(SUBJECT)) == []


def test_many_are_signed_at_once_for_loading_data(cast: Cast) -> None:
    every = list(library.current().templates)
    signed(cast.counsel)
    assert TEMPLATES.sign_many(every, by=cast.counsel, comment="演示") == 19
    assert TEMPLATES.signed() == set(every)


def test_asking_again_costs_one_small_query(cast: Cast) -> None:
    signed(cast.counsel)
    TEMPLATES.signed()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert TEMPLATES.signed() == {NAME}
    assert len(queries) == 1


def test_what_templates_say_is_written_down_once(cast: Cast, upgraded: Callable[[], None]) -> None:
    now = timezone.now()
    assert TEMPLATES.note(now) == 0  # no edition of the rulebook yet
    notice_rulebook(now)
    assert RuleText.objects.filter(rule__startswith="letters.").count() == 20
    assert TEMPLATES.note(now) == 0
    upgraded()
    assert TEMPLATES.note(now) == 1
    last = RuleText.objects.filter(rule=ROW).latest("id")
    assert (last.content, last.sha256) == (template().source, template().sha256)


def test_signing_letters_signs_no_rule_and_the_other_way_round(cast: Cast) -> None:
    signed(cast.counsel)
    assert RULES.signed() == frozenset()
    rule = RULES.pieces()["cpl.55.1"]
    RULES.sign("cpl.55.1", read=rule.sha256, by=cast.counsel)
    assert (RULES.signed(), TEMPLATES.signed()) == ({"cpl.55.1"}, {NAME})


def test_a_template_is_called_by_its_kind_and_language() -> None:
    assert template().title.in_("zh-hans") == "处理意见（中文）"
    assert template().title.in_("en") == "Resolution (Chinese)"
