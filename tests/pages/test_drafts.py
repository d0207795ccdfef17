"""What is being typed stays on the server: own drafts only, sealed; what is refused is said."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from complaints.actions import half_typed
from complaints.models import Draft
from complaints.tasks import forget_old_drafts
from complaints.views import own_drafts
from tests import factories as f
from tests.cast import Cast

PHONE = "12098765432"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, body: Any, method: str = "post") -> Any:
    """As drafts.js sends it."""
    text = body if isinstance(body, str) else json.dumps(body)
    return getattr(client, method)(
        reverse("drafts"),
        text,
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def draft(**data: Any) -> dict[str, Any]:
    return {"key": "intake", "data": {"phone": PHONE, **data}}


def test_a_draft_is_kept_sealed_and_the_newest_wins(cast: Cast) -> None:
    client = browser(cast.agent)
    first = send(client, draft(narrative="接到推销电话"))
    assert first.status_code == 200
    assert first.json()["saved_at"].endswith("+08:00")
    send(client, draft(narrative="接到推销电话，付款 3980 元", claims=["refund", "apology"]))
    kept = Draft.objects.get()
    assert PHONE.encode() not in bytes(kept.sealed) + bytes(kept.data_key)
    data, _at = half_typed.load_draft(cast.agent, "intake")
    assert data == {
        "phone": PHONE,
        "narrative": "接到推销电话，付款 3980 元",
        "claims": ["refund", "apology"],
    }


def test_a_draft_belongs_to_the_person_who_typed_it(cast: Cast) -> None:
    send(browser(cast.agent), draft())
    assert half_typed.load_draft(cast.colleague, "intake") is None
    send(browser(cast.colleague), {"key": "intake"}, "delete")
    assert half_typed.load_draft(cast.agent, "intake") is not None
    assert send(browser(cast.agent), {"key": "intake"}, "delete").status_code == 204
    assert half_typed.load_draft(cast.agent, "intake") is None
    assert send(browser(cast.agent), {"key": "a\x00"}, "delete").status_code == 204


def test_saving_costs_one_statement_beside_session_and_person(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    client = browser(cast.agent)
    send(client, draft())
    with django_assert_num_queries(3):
        send(client, draft(narrative="再写几个字"))


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ("{", 400, "不完整"),
        ("[" * 100_000, 400, "不完整"),
        ([], 400, "不完整"),
        ({"key": "intake"}, 422, "内容不对"),
        ({"key": "intake", "data": {"a": {"b": "c"}}}, 422, "内容不对"),
        ({"key": "intake", "data": {"a": [1]}}, 422, "内容不对"),
        ({"key": "../../etc", "data": {}}, 422, "位置不对"),
        ({"key": "a" * 200, "data": {}}, 422, "位置不对"),
        ({"key": ["intake"], "data": {}}, 422, "位置不对"),
        ({"key": "intake\x00", "data": {}}, 422, "位置不对"),
        ({"key": "intake", "data": {"narrative": "a\x00b"}}, 422, "控制字符"),
        ('{"key": "intake", "data": {"narrative": "\\ud800"}}', 422, "控制字符"),
        ({"key": "intake", "data": {"narrative": "字" * 400_001}}, 422, "过大"),
        ({"key": "intake", "data": {"narrative": "字" * 800_000}}, 400, "太大"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_the_old_draft_stays(
    cast: Cast, body: Any, status: int, word: str
) -> None:
    client = browser(cast.agent)
    send(client, draft(narrative="先前的内容"))
    answer = send(client, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert word in answer.json()["detail"]
    assert half_typed.load_draft(cast.agent, "intake")[0]["narrative"] == "先前的内容"


def test_emoji_and_line_breaks_are_kept(cast: Cast) -> None:
    text = "第一行\n第二行\t😀👨‍👩‍👧"
    assert send(browser(cast.agent), draft(narrative=text)).status_code == 200
    assert half_typed.load_draft(cast.agent, "intake")[0]["narrative"] == text


def test_signed_out_without_token_and_by_get_nothing_is_written(cast: Cast) -> None:
    signed_out = send(Client(), draft())
    assert signed_out.status_code == 401
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.agent)
    assert send(careful, draft()).status_code == 403
    assert Client().get(reverse("drafts"), {"key": "intake"}).status_code == 302
    assert not Draft.objects.exists()


def test_a_draft_is_never_written_to_the_log(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(browser(cast.agent), draft())
        send(browser(cast.agent), {"key": "bad key", "data": {"phone": PHONE}})
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert PHONE not in "\n".join(logged)


def test_a_draft_that_nobody_came_back_to_is_forgotten_after_thirty_days(cast: Cast) -> None:
    now = timezone.now()
    half_typed.save_draft(cast.agent, "intake", {"title": "旧的"}, now - timedelta(days=31))
    half_typed.save_draft(cast.colleague, "intake", {"title": "新的"}, now - timedelta(days=29))
    assert forget_old_drafts() == 1
    assert half_typed.load_draft(cast.agent, "intake") is None
    assert half_typed.load_draft(cast.colleague, "intake") is not None


def restored(user: Any, **context: Any) -> str:
    """What a form with the draft key "intake" contains."""
    request = RequestFactory().get("/")
    request.user = user
    return Template('{% saved_draft "intake" %}').render(Context({"request": request, **context}))


def test_a_page_restores_the_draft_and_its_text_cannot_leave_the_script(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    assert restored(cast.agent) == ""
    send(browser(cast.agent), draft(narrative="</script><b>'\""))
    page = restored(cast.agent)
    assert page.startswith('<script data-draft-saved type="application/json">')
    assert page.count("<") == 2
    assert json.loads(page[page.index(">") + 1 : page.rindex("<")])["phone"] == PHONE
    assert restored(cast.colleague) == ""
    drafts = half_typed.load_drafts(cast.agent, ["intake", "other"])
    with django_assert_num_queries(0):
        assert restored(cast.agent, drafts=drafts) == page
        assert restored(cast.agent, drafts={}) == ""


def test_a_draft_ends_with_the_form_that_was_taken_and_with_no_other_answer(cast: Cast) -> None:
    case, client = f.investigating(cast), browser(cast.agent)

    def kept(address: str, **sent: Any) -> tuple[int, bool, str]:
        """The status, whether the draft is still there, and the page."""
        key = own_drafts.key_of(address)
        typed = {"note": "写了很久的一段话", "draft": key}
        half_typed.save_draft(cast.agent, key, typed)
        answer = client.post(address, {**typed, **sent})
        left = half_typed.load_draft(cast.agent, key) is not None
        return answer.status_code, left, answer.content.decode()

    away = reverse("absence")
    status, left, page = kept(away, first_day="2027-01-04", last_day="x")
    assert (status, left) == (200, True), "refused: the text stands in the form and on the server"
    assert "data-draft-saved" not in page, "what was just sent is newer"
    assert kept(away, first_day="2027-01-04", last_day="2027-01-05")[:2] == (302, False)
    bulk = reverse("bulk")  # leads back to the list and says there what was wrong
    supervisor = browser(cast.supervisor)
    half_typed.save_draft(cast.supervisor, own_drafts.key_of(bulk), {"note": "交接"})
    supervisor.post(bulk, {"note": "交接", "draft": own_drafts.key_of(bulk)})
    assert half_typed.load_draft(cast.supervisor, own_drafts.key_of(bulk)) is not None
    f.with_evidence(case, cast.agent)
    fact = reverse("answer_fact", args=[case.number, "tm_contacted"])
    assert kept(fact, value="yes", source="evidence", evidence="1")[:2] == (302, False)
    client.logout()
    assert kept(away)[:2] == (302, True), "it led to the sign-in: nothing was taken"


def test_a_form_gives_its_draft_back_and_a_late_one_on_asking(cast: Cast) -> None:
    client, key = browser(cast.agent), own_drafts.key_of(reverse("absence"))
    send(client, {"key": key, "data": {"note": "请找何静"}})
    page = client.get(reverse("absence")).content.decode()
    assert f'data-draft="{key}"' in page
    assert f'name="draft" value="{key}"' in page
    assert json.loads(page.split("data-draft-saved")[1].split(">", 1)[1].split("<")[0]) == {
        "note": "请找何静"
    }
    assert client.get(reverse("drafts"), {"key": key}).json() == {"data": {"note": "请找何静"}}
    theirs = browser(cast.colleague).get(reverse("drafts"), {"key": key})
    assert (theirs.status_code, theirs.content) == (204, b"")
    assert send(client, {"key": f"{'a' * 40}:" * 3 + "b", "data": {}}).status_code == 422


def test_the_page_of_own_drafts_leads_on_hands_over_and_gives_up(cast: Cast) -> None:
    case, client = f.investigating(cast), browser(cast.agent)
    page = f"/complaints/{case.number}/?compose=note"
    about = {"page": page, "title": "内部备注", "own": {"text": True}}
    typed = {"text": "请回拨 13800001234"}
    note = {"key": f"case:{case.number}:note", "data": typed, "about": about}
    assert send(client, note).status_code == 200
    assert send(client, {**note, "about": {"page": "//evil.example", "own": []}}).status_code == 200
    assert "evil.example" not in client.get(reverse("drafts_mine")).content.decode()
    send(client, note)
    send(client, {"key": "intake:abc", "data": {"title": "来电到一半"}})
    page = client.get(reverse("drafts_mine")).content.decode()
    assert "请回拨" in page
    assert "13800001234" not in page
    assert f"/complaints/{case.number}/?compose=note" in page
    assert "/complaints/new/?form=intake:abc" in page
    call = Draft.objects.get(key="intake:abc")
    offer = reverse("draft_offer", args=[call.pk])
    assert client.post(offer, {"team": cast.other_team.pk}).status_code == 302
    assert not Draft.objects.exclude(offered_to=None).exists()
    client.post(offer, {"team": cast.team.pk})
    colleague = browser(cast.colleague)
    theirs = colleague.get(reverse("drafts_mine")).content.decode()
    assert "来电到一半" in theirs
    assert "请回拨" not in theirs
    take = reverse("draft_take", args=[call.pk])
    assert browser(cast.outsider).post(take).status_code == 404
    answer = colleague.post(take)
    assert answer["Location"].startswith("/complaints/new/?form=intake:")
    assert "data-draft-saved" in colleague.get(answer["Location"]).content.decode()
    assert colleague.post(take).status_code == 404
    assert client.post(offer, {"team": ""}).status_code == 404
    late = send(client, {"key": "intake:abc", "data": {"title": "来电到一半，还有"}})
    assert (late.status_code, "何静" in late.json()["detail"]) == (422, True)
    drop = reverse("draft_drop", args=[Draft.objects.get(user=cast.agent, taken_by=None).pk])
    assert colleague.post(drop).status_code == 404
    assert Draft.objects.filter(user=cast.agent, taken_by=None).exists()
    client.post(drop)
    assert "没有未提交的内容" in client.get(reverse("drafts_mine")).content.decode()
