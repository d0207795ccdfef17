"""Sends what `FactorNotice` holds: at least once, each mail on its own, again after a failure."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.factor_models import FactorNews, FactorNotice

ATTEMPTS = 10
AT_ONCE = 50


def send(now: datetime) -> int:
    """Send what is due; answers how many were sent."""
    due = FactorNotice.objects.filter(mailed_at=None, not_before__lte=now, attempts__lt=ATTEMPTS)
    pks = list(due.order_by("not_before", "id").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_send_one(pk, now) for pk in pks)


@transaction.atomic
def _send_one(pk: int, now: datetime) -> bool:
    """Whoever has the row sends it; another worker goes on to the next."""
    waiting = FactorNotice.objects.select_for_update(skip_locked=True, of=("self",))
    notice = waiting.select_related("user").filter(pk=pk, mailed_at=None).first()
    if notice is None:
        return False
    notice.attempts += 1
    try:
        with override(notice.user.language or settings.LANGUAGE_CODE):
            subject, text = _words(notice)
            send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [notice.user.email])
    except OSError as error:  # smtplib's errors are OSErrors too
        notice.last_error = type(error).__name__
        notice.not_before = now + timedelta(minutes=2**notice.attempts)
    else:
        notice.mailed_at = now
    notice.save(update_fields=["attempts", "last_error", "not_before", "mailed_at"])
    return notice.mailed_at is not None


def _words(notice: FactorNotice) -> tuple[str, str]:
    """Subject and text: what happened and when, no name but the own, no link to press."""
    what = FactorNews(notice.news).label if notice.news in FactorNews.values else notice.news
    subject = _("【客诉】您的登录验证有变动：%(what)s") % {"what": what}
    text = _(
        "%(name)s，您好：\n\n%(time)s，您的账号%(what)s。\n\n"
        "如果是您本人操作或由您提出，不必理会。如果不是，请马上告诉系统管理员或安全管理员，"
        "并修改密码。\n\n投诉案件中心"
    ) % {
        "name": notice.user.name,
        "time": f"{timezone.localtime(notice.at):%Y-%m-%d %H:%M}",
        "what": what,
    }
    return subject, text
