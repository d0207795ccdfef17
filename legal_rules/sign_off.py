"""Counsel's sign-off of what stands here, piece by piece: rules (`signatures.RULES`), the deadlines
of a regime (`regime_signatures.REGIMES`), templates of letters (`letters.signatures.TEMPLATES`). A
piece is signed while its latest act is a signature over exactly what it says now; otherwise it is a
draft (草稿).

    RULES.signed()                       → frozenset of ids; one small query
    RULES.sign("cpl.55.1", read=sha256, by=counsel, comment="")

A little longer than others: asking what is signed and signing it read the same latest act.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from legal_rules import editions, text_diff
from legal_rules.models import Edition, RuleSignature, RuleText
from legal_rules.terms import Label
from legal_rules.values import has_control

SUBJECT = "rulebook"  # of all acts in the audit record
LONGEST = 2000
SIGNED, REVOKED = RuleSignature.Act.SIGNED, RuleSignature.Act.REVOKED
Code = Literal["not_allowed", "unknown", "changed", "signed_by_other", "not_signed", "comment"]


class Signable(Protocol):
    """What counsel can sign."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> Label: ...

    @property
    def content(self) -> str:
        """All that the signature covers."""

    @property
    def sha256(self) -> str:
        """Of the content."""


Piece = TypeVar("Piece", bound=Signable)


class SignatureRefused(Exception):
    """The act is not possible; `message` says why and what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


# --- the latest act, by which is known whether anything changed

Act = Mapping[str, Any]
NOT_READ: Act = {}


def latest_act() -> Subquery:
    """The latest act on anything, as a column of another statement; None where there is none."""
    return Subquery(_acts())


def _acts() -> QuerySet[RuleSignature, Any]:
    acts = RuleSignature.objects.order_by("-id")
    return acts.values_list(JSONObject(id="id", at="at"), flat=True)[:1]


def read_latest_act() -> Act | None:
    """The same by a statement of its own."""
    return _acts().first()


# --- how a piece stands, and signing it


@dataclass(frozen=True)
class Standing(Generic[Piece]):
    """How a piece stands: its latest act, and whether that covers what it says now."""

    piece: Piece
    latest: RuleSignature | None

    @property
    def signed(self) -> bool:
        """Signed as it stands."""
        last = self.latest
        return last is not None and last.act == SIGNED and last.sha256 == self.piece.sha256

    @property
    def changed(self) -> bool:
        """Signed once, and different since."""
        last = self.latest
        return last is not None and last.act == SIGNED and last.sha256 != self.piece.sha256

    @property
    def revoked(self) -> bool:
        """The signature was taken back."""
        return self.latest is not None and self.latest.act == REVOKED


@dataclass(frozen=True)
class Words:
    """Why an act is refused. Places: {title} in `changed`, {name} in `by_other`, {id} in `unknown`
    (of a rule {rule}).
    """

    not_allowed: str | Promise
    unknown: str | Promise
    changed: str | Promise
    by_other: str | Promise
    not_signed: str | Promise


class SignOff(ABC, Generic[Piece]):
    """How the pieces of one sort are signed."""

    prefix: ClassVar[str] = ""  # of the names under which their texts and acts stand
    verb: ClassVar[str]  # in the audit record: `verb.signed`, `verb.revoked`
    plural: ClassVar[str]  # in its particulars: {plural: {id: sha256}}
    words: ClassVar[Words]

    def __init__(self) -> None:
        self._known: tuple[object, frozenset[str]] = (None, frozenset())

    @abstractmethod
    def pieces(self) -> Mapping[str, Piece]:
        """Those of this installation by id, as they are now."""

    @abstractmethod
    def sha256(self) -> str:
        """Of all of them together."""

    @abstractmethod
    def lines(self, piece: Piece, lang: str) -> list[str]:
        """What the piece says."""

    def name_of(self, piece: Piece) -> str:
        """Under which name its texts and acts stand."""
        return f"{self.prefix}{piece.id}"

    def signed(self, last: Act | None = NOT_READ) -> frozenset[str]:
        """The ids of those that are signed as they stand.

        One indexed row is read, unless the caller has read `last` (`latest_act`) already; the rest
        is remembered until another act follows, in whatever process.
        """
        if last is NOT_READ:
            last = read_latest_act()
        key = (last and tuple(last.items()), self.sha256())
        if self._known[0] != key:
            found = self.standings() if last else {}
            self._known = (key, frozenset(name for name, each in found.items() if each.signed))
        return self._known[1]

    def standings(self) -> dict[str, Standing[Piece]]:
        """Every piece's standing by id, in one query."""
        rows = RuleSignature.objects.order_by("rule", "-id").distinct("rule").select_related("by")
        if self.prefix:
            rows = rows.filter(rule__startswith=self.prefix)
        latest = {row.rule: row for row in rows}
        pieces = self.pieces().items()
        return {name: Standing(each, latest.get(self.name_of(each))) for name, each in pieces}

    def standing_of(self, piece: Piece) -> Standing[Piece]:
        """One piece's standing, in one query."""
        acts = RuleSignature.objects.filter(rule=self.name_of(piece)).select_related("by", "text")
        return Standing(piece, acts.order_by("-id").first())

    def changes_since(self, old: RuleText, piece: Piece, lang: str) -> list[text_diff.Piece]:
        """What the piece says otherwise than that text, word by word; empty where only what is not
        told changed: examples, the other language, the meaning of a fact or moment.
        """
        before = "\n".join(old.lines.get(lang) or old.lines["zh-hans"])
        after = "\n".join(self.lines(piece, lang))
        return text_diff.compare(before, after) if before != after else []

    def sign(
        self, name: str, *, read: str, by: User, comment: str = "", now: datetime | None = None
    ) -> RuleSignature:
        """Sign what was read: `read` is the SHA-256 that stood on the page.

        Signing twice is signing once. Raises SignatureRefused.
        """
        piece, comment, now = self._piece(name, by), cleaned(comment), now or timezone.now()
        if read != piece.sha256:
            title = piece.title.in_(get_language() or "zh-hans")
            raise SignatureRefused("changed", str(self.words.changed).format(title=title))
        with transaction.atomic():
            editions.hold()
            last = self.standing_of(piece)
            if not last.signed or last.latest is None:
                return self._write([piece], SIGNED, by, comment, now)[0]
        if last.latest.by_id == by.pk:
            return last.latest
        words = str(self.words.by_other).format(name=last.latest.by.name)
        raise SignatureRefused("signed_by_other", words)

    def revoke(
        self, name: str, *, by: User, reason: str, now: datetime | None = None
    ) -> RuleSignature:
        """Take a signature back; the piece is a draft again. Raises SignatureRefused."""
        piece, reason, now = self._piece(name, by), cleaned(reason), now or timezone.now()
        if not reason:
            raise SignatureRefused("comment", _("请写明撤销签署的理由"))
        with transaction.atomic():
            editions.hold()
            if not self.standing_of(piece).signed:
                raise SignatureRefused("not_signed", str(self.words.not_signed))
            return self._write([piece], REVOKED, by, reason, now)[0]

    def sign_many(
        self, names: Iterable[str], *, by: User, comment: str, now: datetime | None = None
    ) -> int:
        """Sign many as they stand, in a few statements: for loading data, no page does it.

        Answers how many were drafts. Raises SignatureRefused.
        """
        chosen, now = [self._piece(name, by) for name in names], now or timezone.now()
        with transaction.atomic():
            editions.hold()
            signed = self.signed()
            wanted = [piece for piece in chosen if piece.id not in signed]
            return len(self._write(wanted, SIGNED, by, cleaned(comment), now)) if wanted else 0

    def _write(
        self,
        pieces: Sequence[Piece],
        act: RuleSignature.Act,
        by: User,
        comment: str,
        now: datetime,
    ) -> list[RuleSignature]:
        """The acts, over the texts of this moment, with their one entry in the audit record."""
        editions.note(now)
        texts = self._texts(pieces, now)
        acts = RuleSignature.objects.bulk_create(
            RuleSignature(
                rule=self.name_of(piece),
                text_id=texts[piece.id],
                sha256=piece.sha256,
                act=act,
                by=by,
                at=now,
                comment=comment,
            )
            for piece in pieces
        )
        said = {piece.id: piece.sha256 for piece in pieces}
        record(f"{self.verb}.{act}", SUBJECT, by, now, {self.plural: said})
        return acts

    def _texts(self, pieces: Sequence[Piece], now: datetime) -> dict[str, int]:
        """Id → primary key of the text that the piece has now."""
        noted = editions.texts_of({self.name_of(piece): piece.sha256 for piece in pieces})
        fresh = [piece for piece in pieces if self.name_of(piece) not in noted]
        noted |= {text.rule: text.pk for text in self.write_down(fresh, now)}
        return {piece.id: noted[self.name_of(piece)] for piece in pieces}

    def write_down(self, pieces: Sequence[Piece], now: datetime) -> list[RuleText]:
        """What the pieces say from now on, under the rulebook noted last."""
        if not pieces:
            return []
        edition = Edition.objects.order_by("-id")[0]
        return RuleText.objects.bulk_create(
            RuleText(
                edition=edition,
                rule=self.name_of(piece),
                sha256=piece.sha256,
                content=piece.content,
                lines={lang: self.lines(piece, lang) for lang in editions.LANGUAGES},
                at=now,
            )
            for piece in pieces
        )

    def note(self, now: datetime) -> int:
        """Write down every piece that says something new; how many did. Idempotent."""
        if not Edition.objects.exists():
            return 0
        pieces = {self.name_of(piece): piece for piece in self.pieces().values()}
        with transaction.atomic():
            editions.hold()
            known = editions.latest(list(pieces))
            fresh = [each for name, each in pieces.items() if known.get(name) != each.sha256]
            return len(self.write_down(fresh, now))

    def _piece(self, name: str, by: User) -> Piece:
        if not by.may("sign_rules"):
            raise SignatureRefused("not_allowed", str(self.words.not_allowed))
        piece = self.pieces().get(name)
        if piece is None:
            short = name[:60]
            raise SignatureRefused("unknown", str(self.words.unknown).format(id=short, rule=short))
        return piece


def cleaned(text: str) -> str:
    """A comment as it is kept. Raises SignatureRefused."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise SignatureRefused("comment", _("意见最多 {n} 字").format(n=LONGEST))
    if has_control(text):
        raise SignatureRefused("comment", _("意见含有不能保存的控制字符，请删去"))
    return text
