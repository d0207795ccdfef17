"""Numbers and names are made so that nobody can have them."""

import re

from quickstart.demo.dice import Dice
from quickstart.demo.people import bank_account, consumer, id_check, id_number, luhn_digit, phone

# Hashes are full of digits: a number stands between other things than letters and digits.
MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
CARD = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{15,18}(?![0-9A-Za-z])")


def is_identity(text: str) -> bool:
    return "10X98765432"[id_check(text[:17])] == text[17].upper()


def test_the_checks_would_find_real_numbers() -> None:
    body = "11010519491231002"
    assert is_identity(body + "10X98765432"[id_check(body)])
    assert MOBILE.search("电话 138" + "0" * 8)
    assert not MOBILE.search("订单 1380013800012345")
    assert luhn_digit("411111111111111") == 1


def test_the_makers_never_make_a_real_number() -> None:
    for n in range(500):
        dice = Dice("numbers", n)
        assert not MOBILE.search(phone(dice))
        assert not is_identity(id_number(dice, 1960))
        card = bank_account(dice)
        assert str(luhn_digit(card[:-1])) != card[-1]


def test_the_same_key_is_the_same_person() -> None:
    assert consumer("demo-042") == consumer("demo-042")
    assert consumer("demo-042") != consumer("demo-043")
