"""C1: what people write is masked when it is saved, and the originals are in the vault."""

from __future__ import annotations

import random

import pytest
from django.db import DatabaseError, transaction

from accounts import vault
from complaints.actions import communication
from complaints.models import Communication, VaultedSpan
from tests import factories as f
from tests import planted
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_c1_a_number_in_a_text_is_sealed_once_with_the_key_of_the_consumer(cast: Cast) -> None:
    rng = random.Random(3)  # noqa: S311 invented numbers
    mobile, card = planted.mobile(rng), planted.card(rng)
    case = f.registered(cast, narrative=f"回电 {mobile}，退到 {card}")
    for _ in range(2):
        text = f"又说一遍 {mobile[:3]} {mobile[3:7]} {mobile[7:]}"
        communication.write(case.number, {"kind": "call_note", "text": text}, by=cast.agent)
    case.refresh_from_db()
    assert case.narrative == f"回电 {mobile[:3]}****{mobile[-4:]}，退到 **** {card[-4:]}"
    notes = Communication.objects.values_list("text", flat=True)
    assert set(notes) == {f"又说一遍 {mobile[:3]}****{mobile[-4:]}"}
    spans = {span.kind: span for span in VaultedSpan.objects.filter(complaint=case)}
    assert {kind: span.clear() for kind, span in spans.items()} == {
        "phone": mobile,
        "bank_account": card,
    }
    phone = spans["phone"]
    assert phone.consumer_id == case.consumer_id
    assert mobile.encode() not in bytes(phone.sealed)
    for change in ({"masked": "1"}, {"sealed": b"1"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            VaultedSpan.objects.filter(pk=phone.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        VaultedSpan.objects.filter(pk=phone.pk).delete()
    phone.pk = spans["bank_account"].pk  # a ciphertext moved to another row does not open
    with pytest.raises(vault.VaultError):
        phone.clear()
