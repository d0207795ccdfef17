"""`./run audit`: what is said of what pip-audit and bandit answer; the tests have neither."""

from typing import Any

import pytest

from quickstart import auditing

KNOWN = {"name": "django", "version": "5.2.0", "vulns": []}
BROKEN = {
    "name": "lxml",
    "version": "6.0.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["6.0.1"]}],
}
SKIPPED = {"name": "redis", "skip_reason": "Dependency not found on PyPI and could not be audited"}
EXEC = "quickstart/child.py"


@pytest.mark.parametrize(
    ("pypi", "osv", "code", "says"),
    [
        ([KNOWN], [], 0, "nothing known"),
        ([KNOWN, BROKEN], [], 1, "lxml 6.0.0: PYSEC-1 (6.0.1)"),
        ([KNOWN, SKIPPED], [KNOWN, {**KNOWN, "name": "redis"}], 0, "nothing known"),
        ([KNOWN, SKIPPED], [], 3, "No data about 1 packages"),
        ([SKIPPED], [BROKEN, SKIPPED], 1, "No data about 1 packages"),
        ([], [], 3, "没有漏洞数据"),
    ],
)
def test_no_data_is_not_taken_for_no_vulnerability(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, pypi: Any, osv: Any, code: int, says: str
) -> None:
    monkeypatch.setattr(auditing, "_asked", {"pypi": pypi, "osv": osv}.get)
    monkeypatch.setattr(auditing, "bandit", list)
    monkeypatch.setattr(auditing, "EXPLAINED", {})
    assert auditing.main() == code
    assert says in capsys.readouterr().out


def test_what_does_not_concern_the_product_is_left_out_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert auditing.read([BROKEN])[0] == {"lxml": ["lxml 6.0.0: PYSEC-1 (6.0.1)"]}
    monkeypatch.setattr(auditing, "EXCUSED", {"CVE-1": "not used so"})
    assert auditing.read([BROKEN]) == ({"lxml": []}, [])


def test_every_finding_is_explained_and_every_explanation_is_needed(capsys: Any) -> None:
    lines = (auditing.PROJECT / EXEC).read_text(encoding="utf-8").splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if "os.execv" in text)

    def finding(rule: str, file: str = EXEC, at: int = line) -> dict[str, Any]:
        about = {"test_id": rule, "filename": file, "issue_text": "x"}
        return {**about, "line_number": at, "line_range": [at]}

    needed = [finding(rule, f"{place}x.py" if place[-1:] != "y" else place)
              for rule, place in auditing.EXPLAINED]  # fmt: skip
    assert auditing.code_is_sound([*needed, finding("B606")]) == 0  # beside it: noqa S606
    assert auditing.code_is_sound([*needed, finding("B606", at=1)]) == 1
    assert f"not explained: {EXEC}:1: B606" in capsys.readouterr().out
    assert auditing.code_is_sound([*needed, finding("B608", "accounts/access.py", 1)]) == 1
    assert auditing.code_is_sound(needed[1:]) == 1
    assert "explains nothing" in capsys.readouterr().out
