"""Changes are counted once, whoever dies meanwhile; sums that went wrong are noticed and mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import NotSupportedError, connection, migrations, models, transaction
from django.db.models import F
from django.utils import timezone

from analytics import folding, library_days, rebuilding, touching
from analytics.models import CaseFigures, Cell, Occurrence, Touched
from analytics.tasks import fold_changes
from complaints.actions import mask_texts
from complaints.models import Commitment, Complaint
from complaints.workdays import STATE
from tests import factories as f
from tests.cast import Cast


def counted() -> list[Any]:
    """Everything that is counted."""
    names = ("team", "kind", "dimension", "size", "day", "key", "n", "amount")
    return sorted(Cell.objects.values_list(*names), key=str)


def occurrences() -> list[Any]:
    """Everything that it is counted from."""
    names = ("complaint", "kind", "day", "key", "value", "amount", "ref")
    return sorted(Occurrence.objects.values_list(*names), key=str)


def test_what_a_killed_worker_did_not_finish_is_done_once_by_the_next(cast: Cast) -> None:
    case = f.registered(cast)
    waits = list(Touched.objects.values_list("pk", flat=True))
    with transaction.atomic():
        folding.fold()
        transaction.set_rollback(True)  # the worker and its connection are gone before the commit
    assert list(Touched.objects.values_list("pk", flat=True)) == waits
    assert (Cell.objects.count(), Occurrence.objects.count()) == (0, 0)
    assert fold_changes() == len(waits)
    once = counted()
    assert fold_changes() == 0
    Touched.objects.create(case_id=case.pk, since=case.created_at)  # delivered again
    assert fold_changes() == 1
    assert counted() == once
    Complaint.objects.filter(pk=case.pk).update(team=cast.other_team, category="food_safety")
    fold_changes()
    assert CaseFigures.objects.get(complaint=case).team == cast.other_team
    assert not Cell.objects.filter(team=cast.team.pk).exists()  # nothing stays behind
    assert not Cell.objects.filter(key="telesales_fraud").exists()


def test_one_change_that_cannot_be_counted_holds_up_no_other(cast: Cast) -> None:
    good, bad = f.registered(cast), f.registered(cast, order_number="SO-2")
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE analytics_casefigures ADD CONSTRAINT bad CHECK (complaint_id <> {bad.pk})"
        )
    assert folding.catch_up() == Touched.objects.count()  # a page says so, and opens
    assert fold_changes() > 0
    assert fold_changes() == 0  # a later case of the same person was looked at again too
    assert set(Occurrence.objects.values_list("complaint_id", flat=True)) == {good.pk}
    aside = Touched.objects.all()
    assert aside.exists()
    assert not aside.exclude(case_id=bad.pk, failed_at__isnull=False).exists()
    assert folding.catch_up() == 0
    with pytest.raises(CommandError, match="set aside"):
        call_command("rebuild_figures", check=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE analytics_casefigures DROP CONSTRAINT bad")
    aside.update(failed_at=F("failed_at") - folding.AGAIN)  # it is tried again
    assert fold_changes() > 0
    assert not aside.exists()
    call_command("rebuild_figures", check=True)


def test_figures_say_what_the_case_says_and_are_not_masked_apart_from_it(cast: Cast) -> None:
    case = f.registered(cast)
    Complaint.objects.filter(pk=case.pk).update(batch="4111111111111111")  # looks like a card's
    fold_changes()
    assert CaseFigures.objects.get(complaint=case).batch == "4111111111111111"
    assert not {CaseFigures, Cell} & {model for model, _columns in mask_texts.tables()}


def test_no_page_counts_long_or_waits_for_whoever_does(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    f.closed(cast)
    monkeypatch.setattr(folding, "PATIENCE", "20ms")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [folding.ONE_AT_A_TIME])
            assert cursor.fetchone() == (True,)
            assert folding.catch_up() == Touched.objects.count() > 0
    finally:
        other.close()
    assert folding.catch_up() == 0
    Touched.objects.create(from_day="2020-01-01", since=timezone.now())
    assert folding.catch_up() == 1  # touches any number of cases: the workers do it
    assert Touched.objects.count() == 1
    fold_changes()
    assert folding.catch_up() == 0


def test_wrong_sums_are_noticed_and_made_anew(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    f.closed(cast)  # working time is counted of it
    f.registered(cast, order_number="SO-2")
    call_command("rebuild_figures", check=True)
    right, occurred, said = counted(), occurrences(), list(CaseFigures.objects.values())
    Cell.objects.filter(kind="received").update(n=F("n") + 1)
    with pytest.raises(CommandError, match="differ"):
        call_command("rebuild_figures", check=True)
    Occurrence.objects.filter(kind__in=("right", "closed", "responded")).delete()
    Occurrence.objects.update(day="2020-01-01")
    CaseFigures.objects.update(category="price", received_day="2020-01-01")
    call_command("rebuild_figures")
    assert counted() == right
    assert occurrences() == occurred
    assert list(CaseFigures.objects.values()) == said
    call_command("rebuild_figures", check=True)
    assert "agree" in capsys.readouterr().out


def test_a_year_that_a_new_version_knows_is_counted_again_from_its_first_day(cast: Cast) -> None:
    f.closed(cast)
    fold_changes()
    assert library_days.compare() is None
    today = timezone.localdate()
    later = today + timedelta(days=3)
    Occurrence.objects.filter(kind="closed").update(value=7)  # as an older version counted it
    rebuilding.remake_cells()
    with pytest.raises(CommandError, match="by chance"):
        call_command("rebuild_figures", check=True)
    knows_less = replace(STATE, off=STATE.off - {today, later}, work=STATE.work - {today, later})
    library_days.compare(replace(knows_less, off=knows_less.off | {later}))
    Touched.objects.all().delete()
    assert library_days.compare(knows_less) == later  # nothing ended then
    folding.fold()
    assert Occurrence.objects.filter(kind="closed", value=7).exists()
    assert library_days.compare(replace(knows_less, off=knows_less.off | {today})) == today
    while folding.fold().more:
        pass
    assert not Occurrence.objects.filter(kind="closed", value=7).exists()
    call_command("rebuild_figures", check=True)
    assert library_days.compare() is None  # that looked too


def test_a_trigger_that_was_lost_is_made_again_and_every_case_looked_at(cast: Cast) -> None:
    case = f.registered(cast)
    fold_changes()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER analytics_case_changed ON complaints_complaint")
    Complaint.objects.filter(pk=case.pk).update(category="food_safety")  # nobody was told
    assert not Touched.objects.exists()
    touching.install()
    fold_changes()
    assert CaseFigures.objects.get(complaint=case).category == "food_safety"
    touching.install()  # all is as it should be
    assert not Touched.objects.exists()


def test_a_migration_may_change_a_column_that_a_trigger_names(cast: Cast) -> None:
    case = f.registered(cast)
    fold_changes()
    column = Commitment._meta.get_field("strength")
    wider = migrations.AlterField("commitment", "strength", models.CharField(max_length=90))
    beside = migrations.AddField("complaint", "further", models.IntegerField(null=True))
    migration: Any = migrations.Migration("0999", "complaints")
    plan = [(migration, False)]
    migration.operations = [beside]
    touching.make_way(plan=plan)
    touching.install()
    assert not Touched.objects.exists()  # nothing was taken away, so nothing may be missed
    migration.operations = [beside, wider]
    kind = f"ALTER COLUMN strength TYPE varchar({column.max_length})"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(NotSupportedError, match="trigger"), transaction.atomic():
            cursor.execute("ALTER TABLE complaints_commitment ALTER COLUMN strength TYPE text")
        touching.make_way(plan=plan)
        cursor.execute("ALTER TABLE complaints_commitment ALTER COLUMN strength TYPE text")
        cursor.execute(f"ALTER TABLE complaints_commitment {kind}")
    Complaint.objects.filter(pk=case.pk).update(script_version="v2")
    touching.install()
    fold_changes()
    assert CaseFigures.objects.get(complaint=case).script_version == "v2"


def test_triggers_are_there_as_they_are_written_and_nobody_else_may_hang_them_up(db: None) -> None:
    wanted = {f"analytics_{t.name}": t.table for t in touching.TRIGGERS}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgrelid::regclass::text, EXISTS (SELECT FROM aclexplode("
            "coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) "
            "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgname LIKE 'analytics\\_%' AND t.tgenabled = 'O'"
        )
        rows = cursor.fetchall()
    assert {name: table for name, table, _open in rows} == wanted
    assert not any(to_all for _name, _table, to_all in rows)
