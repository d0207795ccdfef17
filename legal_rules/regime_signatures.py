"""Counsel's sign-off of the table of deadlines, regime by regime, like that of rules.

    signed_regimes()                      → frozenset of ids; the clocks of the others are drafts
    sign("general", read=sha256, by=counsel, comment="")

Texts and acts stand beside those of the rules, under `deadlines.<regime>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from legal_rules import deadline_table, editions, text_diff
from legal_rules.deadline_table import Table
from legal_rules.deadline_telling import lines
from legal_rules.deadline_terms import Regime
from legal_rules.models import Edition, RuleSignature, RuleText
from legal_rules.signatures import (
    NOT_READ,
    REVOKED,
    SIGNED,
    SUBJECT,
    Act,
    Covered,
    SignatureRefused,
    cleaned,
    here,
    read_latest_act,
)

PREFIX = "deadlines."
_known: tuple[object, frozenset[str]] = (None, frozenset())


def name_of(regime: str) -> str:
    """Under which name its texts and acts stand."""
    return f"{PREFIX}{regime}"


@dataclass(frozen=True)
class RegimeStanding(Covered):
    """How a regime stands: its latest act, and whether that covers what it says now."""

    regime: Regime
    latest: RuleSignature | None

    @property
    def sha256(self) -> str:
        return self.regime.sha256


def signed_regimes(last: Act | None = NOT_READ) -> frozenset[str]:
    """The regimes that are signed as they stand.

    One indexed row is read, unless the caller has read `last` (`signatures.latest_act`) already;
    the rest is remembered until another act follows, in whatever process.
    """
    global _known
    table = deadline_table.current()
    if last is NOT_READ:
        last = read_latest_act()
    key = (last and tuple(last.items()), table.sha256)
    if _known[0] != key:
        found = standings(table).values() if last else ()
        _known = (key, frozenset(each.regime.id for each in found if each.signed))
    return _known[1]


def standings(table: Table | None = None) -> dict[str, RegimeStanding]:
    """Every regime's standing, in one query."""
    regimes = (table or deadline_table.current()).regimes
    names = [name_of(regime) for regime in regimes]
    rows = RuleSignature.objects.filter(rule__in=names).order_by("rule", "-id").distinct("rule")
    latest = {row.rule: row for row in rows.select_related("by")}
    return {
        name: RegimeStanding(regime, latest.get(name_of(name))) for name, regime in regimes.items()
    }


def standing_of(regime: Regime) -> RegimeStanding:
    """One regime's standing, in one query."""
    acts = RuleSignature.objects.filter(rule=name_of(regime.id)).select_related("by", "text")
    return RegimeStanding(regime, acts.order_by("-id").first())


def changes_since(old: RuleText, regime: Regime, lang: str) -> list[text_diff.Piece]:
    """What the regime says otherwise than that text, word by word; empty where no word changed."""
    before = "\n".join(old.lines.get(lang) or old.lines["zh-hans"])
    after = "\n".join(lines(regime, deadline_table.current(), lang))
    return text_diff.compare(before, after) if before != after else []


# --- the acts


def sign(
    regime_id: str, *, read: str, by: User, comment: str = "", now: datetime | None = None
) -> RuleSignature:
    """Sign what was read: `read` is the SHA-256 that stood on the page.

    Signing twice is signing once. Raises SignatureRefused.
    """
    regime, comment, now = _regime(regime_id, by), cleaned(comment), now or timezone.now()
    if read != regime.sha256:
        words = _("“{title}”的期限在您打开之后有变动，没有签署；请核对现在的内容后再签署")
        raise SignatureRefused("changed", words.format(title=regime.title.in_(here())))
    with transaction.atomic():
        editions.hold()
        last = standing_of(regime)
        if not last.signed or last.latest is None:
            return _write(regime, SIGNED, by, comment, now)
    if last.latest.by_id == by.pk:
        return last.latest
    words = _("{name}刚刚签署了这些期限，没有重复签署")
    raise SignatureRefused("signed_by_other", words.format(name=last.latest.by.name))


def revoke(regime_id: str, *, by: User, reason: str, now: datetime | None = None) -> RuleSignature:
    """Take the signature back; the regime is a draft again. Raises SignatureRefused."""
    regime, reason, now = _regime(regime_id, by), cleaned(reason), now or timezone.now()
    if not reason:
        raise SignatureRefused("comment", _("请写明撤销签署的理由"))
    with transaction.atomic():
        editions.hold()
        if not standing_of(regime).signed:
            raise SignatureRefused("not_signed", _("这些期限现在没有有效的签署，无可撤销"))
        return _write(regime, REVOKED, by, reason, now)


def sign_many(
    regimes: Iterable[str], *, by: User, comment: str, now: datetime | None = None
) -> int:
    """Sign regimes as they stand: for loading data, no page does it.

    Answers how many were drafts. Raises SignatureRefused.
    """
    drafts = [name for name in regimes if name not in signed_regimes()]
    table = deadline_table.current()
    for name in drafts:
        sign(name, read=table.regimes[name].sha256, by=by, comment=comment, now=now)
    return len(drafts)


def note(now: datetime) -> int:
    """Write down every regime that says something new; how many did. Idempotent."""
    table = deadline_table.current()
    if not Edition.objects.exists():
        return 0
    with transaction.atomic():
        editions.hold()
        known = editions.latest([name_of(name) for name in table.regimes])
        fresh = [r for r in table.regimes.values() if known.get(name_of(r.id)) != r.sha256]
        for regime in fresh:
            _text(regime, now)
    return len(fresh)


def _write(
    regime: Regime, act: RuleSignature.Act, by: User, comment: str, now: datetime
) -> RuleSignature:
    """The act over the text of this moment, with its entry in the audit record."""
    editions.note(now)
    name = name_of(regime.id)
    text = RuleText.objects.filter(rule=name).order_by("-id").first()
    if text is None or text.sha256 != regime.sha256:
        text = _text(regime, now)
    written = RuleSignature.objects.create(
        rule=name, text=text, sha256=regime.sha256, act=act, by=by, at=now, comment=comment
    )
    record(f"deadlines.{act}", SUBJECT, by, now, {"regimes": {regime.id: regime.sha256}})
    return written


def _text(regime: Regime, now: datetime) -> RuleText:
    table = deadline_table.current()
    said = {lang: lines(regime, table, lang) for lang in editions.LANGUAGES}
    return RuleText.objects.create(
        edition=Edition.objects.order_by("-id")[0],
        rule=name_of(regime.id),
        sha256=regime.sha256,
        content=regime.content,
        lines=said,
        at=now,
    )


def _regime(regime_id: str, by: User) -> Regime:
    if not by.may("sign_rules"):
        raise SignatureRefused("not_allowed", _("只有法务可以签署期限或者撤销签署"))
    regime = deadline_table.current().regimes.get(regime_id)
    if regime is None:
        raise SignatureRefused("unknown", _("没有期限表“{id}”").format(id=regime_id[:60]))
    return regime
