"""What the database itself demands of a link of the record, whoever writes it: an entry continues
the chain of its subject, a block that of the blocks, an anchor names a block that is there.
"""

from __future__ import annotations

import pgtrigger

from audit.guards import OfTheOwner

CHAIN_GOES_ON = OfTheOwner(
    name="audit_chain_goes_on",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
                IF NEW.sequence = 1 AND NEW.previous_hash = '' THEN
                    INSERT INTO audit_tail (subject, sequence, hash)
                    VALUES (NEW.subject, 1, NEW.hash);
                    RETURN NEW;
                END IF;
                UPDATE audit_tail SET sequence = NEW.sequence, hash = NEW.hash
                WHERE subject = NEW.subject AND sequence = NEW.sequence - 1
                    AND hash = NEW.previous_hash;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'audit: entry % of % does not continue its chain',
                        NEW.sequence, NEW.subject USING ERRCODE = 'unique_violation';
                END IF;
                RETURN NEW;
                """,
)

# Root and hash are worked out again (audit/canonical.py says how). What is sealed stops waiting by
# this trigger alone, one waiting row for each member: a block can name only what waits, and what
# came to wait again meanwhile (a row that lost its words) goes on waiting. Those that wait longest
# are sealed first, so that only they are looked through.
BLOCK_GOES_ON = OfTheOwner(
    name="block_goes_on",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("last", "record"), ("level", "bytea[]"), ("said", "text"), ("taken", "integer")],
    func="""
    SELECT number, hash INTO last FROM audit_block ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1
        OR NEW.previous_hash <> coalesce(last.hash, '') THEN
        RAISE EXCEPTION 'audit: block % does not continue the chain', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT array_agg(substring(NEW.leaves FROM 32 * n + 1 FOR 32) ORDER BY n) INTO level
    FROM generate_series(0, length(NEW.leaves) / 32 - 1) n;
    WHILE cardinality(level) > 1 LOOP
        SELECT array_agg(CASE size WHEN 2 THEN sha256('\\x01'::bytea || pair) ELSE pair END
            ORDER BY place) INTO level
        FROM (SELECT (n - 1) / 2 AS place, count(*) AS size,
                string_agg(leaf, ''::bytea ORDER BY n) AS pair
            FROM unnest(level) WITH ORDINALITY u(leaf, n) GROUP BY 1) two;
    END LOOP;
    said := format('{"number":%s,"previous_hash":"%s","root":"%s","sealed_at":"%s","size":%s}',
        NEW.number, NEW.previous_hash, NEW.root,
        to_char(NEW.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), NEW.size);
    IF length(NEW.leaves) <> 32 * NEW.size OR NEW.root <> encode(level[1], 'hex')
        OR NEW.hash <> encode(sha256(convert_to(said, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'audit: block % is not what it says', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    DELETE FROM audit_pending USING (
        SELECT min(w.id) AS id
        FROM (SELECT id, kind, row_id FROM audit_pending ORDER BY id LIMIT 20000) w
        JOIN (SELECT m.key AS kind, r::bigint AS row_id FROM jsonb_each(NEW.members) m,
                jsonb_array_elements_text(m.value) r) s USING (kind, row_id)
        GROUP BY w.kind, w.row_id) sealed
    WHERE audit_pending.id = sealed.id;
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken <> NEW.size OR taken <> (
        SELECT sum(jsonb_array_length(m.value)) FROM jsonb_each(NEW.members) m) THEN
        RAISE EXCEPTION 'audit: block % names rows that do not wait', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
    """,
)

ANCHOR_NAMES_A_BLOCK = OfTheOwner(
    name="anchor_names_a_block",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
    IF NOT EXISTS (SELECT FROM audit_block WHERE number = NEW.block AND hash = NEW.hash) THEN
        RAISE EXCEPTION 'audit: there is no block % of this hash', NEW.block
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
    """,
)
