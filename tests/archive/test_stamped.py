"""Sealed packages and time stamps: sealed without waiting, stamped later, said so, verifiable."""

import io
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import proving
from complaints.archive import handing_out
from tests import factories as f
from tests.archive.test_export import granted
from tests.archive.test_package import packed
from tests.audit.authority import authority
from tests.cast import Cast


def test_a_package_is_sealed_while_the_authority_is_away_and_stamped_when_it_is_back(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    client = Client()
    client.force_login(cast.supervisor)
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        place.status = 503
        package = packed(f.archived(cast))
        number = package.sealing.complaint.number
        page = reverse("archive_case", args=[number])
        assert proving.work(timezone.now()) == 0
        said = client.get(page).content.decode()
        assert "还没有，证据包已照常封存：时间戳服务机构没有应答，会自动重试" in said
        place.status = 200
        assert proving.work(timezone.now() + timedelta(hours=1)) == 1
        assert "CN=时间戳服务 TSA，编号 a1f2" in client.get(page).content.decode()
        export = granted(package, cast.supervisor, cast.supervisor2, cast.counsel)
        with zipfile.ZipFile(io.BytesIO(handing_out.written(export).read())) as outer:
            outer.extractall(tmp_path / "handed out")
        command = ["openssl", "ts", "-verify", "-data", f"{number}-1.zip", "-in"]
        command += [f"{number}-1.tsr", "-CAfile", str(place.certificates)]
        done = subprocess.run(
            command, cwd=tmp_path / "handed out", capture_output=True, text=True, check=False
        )
        assert "Verification: OK" in done.stdout, done.stderr
        assert "-verify -data" in (tmp_path / "handed out" / "说明.txt").read_text("utf-8")


def test_without_an_authority_nothing_is_said_of_stamps(cast: Cast) -> None:
    case = f.archived(cast)
    packed(case)
    client = Client()
    client.force_login(cast.supervisor)
    assert (
        "可信时间戳" not in client.get(reverse("archive_case", args=[case.number])).content.decode()
    )
