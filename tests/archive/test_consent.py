"""A complete package leaves with the consent of a supervisor of the case and of counsel: two
people, neither of them whoever asked.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import leaving
from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from complaints.actions import export_consent, exporting, sealing
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import Export, ExportConsent, ExportRequest, Outbox, Package
from correspondence.telling import tell
from tests import factories as f
from tests.archive.test_export import WANTED, browser, case_of, granted
from tests.archive.test_package import packed
from tests.cast import Cast


@pytest.fixture
def package(cast: Cast) -> Package:
    return packed(f.archived(cast))


def asked(package: Package, by: User, now: Any = None) -> ExportRequest:
    values = {**WANTED, "package": str(package.pk)}
    found = exporting.ask(case_of(package).number, values, by=by, now=now)
    assert isinstance(found, ExportRequest)
    return found


def answer(request: ExportRequest, by: User, agree: str = "1", **more: Any) -> ExportConsent:
    number = request.package.sealing.complaint.number
    return export_consent.decide(number, request.pk, {"agree": agree, **more}, by=by)


def test_neither_the_asker_nor_one_person_twice_nor_one_side_alone_is_enough(
    cast: Cast, package: Package
) -> None:
    request = asked(package, cast.supervisor)
    for wrong in (cast.supervisor, cast.auditor):
        with pytest.raises(NotAllowed):
            answer(request, wrong)
    said = answer(request, cast.counsel)
    assert answer(request, cast.counsel) == said  # a double click
    with pytest.raises(CaseError, match="您已经同意过"):
        answer(request, cast.counsel, "0", reason="还是不行")
    with pytest.raises(NotAllowed, match="不需要您的答复"):
        answer(request, cast.counsel2)
    assert not Export.objects.exists()
    answer(request, cast.supervisor2)
    assert Export.objects.get(request=request).by == cast.supervisor
    with pytest.raises(CaseError, match="两位都已同意"):
        answer(request, cast.counsel2)


def test_c18_what_was_asked_for_before_leaving_never_leaves_even_after_coming_back(
    cast: Cast, package: Package
) -> None:
    request, now = asked(package, cast.supervisor), timezone.now()
    assert [*export_consent.waiting_for(cast.counsel, now)] == [request]
    leaving.leave(cast.supervisor, leaving.Why.LEFT, by=cast.administrator)
    assert [*export_consent.waiting_for(cast.counsel, now)] == []
    leaving.come_back(cast.supervisor, by=cast.administrator)
    cast.supervisor.refresh_from_db()
    with pytest.raises(CaseError, match="申请人的账号已停用"):
        answer(request, cast.counsel)
    again = asked(package, cast.supervisor)
    assert again != request
    answer(again, cast.counsel)
    answer(again, cast.supervisor2)
    export = Export.objects.get(request=again)
    leaving.leave(cast.supervisor, leaving.Why.LEFT, by=cast.administrator)
    leaving.come_back(cast.supervisor, by=cast.administrator)
    cast.supervisor.refresh_from_db()
    with pytest.raises(exporting.Expired):
        exporting.fetch(
            case_of(package).number,
            export.pk,
            by=cast.supervisor,
            reauthenticated_at=timezone.now(),
        )


def test_a_person_with_both_roles_speaks_for_one_side(cast: Cast, package: Package) -> None:
    User.objects.filter(pk=cast.supervisor2.pk).update(roles=[Role.SUPERVISOR, Role.COUNSEL])
    both, request = User.objects.get(pk=cast.supervisor2.pk), asked(package, cast.supervisor)
    assert answer(request, both) == answer(request, both)
    assert answer(request, cast.counsel).side == Role.COUNSEL


def test_a_refusal_says_why_and_ends_it(cast: Cast, package: Package) -> None:
    request, client = asked(package, cast.auditor), browser(cast.counsel)
    form = reverse("export_decide", args=[case_of(package).number, request.pk])
    assert "请说明理由" in client.post(form, {"agree": "0"}).content.decode()
    client.post(form, {"agree": "0", "reason": "法院没有来函"})
    page = browser(cast.auditor).get(reverse("archive_case", args=[case_of(package).number]))
    assert "法院没有来函" in page.content.decode()
    with pytest.raises(CaseError, match="已经有人不同意"):
        answer(request, cast.supervisor)
    assert "已经有人不同意" in browser(cast.supervisor).get(form).content.decode()
    assert not Export.objects.exists()


def test_nobody_answers_after_a_week(cast: Cast, package: Package) -> None:
    old = asked(package, cast.supervisor, timezone.now() - timedelta(days=8))
    with pytest.raises(CaseError, match="已过期"):
        answer(old, cast.counsel)
    assert asked(package, cast.supervisor).pk != old.pk


def test_the_same_request_twice_is_one(cast: Cast, package: Package) -> None:
    assert asked(package, cast.supervisor) == asked(package, cast.supervisor)
    asks = Entry.objects.filter(verb="package.export_asked")
    assert asks.count() == 1


def test_where_nobody_else_could_agree_one_hears_it_at_once(cast: Cast, package: Package) -> None:
    User.objects.filter(pk=cast.supervisor2.pk).update(is_active=False)
    with pytest.raises(Invalid, match="除您以外没有负责该团队的主管"):
        asked(package, cast.supervisor)
    User.objects.filter(pk=cast.counsel2.pk).update(is_active=False)
    with pytest.raises(Invalid, match="除您以外没有法务"):
        asked(package, cast.counsel)
    assert not ExportRequest.objects.exists()


def test_the_two_find_it_in_their_notices_their_list_and_on_the_file(
    cast: Cast, package: Package
) -> None:
    request, number = asked(package, cast.supervisor), case_of(package).number
    told = tell([Outbox.objects.get(effect="tell_export_asked")], timezone.now())
    assert {each.user for each in told} == {cast.supervisor2, cast.counsel, cast.counsel2}
    listed = reverse("queue") + "?state=done&approval=export"
    page = reverse("archive_case", args=[number])
    for user, waits in ((cast.supervisor2, True), (cast.supervisor, False)):
        client = browser(user)
        assert (number in client.get(listed).content.decode()) is waits
        assert ("等您同意" in client.get(page).content.decode()) is waits
    answer(request, cast.supervisor2)
    assert number not in browser(cast.supervisor2).get(listed).content.decode()
    assert number in browser(cast.counsel).get(listed).content.decode()
    answer(request, cast.counsel)
    [notice] = tell([Outbox.objects.get(effect="tell_export_decided")], timezone.now())
    assert notice.user == cast.supervisor
    assert "已同意" in notice.subject


def test_a_redacted_one_needs_nobody(cast: Cast, package: Package) -> None:
    sealing.ask_redacted(case_of(package).number, {"words": "西湖"}, by=cast.supervisor)
    redacted = packed(case_of(package))
    values = {**WANTED, "package": str(redacted.pk)}
    export = exporting.ask(case_of(package).number, values, by=cast.supervisor)
    assert isinstance(export, Export)
    exporting.fetch(case_of(package).number, export.pk, by=cast.supervisor)


def test_the_database_lets_no_complete_package_go_without_the_two(
    cast: Cast, package: Package
) -> None:
    now, request = timezone.now(), asked(package, cast.supervisor)
    words = {"package": package, "by": cast.supervisor, "at": now, "expires_at": now, **WANTED}
    for more in ({}, {"request": request}):
        with pytest.raises(IntegrityError, match="consent of two"), transaction.atomic():
            Export.objects.create(**words, **more)
    said = {"request": request, "side": Role.SUPERVISOR, "at": now, "agreed": True}
    with pytest.raises(IntegrityError, match="nobody consents"), transaction.atomic():
        ExportConsent.objects.create(**said, by=cast.supervisor)
    export = granted(package, cast.counsel, cast.supervisor, cast.counsel2)
    with pytest.raises(IntegrityError, match="consent of two"), transaction.atomic():
        Export.objects.create(**{**words, "by": cast.auditor}, request=export.request)
