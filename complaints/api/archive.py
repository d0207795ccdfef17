"""The dossier of a case, and the sealed package of an archived one."""

from __future__ import annotations

from typing import ClassVar

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from accounts.api.paging import refuse
from complaints.actions import exporting
from complaints.api import described
from complaints.api.base import READ, CaseView, caller
from complaints.models import Edition
from evidence.store import store

HEADERS = {"Content-Security-Policy": "sandbox", "Cache-Control": "private, no-store"}


class DossierView(CaseView):
    """The dossier as PDF/A, with the name of the caller on each page; recorded first."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**described.DOSSIER)
    def get(self, request: Request, number: str) -> HttpResponse:
        pages = exporting.printed(number, by=caller(request))
        name = f'attachment; filename="{number}-dossier.pdf"'
        headers = {**HEADERS, "Content-Disposition": name}
        return HttpResponse(pages, content_type="application/pdf", headers=headers)


class PackageView(CaseView):
    """The newest sealed package, exactly as it was sealed; recorded first. The complete one needs
    an export to which two others agreed.
    """

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = ("edition",)

    @extend_schema(**described.PACKAGE)
    def get(self, request: Request, number: str) -> FileResponse:
        try:
            edition = _edition(request)
            package = exporting.sealed(number, edition, by=caller(request))
        except exporting.NotSealed as none_yet:
            raise NotFound(none_yet.message) from none_yet
        return FileResponse(
            store().open(package.sha256),
            as_attachment=True,
            filename=f"{package.sealing.name}.zip",
            content_type="application/zip",
            headers=HEADERS,
        )


def _edition(request: Request) -> str:
    """`?edition=`; the complete one where nothing is said. Raises ValidationError."""
    asked = request.query_params.get("edition", Edition.FULL)
    if asked not in Edition.values:
        raise refuse("edition", _("只有 full（完整版）与 redacted（脱敏版）"))
    return asked
