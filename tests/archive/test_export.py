"""Handing out a package: for a purpose, to somebody, for a week, and all of it on record."""

import io
import zipfile
from datetime import datetime, timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from complaints.actions import export_consent, exporting
from complaints.models import Complaint, Export, ExportRequest, Package, Sealing
from evidence.store import store
from tests import factories as f
from tests.archive.test_package import packed
from tests.cast import PASSWORD, Cast

WANTED = {"purpose": "litigation", "recipient": "西湖区人民法院（2026）浙0106民初0000号"}


def granted(package: Package, asks: User, *agree: User, now: datetime | None = None) -> Export:
    """An export of a complete package to which the two others agreed."""
    now, number = now or timezone.now(), package.sealing.complaint.number
    asked = exporting.ask(number, {**WANTED, "package": str(package.pk)}, by=asks, now=now)
    for each in agree:
        export_consent.decide(number, asked.pk, {"agree": "1"}, by=each, now=now)
    return Export.objects.get(request=asked)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


@pytest.fixture
def package(cast: Cast) -> Package:
    return packed(f.archived(cast))


def case_of(package: Package) -> Complaint:
    return package.sealing.complaint


def test_an_export_asks_for_purpose_and_recipient_and_holds_the_package_untouched(
    cast: Cast, package: Package
) -> None:
    case, client = case_of(package), browser(cast.supervisor)
    form = reverse("package_export", args=[case.number])
    assert "第 1 个，完整版" in client.get(form).content.decode()
    refused = client.post(form, {"package": package.pk, "recipient": "法院"})
    assert refused.status_code == 422
    assert "法院" in refused.content.decode()
    assert not ExportRequest.objects.exists()
    page = client.post(form, {**WANTED, "package": package.pk}, follow=True).content.decode()
    assert "西湖区人民法院" in page
    asked = ExportRequest.objects.get()
    for user in (cast.supervisor2, cast.counsel):
        answer = reverse("export_decide", args=[case.number, asked.pk])
        page = browser(user).post(answer, {"agree": "1"}, follow=True).content.decode()
        assert "已登记您的决定" in page
    address = reverse("package_fetch", args=[case.number, Export.objects.get().pk])
    for password, words in (("", "请输入登录密码"), ("wrong", "密码不正确，没有下载")):
        page = client.post(address, {"password": password}, follow=True).content.decode()
        assert words in page
    file = client.post(address, {"password": PASSWORD}).getvalue()
    with zipfile.ZipFile(io.BytesIO(file)) as outer:
        assert outer.read(f"{case.number}-1.zip") == store().open(package.sha256).read()
        copy = outer.read("卷宗阅读本.pdf")
        assert package.sha256 in outer.read("说明.txt").decode()
    for words in ("周启明", "西湖区人民法院", "诉讼、仲裁"):
        assert text_of(copy).count(words) >= len(pypdfium2.PdfDocument(copy))
    verbs = Entry.objects.filter(subject=case.subject).order_by("sequence")
    assert list(verbs.values_list("verb", flat=True))[-5:] == [
        "package.export_asked",
        "package.export_agreed",
        "package.export_agreed",
        "package.exported",
        "evidence.exported",
    ]


def test_it_expires_and_is_nobody_elses(cast: Cast, package: Package) -> None:
    case = case_of(package)
    long_ago, both = timezone.now() - timedelta(days=8), (cast.supervisor2, cast.counsel)
    old = granted(package, cast.supervisor, *both, now=long_ago)
    page = browser(cast.supervisor).post(
        reverse("package_fetch", args=[case.number, old.pk]), follow=True
    )
    assert "已经过期" in page.content.decode()
    fresh = granted(package, cast.supervisor, *both)
    address = reverse("package_fetch", args=[case.number, fresh.pk])
    for user, status in ((cast.auditor, 404), (cast.agent, 403), (cast.outside_supervisor, 404)):
        assert browser(user).post(address, {"password": PASSWORD}).status_code == status
    assert "package.exported" not in Entry.objects.values_list("verb", flat=True)


def test_a_program_gets_dossier_and_package(cast: Cast, package: Package) -> None:
    case, client = case_of(package), browser(cast.supervisor)
    address = f"/api/v1/complaints/{case.number}/package.zip"
    refused = client.get(address)
    assert refused.status_code == 403
    assert "经主管与法务同意" in refused.content.decode()
    assert client.get(f"{address}?edition=redacted").status_code == 404
    assert client.get(f"{address}?edition=none").status_code == 400
    granted(package, cast.supervisor, cast.supervisor2, cast.counsel)
    sealed = client.get(address)
    assert sealed.getvalue() == store().open(package.sha256).read()
    pdf = client.get(f"/api/v1/complaints/{case.number}/dossier.pdf")
    text = text_of(pdf.content)
    for words in ("消费者投诉案件卷宗", "目录", "第 1 页 共", package.audit_head, "打印于"):
        assert words in text
    assert "王测试" not in text
    open_case = f.registered(cast)
    assert client.get(f"/api/v1/complaints/{open_case.number}/package.zip").status_code == 404
    draft = client.get(f"/api/v1/complaints/{open_case.number}/dossier.pdf")
    assert "未归档" in text_of(draft.content)
    agent = browser(cast.agent).get(f"/api/v1/complaints/{case.number}/package.zip")
    assert agent.status_code == 403


def test_a_case_that_was_archived_before_there_were_packages_gets_one(cast: Cast) -> None:
    case = f.archived(cast)
    Sealing.objects.all().delete()
    client = browser(cast.supervisor)
    assert "生成证据包" in client.get(reverse("archive_case", args=[case.number])).content.decode()
    client.post(reverse("package_make", args=[case.number]))
    assert packed(case).sealing.asked_by == cast.supervisor
    assert browser(cast.agent).post(reverse("package_make", args=[case.number])).status_code == 403
