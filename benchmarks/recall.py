"""What the search finds beside what LIKE finds in the same texts, for an auditor, who sees all."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from benchmarks import world
from complaints.finding.holding import holding
from complaints.finding.terms import asked
from complaints.finding.waiting import read_waiting
from complaints.models import Complaint

WORDS = 12  # of two characters; each is read through by LIKE once
CASES = 200_000  # of a million the latest, so that LIKE comes to an end
TRUTH = """
SELECT DISTINCT complaint_id FROM complaints_passage
    WHERE complaint_id > %s AND plain LIKE '%%' || %s || '%%'
"""


def recall(user: User) -> tuple[int, int, int, int]:
    """(found of those, those that LIKE finds, found besides, words)."""
    while read_waiting(timezone.now() + timedelta(minutes=1)):
        pass  # what was registered a moment ago is found by its words before they are passages
    keys = Complaint.objects.order_by("-pk").values_list("pk", flat=True)
    since = next(iter(keys[CASES : CASES + 1]), 0)
    found = true = wrong = 0
    words = chosen()
    for word in words:
        cases = Complaint.objects.visible_to(user).filter(pk__gt=since)
        ours = set(holding(cases, asked(word).terms, {}, 2_000).values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(TRUTH, [since, word])
            truth = {pk for (pk,) in cursor.fetchall()}
        found, true = found + len(ours & truth), true + len(truth)
        wrong += len(ours - truth)
    return found, true, wrong, len(words)


def chosen() -> list[str]:
    """The planted ones, and pairs of neighbouring characters of the stories."""
    pairs = {
        story[n : n + 2]
        for story in world.STORIES
        for n in range(len(story) - 1)
        if story[n : n + 2].isalpha()
    }
    dice = random.Random(20261128)
    return [*world.WORDS.values(), *dice.sample(sorted(pairs), WORDS - len(world.WORDS))]
