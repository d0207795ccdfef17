"""Invented people: consumers who cannot exist, and colleagues who never sign in.

Telephone numbers begin with 120, a range that no mobile operator has; identity numbers have a
region code and a check digit that do
not exist; bank cards begin with 0 and fail their checksum; mail goes to example.com, which RFC 2606
keeps for this.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Membership, Team, User
from accounts.roles import Role
from quickstart.demo.dice import Dice
from quickstart.demo.stories import people

# Colleagues beside the people of `accounts/demo_users.py`; they have no password and cannot sign
# in.
COLLEAGUES = (
    ("xu.wenjing", "许文静", "客服一组"),
    ("gao.yang", "高洋", "客服一组"),
    ("ma.xiao", "马骁", "客服二组"),
    ("luo.jianing", "罗佳宁", "12315 专班"),
)


@dataclass(frozen=True)
class Consumer:
    """One invented person. `called` is how one speaks to the person: 王女士."""

    name: str
    called: str
    city: str
    values: dict[str, str]


def consumer(key: str, *, old: bool = False, name: str = "") -> Consumer:
    """The person of this key, always the same. `old`: born before 1962; `name` instead of a chosen
    one.
    """
    made = people()
    dice = Dice("consumer", key)
    woman = dice.chance(0.56)
    surname = dice.pick(made.compound if dice.chance(0.03) else made.surnames)
    given = dice.pick(made.women if woman else made.men)
    if name:
        surname, woman = name[:1], name[1:] in made.women
    place, street = dice.pick(made.places)
    born = dice.between(1941, 1961) if old else dice.between(1964, 2003)
    values = {"name": name or surname + given, "phone": phone(dice)}
    if dice.chance(0.88):
        values["email"] = f"{dice.pick(made.handles)}{dice.between(10, 99)}@example.com"
    if dice.chance(0.8):
        number = f"{dice.between(2, 88)} 号 {dice.between(1, 12)} 幢 {dice.between(101, 1802)} 室"
        values["address"] = f"{place}{street} {number}"
    if dice.chance(0.35):
        values["id_number"] = id_number(dice, born)
    if dice.chance(0.4):
        values["bank_account"] = bank_account(dice)
    city = place.removesuffix("市").rpartition("省")[2]
    return Consumer(values["name"], surname + ("女士" if woman else "先生"), city, values)


def phone(dice: Dice) -> str:
    """Eleven digits that no mobile number has: they begin with 120."""
    return f"120{dice.between(0, 99_999_999):08d}"


def id_number(dice: Dice, born: int) -> str:
    """Eighteen digits that are no identity number: region 99…, and a check digit that is wrong."""
    birthday = f"{born}{dice.between(1, 12):02d}{dice.between(1, 28):02d}"
    body = f"99{dice.between(0, 9999):04d}{birthday}{dice.between(0, 999):03d}"
    return body + "10X98765432"[(id_check(body) + 1) % 11]


def id_check(body: str) -> int:
    """GB 11643: the weighted sum of the first seventeen digits modulo eleven, an index into
    10X98765432.
    """
    return sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(body)) % 11


def bank_account(dice: Dice) -> str:
    """Nineteen digits that are no bank card: they begin with 0 and fail the Luhn checksum."""
    body = f"0{dice.between(0, 10**17 - 1):017d}"
    return body + str((luhn_digit(body) + dice.between(1, 9)) % 10)


def luhn_digit(body: str) -> int:
    """The digit that would make the number valid."""
    total = 0
    for i, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def colleagues() -> None:
    """Make sure of the colleagues who never sign in."""
    for username, name, team in COLLEAGUES:
        user, created = User.objects.get_or_create(
            username=username, defaults={"name": name, "roles": [Role.AGENT.value]}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            Membership.objects.create(user=user, team=Team.objects.get(name=team))
