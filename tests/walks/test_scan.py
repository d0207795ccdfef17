"""The scanner finds what it is for, and leaves alone what only looks like it."""

import pytest

from tests.walks.scan import personal_numbers

# Right by their checksums and nobody's: an unused region, a test range of the card schemes.
IDENTITY, CARD, MOBILE = "990101199001010019", "4111111111111111", "13800000000"


@pytest.mark.parametrize("number", [IDENTITY, CARD, "4111 1111 1111 1111", MOBILE, "138-0000-0000"])
def test_a_number_in_a_text_is_found(number: str) -> None:
    assert personal_numbers(f"<td>电话：{number}</td>") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "138****0000",
        "9901**********0019",
        "990101199001010018",
        "4111111111111112",
        f"sha256 a{CARD}f",
        "TS26-000123",
        "1700000000.13800000000",
    ],
)
def test_masked_wrong_and_accidental_digits_are_not(text: str) -> None:
    assert personal_numbers(text) == []
