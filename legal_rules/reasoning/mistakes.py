"""The sentences that refuse a file of law: what is wrong and what to do, in Chinese and English.

A mistake has a code. `wrong` says what stands there, `mend` what to write instead. Those of rules
and of the vocabulary: `mistakes_in_rules.py`; of deadlines: `mistakes_in_deadlines.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from legal_rules.reasoning.mistakes_in_deadlines import IN_DEADLINES
from legal_rules.reasoning.mistakes_in_rules import IN_RULES, Mistake, told

MISTAKES: Mapping[str, Mistake] = {
    # --- the file
    "not_yaml": told(
        "不是有效的 YAML（{problem}）",
        "检查缩进、引号是否成对、冒号后是否有空格",
        "{problem}",
        "check the indentation, the pairs of quotes and the space after each colon",
    ),
    "no_file": told(
        "没有规则文件",
        "上传 .yaml 文件，或者粘贴一条规则的全文",
        "there is no rule file",
        "give a .yaml file, or the whole text of a rule",
    ),
    "too_many_files": told(
        "{count} 个文件，一次最多 {most} 个",
        "分几次试算",
        "{count} files; {most} at once",
        "try them in several goes",
    ),
    "too_large": told(
        "文件大于 {most} KB",
        "一个文件只写一条规则",
        "the file is larger than {most} KB",
        "write one rule in a file",
    ),
    "not_utf8": told(
        "文件不是 UTF-8 编码（第 {byte} 字节）",
        "以 UTF-8 重新保存",
        "not UTF-8 text (byte {byte})",
        "save it as UTF-8",
    ),
    "no_mapping": told(
        "文件的内容不是“键: 值”的对照表",
        "从 id: 开始，一行一个键",
        "the file must hold a mapping",
        "begin with id: and write one key a line",
    ),
    "too_nested": told(
        "嵌套太深或者引用展开后太大",
        "把条件拆开，不要层层引用（& 与 *）",
        "nested too deeply, or too large once its references are expanded",
        "write the conditions flat, without references within references (& and *)",
    ),
    "key_not_text": told(
        "键必须是普通文字", "改成一个词", "a key must be plain text", "write one word"
    ),
    "said_twice": told(
        "键“{key}”写了两次", "删去其中一处", "key {key!r} is said twice", "remove one of the two"
    ),
    "not_a_day": told(
        "“{given}”不是日期",
        "写成 2026-03-01",
        "{given!r} is not a date YYYY-MM-DD",
        "write it like 2026-03-01",
    ),
    "float": told(
        "{given} 是浮点数",
        '金额写成带引号的文字 "{given}"',
        "{given} is a float",
        'write money as text, such as "{given}"',
    ),
    "not_allowed": told(
        "“{given}”（{kind}）不能用在这里",
        "用普通文字、整数、日期、yes 或 no",
        "{given!r} ({kind}) is not allowed here",
        "write plain text, a whole number, a date, yes or no",
    ),
    "unknown_key": told(
        "没有“{key}”这个键",
        "可以写的键：{allowed}",
        "unknown key {key!r}",
        "allowed: {allowed}",
    ),
    "missing_key": told("缺少键“{key}”", "补上 {key}: …", "missing key {key!r}", "add {key}: …"),
    "wants_text": told(
        "“{key}”应是文字", "写一段不空的文字", "{key!r} must be a text", "write words that say it"
    ),
    "wants_list": told(
        "“{key}”应是列表", "写成 [甲, 乙]", "{key!r} must be a list", "write it like [a, b]"
    ),
    "wants_names": told(
        "“{key}”里的“{given}”应是文字",
        "写成 [甲, 乙]",
        "{given!r} in {key!r} must be a text",
        "write it like [a, b]",
    ),
    "wants_tables": told(
        "“{key}”应是“键: 值”对照表的列表",
        "每项以 - 开头，下面一行一个键",
        "each of {key!r} must be a mapping",
        "begin each with - and write one key a line",
    ),
    "wants_mapping": told(
        "“{key}”应是“键: 值”的对照表",
        "写成 {{键: 值}}",
        "{key!r} must be a mapping",
        "write it like {{key: value}}",
    ),
    "wants_both": told(
        "“{key}”要有中文和英文",
        "写成 {{zh: 中文, en: English}}",
        "{key!r} has to be in Chinese and English",
        "write it like {{zh: 中文, en: English}}",
    ),
    "wants_day": told(
        "“{key}”应是日期",
        "写成 2026-03-01",
        "{key!r} must be a date",
        "write it like 2026-03-01",
    ),
    # --- conditions
    "no_condition": told(
        "“{given}”不是条件",
        "写事实编号，或者 fact、all、any、not、unless_proved 之一",
        "{given!r} is not a condition",
        "write the id of a fact, or one of fact, all, any, not, unless_proved",
    ),
    "one_form": told(
        "一个条件只能是 fact、all、any、not、unless_proved 中的一种",
        "几个条件合在一起时用 all 或 any 的列表",
        "a condition has exactly one of all, any, not, unless_proved, fact",
        "put several into the list of an all or any",
    ),
    "no_part": told(
        "“{form}”下没有内容",
        "至少写一项，或者删去它",
        "`{form}` needs at least one part",
        "write one, or remove it",
    ),
    "no_reversal_here": told(
        "unless_proved 不能放在 not 或 unless_proved 里面",
        "把举证责任倒置写在外层",
        "`unless_proved` cannot stand inside `not` or `unless_proved`",
        "reverse the burden outside of it",
    ),
    "is_or_one_of": told(
        "没有写答案，或者两种写法都用了",
        "只写 is: 答案，或者 one_of: [答案, 答案]",
        "say either `is` or `one_of`",
        "write is: answer, or one_of: [answer, answer]",
    ),
    "undeclared_fact": told(
        "没有“{fact}”这个事实",
        "用事实词汇表里的编号（相近的：{values}），或者先在 facts.yaml 中声明",
        "fact {fact!r} is not declared in facts.yaml",
        "use an id of the vocabulary (near ones: {values}), or declare it there first",
    ),
    "not_comparable": told(
        "“{fact}”的类型是 {kind}，不能直接比较",
        "在推算事实（derived）中比较，这里引用那个事实",
        "{fact!r} is {kind}",
        "compare it in a derived fact and name that one here",
    ),
    "no_such_value": told(
        "“{given}”不是“{fact}”的答案",
        "可以写：{values}",
        "{given!r} is not a value of {fact!r}",
        "possible: {values}",
    ),
    "unknown_value": told(
        "“{given}”的意思是“{fact}”尚未查明，不能决定任何事",
        "写一个查明后的答案",
        "{given!r} means that {fact!r} is not known: it decides nothing",
        "write an answer that is known",
    ),
    # --- amounts
    "no_amount": told(
        "“{fact}”不是金额",
        "用类型为 money 或 integer 的事实",
        "fact {fact!r} is no amount",
        "use a fact of type money or integer",
    ),
    "one_amount": told(
        "一个金额只能是一种算式",
        "只写一种：{forms}",
        "an amount has exactly one form",
        "write one of {forms}",
    ),
    "known_takes_one": told(
        "known 下只能有一个金额",
        "几项相加时写在 sum 里",
        "`known` takes one amount",
        "put several into a sum",
    ),
    "other_arity": told(
        "“{form}”的项数不对",
        "应有 {wanted} 项",
        "`{form}` takes another number of parts",
        "it takes {wanted}",
    ),
    "no_figure": told(
        "“{given}”既不是声明过的金额，也不是数字",
        "写事实编号，或者不带符号的数字",
        "{given!r} is neither a declared amount nor a figure",
        "write the id of a fact, or digits without a sign",
    ),
    **IN_RULES,
    **IN_DEADLINES,
}


def sentence(code: str, lang: str, given: Mapping[str, object]) -> str:
    """What is wrong, without a full stop. A code that the table lacks speaks for itself."""
    known = MISTAKES.get(code)
    return known.wrong[lang.startswith("en")].format_map(given) if known else code


def remedy(code: str, lang: str, given: Mapping[str, object]) -> str:
    """What to do about it, without a full stop; "" for a code that the table lacks."""
    known = MISTAKES.get(code)
    return known.mend[lang.startswith("en")].format_map(given) if known else ""


def near(given: object, known: Iterable[object]) -> str:
    """The names that come closest to what was written; the first few where none does."""
    names = [str(name) for name in known]
    close = get_close_matches(str(given), names, n=5, cutoff=0.4) or names[:8]
    return ", ".join(close) + (" …" if len(close) < len(names) else "")
