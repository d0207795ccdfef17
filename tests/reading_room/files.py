"""Files of invented statutes, and of the few real articles that the tests compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command

OLD_49 = (
    "经营者提供商品或者服务有欺诈行为的，应当按照消费者的要求增加赔偿其受到的损失，"
    "增加赔偿的金额为消费者购买商品的价款或者接受服务的费用的一倍。"
)
NEW_55 = OLD_49.replace(
    "一倍。", "三倍；增加赔偿的金额不足五百元的，为五百元。法律另有规定的，依照其规定。"
)


def statute(code: str, articles: dict[str, str], **more: Any) -> dict[str, Any]:
    """What a file holds: a law of that code in force since 2020; `more` replaces fields."""
    return {
        "id": code,
        "title": f"示例法{code}",
        "short_name": "示例法",
        "issuing_body": "示例委员会",
        "instrument_type": "法律",
        "number": None,
        "adopted_date": "2019-06-01",
        "promulgated_date": "2019-06-01",
        "effective_date": "2020-01-01",
        "status_on_2026_11_23": "in_force",
        "status_basis": "invented",
        "text_source": "repository",
        "sources": [],
        "articles_in_instrument": len(articles),
        "articles_included": len(articles),
        "completeness": "all",
        "articles": [
            {"no": no, "label": f"第{no}条", "chapter": None, "text": f"{text}\n"}
            for no, text in articles.items()
        ],
        **more,
    }


def write(folder: Path, *statutes: dict[str, Any]) -> Path:
    """One file each; the folder."""
    folder.mkdir(exist_ok=True)
    for one in statutes:
        text = yaml.safe_dump(one, allow_unicode=True, sort_keys=False)
        (folder / f"{one['id']}.yaml").write_text(text, "utf-8")
    return folder


def imported(folder: Path, *statutes: dict[str, Any]) -> None:
    """Write them and import the folder."""
    call_command("import_statutes", write(folder, *statutes), verbosity=0, stdout=Silence())


class Silence:
    """Where a command may say what it likes."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False


ENDED = {"status_on_2026_11_23": "superseded"}

CPL_1993 = statute(
    "cpl_1993",
    {"49": OLD_49},
    title="中华人民共和国消费者权益保护法（1993年）",
    short_name="消法（旧）",
    promulgated_date="1993-10-31",
    adopted_date="1993-10-31",
    effective_date="1994-01-01",
    effective_to="2014-03-14",
    text_source="memory",
    articles_in_instrument=None,
    completeness="selected",
    **ENDED,
)
CPL_2013 = statute(
    "cpl_2013",
    {
        "1": "为保护消费者的合法权益，制定本法。",
        "54": "依法经有关行政部门认定为不合格的商品，消费者要求退货的，经营者应当负责退货。",
        "55": NEW_55,
    },
    title="中华人民共和国消费者权益保护法",
    short_name="消法",
    adopted_date="1993-10-31",
    promulgated_date="2013-10-25",
    effective_date="2014-03-15",
    articles_in_instrument=63,
    completeness="selected",
)
SAMR_OLD = statute(
    "samr_complaints_interim_2019",
    {"14": "七个工作日内告知。", "16": "委托他人处理。", "31": "举报依规定处理。"},
    title="市场监督管理投诉举报处理暂行办法",
    short_name="暂行办法",
    effective_to="2026-04-14",
    amendments=["2022-03-24 令第55号", "2022-09-29 令第61号"],
    status_on_2026_11_23="repealed",
)
SAMR_NEW = statute(
    "samr_complaints_2025",
    {
        "7": "渠道应当畅通。",
        "15": "七个工作日内告知是否受理。",
        "18": "委托他人处理。",
        "35": "举报依程序规定处理。",
    },
    title="市场监督管理投诉举报处理办法",
    short_name="办法",
    promulgated_date="2025-12-30",
    effective_date="2026-04-15",
    replaces="samr_complaints_interim_2019",
)
CORPUS = (CPL_1993, CPL_2013, SAMR_OLD, SAMR_NEW)
