"""Every address of the product, and some that fail with what must not be told."""

import errno
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls
from config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500"]
SECRET = "SELECT password FROM accounts_user; /srv/kesu/keys/vault_key"
FAULTS: dict[str, Exception] = {
    "bug": RuntimeError(SECRET),
    "away": OperationalError(SECRET),
    "disk": OSError(errno.ENOSPC, SECRET),
    "refused": PermissionDenied(),
}


@login_not_required
def failing(request: HttpRequest, fault: str) -> HttpResponse:
    """Fail."""
    raise FAULTS[fault]


urlpatterns: list[Any] = [
    path("failing/<str:fault>/", failing),
    path("api/failing/<str:fault>/", failing),
    *urls.urlpatterns,
]
