"""The database makes the monthly parts of the tables that only grow (audit/partitions.py)."""

from django.db import migrations

# Runs with the rights of whoever owns the tables, and makes nothing but the next part of a table
# of the record: the role of the application may call it and still creates nothing of its own.
FUNCTION = """
CREATE FUNCTION audit_make_month(parent text, first date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    part text := parent || '_' || to_char(first, 'YYYY_MM');
    begins timestamptz := first::timestamp AT TIME ZONE 'Asia/Shanghai';
    ends timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai';
    already boolean;
BEGIN
    IF parent !~ '^audit_[a-z]+$' OR first <> date_trunc('month', first)::date
        OR NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(parent))
    THEN
        RAISE EXCEPTION 'audit_make_month: no part of % begins on %', parent, first;
    END IF;
    IF to_regclass(part) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_make_month', 0));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= $1 AND at < $2)', parent || '_default')
        INTO already USING begins, ends;
    IF already THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, begins, ends
    );
    RETURN part;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_outside")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_make_month(text, date)"),
    ]
