"""What a recipient gets: the sealed package untouched, a copy to read that names whose it is on
every page, and a note.
"""

from __future__ import annotations

import zipfile
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.utils import translation

from audit.outside import Stamp
from complaints.archive import dossier, stamped
from complaints.archive.case_file import CaseFile
from complaints.archive.view import View
from complaints.models import Export
from complaints.snapshots import FILED
from evidence.bag import PIECE
from evidence.store import store


def mark_of(export: Export) -> str:
    """Who took it, when, for whom and what for: printed across every page of the copy."""
    with translation.override(FILED):
        purpose = str(Export.Purpose(export.purpose).label)
    at = dossier.moment(export.at)
    return f"{export.by.name} {at} 交 {export.recipient}（{purpose}）"


def written(export: Export) -> IO[bytes]:
    """The zip file at its beginning, for the caller to close. Raises FileNotFoundError where the
    package is not in the store.
    """
    target = TemporaryFile()  # noqa: SIM115 - the answer that streams it closes it
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as outer:
            _fill(outer, export)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def _fill(outer: zipfile.ZipFile, export: Export) -> None:
    package = export.package
    file = CaseFile(package.sealing)
    head = zipfile.ZipInfo(f"{file.name}.zip", export.at.timetuple()[:6])
    head.file_size = package.size
    with store().open(package.sha256) as sealed, outer.open(head, "w") as into:
        while piece := sealed.read(PIECE):
            into.write(piece)
    stamp = stamped.of(package)
    if stamp is not None:
        outer.writestr(f"{file.name}.tsr", bytes(stamp.token))
    outer.writestr("卷宗阅读本.pdf", dossier.pdf(file, View.of(package.sealing), mark_of(export)))
    outer.writestr("说明.txt", _note(export, file, stamp))


def _note(export: Export, file: CaseFile, stamp: Stamp | None) -> str:
    return (
        f"{settings.ENTERPRISE_NAME}\n消费者投诉案件 {file.complaint.number}\n\n"
        f"{file.name}.zip  封存的证据包，与归档时逐字节相同\n"
        f"                SHA-256 {export.package.sha256}\n"
        "                解压后按其中的 README.txt 校验\n"
        "卷宗阅读本.pdf   供阅读的副本，每页印有经手人、时间和接收方；以证据包内的卷宗为准\n\n"
        f"{_about_stamp(file, stamp)}"
        f"{mark_of(export)}\n"
        "含有个人信息，只可用于上述用途，用后按约定退回或销毁。\n\n"
        f"The sealed package is {file.name}.zip; unpack it and follow its README.txt.\n"
        "The other PDF is a copy to read, marked with the recipient.\n"
    )


def _about_stamp(file: CaseFile, stamp: Stamp | None) -> str:
    if stamp is None:
        return ""
    return (
        f"{file.name}.tsr  可信时间戳（RFC 3161）：{stamp.tsa}，{dossier.moment(stamp.at)}\n"
        f"                openssl ts -verify -data {file.name}.zip -in {file.name}.tsr "
        "-CAfile 该机构的证书.pem\n\n"
    )
