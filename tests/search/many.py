"""Many cases for the search, made inside the database: copies of a few that took the steps, and
texts of one's own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from benchmarks.world import STRIDE, copying
from complaints.finding import reading
from complaints.finding.reading import Said
from complaints.models import Complaint, Consumer, Passage, SearchDocument, WordsChanged
from evidence.models import Folder

PARTS = [part for part in Passage.Part.values if part not in ("item", "file")]
COMMON = (
    *(
        "收到商品后发现",
        "外包装破损",
        "客服一直推脱",
        "要求退款并赔偿三倍",
        "门店拒绝换货",
    ),
    *(
        "预付卡余额无法使用",
        "自动续费没有提醒",
        "扣款两个月",
        "宣传根治高血压",
        "停药也不反弹",
    ),
    *(
        "食品里有异物",
        "过期三个月",
        "维修三次仍无法开机",
        "泄露个人信息",
        "推销电话不断",
    ),
    *(
        "虚假宣传",
        "七日无理由退货被拒",
        "运费谁承担",
        "发票不开",
        "承诺送货上门",
        "合同没有给我",
    ),
    *(
        "经理答应后反悔",
        "已向十二三一五反映",
        "限期答复",
    ),
)
SIGNS = ("，", "。", "；", "\n", " ", "！", "（", "）", "：", "、", "“", "”", "\u3000")
BETWEEN = ("ABC-12", "3.5%", "2026年", "iPhone", "ＶＩＰ", "TS26", "100元", "500ml", "A款")


def copied(times: int) -> None:
    """So many copies of every case that there is, with what the search asks of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no checks, no triggers
        for model in (Folder, Consumer, Complaint, SearchDocument):
            cursor.execute(copying(model), {"from": 1, "to": times})
        cursor.execute("SET LOCAL session_replication_role = origin")
    WordsChanged.objects.all().delete()  # all are read


def written(dice: random.Random, signs: int) -> str:
    """A text that reads like a complaint and has rare characters in it."""
    said: list[str] = []
    while sum(map(len, said)) < signs:
        kind = dice.random()
        if kind < 0.6:
            said.append(dice.choice(COMMON))
        elif kind < 0.75:  # any of the twenty thousand
            said.append("".join(chr(dice.randrange(0x4E00, 0x9FA6)) for _ in range(4)))
        elif kind < 0.9:
            said.append(dice.choice(SIGNS))
        else:
            said.append(dice.choice(BETWEEN))
    return "".join(said)


def read(texts: Iterable[tuple[Complaint, str]], dice: random.Random) -> None:
    """What the worker would have read of each case, as one part of its file or another."""
    rows: list[Passage] = []
    for case, text in texts:
        rows += reading.passages(case, [Said(dice.choice(PARTS), 1, text)])
    Passage.objects.bulk_create(rows, batch_size=500)


def words_of(texts: Sequence[str], many: int, dice: random.Random) -> Iterator[str]:
    """Random words of two to four Chinese characters: three of four stand in some text."""
    runs = [run for text in texts for run in _runs(text) if len(run) >= 4]
    for _ in range(many):
        run, length = dice.choice(runs), dice.randint(2, 4)
        start = dice.randint(0, len(run) - length)
        word = run[start : start + length]
        yield word if dice.random() < 0.75 else word[:-1] + dice.choice(dice.choice(runs))


def _runs(text: str) -> list[str]:
    return "".join(c if "\u4e00" <= c <= "\u9fa5" else " " for c in text).split()


__all__ = ["STRIDE", "copied", "read", "words_of", "written"]
