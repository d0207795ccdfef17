"""Counsel's sign-off of single rules. A rule is signed while its latest act is a signature over
exactly what it says now; otherwise it is a draft (草稿).

    signed_rules()                       → frozenset of ids; one small query
    sign("cpl.55.1", read=sha256, by=counsel, comment="")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from legal_rules import editions, rulebook, text_diff
from legal_rules.models import RuleSignature, RuleText
from legal_rules.reasoning.rules import Rule
from legal_rules.reasoning.telling import lines
from legal_rules.rulebook import Rulebook
from legal_rules.values import has_control

SUBJECT = "rulebook"  # of all acts on rules in the audit record
LONGEST = 2000
SIGNED, REVOKED = RuleSignature.Act.SIGNED, RuleSignature.Act.REVOKED
Code = Literal["not_allowed", "unknown", "changed", "signed_by_other", "not_signed", "comment"]


class SignatureRefused(Exception):
    """The act is not possible; `message` says why and what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


# --- which rules are signed now

Act = Mapping[str, Any]
NOT_READ: Act = {}
_known: tuple[object, frozenset[str]] = (None, frozenset())


def latest_act() -> Subquery:
    """The latest act on any rule, as a column of another statement; None where there is none."""
    return Subquery(_acts())


def _acts() -> QuerySet[RuleSignature, Any]:
    acts = RuleSignature.objects.order_by("-id")
    return acts.values_list(JSONObject(id="id", at="at"), flat=True)[:1]


def read_latest_act() -> Act | None:
    """The same by a statement of its own."""
    return _acts().first()


def signed_rules(last: Act | None = NOT_READ) -> frozenset[str]:
    """The rules that are signed as they stand.

    One indexed row is read, unless the caller has read `last` (`latest_act`) already; the rest is
    remembered until another act follows, in whatever process.
    """
    global _known
    book = rulebook.current()
    if last is NOT_READ:
        last = read_latest_act()
    key = (last and tuple(last.items()), book.sha256)
    if _known[0] != key:
        _known = (key, _signed(book) if last else frozenset())
    return _known[1]


def _signed(book: Rulebook) -> frozenset[str]:
    rows = RuleSignature.objects.order_by("rule", "-id").distinct("rule")
    return frozenset(
        rule
        for rule, act, sha256 in rows.values_list("rule", "act", "sha256")
        if act == SIGNED and rule in book.rules and book.rules[rule].sha256 == sha256
    )


def mark(result: dict[str, Any], last: Act | None = NOT_READ) -> dict[str, Any]:
    """The analysis with each of its rules marked as signed or draft by the acts of counsel.

    The engine and the snapshots know no acts: what they give and keep follows from facts and law.
    """
    signed = signed_rules(last)
    rules = [{**rule, "signed": rule["id"] in signed} for rule in result.get("rules", [])]
    return {**result, "rules": rules}


# --- one rule, for those who read or sign it


class Covered:
    """Something that counsel signs: its latest act, and whether that covers what it says now."""

    latest: RuleSignature | None

    @property
    def sha256(self) -> str:
        """Of what it says now."""
        raise NotImplementedError

    @property
    def signed(self) -> bool:
        """Signed as it stands."""
        last = self.latest
        return last is not None and last.act == SIGNED and last.sha256 == self.sha256

    @property
    def changed(self) -> bool:
        """Signed once, and different since."""
        last = self.latest
        return last is not None and last.act == SIGNED and last.sha256 != self.sha256

    @property
    def revoked(self) -> bool:
        """The signature was taken back."""
        return self.latest is not None and self.latest.act == REVOKED


@dataclass(frozen=True)
class Standing(Covered):
    """How a rule stands."""

    rule: Rule
    latest: RuleSignature | None

    @property
    def sha256(self) -> str:
        return self.rule.sha256


def standings(book: Rulebook | None = None) -> dict[str, Standing]:
    """Every rule's standing, in one query."""
    book = book or rulebook.current()
    rows = RuleSignature.objects.order_by("rule", "-id").distinct("rule").select_related("by")
    latest = {row.rule: row for row in rows}
    return {name: Standing(rule, latest.get(name)) for name, rule in book.rules.items()}


def standing_of(rule: Rule) -> Standing:
    """One rule's standing, in one query."""
    acts = RuleSignature.objects.filter(rule=rule.id).select_related("by", "text")
    return Standing(rule, acts.order_by("-id").first())


def changes_since(old: RuleText, rule: Rule, lang: str) -> list[text_diff.Piece]:
    """What the rule says otherwise than that text, word by word; empty where only its examples,
    the other language or the meaning of a fact changed.
    """
    before = "\n".join(old.lines.get(lang) or old.lines["zh-hans"])
    after = "\n".join(lines(rule, rulebook.current().rules, lang))
    return text_diff.compare(before, after) if before != after else []


# --- the acts


def sign(
    rule_id: str, *, read: str, by: User, comment: str = "", now: datetime | None = None
) -> RuleSignature:
    """Sign what was read: `read` is the SHA-256 that stood on the page.

    Signing twice is signing once. Raises SignatureRefused.
    """
    rule, comment, now = _rule(rule_id, by), cleaned(comment), now or timezone.now()
    if read != rule.sha256:
        words = _("规则“{title}”在您打开之后有变动，没有签署；请核对现在的内容后再签署")
        raise SignatureRefused("changed", words.format(title=rule.title.in_(here())))
    with transaction.atomic():
        editions.hold()
        last = standing_of(rule)
        if not last.signed or last.latest is None:
            return _write([rule], SIGNED, by, comment, now)[0]
    if last.latest.by_id == by.pk:
        return last.latest
    words = _("{name}刚刚签署了这条规则，没有重复签署")
    raise SignatureRefused("signed_by_other", words.format(name=last.latest.by.name))


def revoke(rule_id: str, *, by: User, reason: str, now: datetime | None = None) -> RuleSignature:
    """Take the signature of a rule back; it is a draft again. Raises SignatureRefused."""
    rule, reason, now = _rule(rule_id, by), cleaned(reason), now or timezone.now()
    if not reason:
        raise SignatureRefused("comment", _("请写明撤销签署的理由"))
    with transaction.atomic():
        editions.hold()
        if not standing_of(rule).signed:
            raise SignatureRefused("not_signed", _("这条规则现在没有有效的签署，无可撤销"))
        return _write([rule], REVOKED, by, reason, now)[0]


def sign_many(rules: Iterable[str], *, by: User, comment: str, now: datetime | None = None) -> int:
    """Sign many rules as they stand, in a few statements: for loading data, no page does it.

    Answers how many were drafts. Raises SignatureRefused.
    """
    chosen, now = [_rule(name, by) for name in rules], now or timezone.now()
    with transaction.atomic():
        editions.hold()
        signed = signed_rules()
        wanted = [rule for rule in chosen if rule.id not in signed]
        return len(_write(wanted, SIGNED, by, cleaned(comment), now)) if wanted else 0


def _write(
    rules: Sequence[Rule], act: RuleSignature.Act, by: User, comment: str, now: datetime
) -> list[RuleSignature]:
    """The acts, over the texts of this moment, with their one entry in the audit record."""
    editions.note(now)
    texts = editions.texts_of(rules)
    acts = RuleSignature.objects.bulk_create(
        RuleSignature(
            rule=rule.id,
            text_id=texts[rule.id],
            sha256=rule.sha256,
            act=act,
            by=by,
            at=now,
            comment=comment,
        )
        for rule in rules
    )
    record(f"rule.{act}", SUBJECT, by, now, {"rules": {rule.id: rule.sha256 for rule in rules}})
    return acts


def _rule(rule_id: str, by: User) -> Rule:
    if not by.may("sign_rules"):
        raise SignatureRefused("not_allowed", _("只有法务可以签署规则或者撤销签署"))
    rule = rulebook.current().rules.get(rule_id)
    if rule is None:
        raise SignatureRefused("unknown", _("没有规则“{rule}”").format(rule=rule_id[:60]))
    return rule


def cleaned(text: str) -> str:
    """A comment as it is kept. Raises SignatureRefused."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise SignatureRefused("comment", _("意见最多 {n} 字").format(n=LONGEST))
    if has_control(text):
        raise SignatureRefused("comment", _("意见含有不能保存的控制字符，请删去"))
    return text


def here() -> str:
    """The language of whoever acts."""
    return get_language() or "zh-hans"
