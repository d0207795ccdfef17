"""C1: numbers of persons are found in whatever way they are written, and nothing else is."""

from __future__ import annotations

import random
import time

from accounts.masking import alphabet, find, finding, masked, texts
from tests import planted
from tests.planted import WAYS

AROUND = [
    ("", ""),
    ("客户说", "打来两次"),
    ("电话:", ", ok"),
    ("第", "一共"),
    ("\n", '"'),
    ("(", ")"),
]
STAYS = [
    "2026-11-26 13:45:22 至 2026-12-01",
    "1990-01-01-201",
    "20261126134512",
    "1764115200000",
    "TS26-000123",
    "订单号 4012345678901234567",  # Visa's are 16 digits long
    "订单号 6217001234567890123",  # does not hold by Luhn
    "运单 JD20261126138001380001",
    "¥13800138000",
    "13800138000元",
    "1,234,567.89 和 13,800,138,000 元",
    "19.90 13.50 199",
    "金额 4000、5000、6000、7000",
    "139.123.123.12",
    "400-820-8820，021-62345678，12315",
    "护照 20260101 签发，通行证已过期，型号 E12345678",
    "2f13912345678a0b",
    "550e8400-e29b-41d4-a716-446655440000",
    "GB 7718-2011 20260101 20261231",
    "一二三四五六七八九十",
    "IMEI 350101900101123",
    "12012345678",  # no mobile begins with 12
    "990101199001010001",  # the check character is wrong
    "310101199002301235",  # no 30 February
    "138****2719 与 **** 6604",
]


def rng() -> random.Random:
    return random.Random(7)  # noqa: S311 invented numbers


def test_c1_a_number_is_found_in_every_spelling_and_among_any_words() -> None:
    r = rng()
    missed = []
    for make in (planted.id_number, planted.card, lambda x: planted.card(x, 16), planted.mobile):
        for way, spelled in WAYS.items():
            for before, after in AROUND:
                number = make(r)
                text = f"{before}{spelled(number)}{after}"
                hidden = masked(text)
                found = find(text)
                # with 一共 behind it a spoken one may be read one digit longer
                whole = [span.value[: len(number)] == number for span in found] == [True]
                if not whole or find(hidden) or masked(hidden) != hidden:
                    missed.append((way, text, found, hidden))
                elif not hidden.startswith(before[:1]) or not hidden.endswith(after):
                    missed.append((way, "took more than the number", text, hidden))
    assert not missed, missed[:5]


def test_c1_ids_of_fifteen_digits_letters_for_zero_prefixes_and_mail_are_found() -> None:
    r = rng()
    number = next(n for n in iter(lambda: planted.id_number(r), "") if n.count("0") > 3)
    tenth = next(n for n in iter(lambda: planted.id_number(r), "") if n.endswith("X"))
    mobile, other, card = planted.mobile(r), planted.mobile(r), planted.card(r)
    for text, values in {
        number.replace("0", "O"): [number],
        tenth.lower(): [tenth],
        tenth[:-1] + "ｘ": [tenth],
        tenth[:-1] + "叉": [tenth],
        "110105491231002": ["110105491231002"],
        "证号 110105 491231 002": ["110105491231002"],
        f"+86 {mobile}": [mobile],
        f"+86-{mobile}": [mobile],
        f"0086{mobile}": [mobile],
        f"0{mobile}": [mobile],
        f"{mobile}/{other}": [mobile, other],
        f"{mobile},{other}": [mobile, other],
        f"{mobile} {number} {card}": [mobile, number, card],
        f"1、{mobile}；2、{other}": [mobile, other],
        f"①{mobile}": [mobile],
        f"{mobile}@example.com": [f"{mobile}@example.com"],
        "护照号码：e12345678，": ["E12345678"],
        "港澳居民来往内地通行证（Ｈ1234567800）": ["H1234567800"],
        "台胞证 1234 5678；Passport No. EA1234567": ["12345678", "EA1234567"],
        "写信到 ｚｈａｎｇ＠example.com。": ["zhang@example.com"],
    }.items():
        found = [span.value for span in find(text)]
        assert found[: len(values)] == values, (text, found)
        assert find(masked(text)) == [], masked(text)
    assert masked("护照 E12345678") == "护照 E*****678"


def test_c1_dates_sums_orders_and_the_enterprises_own_numbers_stay(settings) -> None:
    assert [(text, masked(text)) for text in STAYS if masked(text) != text] == []
    own = planted.mobile(rng())
    text = f"请致电 {own} 或写信到 care@example.com"
    assert masked(text) != text
    settings.OWN_NUMBERS = "@example.com"
    settings.ENTERPRISE_CONTACT = f"热线 {own[:3]}-{own[3:7]}-{own[7:]}"
    assert masked(text) == text


def test_c1_random_texts_are_masked_once_and_long_ones_in_time() -> None:
    r = rng()
    for _ in range(3_000):
        text = "".join(r.choice("0123456789 -*.、138 6222一二幺X\n") for _ in range(40))
        assert find(masked(text)) == [], text
    for size, most in ((16, 120), (18, 60)):  # of 2000, by chance: one in 24, one in eighty or so
        chance = [str(r.randrange(10 ** (size - 1), 10**size)) for _ in range(2_000)]
        assert 0 < sum(bool(find(number)) for number in chance) < most
    begun = time.process_time()
    for text in ("普通文字，一共两次。" * 5_000, "1" * 50_000, "13 " * 16_000, "a@" * 25_000):
        finding.find(text)
    assert time.process_time() - begun < 5


def test_c1_an_order_number_that_holds_like_a_card_stays_in_its_own_field_alone() -> None:
    r = rng()
    card, number, mobile = planted.card(r), planted.id_number(r), planted.mobile(r)
    stays = [card, f"SO-{card}", f" {card} "]
    assert [texts.taken(one, texts.IN_REFERENCES) for one in stays] == stays
    for text in (f"卡 {card}", number, f"SO-{number}", mobile, f"{card} 付给 {card}"):
        kept = texts.taken(text, texts.IN_REFERENCES)
        assert isinstance(kept, texts.Masked), text
        assert not planted.traces(kept.encode(), [card, number, mobile]), kept
    assert isinstance(texts.taken(card), texts.Masked)


def test_c1_a_random_id_is_left_alone_where_it_is_all_that_is_said() -> None:
    ids = ["22114e6c-afa6-4589-ac43-18116237656b", "40e2ec05-1803-4983-933e-7523cb9d7c8b"]
    for one in ids:
        assert find(one), "reads like a number"
        assert texts.split({"letter": one, one: [one]}) == ({"letter": one, one: [one]}, [])
        assert isinstance(texts.taken(f"编号 {one}"), texts.Masked)
    digits_alone = "22114000-0000-4589-0043-018116237656"
    assert isinstance(texts.taken(digits_alone), texts.Masked)


def test_c1_no_character_in_which_a_digit_is_written_lets_a_text_pass_unread() -> None:
    """The glance that spares most texts the search: seven of any such character, or one @, end it,
    with anything between them; fewer hold no number.
    """
    for char in map(chr, range(0x110000)):
        if alphabet.shadow(char) in "0123456789@":
            row = char if char in "@＠" else char * alphabet.FEWEST
            assert alphabet.may_hold_a_number(f"姓名 {'消费者。'.join(row)}"), char
            assert not alphabet.may_hold_a_number(f"{row[1:]}无"), char
    assert not alphabet.may_hold_a_number("消费者来电称商品与描述不符, see XK-77 in 2026。")
