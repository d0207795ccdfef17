"""The frame around every page, the answers when something is wrong, and the probes."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from config import errors
from tests import factories as f
from tests.cast import Cast


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_rail_shows_what_the_role_may_open_and_each_entry_answers(cast: Cast) -> None:
    wanted = {
        "agent": ["待办", "登记", "承诺", "档案", "规则", "法规", "日历", "导入"],
        "supervisor": [
            *("待办", "登记", "承诺", "群体", "看板", "档案", "规则", "法规", "日历"),
            *("导入", "查阅", "权利", "运行", "告警"),
        ],
        "counsel": ["待办", "承诺", "审核", "群体", "档案", "规则", "法规", "日历", "权利"],
        "auditor": [
            *("待办", "承诺", "看板", "档案", "规则", "法规", "日历", "用户", "查阅", "告警"),
            "审计",
        ],
        "administrator": ["规则", "法规", "日历", "用户", "运行"],
        "security": ["规则", "法规", "日历", "用户", "查阅", "告警"],
    }
    for name, labels in wanted.items():
        client = browser(getattr(cast, name))
        page = client.get(reverse("settings")).content.decode()
        rail = re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)
        assert rail
        entries = re.findall(r'<a href="([^"]+)"[^>]*><svg.*?</svg>([^<]+)', rail[0])
        assert [words for _address, words in entries][:-1] == labels, name
        for address, words in entries:
            assert client.get(address).status_code == 200, words


def test_every_page_has_one_heading_a_skip_link_and_landmarks(cast: Cast) -> None:
    for user, names in (
        (cast.agent, ("queue", "settings", "password")),
        (cast.administrator, ("users", "new_user", "teams", "new_team", "setup_people")),
    ):
        client = browser(user)
        for name in names:
            page = client.get(reverse(name)).content.decode()
            assert page.count("<h1") == 1, name
            assert page.count("<main ") == 1, name
            assert '<a class="skip" href="#main">' in page
    assert Client().get(reverse("login")).content.decode().count("<h1") == 1


def test_the_policy_allows_nothing_inline(cast: Cast) -> None:
    policy = Client().get(reverse("login"))["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy


def test_badge_and_bell_cost_one_statement_each_and_then_none(
    cast: Cast, django_assert_num_queries
) -> None:
    from django.core.cache import cache

    cache.delete_many([f"badges:{cast.agent.pk}", f"notices:{cast.agent.pk}"])
    client = browser(cast.agent)
    with django_assert_num_queries(6):  # session, person, teams, badge, bell, training
        client.get(reverse("settings"))
    with django_assert_num_queries(3):
        client.get(reverse("settings"))
    cache.delete(f"badges:{cast.agent.pk}")


def test_a_page_that_does_not_exist_says_the_same_as_a_case_out_of_range(cast: Cast) -> None:
    client = browser(cast.agent)
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "没有找到这个页面或案件" in page.content.decode()
    theirs = f.registered(cast, by=cast.outsider)
    assert (
        client.get(reverse("case", args=[theirs.number])).content
        == client.get(reverse("case", args=["TS26-999999"])).content
    )


def test_a_refused_page_says_so_in_the_way_it_was_asked(cast: Cast) -> None:
    client = browser(cast.agent)
    page = client.get(reverse("users"))
    assert page.status_code == 403
    assert "您没有这项权限" in page.content.decode()
    assert client.get(reverse("users"), headers={"HX-Request": "true"})["Content-Type"].startswith(
        "text/plain"
    )
    answer = client.get(reverse("users"), headers={"Accept": "application/json"})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 403


def test_an_address_of_forms_alone_is_no_blank_page(cast: Cast) -> None:
    answer = browser(cast.agent).get(reverse("take"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode()


def test_an_expired_form_says_what_to_do(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.agent)
    page = client.post(reverse("take"))
    assert page.status_code == 403
    assert "页面已过期，没有提交" in page.content.decode()


@pytest.mark.parametrize("bad", ["a\x00b", "\x1b[31m", "x\x7f"])
def test_control_characters_in_a_form_are_refused_in_words(cast: Cast, bad: str) -> None:
    page = browser(cast.administrator).post(reverse("new_team"), {"name": bad})
    assert page.status_code == 400
    assert "看不见的控制字符" in page.content.decode()


def test_line_breaks_and_tabs_are_no_control_characters(cast: Cast) -> None:
    assert browser(cast.administrator).get(reverse("users"), {"q": "a\tb\r\nc"}).status_code == 200


def test_a_form_that_is_too_large_is_refused_in_words(cast: Cast) -> None:
    page = browser(cast.administrator).post(reverse("new_team"), {"name": "x" * 5_000_000})
    assert page.status_code == 400
    assert "提交的内容太大" in page.content.decode()


def test_an_unexpected_error_shows_a_number_and_no_detail(rf, caplog) -> None:
    request = rf.get("/complaints/")
    try:
        raise RuntimeError("secret 12012345678")
    except RuntimeError:
        page = errors.server_error(request)
    assert page.status_code == 500
    text = page.content.decode()
    assert page["X-Error-Number"] in text
    assert page["X-Error-Number"] in caplog.text
    assert "secret" not in text


@pytest.mark.django_db(transaction=True)
def test_without_a_database_pages_say_503_and_recover_by_themselves() -> None:
    client = Client(raise_request_exception=False)
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        page = client.post(reverse("login"), {"username": "a", "password": "b"})
        answer = client.post(
            reverse("login"),
            {"username": "a", "password": "b"},
            headers={"Accept": "application/json"},
        )
        signed_in = Client(raise_request_exception=False)
        signed_in.cookies["sessionid"] = "x" * 32
        cookie_page = signed_in.get(reverse("queue"))
        ready, alive = client.get("/readyz"), client.get("/healthz")
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "数据库没有应答，正在自动恢复" in page.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    assert cookie_page.status_code == 503
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    assert alive.status_code == 200
    assert client.get(reverse("login")).status_code in (200, 302)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["57P01", "08006", "53300", None])
def test_only_a_lost_connection_counts_as_a_missing_database(code: str | None) -> None:
    from django.db import OperationalError

    class Cause(Exception):
        pgcode = code

    error = OperationalError("x")
    error.__cause__ = Cause()
    assert errors.database_is_away(error)
    error.__cause__.pgcode = "40P01"  # deadlock: the statement failed, the server is there
    assert not errors.database_is_away(error)
    assert not errors.database_is_away(ValueError())


@pytest.mark.django_db
def test_probes_need_no_person() -> None:
    assert Client().get("/healthz").content == b"ok\n"
    assert Client().get("/readyz").json() == {
        "ready": True,
        "database": "ok",
        "broker": "ok",
        "migrations": "ok",
        "keys": "ok",
    }
    assert b"python_info" in Client().get("/metrics").content


def test_everything_else_needs_a_person(cast: Cast) -> None:
    for name in ("home", "queue", "settings", "password", "users", "teams", "setup_people"):
        assert Client().get(reverse(name)).url.startswith(reverse("login")), name
