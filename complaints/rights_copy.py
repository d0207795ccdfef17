"""What is held about a person, in all cases, as one file for them: JSON for machines and a page to
read (PIPL Art. 45).

In clear are the six fields of the vault. Texts stay as they were kept, with numbers masked, since
some of these are other people's. Not in it: internal notes, the legal analysis, names of staff.
A transfer (Art. 45(3), 网络数据安全管理条例 25) holds what the person gave us, and nothing that we
made of it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import places, retention, rights
from complaints.choices import CommunicationKind
from complaints.letter_values import locale_of
from complaints.models import Communication, Complaint, Consumer, RightsRequest
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.workdays import SHANGHAI
from evidence.models import Item
from legal_rules.vocabulary import CATEGORIES

MOST = 500  # cases of one person
_SECONDS = (1980, 1, 1, 0, 0, 0)  # the same content, the same bytes


def of(row: RightsRequest, *, moving: bool, at: datetime) -> bytes:
    """The ZIP. Raises VaultError where a key is gone."""
    consumer = row.complaint.consumer
    with translation.override(locale_of(consumer.language)):
        held = contents(consumer, moving=moving, at=at)
        held["request"] = row.complaint.number
        files = {"personal-data.json": json.dumps(held, ensure_ascii=False, indent=2)}
        if not moving:
            lang = (get_language() or "zh")[:2]
            page = {"held": held, "lang": lang, "name": settings.ENTERPRISE_NAME}
            files["personal-data.html"] = render_to_string("rights/copy.html", page)
    return _zipped(files)


def _zipped(files: Mapping[str, str]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, _SECONDS)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return into.getvalue()


def contents(consumer: Consumer, *, moving: bool, at: datetime) -> dict[str, Any]:
    """Everything, as JSON; in the active language where there are words."""
    texts = Communication.objects.exclude(kind=CommunicationKind.INTERNAL_NOTE).order_by("id")
    cases = rights.cases(consumer).prefetch_related(
        Prefetch("communications", texts, to_attr="spoken"),
        Prefetch("folder__items", Item.objects.order_by("number"), to_attr="files"),
        "commitments",
    )[:MOST]
    found: list[Complaint] = [*cases]
    return {
        "enterprise": settings.ENTERPRISE_NAME,
        "contact": settings.ENTERPRISE_DATA_CONTACT,
        "made_at": at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "person": list(_person(found)),
        "cases": [_case(case, moving) for case in found],
    }


def clear_fields(cases: list[Complaint]) -> list[str]:
    """The fields of the vault of which something is in it."""
    return [
        name
        for name in PERSONAL_FIELDS
        if any(getattr(case.consumer, f"{name}_masked") for case in cases)
    ]


def _person(cases: list[Complaint]) -> Iterator[dict[str, Any]]:
    """Each value once, with the cases in which it stands."""
    for name in clear_fields(cases):
        values: dict[str, list[str]] = {}
        for case in cases:
            if value := case.consumer.clear(name):
                values.setdefault(value, []).append(case.number)
        words = str(Consumer._meta.get_field(f"{name}_masked").verbose_name)  # type: ignore[union-attr]
        for value, numbers in values.items():
            yield {"field": name, "title": words, "value": value, "cases": numbers}


def _case(case: Complaint, moving: bool) -> dict[str, Any]:
    category = CATEGORIES.get(case.category)
    given = {
        "number": case.number,
        "received_at": case.received_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "channel": str(case.get_channel_display()),
        "category": category.name.in_(get_language() or "zh-hans") if category else case.category,
        "narrative": case.narrative,
        "region": places.name_of(case.region),
        "product": case.product_name,
        "brand": case.brand,
        "batch": case.batch,
        "order_number": case.order_number,
        "transaction_date": case.transaction_date and case.transaction_date.isoformat(),
        "price_paid": str(case.price_paid) if case.price_paid is not None else None,
        "loss_claimed": str(case.loss_claimed) if case.loss_claimed is not None else None,
        "messages": [_message(text) for text in _spoken(case) if text.inbound or not moving],
    }
    return given if moving else {**given, **_ours(case)}


def _spoken(case: Complaint) -> list[Communication]:
    found: list[Communication] = case.spoken  # type: ignore[attr-defined]
    return found


def _message(text: Communication) -> dict[str, Any]:
    return {
        "at": text.at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "from": _("您") if text.inbound else _("我们"),
        "channel": text.channel,
        "text": text.text,
    }


def _ours(case: Complaint) -> dict[str, Any]:
    """What we made of it: state, promises, files, and until when it is kept."""
    kept = retention.of(case)
    return {
        "title": case.title,
        "state": str(case.get_state_display()),
        "outcome": str(case.get_outcome_display()),
        "findings": case.findings,
        "promises": [
            {"text": c.text, "amount": str(c.amount) if c.amount is not None else None}
            for c in case.commitments.all()
        ],
        "files": [
            {"number": i.number, "title": i.title, "name": i.file_name, "sha256": i.sha256}
            for i in case.folder.files  # type: ignore[attr-defined]
        ],
        "kept_until": kept.until.isoformat() if kept.until else None,
    }
