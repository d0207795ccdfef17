"""Order volumes from a list: read and shown first, taken over or dropped by a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import acting, denominators
from analytics.models import Denominator, VolumeFile
from analytics.series import STREAMED, spellings, tidy
from audit.record import record
from complaints.actions.importing import read_bounded
from complaints.errors import Invalid
from evidence.receive import clean_name

State = VolumeFile.State
UNUSED = timedelta(days=2)  # a file that nobody took over is forgotten
BATCH = 2_000
MOST_SERIES = 200  # on the page


@dataclass(frozen=True)
class Covered:
    """What is known of one product in one region ("" = of all). `missing`: days between."""

    product: str
    region: str
    since: date
    until: date
    days: int
    orders: int

    @property
    def missing(self) -> int:
        """Days between the first and the last of which nothing is known."""
        return (self.until - self.since).days + 1 - self.days


def visible_to(by: User) -> QuerySet[VolumeFile]:
    """All, for whoever sees the analysis: they hold no personal data."""
    rows = VolumeFile.objects.select_related("by").defer("rows")
    return rows if by.may("see_analytics") else rows.none()


def find(pk: int, by: User) -> VolumeFile:
    """Raises VolumeFile.DoesNotExist."""
    return visible_to(by).get(pk=pk)


def upload(
    chunks: Iterable[bytes], name: str, *, by: User, now: datetime | None = None
) -> VolumeFile:
    """Read a list and keep what it says until it is decided. One with faults cannot be taken over.

    Raises NotAllowed, FileRefused.
    """
    now = now or timezone.now()
    acting.allowed(by)
    data = read_bounded(chunks)
    found = denominators.read(data, timezone.localdate(now))
    known = _as_stored({v.product for v in found.volumes})
    found.volumes = [replace(v, product=known[v.product]) for v in found.volumes]
    faults = list(found.faults) or denominators.joint(_stored(found), found)
    rows = [] if faults else found.volumes
    with transaction.atomic():
        file = VolumeFile.objects.create(
            by=by,
            at=now,
            name=clean_name(name),
            sha256=sha256(data).hexdigest(),
            state=State.DROPPED if faults else State.SHOWN,
            rows=[[v.day.isoformat(), v.product, v.region, v.orders] for v in rows],
            report={
                "faults": [[f.row, f.column, f.message] for f in faults],
                "notes": [[f.row, f.column, f.message] for f in found.notes],
                "rows": found.rows,
                "more": found.more,
                "days": len(rows),
                "since": found.since and found.since.isoformat(),
                "until": found.until and found.until.isoformat(),
                "series": [list(pair) for pair in found.series[:MOST_SERIES]],
                "orders": sum(v.orders for v in rows),
                "known": _known(rows),
            },
        )
        detail = {"rows": found.rows, "faults": len(faults), "sha256": file.sha256}
        record("volumes.uploaded", file.subject, by, now, detail)
    return file


def _as_stored(products: Collection[str]) -> dict[str, str]:
    """Each product as it is written in the volumes that are there: another spelling of it would be
    counted beside it. One statement.
    """
    there = {tidy(name): name for name in spellings({tidy(name) for name in products})}
    return {name: there.get(tidy(name), name) for name in products}


def _stored(found: denominators.Volumes) -> list[tuple[str, str, date]]:
    """What is there already of the same series in these days, and the nearest days around them:
    what lacks farther away lacked before. Two statements.
    """
    if found.since is None or found.until is None:
        return []
    rows = Denominator.objects.filter(product__in={product for product, _region in found.series})
    within = rows.filter(day__range=(found.since, found.until)).order_by()
    stored = list(within.values_list("product", "region", "day"))
    around = (
        rows.order_by()
        .values_list("product", "region")
        .annotate(
            before=Max("day", filter=Q(day__lt=found.since)),
            after=Min("day", filter=Q(day__gt=found.until)),
        )
    )
    for product, region, *days in around:
        stored += [(product, region, day) for day in days if day is not None]
    return stored


def _known(rows: Iterable[denominators.Volume]) -> int:
    """How many of these days are there already, and would be replaced. One statement, whose rows
    are not held.
    """
    wanted = {(v.day, v.product, v.region) for v in rows}
    if not wanted:
        return 0
    days = [day for day, _product, _region in wanted]
    there = Denominator.objects.filter(
        day__range=(min(days), max(days)), product__in={product for _d, product, _r in wanted}
    )
    columns = there.order_by().values_list("day", "product", "region")
    return sum(row in wanted for row in columns.iterator(STREAMED))


def _alone() -> None:
    """Nobody else takes a list over until the transaction ends, or what is new in this one could
    not be counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('analytics:volumes', 0))")


def take(pk: int, *, by: User, now: datetime | None = None) -> VolumeFile:
    """Take a list over; a day that is there already gets the new number. Twice takes once.

    Raises VolumeFile.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    acting.allowed(by)
    with transaction.atomic():
        file = VolumeFile.objects.select_for_update(no_key=True).get(pk=pk)
        if file.state == State.TAKEN:
            return file
        if file.state == State.DROPPED:
            raise Invalid({"state": [_("这个文件已放弃或者有错误；请改正后重新上传")]})
        _alone()
        known = _as_stored({product for _day, product, _region, _orders in file.rows})
        rows = [
            Denominator(
                day=date.fromisoformat(day),
                product=known[product],
                region=region,
                orders=orders,
                file=file,
            )
            for day, product, region, orders in file.rows
        ]
        before = Denominator.objects.count()
        Denominator.objects.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["day", "product", "region"],
            update_fields=["orders", "file"],
        )
        file.added = Denominator.objects.count() - before
        file.replaced = len(rows) - file.added
        file.state, file.taken_at, file.rows = State.TAKEN, now, []
        file.save()
        detail = {"added": file.added, "replaced": file.replaced}
        record("volumes.taken", file.subject, by, now, detail)
    return file


def drop(pk: int, *, by: User, now: datetime | None = None) -> VolumeFile:
    """Throw a list away that was not taken over.

    Raises VolumeFile.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    acting.allowed(by)
    with transaction.atomic():
        file = VolumeFile.objects.select_for_update(no_key=True).get(pk=pk)
        if file.state == State.TAKEN:
            raise Invalid({"state": [_("这个文件已经导入，不能放弃；请上传改正后的数字覆盖它")]})
        if file.state == State.SHOWN:
            file.state, file.rows = State.DROPPED, []
            file.save()
            record("volumes.dropped", file.subject, by, now, {})
    return file


def forget(now: datetime) -> int:
    """Files that nobody took over, after some days."""
    left = VolumeFile.objects.filter(at__lt=now - UNUSED).exclude(state=State.TAKEN)
    return left.delete()[0]


def covered() -> tuple[list[Covered], bool]:
    """What is known, product by product, and whether there is more than can be shown. One
    statement.
    """
    rows = (
        Denominator.objects.values("product", "region")
        .annotate(since=Min("day"), until=Max("day"), days=Count("pk"), orders=Sum("orders"))
        .order_by("product", "region")[: MOST_SERIES + 1]
    )
    found = [Covered(**row) for row in rows]
    return found[:MOST_SERIES], len(found) > MOST_SERIES
