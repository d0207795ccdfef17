"""The role as which the site runs: it can work, and it cannot touch what was once recorded."""

from typing import Any

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from audit import grants
from tests.audit.behind import refused

pytestmark = pytest.mark.django_db(transaction=True)


OPEN = "SELECT has_table_privilege(%(table)s, 'SELECT'), has_table_privilege(%(table)s, 'INSERT')"
CLOSED = (
    "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE FROM {table} WHERE false",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN more int",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE nothing AS ON INSERT TO {table} DO INSTEAD NOTHING",
)


def test_no_row_of_an_append_only_table_can_be_changed_or_removed(application: Any) -> None:
    closed = {model._meta.db_table: model for model in grants.append_only()}
    assert closed.keys() >= {
        "audit_entry",
        "complaints_event",
        "complaints_transition",
        "complaints_opinion",
        "evidence_item",
        "evidence_custody",
    }
    for table, model in closed.items():
        for statement in CLOSED:
            column = f'"{model._meta.concrete_fields[-1].column}"'
            refused(application, statement.format(table=table, column=column))
        with application.cursor() as cursor:
            asked = (
                "has_table_privilege(%(table)s, 'SELECT'), has_table_privilege(%(table)s, 'INSERT')"
            )
            cursor.execute(f"SELECT {asked}", {"table": table})
            assert cursor.fetchone() == (True, True), table


def test_what_a_trigger_keeps_as_it_was_is_not_open_to_change(application: Any) -> None:
    refused(application, "UPDATE complaints_payment SET amount = 0 WHERE false")
    refused(application, "DELETE FROM complaints_payment WHERE false")
    refused(application, "UPDATE complaints_publicpromise SET text_zh = '' WHERE false")
    refused(application, "DELETE FROM complaints_approval WHERE false")
    with application.cursor() as cursor:
        cursor.execute("UPDATE complaints_payment SET reversed_reason = '' WHERE false")
        cursor.execute("UPDATE complaints_publicpromise SET withdrawn_reason = '' WHERE false")


def test_no_part_of_a_file_can_be_deleted(application: Any) -> None:
    assert set(connection.introspection.table_names()) >= grants.KEPT
    for table in grants.KEPT:
        refused(application, f"DELETE FROM {table} WHERE false")  # noqa: S608
        with application.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
            assert cursor.fetchone() == (True,), table


def test_it_works_with_the_rest_and_makes_nothing_of_its_own(application: Any) -> None:
    with application.cursor() as cursor:
        cursor.execute("UPDATE complaints_complaint SET title = title WHERE false")
        cursor.execute("DELETE FROM complaints_draft WHERE false")
        cursor.execute("SELECT nextval('complaint_number'), nextval('audit_entry_id_seq')")
        cursor.execute("SELECT count(*) FROM django_migrations")
    for statement in (
        "SELECT setval('audit_entry_id_seq', 1)",
        "TRUNCATE complaints_draft",
        "DELETE FROM django_migrations WHERE false",
        "CREATE TABLE mine (id int)",
        "CREATE ROLE another",
        "SET session_replication_role = replica",
        f"SET ROLE {connection.settings_dict['USER']}",
    ):
        refused(application, statement)


def test_the_rights_of_a_former_time_are_taken_away(role: str, application: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON audit_entry TO {role}")
    assert grants.too_much(role) == [f"{role} may change or delete rows of audit_entry."]
    grants.give(role)
    assert grants.too_much(role) == []
    refused(application, "DELETE FROM audit_entry WHERE false")


@pytest.mark.parametrize(
    ("helped", "said"),
    [
        ("ALTER ROLE {role} SUPERUSER", "is a superuser"),
        ("ALTER ROLE {role} CREATEROLE", "may make roles"),
        ("GRANT {owner} TO {role}", "belongs to the role that does"),
    ],
)
def test_a_role_that_could_help_itself_is_not_taken(role: str, helped: str, said: str) -> None:
    owner = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute(helped.format(role=role, owner=owner))
    with pytest.raises(CommandError, match=said):
        call_command("grant_application", role)


def test_a_role_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="CREATE ROLE nobody_there LOGIN"):
        call_command("grant_application", "nobody_there")


def test_the_check_of_a_deployment_warns_of_an_owner_and_not_of_the_application(role: str) -> None:
    grants.give(role)
    owner = connection.settings_dict["USER"]
    assert [w.msg for w in warned()] == [f"{owner} is a superuser."]
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            assert warned() == []
        finally:
            cursor.execute("RESET ROLE")


def warned() -> list[CheckMessage]:
    """What `check --deploy` says of the role that it runs as."""
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    return [message for message in found if message.id.startswith("audit.")]
