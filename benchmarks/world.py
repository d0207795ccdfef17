"""Many cases: a few made by taking the steps, then copied inside the database.

A copy has everything that its original has (clocks, story, facts, resolution, record), under ids,
numbers and dates of its own. Its personal data cannot be opened, because a ciphertext belongs to
its row; what pages show of a person is masked and was copied.
"""

import itertools
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.roles import Role
from accounts.vault.fields import DataKeyField, SealedField
from audit.models import Entry, Tail
from benchmarks.indexes import without_indexes
from complaints.finding import waiting
from complaints.models import Complaint, Deadline
from tests import factories
from tests.cast import Cast, assemble

STRIDE = 1_000_000  # copies of id 7 are 1000007, 2000007 …
ORIGINALS = STRIDE // 2  # what is written after the first growth has an id beyond, and no copies
OPEN = ("registered", "investigating", "resolving", "in_review", "offered", "executing", "external")
DONE = ("closed", "archived", "archived")
AGENTS = 40
STORIES = (  # one of eight wants a refund: 退款 is the common word
    "快递送到时外箱破损，客服一直推脱，要求退款。",
    "会员卡余额无法使用，门店已经关闭，要求说明。",
    "餐食里有异物，当场拍照，店长没有处理。",
    "宣传与实物不符，颜色和材质都不一样。",
    "维修三次仍然无法开机，要求更换。",
    "自动续费没有提醒，扣了两个月的钱。",
    "推销电话不断，要求删除个人信息。",
    "预约的安装一拖再拖，要求尽快上门。",
)
RARE = "蟑螂"  # in RARE_CASES cases, whatever their number
RARE_CASES = 20
UNCOMMON = "霉斑"  # in one case of a hundred
WORDS = {"rare word": RARE, "one case of 100": UNCOMMON, "one case of 8": "退款"}
COPIED = ("evidence", "complaints", "correspondence")
NOT_COPIED = {
    "Draft",
    "ImportRun",
    "ImportRow",
    "ImportTemplate",
    "WordsChanged",
    "ItemText",
    "SigningKey",
}

# Long rows of which a page reads one by its key: thirty gigabytes of a million cases. From
# LARGE cases on only one copy in twenty has them, the last one among these.
LONG = {"Analysis", "Opinion", "Sealing"}
LARGE, ONE_IN = 100_000, 20


def originals() -> Cast:
    """Forty cases: seven of ten are closed, the others are in every open state."""
    cast = originals_of((*OPEN, *OPEN[:5], *(DONE * 9), "closed"))
    spread([cast.agent, *more_agents(cast.team)])
    return cast


def originals_of(states: Iterable[str]) -> Cast:
    """One case in each of these states."""
    cast = assemble()
    stories = itertools.cycle(STORIES)
    for state in states:
        factories.IN_STATE[state](cast, narrative=f"{factories.NARRATIVE}{next(stories)}")
    Complaint.objects.filter(owner=None).update(owner=cast.agent)
    for pk in Complaint.objects.values_list("pk", flat=True):
        waiting.read_case(pk)  # what the search finds is copied with the case
    return cast


def more_agents(team: Team) -> list[User]:
    """Colleagues, so that a person's list is a part of the team's."""
    people = [
        User(username=f"agent{n:02}", name=f"坐席 {n}", roles=[str(Role.AGENT)])
        for n in range(1, AGENTS)
    ]
    made = User.objects.bulk_create(people)
    Membership.objects.bulk_create(Membership(user=user, team=team) for user in made)
    return made


def spread(agents: list[User]) -> None:
    """Everybody owns some; nothing is due within a day."""
    ids = [agent.pk for agent in agents]
    with connection.cursor() as cursor:
        with without_indexes(cursor, Deadline):
            cursor.execute(DUE_DATES)
        with without_indexes(cursor, Complaint):
            cursor.execute(OWNERS, {"owners": ids, "count": len(ids)})
            cursor.execute(NEXT_DUE)


def copied_models() -> Iterator[type[models.Model]]:
    """What belongs to a case."""
    for label in COPIED:
        for model in apps.get_app_config(label).get_models():
            if model.__name__ not in NOT_COPIED:
                yield model
    yield Entry
    yield Tail


def grow_to(wanted: int) -> int:
    """Copy the originals until there are that many cases; answers how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) / %s FROM complaints_complaint", [STRIDE])
        present, last = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM complaints_complaint WHERE id < %s", [ORIGINALS])
        each = cursor.fetchone()[0]
        copies = (last + 1, last + max(0, wanted - present) // each)
        cursor.execute("SET session_replication_role = replica")  # no checks, no triggers
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for model in copied_models():
            with without_indexes(cursor, model):
                one_in = ONE_IN if wanted > LARGE and model.__name__ in LONG else 1
                cursor.execute(copying(model, one_in), {"from": copies[0], "to": copies[1]})
            cursor.execute(AFTER_THE_ORIGINALS, [ORIGINALS, model._meta.db_table])
        cursor.execute("SET session_replication_role = origin")
    spread(list(User.objects.filter(roles=[str(Role.AGENT)], username__startswith="agent")))
    for word, cases in ((RARE, RARE_ONES), (UNCOMMON, ONE_OF_A_HUNDRED)):
        plant(word, cases)
    floor()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return Complaint.objects.count()


def copying(model: type[models.Model], one_in: int = 1) -> str:
    """The statement that copies the originals of a table, once for each copy of the case or for one
    in some.
    """
    fields = [f for f in model._meta.local_concrete_fields if not f.generated]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    values = ", ".join(value_of(model, f) for f in fields)
    key = model._meta.pk.column
    original = "true" if is_uuid(model._meta.pk) else f"t.{key} < {ORIGINALS}"
    if model is Tail:
        original = f"t.subject IN (SELECT subject FROM audit_entry WHERE id < {ORIGINALS})"  # noqa: S608
    if is_uuid(model._meta.pk):  # consumers: those of the originals
        original = f"t.id IN (SELECT consumer_id FROM complaints_complaint WHERE id < {ORIGINALS})"  # noqa: S608
    return (
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} '  # noqa: S608
        f'FROM "{model._meta.db_table}" t, generate_series(%(from)s::bigint, %(to)s) AS k '
        f"WHERE {original} AND (%(to)s - k) %% {one_in} = 0 "
        "ORDER BY k"  # as they would have come: every state everywhere
    )


def value_of(model: type[models.Model], field: models.Field) -> str:  # type: ignore[type-arg]
    """What a column of copy k holds."""
    column = f't."{field.column}"'
    special = {
        "complaints_complaint.number": f"'TS' || lpad(k::text, 7, '0') || right({column}, 6)",
        "complaints_complaint.received_at": f"{column} - interval '7 minutes' * k",
        "complaints_outbox.key": f"{column} || '.' || k",
        "complaints_invitation.token_hash": f"sha256({column} || convert_to(k::text, 'UTF8'))",
        "complaints_offerlink.token_hash": f"sha256({column} || convert_to(k::text, 'UTF8'))",
        "complaints_payment.reference": f"{column} || '.' || k",
        "correspondence_notice.key": f"{column} || '.' || k",
        "audit_entry.subject": f"'complaint:TS' || lpad(k::text, 7, '0') || right({column}, 6)",
        "audit_tail.subject": f"'complaint:TS' || lpad(k::text, 7, '0') || right({column}, 6)",
    }.get(f"{model._meta.db_table}.{field.column}")
    if special:
        return special
    if isinstance(field, DataKeyField | SealedField):
        return "''::bytea"  # what was sealed belongs to its row and cannot be opened in another
    target = field.related_model._meta if field.related_model else None
    if is_uuid(target.pk if target else field):
        return f"md5(k || {column}::text)::uuid"
    if field.primary_key or (target and target.app_label in (*COPIED, "audit")):
        return f"{column} + k * {STRIDE}"
    if field.column.endswith("_index"):  # everybody another number
        other = f"substr(sha256({column} || convert_to(k::text, 'UTF8')), 1, 16)"
        return f"CASE WHEN {column} = '' THEN {column} ELSE {other} END"
    return column


def is_uuid(field: models.Field) -> bool:  # type: ignore[type-arg]
    """True for a column of identifiers that are not counted."""
    return isinstance(field, models.UUIDField)


def plant(word: str, cases: str) -> None:
    """Say the word in the story of these cases (a statement that gives their keys), once each."""
    values = {"word": word, "token": f"'{word}':1", "query": f"'{word}'", "rare": RARE_CASES}
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE planted AS {cases}",
            values,
        )
        cursor.execute(PLANTED_WORDS, values)
        cursor.execute(PLANTED_PASSAGES, values)
        cursor.execute("DROP TABLE planted")


def floor() -> None:
    """The floor's tables: as many cases, owned by the same people, with as long a story."""
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, {"open": list(OPEN)})


def make_due(count: int) -> None:
    """Let a step of the ladder be due in so many open cases, and in no other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_deadline SET ladder_at = %s WHERE id IN (SELECT id FROM "
            "complaints_deadline WHERE state = 'running' AND ladder_at > %s "
            "ORDER BY id DESC LIMIT %s)",
            [timezone.now(), timezone.now(), count],
        )


AFTER_THE_ORIGINALS = """
SELECT setval(s, greatest(%s, nextval(s)))
    FROM (SELECT pg_get_serial_sequence(c.table_name, c.column_name) AS s
          FROM information_schema.columns c WHERE c.table_name = %s AND c.column_name = 'id') found
    WHERE s IS NOT NULL
"""
RARE_ONES = """
SELECT complaint_id AS id FROM complaints_searchdocument WHERE NOT words @@ %(query)s::tsquery
    ORDER BY complaint_id DESC LIMIT greatest(0, %(rare)s - (SELECT count(*) FROM
    complaints_searchdocument WHERE words @@ %(query)s::tsquery))
"""
ONE_OF_A_HUNDRED = """
SELECT complaint_id AS id FROM complaints_searchdocument
    WHERE mod(hashint8(complaint_id) & 1048575, 100) = 0 AND NOT words @@ %(query)s::tsquery
"""
PLANTED_WORDS = """
UPDATE complaints_searchdocument SET words = words || %(token)s::tsvector
    WHERE complaint_id IN (SELECT id FROM planted)
"""
PLANTED_PASSAGES = """
UPDATE complaints_passage SET words = words || %(token)s::tsvector,
    text = text || %(word)s, plain = plain || %(word)s
    WHERE complaint_id IN (SELECT id FROM planted) AND part = 'narrative' AND position = 0
"""
OWNERS = """
UPDATE complaints_complaint
    SET owner_id = (%(owners)s::bigint[])[1 + mod(hashtext(number) & 1048575, %(count)s)]
"""
DUE_DATES = """
UPDATE complaints_deadline
    SET due_at = now() + interval '1 day' * (2 + mod(hashint8(id) & 1048575, 40)),
        ladder_at = now() + interval '1 day' * (1 + mod(hashint8(id) & 1048575, 40))
    WHERE state = 'running'
"""
NEXT_DUE = """
UPDATE complaints_complaint c SET next_due_at = d.due, next_statutory_at = d.by_law
    FROM (SELECT complaint_id, min(due_at) AS due, min(due_at) FILTER (WHERE nature = 'statutory'
              AND owed_by NOT IN ('consumer', 'regulator', 'authority', 'guardian')) AS by_law
          FROM complaints_deadline WHERE state = 'running' GROUP BY 1) d
    WHERE d.complaint_id = c.id
"""
FLOOR = """
DROP TABLE IF EXISTS floor_event, floor_case;
CREATE TABLE floor_case (id bigserial PRIMARY KEY, number text, title text, state text,
    owner bigint, open boolean, due timestamptz, words tsvector);
CREATE TABLE floor_event (id bigserial PRIMARY KEY, case_id bigint, at timestamptz, kind text,
    text text);
INSERT INTO floor_case (id, number, title, state, owner, open, due, words)
    SELECT c.id, number, title, state, owner_id, state = ANY(%(open)s), next_due_at, words
    FROM complaints_complaint c JOIN complaints_searchdocument d ON d.complaint_id = c.id;
INSERT INTO floor_event (case_id, at, kind, text)
    SELECT complaint_id, at, kind, text FROM complaints_event;
SELECT setval('floor_case_id_seq', (SELECT max(id) FROM floor_case));
CREATE INDEX ON floor_case (owner, due, id) WHERE open;
CREATE INDEX ON floor_case USING gin (words);
CREATE INDEX ON floor_event (case_id, at);
"""
