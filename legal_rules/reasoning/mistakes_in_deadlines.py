"""What an entry of the table of deadlines may have wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from legal_rules.reasoning.mistakes_in_rules import Mistake, told

IN_DEADLINES: Mapping[str, Mistake] = {
    "same_deadline": told(
        "期限“{id}”也在 {other} 中",
        "换一个 id，或者只留一处",
        "deadline {id!r} is also in {other}",
        "give it another id, or keep one of them",
    ),
    "bad_id": told(
        "“{given}”不能作为编号",
        "用小写字母、数字、下划线，以字母开头，最多 {most} 个字符",
        "{given!r} cannot be an id",
        "use small letters, digits and _, beginning with a letter, {most} at most",
    ),
    "no_reason": told(
        "没有写 why",
        "不设时钟的，写明为什么不需要；数字不是法律给出的，写明数字的由来",
        "there is no `why`",
        "say why no machine is needed, or where a figure comes from that the law does not give",
    ),
    "bad_length": told(
        "“{given}”不能作为期限的长度",
        "写大于零、不超过 {most} 的整数",
        "{given!r} is not a length",
        "write a whole number above zero, {most} at most",
    ),
    "unknown_unit": told(
        "没有“{given}”这种单位",
        "可以写：{values}",
        "unknown unit {given!r}",
        "possible: {values}",
    ),
    "wants_truth": told(
        "“{key}”应是 yes 或 no", "写 yes 或者 no", "{key!r} is yes or no", "write one of them"
    ),
    "no_moment": told(
        "没有时间节点“{given}”",
        "用 moments.yaml 中的编号（相近的：{values}），或者先在那里写明",
        "there is no moment {given!r}",
        "use an id of moments.yaml (near ones: {values}), or describe it there first",
    ),
    "length_and_unit": told(
        "length 与 unit 不相配",
        "两项一起写；unit 为 immediate 时不写 length；没有数字的，两项都不写",
        "`length` and `unit` do not fit together",
        "write both; no length with `immediate`; neither where there is no figure",
    ),
    "no_figure_for": told(
        "use 为 {use} 的期限没有数字",
        "写 length 与 unit",
        "an entry of use {use} has no figure",
        "write length and unit",
    ),
    "other_part": told(
        "use 为 {use} 时，{part} 不对",
        "clock、window、retention 只在 use 是它的时候写，也必须写",
        "{part!r} is wrong where use is {use}",
        "clock, window and retention belong to the use of that name, and only there",
    ),
    "nothing_cited": told(
        "没有写出处",
        "在 citations 中写法律条文和原文；没有原文的写 external",
        "nothing is cited",
        "give the article and its words in `citations`, or an external source",
    ),
    "not_statutory": told(
        "没有原文的期限不能写成法定",
        "nature 写 internal 或 promised，或者录入条文原文",
        "a deadline without the words of the law is not statutory",
        "write internal or promised, or give the text",
    ),
    "other_certainty": told(
        "certainty 与出处不相配",
        "没有原文的写 secondary 或 memory；有原文的才写 verbatim、excerpt",
        "`certainty` does not fit the sources",
        "write secondary or memory where the text is not here, verbatim or excerpt only where it "
        "is",
    ),
    "with_or_starts": told(
        "时钟没有写何时开始",
        "写 with（随案件的哪个时钟）或者 starts（从哪个时间节点）",
        "the clock does not say when it starts",
        "write `with` (a kind of the lifecycle) or `starts` (a moment)",
    ),
    "counted_back": told(
        "从事件倒数的期限不能随案件的步骤开始，也不能中止、延长",
        "写 starts，删去 with、pausable_by、extend",
        "a deadline counted back starts from its event and is never paused or extended",
        "write `starts`, and remove with, pausable_by and extend",
    ),
    "bad_extension": told(
        "延长写得不对",
        "写 to（一次比一次长的总长度）或者 by（每次延长多少）其中一项，以及 at_most",
        "the extension is wrong",
        "write either `to` (growing whole lengths) or `by` (so much each time) with at_most",
    ),
    "no_computation": told(
        "没有写这个期间从哪天算起，也没有写由什么计算",
        "写 from_fact，或者在 computed_by 中写事实（dv_…）或规则的编号",
        "nothing says from which day the window runs or what computes it",
        "write from_fact, or the ids of facts (dv_…) or rules in computed_by",
    ),
    "no_deadline": told(
        "没有期限“{given}”",
        "核对编号",
        "there is no deadline {given!r}",
        "check the id",
    ),
    "versions_overlap": told(
        "与它所取代的“{id}”在 {day} 都有效",
        "前一个用 in_force 的 until 结束在前一天",
        "in force together with {id!r}, which it replaces, on {day}",
        "close the earlier one with until on the day before",
    ),
    "never_reached": told(
        "永远轮不到：“{id}”排在前面，适用于同样的案件和日期",
        "把更特别的排在前面，或者写明 applies、in_force",
        "never reached: {id!r} stands before it for the same cases and days",
        "put the more special one first, or narrow applies or in_force",
    ),
    "moment_made_twice": told(
        "一个时间节点不能既来自事实，又来自步骤",
        "只写 fact 或者 step；都不写的由人记录",
        "a moment comes from a fact or from a step",
        "write one of them, or neither for one that people record",
    ),
    "fact_less_precise": told(
        "事实“{fact}”只有日期，不能精确到分钟",
        "写 precise: day",
        "fact {fact!r} is a day, not a minute",
        "write precise: day",
    ),
    "no_table": told(
        "{folder} 中没有期限表",
        "放入至少一个文件",
        "there is no table of deadlines in {folder}",
        "put in one file at least",
    ),
}
