"""The day's anchor in the mailboxes of counsel: an e-mail that says which hash the last block had.

Whoever changed the record later would have to change these mailboxes too.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.outside import Wanted
from audit.proving import Means, NotNow
from correspondence import transports
from correspondence.transports import Message, Refused

logger = logging.getLogger(__name__)


def receivers() -> QuerySet[User]:
    """Counsel who can be reached."""
    counsel = User.objects.filter(is_active=True, roles__contains=[Role.COUNSEL.value])
    return counsel.exclude(email="").order_by("username")


def send(wanted: Wanted, now: datetime) -> str:
    """Mail the anchor to counsel; answers who took it. Raises NotNow when no mailbox takes it, and
    anything when the mail server is away: then all is sent again, with the same Message-IDs.
    """
    email, taken = transports.installed()["email"], []
    for user in receivers():
        try:
            email.deliver(_message(user, wanted, now), f"anchor.{wanted.day}.{user.username}")
        except Refused as refused:
            logger.error("the anchor of %s was refused for good: %s", wanted.day, refused)
        else:
            taken.append(user.username)
    if not taken:
        raise NotNow("nobody")
    return ", ".join(taken)


def _message(user: User, wanted: Wanted, now: datetime) -> Message:
    query = urlencode({"block": wanted.block, "hash": wanted.digest})
    values = {
        "name": user.name,
        "enterprise": settings.ENTERPRISE_NAME,
        "day": wanted.day,
        "block": wanted.block,
        "hash": wanted.digest,
        "address": f"{settings.SITE_URL}{reverse('anchors')}?{query}",
    }
    with translation.override(user.language or "zh-hans"):
        subject = _("审计锚定 %(day)s：区块 %(block)s") % values
        text = _(
            "%(name)s，您好：\n\n"
            "%(enterprise)s投诉系统的审计记录，%(day)s 的最后一个区块是：\n\n"
            "区块 %(block)s\n%(hash)s\n\n"
            "请保存这封邮件。以后如果有人改动、删除或重做此前的记录，区块的哈希就会与这里写的不同。"
            "合规审计人员可以在这里核对：\n%(address)s"
        )
        return Message(
            event="anchor",
            at=now,
            to=user.email,
            subject=subject,
            text=text % values,
            headers={"X-Kesu-For": f"staff {user.username}"},
        )


MEANS = Means(in_use=lambda: receivers().exists(), prove=send)
