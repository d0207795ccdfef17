"""C14: keys of programs on their pages: issued for oneself with the password, shown once, revoked
by oneself and by security.
"""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, User
from accounts.roles import PERMISSIONS
from tests.api.conftest import Caller
from tests.cast import PASSWORD, Cast

SENT = {"label": "CRM 同步", "scopes": ["complaints:read"], "days": "30", "password": PASSWORD}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_c14_a_key_is_issued_once_for_oneself_after_the_password(cast: Cast) -> None:
    client, address = browser(cast.agent), reverse("own_keys")
    page = client.get(address).content.decode()
    assert "complaints:read" in page
    assert "audit:read" not in page
    for changes, words in (
        ({"password": "wrong"}, "没有生成密钥"),
        ({"password": ""}, "请输入登录密码"),
        ({"scopes": ["audit:read"]}, "audit:read"),
        ({"scopes": []}, "必填"),
        ({"days": "366"}, "365"),
        ({"days": ""}, "必填"),
        ({"label": ""}, "必填"),
    ):
        refused = client.post(address, {**SENT, **changes})
        assert refused.status_code == 422, changes
        assert words in refused.content.decode(), changes
    assert not ApiKey.objects.exists()
    shown = client.post(address, SENT)
    [text] = re.findall(r"kesu_[0-9a-f]{12}_[\w-]{43}", shown.content.decode())
    assert shown["Cache-Control"] == "no-store"
    assert Caller({"Authorization": f"Bearer {text}"}).get("me/").status_code == 200
    assert text not in client.get(address).content.decode()
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert key.expires_at - key.created_at == timedelta(days=30)
    for other in (cast.colleague, cast.administrator, cast.auditor):
        assert browser(other).post(reverse("revoke_key", args=[key.pk])).status_code == 404
    for _twice in range(2):
        assert client.post(reverse("revoke_key", args=[key.pk])).status_code == 302
    assert Caller({"Authorization": f"Bearer {text}"}).get("me/").status_code == 401


def test_c14_security_sees_all_that_open_something_endless_ones_too_and_revokes(
    cast: Cast, django_assert_num_queries
) -> None:
    made = [keys.issue(cast.agent, ["legal:read"], label=f"程序{n}")[0] for n in range(3)]
    endless = made[0]
    ApiKey.objects.filter(pk=endless.pk).update(expires_at=None)  # of a former version
    gone = keys.issue(cast.agent, ["legal:read"], days=1, now=timezone.now() - timedelta(days=2))[0]
    client, address = browser(cast.security), reverse("all_keys")
    client.get(address)
    with django_assert_num_queries(3):  # session, person, keys
        page = client.get(address).content.decode()
    assert "无期限" in page
    assert gone.prefix not in page
    later = client.get(address, {"before": made[1].pk}).content.decode()
    assert endless.prefix in later
    assert made[1].prefix not in later
    assert client.post(reverse("revoke_key", args=[endless.pk])).url == address
    client.get(address)  # says once that it is revoked
    assert endless.prefix not in client.get(address).content.decode()
    for name in ("agent", "supervisor", "counsel", "auditor", "administrator"):
        assert browser(getattr(cast, name)).get(address).status_code == 403, name


def test_c14_the_table_of_permissions_is_the_one_that_decides(cast: Cast) -> None:
    page = browser(cast.auditor).get(reverse("permissions")).content.decode()
    assert page.count('<th scope="row">') == len(PERMISSIONS)
    granted = sum(len(p.roles) for p in PERMISSIONS.values())
    assert page.count('<span class="sr">可以</span>') == granted
    for name in ("agent", "supervisor", "counsel"):
        assert browser(getattr(cast, name)).get(reverse("permissions")).status_code == 403
