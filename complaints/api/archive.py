"""The dossier of a case, and the sealed package of an archived one."""

from __future__ import annotations

from typing import ClassVar

from django.http import FileResponse, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from complaints.actions import exporting
from complaints.api import described
from complaints.api.base import READ, CaseView, caller
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
    """The newest sealed package, exactly as it was sealed; recorded first."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**described.PACKAGE)
    def get(self, request: Request, number: str) -> FileResponse:
        try:
            package = exporting.sealed(number, by=caller(request))
        except exporting.NotSealed as none_yet:
            raise NotFound(none_yet.message) from none_yet
        return FileResponse(
            store().open(package.sha256),
            as_attachment=True,
            filename=f"{package.sealing.name}.zip",
            content_type="application/zip",
            headers=HEADERS,
        )
