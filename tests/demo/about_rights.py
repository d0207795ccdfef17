"""What consumers ask about their own data, and who looked for whom, can be met in the demo."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from complaints import rights
from complaints.models import PersonSearch, RightsLetter, RightsRequest


def test_requests_about_personal_data_stand_in_every_stage() -> None:
    rows = RightsRequest.objects.select_related(*rights.RELATED).prefetch_related("checks", "acts")
    assert sorted(rights.stage(row) for row in rows) == sorted(
        [rights.CHECKING, rights.DECIDING, rights.CARRYING_OUT, rights.DONE, rights.DONE]
    )
    letter = RightsLetter.objects.get()
    assert letter.kind == "answer"
    assert "人民法院" in letter.letter


def test_the_auditor_finds_searches_and_refusals_from_the_first_day() -> None:
    assert PersonSearch.objects.filter(by__username="agent").count() == 2
    assert Entry.objects.filter(verb="access.denied", actor="agent2").count() == 1
    auditor = Client()
    auditor.force_login(User.objects.get(username="auditor"))
    page = auditor.get(reverse("audit_people")).content.decode()
    assert "陈晓雨" in page
