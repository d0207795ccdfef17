"""The owner of the tables, for the few commands that alter them; the site is another role.

Without OWNER_DATABASE_URL there is one role for everything, and nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from audit import grants

REPLACED = ("NAME", "HOST", "PORT", "USER", "PASSWORD")


@contextmanager
def speaking() -> Iterator[None]:
    """Inside, the default connection is the owner's; before and after, the application's.

    It is the same connection object, because migrations and models speak through it. Raises
    ImproperlyConfigured when the two addresses name different databases.
    """
    if not settings.OWNER_DATABASE_URL:
        yield
        return
    application = dict(connection.settings_dict)
    owner: dict[str, Any] = {**dj_database_url.parse(settings.OWNER_DATABASE_URL)}
    if owner["NAME"] != application["NAME"]:
        raise ImproperlyConfigured(
            "OWNER_DATABASE_URL 与 DATABASE_URL 不是同一个数据库 / name different databases: "
            f"{owner['NAME']}, {application['NAME']}"
        )
    options = {**application.get("OPTIONS", {}), **owner.get("OPTIONS", {})}
    connection.close()
    connection.settings_dict.update({name: owner[name] for name in REPLACED}, OPTIONS=options)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(application)


def open_tables() -> None:
    """Grant the application what it needs of the tables as they are now.

    Raises grants.NotForTheApplication when its role could help itself to more.
    """
    application = connection.settings_dict["USER"]
    if settings.OWNER_DATABASE_URL:
        with speaking():
            grants.give(application)
