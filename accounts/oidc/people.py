"""Who of this house the provider means: by the subject, which never changes and is never given to
somebody else (OpenID Connect Core 1.0 §5.7), not by names and addresses, which are.

Whom a subject means is set by an administrator, or at the first sign-in by the user name, as
`OIDC_PEOPLE` says: `linked` (only set ones), `existing` (also by the user name), `create` (also
somebody new, who has no role until an administrator gives one).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.models import User
from accounts.oidc import NotSignedIn
from accounts.oidc.claims import LONGEST_SUBJECT
from accounts.roles import Role
from audit.record import Actor, record

POLICIES = ("linked", "existing", "create")


class LinkRefused(Exception):
    """A link is not set; the message says why and what to do."""


def unknown() -> NotSignedIn:
    """One sentence for nobody of that name, a deactivated person and a name that changed hands."""
    return NotSignedIn(
        _("这个企业账号没有对应的可用用户。请联系系统管理员添加用户，或在用户页面关联您的账号。")
    )


def linked(user: User) -> SocialAccount | None:
    """The person's account at the configured provider."""
    return SocialAccount.objects.filter(user=user, provider=settings.OIDC_ISSUER).first()


def _one_at_a_time(subject: str) -> None:
    """Two who come with the same subject at once take turns, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"oidc:{settings.OIDC_ISSUER} {subject}"],
        )


@transaction.atomic
def person_of(claims: dict[str, Any], now: datetime) -> User:
    """The active person of verified claims. Raises NotSignedIn."""
    subject = claims["sub"]
    _one_at_a_time(subject)
    accounts = SocialAccount.objects.select_related("user")
    known = accounts.filter(provider=settings.OIDC_ISSUER, uid=subject).first()
    if known is None:
        user = _by_name(claims, now)
        _link(user, subject, by=user, at=now)
    else:
        user = known.user
    if not user.is_active:
        raise unknown()
    return user


def _by_name(claims: dict[str, Any], now: datetime) -> User:
    """Whoever has the claimed name and no subject yet, or somebody new, as the policy allows."""
    claim, policy = settings.OIDC_USERNAME_CLAIM, settings.OIDC_PEOPLE
    name = claims.get(claim)
    if policy == "linked" or not isinstance(name, str) or not name:
        raise unknown()
    if claim == "email":
        if claims.get("email_verified") is not True:  # anybody may claim an address (§5.7)
            raise unknown()
        found = list(User.objects.select_for_update(no_key=True).filter(email__iexact=name)[:2])
    else:
        found = list(User.objects.select_for_update(no_key=True).filter(username=name))
    if len(found) == 1 and found[0].is_active and linked(found[0]) is None:
        return found[0]
    if found or policy != "create" or claim == "email":
        raise unknown()
    return _created(name, claims, now)


def _created(username: str, claims: dict[str, Any], now: datetime) -> User:
    """Somebody new: without a role, a team and a password."""
    user = User(username=username, name=str(claims.get("name") or username)[:60])
    user.set_unusable_password()
    try:
        user.clean_fields()
    except ValidationError as refused:  # a name that this house does not know how to write
        raise unknown() from refused
    user.save(force_insert=True)
    detail = {"name": user.name, "roles": [], "teams": [], "from": "oidc"}
    record("user_created", f"user:{username}", user, now, detail)
    return user


def _link(user: User, subject: str, *, by: Actor, at: datetime) -> None:
    SocialAccount.objects.create(user=user, provider=settings.OIDC_ISSUER, uid=subject)
    record("identity_linked", f"user:{user.username}", by, at, {"issuer": settings.OIDC_ISSUER})


@transaction.atomic
def link(user: User, subject: str, *, by: Actor, at: datetime) -> None:
    """An administrator says whom the subject means; another subject of the person ends. Raises
    LinkRefused.
    """
    subject = subject.strip()
    if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise LinkRefused(_("请填写身份平台里的用户标识（sub），不超过 191 个字符。"))
    _one_at_a_time(subject)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    taken = SocialAccount.objects.filter(provider=settings.OIDC_ISSUER, uid=subject).first()
    if taken is not None and taken.user_id == user.pk:
        return
    if taken is not None:
        raise LinkRefused(
            _("这个标识已经关联到 {name}；请先在那位用户的页面解除关联。").format(
                name=taken.user.name
            )
        )
    SocialAccount.objects.filter(user=user, provider=settings.OIDC_ISSUER).delete()
    _link(user, subject, by=by, at=at)


@transaction.atomic
def unlink(user: User, *, by: Actor, at: datetime) -> bool:
    """The provider no longer means the person; False when it did not."""
    gone = SocialAccount.objects.filter(user=user, provider=settings.OIDC_ISSUER).delete()[0]
    if gone:
        issuer = {"issuer": settings.OIDC_ISSUER}
        record("identity_unlinked", f"user:{user.username}", by, at, issuer)
    return bool(gone)


@transaction.atomic
def end_password(user: User, *, by: Actor, at: datetime) -> None:
    """From now on the person signs in by the provider alone. Raises LinkRefused for somebody whom
    the provider does not mean yet, and for the last administrator with a password: somebody has to
    get in while the provider is away.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if linked(user) is None:
        raise LinkRefused(_("请先关联企业账号，再停用密码；否则这位用户无法登录。"))
    if user.is_(Role.ADMINISTRATOR) and not _another_with_password(user):
        raise LinkRefused(
            _("这是最后一位可以用密码登录的系统管理员；身份平台故障时需要有人能登录。")
        )
    user.set_unusable_password()
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record("password_ended", f"user:{user.username}", by, at)
    sessions.end_all(user, by=by, at=at)


def _another_with_password(user: User) -> bool:
    others = User.objects.select_for_update(no_key=True).filter(
        roles__contains=[Role.ADMINISTRATOR], is_active=True
    )
    return any(other.has_usable_password() for other in others.exclude(pk=user.pk))
