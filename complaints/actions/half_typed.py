"""What a person is typing, kept sealed every few seconds: one row for each place of each person.

Handing one over to a colleague: `drafts.py`.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import vault
from accounts.models import User
from complaints.errors import Invalid
from complaints.models import Draft

DRAFTS_KEPT = timedelta(days=30)
DRAFT_LIMIT = 400_000  # characters of JSON
KEY_LIMIT = 120
INTAKE = "intake"  # first word of the place of a registration
# The place of a draft: words joined by colons ("intake", "case:TS26-000001:reply").
DRAFT_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}(:[A-Za-z0-9_-]{1,40}){0,6}")
ABOUT = "@"  # beside the fields of a form, which have names of their own: what the page said
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class TakenOver(Invalid):
    """A colleague went on with this registration."""

    def __init__(self, name: str) -> None:
        sentence = _("{name} 已经接手这份登记，这里不再保存；要补充请告诉同事")
        super().__init__({"draft": [sentence.format(name=name)]})


def new_intake_key() -> str:
    """The place of a registration that is begun now: several lie beside each other."""
    return f"{INTAKE}:{uuid.uuid4().hex}"


def _body(key: Any, data: Any, about: Any) -> str:
    """The draft as JSON. Raises Invalid with a sentence when it cannot be kept."""
    if not isinstance(key, str) or len(key) > KEY_LIMIT or not DRAFT_KEY.fullmatch(key):
        raise Invalid({"key": [_("草稿的位置不对；请刷新页面后再试")]})
    said: dict[str, Any] = about if isinstance(about, dict) else {}
    own: dict[str, Any] = said["own"] if isinstance(said.get("own"), dict) else {}
    values = [*(data.values() if isinstance(data, dict) else [None])]
    values += [text for text in own.values() if text is not True]
    values += [said.get(name, "") for name in ("page", "title")]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    if any(not isinstance(t, str) for t in texts) or ABOUT in data:
        raise Invalid({"data": [_("草稿的内容不对；请刷新页面后再试")]})
    if any(_CONTROL.search(t) for t in (*data, *own, *texts)):
        raise Invalid({"data": [_("含有不可见的控制字符，草稿没有保存；请删除后再输入")]})
    body = json.dumps({**data, ABOUT: _about(said, own)} if said else data, ensure_ascii=False)
    if len(body) > DRAFT_LIMIT:
        raise Invalid({"data": [_("草稿过大，没有保存；请把全文作为证据附件上传")]})
    return body


def _about(said: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Where it is typed (`page`, an address of ours, `title`), and which fields began empty (True)
    or what was added to them (`own`).
    """
    page = str(said.get("page", ""))[:300]
    here = page if page.startswith("/") and not page.startswith(("//", "/\\")) else ""
    return {"page": here, "title": str(said.get("title", ""))[:200], "own": own}


def sealed(user: User, key: str, body: str, now: datetime) -> Draft:
    """A row that is not saved yet, under a data key of its own."""
    draft = Draft(user=user, key=key, updated_at=now)
    context = draft.vault_context()
    draft.data_key = vault.new_data_key(context)
    draft.sealed = vault.seal(draft.data_key, context, "data", body)
    return draft


def opened(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """`{field: text or [text]}`, and what the page said about it."""
    body = vault.unseal(bytes(draft.data_key), draft.vault_context(), "data", bytes(draft.sealed))
    data = json.loads(body)
    return data, data.pop(ABOUT, {})


def save_draft(
    user: User, key: str, data: Any, now: datetime | None = None, about: Any = None
) -> datetime:
    """Keep what the person is typing under `key`, sealed: `{field: text or [text]}`; `about`: what
    the page says of it (`_about`).

    Raises Invalid when key or data are not of that shape, hold control characters or are too large;
    TakenOver.
    """
    now = now or timezone.now()
    draft = sealed(user, key, _body(key, data, about), now)
    if _written_over(draft):
        return now
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:  # the other tab of the person was first, or it was taken over
        if not _written_over(draft):
            taken = Draft.objects.select_related("taken_by").filter(user=user, key=key).first()
            raise TakenOver(taken.taken_by.name if taken and taken.taken_by else "") from error
    return now


def _written_over(draft: Draft) -> bool:
    """Whether there was a row of this place to write over; one that was taken over is none."""
    values = {name: getattr(draft, name) for name in ("data_key", "sealed", "updated_at")}
    return bool(_own(draft.user, [draft.key]).update(**values))


def _own(user: User, keys: Iterable[str]) -> Any:
    return Draft.objects.filter(user=user, key__in=list(keys), taken_by=None)


def load_drafts(user: User, keys: Iterable[str]) -> dict[str, tuple[Any, datetime]]:
    """Key → the draft and when it was saved, where there is one; one statement for all."""
    return {draft.key: (opened(draft)[0], draft.updated_at) for draft in _own(user, keys)}


def sealed_drafts(user: User) -> dict[str, Draft]:
    """Key → the draft, of all that the person did not send; read with `opened`."""
    return {draft.key: draft for draft in Draft.objects.filter(user=user, taken_by=None)}


def begun(user: User, first: str) -> dict[str, tuple[Any, datetime]]:
    """Key → the draft and when it was saved, of all places that begin with that word; the newest
    first.
    """
    here = Q(key=first) | Q(key__startswith=f"{first}:")
    found = Draft.objects.filter(here, user=user, taken_by=None).order_by("-updated_at", "-pk")
    return {draft.key: (opened(draft)[0], draft.updated_at) for draft in found}


def load_draft(user: User, key: str) -> tuple[Any, datetime] | None:
    """The draft and when it was saved; None when there is none."""
    return load_drafts(user, [key]).get(key)


def drop_draft(user: User, key: str) -> None:
    """Forget the draft once its text was taken; nothing happens when there is none."""
    if DRAFT_KEY.fullmatch(key):
        _own(user, [key]).delete()


def end_registration(user: User, key: str) -> None:
    """Forget the draft of a registration that is written down now, in the same transaction. Raises
    TakenOver when a colleague went on with it meanwhile: one call makes one case.
    """
    # Without a join: of a row that had to be waited for it would bring who had taken it before.
    row = Draft.objects.select_for_update()
    found = row.filter(user=user, key=key).first() if DRAFT_KEY.fullmatch(key) else None
    if found and found.taken_by:
        raise TakenOver(found.taken_by.name)
    if found:
        found.delete()


def forget_old_drafts(now: datetime) -> int:
    """Drop what nobody came back to: it may hold personal data. Answers how many."""
    deleted, _by_model = Draft.objects.filter(updated_at__lt=now - DRAFTS_KEPT).delete()
    return deleted
