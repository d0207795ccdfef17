"""`check --deploy` says before the first night that nothing can be anchored or stamped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit.checks import what_proves_can_be_made


def said(settings: Any, **changes: Any) -> dict[str, str]:
    for name, value in changes.items():
        setattr(settings, name, str(value))
    return {str(each.id): str(each.msg) for each in what_proves_can_be_made(None)}


def test_an_authority_without_readable_certificates_is_warned_of(
    settings: Any, tmp_path: Path
) -> None:
    there = {"ANCHOR_DIR": tmp_path / "anchors", "TSA_URL": "http://tsa.example/"}
    pem = tmp_path / "tsa.pem"
    for certificates in ("", pem):
        found = said(settings, **there, TSA_CERTIFICATES=certificates)
        assert found.keys() == {"audit.W002"}
        assert str(certificates or "not set") in found["audit.W002"]
    pem.write_text("no certificate", encoding="utf-8")
    assert "ValueError" in said(settings, **there, TSA_CERTIFICATES=pem)["audit.W002"]
    assert said(settings, **{**there, "TSA_URL": ""}) == {}


@pytest.mark.parametrize("inside", ["", "anchors"])
def test_a_folder_of_anchors_that_cannot_be_written_is_warned_of(
    settings: Any, tmp_path: Path, inside: str
) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    found = said(settings, TSA_URL="", ANCHOR_DIR=file / inside if inside else file)
    assert found.keys() == {"audit.W003"}
    folder = tmp_path / "anchors"
    assert said(settings, TSA_URL="", ANCHOR_DIR=folder) == {}
    assert list(folder.iterdir()) == []
