"""What the page of a rule, or of a regime of deadlines, says of counsel's acts."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Generic

from django.utils.functional import Promise

from accounts.models import User
from complaints.views.rule_history import Act, Paragraphs, history, only_changes
from complaints.views.rule_list import status_of
from legal_rules.models import RuleText
from legal_rules.sign_off import Piece, SignOff, Standing


class SigningPage(Generic[Piece]):
    """Everything is read when it is first asked for."""

    sign_off: SignOff[Piece]
    piece: Piece
    # What is said once it is signed, or taken back; with the place {title}.
    done: ClassVar[dict[str, str | Promise]]

    def __init__(self, piece: Piece, user: User, lang: str, draft_key: str) -> None:
        self.piece = piece
        self.user, self.lang, self.draft_key = user, lang, draft_key

    @property
    def title(self) -> str:
        """In the language of the page."""
        return self.piece.title.in_(self.lang)

    @cached_property
    def standing(self) -> Standing[Piece]:
        """How it stands."""
        return self.sign_off.standing_of(self.piece)

    @property
    def status(self) -> str:
        """signed, draft, changed or revoked."""
        return status_of(self.standing)

    @property
    def may_sign(self) -> bool:
        """The person signs and revokes."""
        return self.user.may("sign_rules")

    @property
    def changed(self) -> Paragraphs:
        """What it says otherwise than what was signed last; [] where the words are equal."""
        last = self.standing.latest
        return self.since(last.text) if last and self.standing.changed else []

    def since(self, old: RuleText) -> Paragraphs:
        """What it says otherwise than an old text."""
        return only_changes(self.sign_off.changes_since(old, self.piece, self.lang))

    @cached_property
    def history(self) -> list[Act]:
        """Acts of counsel and changes of content, the newest first."""
        return history(self.sign_off.name_of(self.piece), self.lang)
