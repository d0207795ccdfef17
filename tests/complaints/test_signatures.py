"""What counsel signs is signed by the key of the installation, once and for good."""

import base64
import stat
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Entry
from complaints.models import Complaint, Opinion, Resolution, SigningKey
from complaints.signing import canonical, keys, statements
from config.state import kept_secret, state_dir
from tests import factories as f
from tests.cast import Cast

OTHER = base64.b64encode(b"2" * 32).decode()
THIRD = base64.b64encode(b"3" * 32).decode()


def signed(case: Complaint) -> Opinion:
    return Opinion.objects.get(resolution__complaint=case, signed=True)


def test_a_signature_names_case_version_content_person_and_moments(cast: Cast) -> None:
    case = f.offered(cast)
    opinion = signed(case)
    assert opinion.statement is not None
    assert opinion.covered is not None
    assert opinion.statement == statements.as_it_stands(opinion)
    assert opinion.statement["case"] == case.number
    assert opinion.statement["signer"] == "counsel"
    assert opinion.statement["content"] == canonical.hash_of(opinion.covered)
    assert opinion.covered == canonical.content(opinion.resolution, opinion)
    assert opinion.reauthenticated_at == opinion.at
    assert statements.is_by_its_key(opinion)


def test_a_word_of_the_statement_changes_and_the_signature_is_not_its_own(cast: Cast) -> None:
    opinion = signed(f.offered(cast))
    assert opinion.statement is not None
    opinion.statement["signer"] = "counsel2"
    assert not statements.is_by_its_key(opinion)


def test_the_database_lets_nobody_change_or_remove_an_opinion(cast: Cast) -> None:
    opinion = signed(f.offered(cast))
    for act in (lambda: Opinion.objects.update(text="别的"), opinion.delete):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            act()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        SigningKey.objects.update(vouches={})


def test_the_key_is_made_once_for_its_owner_alone() -> None:
    made = kept_secret("signing_key", keys.LENGTH)
    file = state_dir() / "keys" / "signing_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept_secret("signing_key", keys.LENGTH) == made


@pytest.mark.parametrize("text", ["", "%%%", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_is_named(text: str, settings: Any) -> None:
    settings.SIGNING_KEY = text
    with pytest.raises(ImproperlyConfigured, match="SIGNING_KEY must be 32 bytes in base64"):
        keys.own_id()


def test_a_new_key_leaves_old_signatures_verifiable(cast: Cast, settings: Any) -> None:
    first = signed(f.offered(cast))
    for text in (OTHER, THIRD):
        settings.SIGNING_KEY = text
        newest = signed(f.offered(cast, order_number=text[:8]))
        assert newest.key_id == keys.own_id() != first.key_id
    assert set(keys.trusted()) == set(SigningKey.objects.values_list("key_id", flat=True))
    assert statements.is_by_its_key(first)
    entries = Entry.objects.filter(verb="signing_key.introduced").order_by("sequence")
    assert [len(e.detail["vouches_for"]) for e in entries] == [0, 1, 1]


def test_a_key_that_somebody_put_into_the_table_counts_for_nothing(
    cast: Cast, settings: Any
) -> None:
    f.offered(cast)
    ours = settings.SIGNING_KEY
    settings.SIGNING_KEY = OTHER
    keys.keep(timezone.now())
    forged = signed(f.offered(cast, order_number="SO-2"))
    settings.SIGNING_KEY = ours
    assert forged.key_id not in keys.trusted()
    assert not statements.is_by_its_key(forged)


def test_an_opinion_from_before_there_were_keys_keeps_its_fingerprint(cast: Cast) -> None:
    opinion = signed(f.offered(cast))
    opinion.statement = opinion.covered = None
    old = canonical.content(opinion.resolution, opinion)
    assert "format" not in old
    assert set(old["analysis"]) == {"facts", "rulebook", "as_of"}
    opinion.content_hash = canonical.hash_of(old)
    assert canonical.is_as_signed(opinion)


def test_what_was_signed_before_points_were_covered_is_recomputed_without_them(cast: Cast) -> None:
    case = f.resolving(cast)
    f.resolutions.save_draft(case.number, f.proposal(points=[f.POINT]), by=cast.agent)
    resolution = Resolution.objects.get()
    assert canonical.content(resolution)["points"] == [f.POINT]
    assert "points" not in canonical.content(resolution, number=2)


def test_proof_on_its_way_while_counsel_signed_is_not_taken_for_covered(cast: Cast) -> None:
    """It came before the signature by the clock, and after it by the lock of the case."""
    case = f.in_review(cast)
    before = timezone.now()
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    f.evidence_actions.add(case.number, [b"later"], "b.txt", {}, by=cast.agent, now=before)
    assert canonical.is_as_signed(signed(case))
