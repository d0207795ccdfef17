"""Nobody in the loaded demo can exist, and nothing in it reads like a test."""

import re
from collections.abc import Iterator

from django.db import connection

from complaints.models import Communication, Complaint, Consumer, Resolution
from evidence.models import Item
from evidence.store import store
from quickstart.demo.people import luhn_digit
from tests.demo.test_invented import CARD, IDENTITY, MOBILE, is_identity

NOT_FOR_SALE = re.compile(r"测试|示例|lorem|ipsum|TODO|xxx|foo|\bbar\b|\btest\b", re.IGNORECASE)


def texts() -> Iterator[str]:
    """Every row of every table, as text, and every readable piece of evidence."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name.startswith(("django_", "auth_")):
                continue
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608 - names of tables
            yield from (row[0] for row in cursor.fetchall())
    for item in Item.objects.filter(content_type="text/plain"):
        with store().open(item.sha256) as file:
            yield file.read().decode()


def test_no_number_in_any_text_passes_for_a_real_one() -> None:
    for text in texts():
        assert not MOBILE.search(text)
        assert not [n for n in IDENTITY.findall(text) if is_identity(n)]
        assert not [n for n in CARD.findall(text) if luhn_digit(n[:-1]) == n[-1]]


def test_what_is_sealed_cannot_belong_to_anybody_either() -> None:
    for person in Consumer.objects.exclude(complaints__destroyed_at__isnull=False):
        assert person.clear("phone").startswith("120")
        assert person.clear("email").endswith(("@example.com", ""))
        number, card = person.clear("id_number"), person.clear("bank_account")
        assert number[:2] in ("99", "")
        assert not number or not is_identity(number)
        assert not card or (card[0] == "0" and str(luhn_digit(card[:-1])) != card[-1])


def test_nothing_reads_like_a_test() -> None:
    words = ("narrative", "title", "findings")
    for case in Complaint.objects.all():
        for word in words:
            assert not NOT_FOR_SALE.search(getattr(case, word))
            assert not re.search(r"[{}$]|None", getattr(case, word))
        assert len(case.title) <= 40, case.title
    for text in Communication.objects.values_list("text", flat=True):
        assert not re.search(r"[{}$]|None", text)
    for letter in Resolution.objects.values_list("letter", flat=True):
        assert not re.search(r"[{}$\[\]]|None", letter)
