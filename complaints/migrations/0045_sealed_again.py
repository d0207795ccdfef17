"""Rows that lost their words before such rows were sealed again wait for a block now."""

from django.db import migrations

GONE = "(SELECT complaint_id FROM complaints_destroyed)"
FOLDER = f"folder_id IN (SELECT folder_id FROM complaints_complaint WHERE id IN {GONE})"
ITEM = f"item_id IN (SELECT id FROM evidence_item WHERE {FOLDER})"
SEALING = f"sealing_id IN (SELECT id FROM complaints_sealing WHERE complaint_id IN {GONE})"
KINDS = {
    'analysis': ('complaints_analysis', f'complaint_id IN {GONE}'),
    'custody': ('evidence_custody', ITEM),
    'event': ('complaints_event', f'complaint_id IN {GONE}'),
    'export': (
        'complaints_export',
        f'package_id IN (SELECT id FROM complaints_package WHERE {SEALING})',
    ),
    'item': ('evidence_item', FOLDER),
    'link': ('evidence_link', ITEM),
    'opinion': (
        'complaints_opinion',
        f'resolution_id IN (SELECT id FROM complaints_resolution WHERE complaint_id IN {GONE})',
    ),
    'package': ('complaints_package', SEALING),
    'transition': ('complaints_transition', f'complaint_id IN {GONE}'),
    'withdrawal': ('evidence_withdrawal', ITEM),
}
WAITING = """
INSERT INTO audit_pending (kind, row_id, since)
SELECT '{}', id, clock_timestamp() FROM {} WHERE {} ORDER BY id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0044_passages'),
        ('evidence', '0004_sealed'),
        ('audit', '0002_blocks'),
    ]

    operations = [
        migrations.RunSQL(WAITING.format(kind, *rows), migrations.RunSQL.noop)
        for kind, rows in KINDS.items()
    ]
