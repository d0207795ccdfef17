"""What the database quotes of a row is in no line of the log."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from django.utils.module_loading import import_string

pytestmark = pytest.mark.django_db
WHO, MORE = "王小明", "住朝阳路\n三号院"


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """What the console was told, by the filters and the format of the settings."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    said: Any = settings.LOGGING
    for name in said["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(said["filters"][name]["()"])())
    handler.setFormatter(logging.Formatter(said["formatters"]["line"]["format"]))
    logger = logging.getLogger("tests.rows")
    logger.addHandler(handler)
    yield told.getvalue
    logger.removeHandler(handler)


def refused(statement: str, *values: str) -> Exception:
    """The error that the database answers with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS told (who text UNIQUE, n int, CONSTRAINT few "
            "CHECK (n < 9))"
        )
        cursor.execute("INSERT INTO told VALUES (%s, 1) ON CONFLICT DO NOTHING", [WHO])
        try:
            with transaction.atomic():
                cursor.execute(statement, values)
        except Error as error:
            return error
    raise AssertionError(statement)


@pytest.mark.parametrize(
    ("statement", "values", "said"),
    [
        ("INSERT INTO told VALUES (%s)", [WHO], 'unique constraint "told_who_key" [23505 told'),
        ("INSERT INTO told VALUES (%s, 99)", [WHO + MORE], 'check constraint "few" [23514 told'),
        ("INSERT INTO told (n) VALUES (%s)", [WHO], "[22P02]"),
        (f"SELECT {WHO!r} {WHO!r} 1", [], "[42601]"),
    ],
)
def test_an_error_of_the_database_says_which_and_where_and_quotes_no_row(
    lines: Callable[[], str], statement: str, values: list[str], said: str
) -> None:
    log, error = logging.getLogger("tests.rows"), refused(statement, *values)
    assert WHO in str(error)
    try:
        try:
            raise error
        except Error as caught:
            raise LookupError("the case was not written") from caught
    except LookupError:
        log.exception("not written")
    log.error("not written: %s", error)
    log.error("not written: %r", error)
    context: dict[str, Any] = {"exc": repr(error), "traceback": f"…\n{error}"}
    log.error("task failed: %(exc)s\n%(traceback)s", context, exc_info=error)  # as Celery does
    if "DETAIL" in str(error):
        log.error(f"as somebody may who knows no better: {error}")
    text = lines()
    assert said in text
    assert "the case was not written" in text
    assert text.count("not written:") == 2
    assert "in refused" in text  # where it happened
    for part in (WHO, "朝阳", "三号院"):
        assert part not in text
