"""What a rule, an example or an entry of the vocabulary may have wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Mistake(NamedTuple):
    """(Chinese, English) of what is wrong, and of how to mend it. Both take the same names."""

    wrong: tuple[str, str]
    mend: tuple[str, str]


def told(zh: str, zh_mend: str, en: str, en_mend: str) -> Mistake:
    """A mistake: what is wrong and how to mend it, in Chinese, then in English."""
    return Mistake((zh, en), (zh_mend, en_mend))


IN_RULES: Mapping[str, Mistake] = {
    "same_rule": told(
        "规则“{rule}”也在 {other} 中",
        "换一个 id，或者只留一个文件",
        "rule {rule!r} is also in {other}",
        "give it another id, or keep one file",
    ),
    "no_version": told(
        "没有任何版本", "至少写一个版本", "a rule has at least one version", "write one"
    ),
    "overlap": told(
        "{day} 起的版本与前一个版本重叠",
        "前一个版本用 until 结束在前一天，按日期先后排列",
        "version from {day} overlaps the one before it",
        "close the earlier one with until on the day before, oldest first",
    ),
    "few_examples": told(
        "例子不足两个",
        "至少写两个：一个成立的，一个不成立或待查明的",
        "a rule has at least two examples",
        "write one that holds and one that does not or is open",
    ),
    "ends_too_early": told(
        "结束日期早于开始日期",
        "核对 from 与 until",
        "a version ends before it begins",
        "check from and until",
    ),
    "law_ended": told(
        "{law} 已于 {day} 失效",
        "让版本在那一天结束，或者引用其后的规定",
        "{law} ended on {day}",
        "end the version then, or quote what followed",
    ),
    "law_not_begun": told(
        "{law} 的条文自 {day} 起施行",
        "让版本从那一天开始，或者在 basis 的中文里写明“{zh}”、英文里写明“{en}”，"
        "并说明为何适用于更早的事实",
        "the wording of {law} applies from {day}",
        "begin the version then, or let its `basis` name {zh} in Chinese and {en} in English and "
        "say why it reaches further back",
    ),
    "article_number": told(
        "条应是带引号的数字",
        '写成 "55" 或 "253-1"',
        "an article is a number as text",
        'such as "55" or "253-1"',
    ),
    "no_instrument": told(
        "没有“{given}”这部法律",
        "用 instruments.yaml 中的编号（相近的：{values}），或者先在那里登记",
        "{given!r} is not in instruments.yaml",
        "use an id from there (near ones: {values}), or add it first",
    ),
    "paragraph_number": told(
        "款必须是整数", "写成 paragraph: 1", "a paragraph is a whole number", "write paragraph: 1"
    ),
    "no_exposure": told(
        "“{given}”不是风险的种类",
        "可以写：{values}",
        "{given!r} is no kind of exposure",
        "possible: {values}",
    ),
    "half_signed": told(
        "签署要有姓名和日期",
        "两项都写，或者都写 null",
        "a signature has a name and a date",
        "write both, or null for both",
    ),
    "two_examples": told(
        "有两个例子都叫“{name}”",
        "换一个名字",
        "there are two examples {name!r}",
        "give one another name",
    ),
    "no_earlier_example": told(
        "前面没有叫“{name}”的例子",
        "like 只能写排在前面的例子的名字",
        "there is no earlier example {name!r}",
        "name one that stands before it",
    ),
    "expects_nothing": told(
        "例子没有写期望的结果",
        "写 expect: {{truth: 成立}}",
        "an example expects something",
        "write expect: {{truth: 成立}}",
    ),
    "bad_example": told(
        "例子里的答案不对：{zh}", "按词汇表改正", "{en}", "correct the answer in the example"
    ),
    "unknown_expectation": told(
        "“{given}”既不是例子可以期望的一项，也不是本规则的义务",
        "可以写：{values}",
        "{given!r} is neither an expectation nor a duty of this rule",
        "possible: {values}",
    ),
    "no_date_fact": told(
        "“{fact}”不是日期类的事实",
        "用类型为 date 或 datetime 的事实",
        "{fact!r} is not a fact with a date",
        "use a fact of type date or datetime",
    ),
    "not_known": told(
        "没有“{given}”这一项",
        "可以写：{values}",
        "{given!r} is not known",
        "possible: {values}",
    ),
    "no_rule": told(
        "没有规则“{rule}”",
        "核对编号，或者把那条规则一并提供",
        "there is no rule {rule!r}",
        "check the id, or give that rule too",
    ),
    "yields_to_itself": told(
        "规则“{rule}”让位于自己",
        "从 yields_to 中删去，也检查它让位的那些规则",
        "rule {rule!r} yields to itself",
        "remove it from yields_to, and look at the rules it yields to",
    ),
    # --- vocabulary
    "unknown_type": told(
        "没有“{given}”这种类型",
        "可以写：{values}",
        "unknown type {given!r}",
        "possible: {values}",
    ),
    "values_misplaced": told(
        "values 只属于 enum 与 multi，且必须有",
        "改正类型，或者补上、删去 values",
        "values belong to enum and multi, and only there",
        "correct the type, or add or remove the values",
    ),
    "not_a_value": told(
        "“{given}”不在 values 之中",
        "加入 values，或者删去",
        "{given!r} is not one of the values",
        "add it to them, or remove it",
    ),
    "found_by": told(
        "found_by 只能是 agent 或 counsel",
        "写其中一个",
        "found_by is agent or counsel",
        "write one of the two",
    ),
    "declared_twice": told(
        "“{given}”声明了两次",
        "删去其中一处",
        "{given!r} is declared twice",
        "remove one of the two",
    ),
    "input_unknown": told(
        "推算所用的“{given}”不是事实",
        "先声明它",
        "input {given!r} is not a fact",
        "declare it first",
    ),
    "instrument_ends_too_early": told(
        "法律的失效日期早于施行日期",
        "核对 from 与 until",
        "an instrument ends before it begins",
        "check from and until",
    ),
    # --- which text of a law followed which
    "not_ended_before": told(
        "{older} 没有在 {newer} 施行之前失效",
        "核对两者的先后，以及 instruments.yaml 中的 from 与 until",
        "{older} does not end before {newer} begins",
        "check which is the older one, and their from and until in instruments.yaml",
    ),
    "two_became_one": told(
        "两条都写成变为第 {article} 条",
        "只写主要的那一条",
        "two articles are said to have become Article {article}",
        "name only the main one",
    ),
    # --- what an example expects
    "example_fails": told(
        "例子“{name}”：{key} 应为 {wanted}，得到 {found}",
        "改正规则，或者核对例子",
        "{name}: expected {key} {wanted}, found {found}",
        "correct the rule, or check the example",
    ),
}
