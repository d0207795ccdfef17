"""Two counsel sign one template at the same instant: one signature stands, the other is told."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from legal_rules.models import RuleSignature
from legal_rules.sign_off import SignatureRefused
from letters import library
from letters.signatures import TEMPLATES
from tests.cast import assemble

NAME = "resolution.zh"


@pytest.mark.django_db(transaction=True)
def test_two_counsel_sign_at_once_and_one_signature_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = assemble()
    read = library.current().templates[NAME].sha256
    start, found = threading.Barrier(2), list[Any]()
    looked = threading.Barrier(2)
    standing_of = TEMPLATES.standing_of

    def slowly(template: Any) -> Any:
        """Both have looked before either writes, unless one has to wait for the other."""
        standing = standing_of(template)
        with suppress(threading.BrokenBarrierError):
            looked.wait(0.5)
        return standing

    monkeypatch.setattr(TEMPLATES, "standing_of", slowly)

    def run(by: Any) -> None:
        try:
            start.wait(10)
            found.append(TEMPLATES.sign(NAME, read=read, by=by))
        except SignatureRefused as refusal:
            found.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(by,)) for by in (cast.counsel, cast.counsel2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert "signed_by_other" in found
    assert RuleSignature.objects.filter(rule=f"letters.{NAME}").count() == 1
