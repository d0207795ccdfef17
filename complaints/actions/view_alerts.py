"""Being told when a saved view fills up: each person subscribes for himself, and ends it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions import saved_views
from complaints.errors import Invalid
from complaints.models.saved_views import ViewAlert

MOST_CASES, MOST_DAYS = 500, 90
MOST = 20  # alerts of one person


def of(user: User) -> QuerySet[ViewAlert]:
    """The person's own, by the name of the view."""
    rows = ViewAlert.objects.filter(user=user).select_related("view", "view__owner")
    return rows.order_by("view__name", "pk")


def subscribe(
    pk: int,
    more_than: int | None,
    days: int | None,
    *,
    by_mail: bool,
    by: User,
    now: datetime | None = None,
) -> ViewAlert:
    """Tell the person of the view; again, with other numbers. Raises SavedView.DoesNotExist, also
    for what the person may not open; Invalid: {more_than|days|view: [sentence]}.
    """
    now = now or timezone.now()
    with transaction.atomic():
        held = User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counted one by one
        view = saved_views.visible_to(by).get(pk=pk)
        if "q" in view.filters:
            words = _("这个视图按词查找，不能设提醒；请另存一个不带查找词的视图，再设提醒。")
            raise Invalid({"view": [words]})
        _numbers(more_than, days)
        rows = ViewAlert.objects.filter(user=held)
        if rows.exclude(view=view).count() >= MOST:
            raise Invalid({"view": [_("最多设 {n} 个提醒；请先取消不用的").format(n=MOST)]})
        alert, _new = rows.update_or_create(
            view=view,
            user=held,
            defaults={
                **{"more_than": more_than, "days": days, "by_mail": by_mail},
                **{"crossed_at": None, "seen_at": None, "not_before": None, "mailed_at": None},
            },
            create_defaults={
                **{"more_than": more_than, "days": days, "by_mail": by_mail, "created_at": now}
            },
        )
        return alert


def _numbers(more_than: int | None, days: int | None) -> None:
    wrong: dict[str, list[str]] = {}
    if more_than is None or not 0 <= more_than <= MOST_CASES:
        wrong["more_than"] = [_("请填 0 到 {n} 之间的整数").format(n=MOST_CASES)]
    if days is None or not 1 <= days <= MOST_DAYS:
        wrong["days"] = [_("请填 1 到 {n} 之间的整数").format(n=MOST_DAYS)]
    if wrong:
        raise Invalid(wrong)


def unsubscribe(pk: int, *, by: User) -> None:
    """It ends; what is gone already stays so."""
    ViewAlert.objects.filter(user=by, pk=pk).delete()


def seen(pk: int, *, by: User, now: datetime | None = None) -> bool:
    """The mark is taken away until the next crossing; whether there was one."""
    rows = ViewAlert.objects.filter(user=by, pk=pk, crossed_at__isnull=False, seen_at=None)
    return bool(rows.update(seen_at=now or timezone.now()))
