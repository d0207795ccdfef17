"""The sentences that refuse a template: what is wrong and what to write, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from legal_rules.terms import Label

MISTAKES: Mapping[str, Label] = {
    # --- the file
    "not_utf8": Label(
        "文件不是 UTF-8 编码（第 {byte} 字节）；以 UTF-8 重新保存",
        "not UTF-8 text (byte {byte}); save it as UTF-8",
    ),
    "too_large": Label(
        "模板大于 {most} KB；一封函件写一个文件",
        "the template is larger than {most} KB; write one letter in a file",
    ),
    "bom": Label(
        "文件开头有 BOM 标记；以“UTF-8”（不带 BOM）重新保存",
        "the file begins with a byte order mark; save it as UTF-8 without BOM",
    ),
    "control": Label(
        "含有看不见的控制字符（U+{code}）；删去它",
        "there is a control character that nobody sees (U+{code}); take it out",
    ),
    "file_name": Label(
        "文件名应为“种类.语言.md”，例如 resolution.zh.md；可用的种类：{allowed}",
        "the file must be called kind.language.md, such as resolution.zh.md; kinds: {allowed}",
    ),
    # --- front matter
    "no_front_matter": Label(
        "第一行应为 ---，接着写 title、kind、language 等，再以一行 --- 结束",
        "the first line must be ---, then title, kind, language and so on, then a line ---",
    ),
    "open_front_matter": Label(
        "开头的 --- 没有结束；在正文之前补一行 ---",
        "the front matter is not closed; write a line --- before the text",
    ),
    "not_yaml": Label(
        "不是有效的 YAML（{problem}）；检查缩进、引号是否成对、冒号后是否有空格",
        "not YAML ({problem}); check indentation, pairs of quotes and the space after each colon",
    ),
    "tab": Label(
        "开头部分不能用制表符（Tab）；改成空格",
        "there is a tab in the front matter; write spaces",
    ),
    "not_plain": Label(
        "开头部分只能是一行一个“键: 值”，值是一句话或者 [一, 二]；不能用锚点（&、*）、标签（!）、"
        "指令（%）或者多层嵌套",
        "the front matter takes lines of key: value, a text or [one, two]; no anchors (&, *), tags"
        " (!), directives (%) or lists within lists",
    ),
    "long_front_matter": Label(
        "开头部分超过 {most} 字；缩短它，正文写在第二个 --- 之后",
        "the front matter is longer than {most} characters; shorten it, the text of the letter"
        " stands after the second ---",
    ),
    "no_mapping": Label(
        "开头部分应是一行一个“键: 值”；可用的键：{allowed}",
        "the front matter must be lines of key: value; keys: {allowed}",
    ),
    "unknown_key": Label(
        "不认识的键“{key}”；可用的键：{allowed}",
        "unknown key {key!r}; keys: {allowed}",
    ),
    "repeated_key": Label("键“{key}”写了两次；留一个", "{key!r} is given twice; keep one"),
    "missing_key": Label("缺少“{key}”；补上它", "{key!r} is missing; add it"),
    "wants_text": Label(
        "“{key}”应是一句话；含有冒号或 # 时用引号括起来",
        "{key!r} must be one text; put it in quotes where it has a colon or #",
    ),
    "wants_list": Label(
        "“{key}”应是一个列表，例如 [{example}]",
        "{key!r} must be a list, such as [{example}]",
    ),
    "listed_twice": Label(
        "“{key}”里“{given}”写了两次；留一个",
        "{given!r} is in {key!r} twice; keep one",
    ),
    "not_allowed": Label(
        "“{key}”不能是“{given}”；可以是：{allowed}",
        "{key!r} cannot be {given!r}; it can be: {allowed}",
    ),
    "name_differs": Label(
        "“{key}: {given}”与文件名不一致（文件名写的是 {named}）；改成一致",
        "{key}: {given} is not what the file is called ({named}); make them the same",
    ),
    "not_a_citation": Label(
        "“{given}”不是条文；写“法律编号 条.款”，例如 cpl_2013 39 或 cpl_2013 55.1",
        "{given!r} names no article; write instrument, article and paragraph, as in"
        " cpl_2013 39 or cpl_2013 55.1",
    ),
    "unknown_instrument": Label(
        "没有编号为“{given}”的法律；相近的：{allowed}"
        "（全部见 legal_rules/statutes/instruments.yaml）",
        "there is no instrument {given!r}; near: {allowed}"
        " (all of them: legal_rules/statutes/instruments.yaml)",
    ),
    "sms_too_long": Label(
        "短信填入示例后有 {length} 字，最多 {most} 字；写短一些",
        "the text message has {length} characters with the examples, at most {most}; shorten it",
    ),
    "line_too_long": Label(
        "“{key}”填入示例后有 {length} 字，最多 {most} 字；写短一些",
        "{key!r} has {length} characters with the examples, at most {most}; shorten it",
    ),
    "sms_channel": Label(
        "channels 里的 sms 和短信内容 sms: 须同时有或者同时没有",
        "sms among the channels and the text sms: go together; give both or neither",
    ),
    # --- variables
    "unknown_variable": Label(
        "没有变量“{name}”；相近的：{near}；可用的：{allowed}",
        "there is no variable {name!r}; near: {near}; allowed: {allowed}",
    ),
    "bad_variable": Label(
        "“{given}”不是变量；写成 {{{{ 变量名 }}}}，变量名只有小写字母和下划线",
        "{given!r} is no variable; write {{{{ name }}}}, a name of small letters and underscores",
    ),
    "stands_alone": Label(
        "变量“{name}”是多段内容，须单独成段，前后各空一行",
        "{name!r} is more than a sentence: write it alone in a paragraph, a blank line before"
        " and after",
    ),
    # --- the text
    "no_text": Label("没有正文；在第二个 --- 之后写函件", "there is no text after the second ---"),
    "no_salutation": Label(
        "正文第一段应是称呼：{{{{ salutation }}}}：",
        "the text must begin with the salutation: {{{{ salutation }}}},",
    ),
    "no_signature": Label(
        "正文应以落款结束：::: signature，然后写企业名称和日期，再写一行 :::",
        "the text must end with ::: signature, the enterprise and the date, and a line :::",
    ),
    "after_signature": Label(
        "落款之后不能再有内容；把它移到 ::: signature 之前",
        "nothing may follow the signature; move this before ::: signature",
    ),
    "bad_fence": Label(
        '“{given}”不是段落标记；可以写：::: option 编号 "标题"、::: option 编号 "标题" on、'
        "::: signature、:::",
        '{given!r} opens nothing; allowed: ::: option id "title", ::: option id "title" on,'
        " ::: signature, :::",
    ),
    "fence_open": Label(
        "这个 ::: 没有结束；在它的内容之后写一行 :::",
        "this ::: is not closed; write a line ::: after its text",
    ),
    "fence_closes_nothing": Label(
        "这个 ::: 没有对应的开头；删去它，或者补上 ::: option",
        "this ::: closes nothing; delete it, or open an option before",
    ),
    "option_twice": Label(
        "可选段“{option}”写了两次；换一个编号",
        "option {option!r} is there twice; give it another id",
    ),
    "empty_option": Label(
        "可选段“{option}”没有内容；写一段话，或者删去它",
        "option {option!r} says nothing; write a paragraph or delete it",
    ),
    "markup": Label(
        "函件里不能用{what}；可以用：段落、## 和 ### 标题、1. 或 - 列表、**加重**、"
        "{{{{ 变量 }}}}、:::",
        "no {what} in a letter; allowed: paragraphs, ## and ### headings, lists with 1. or -,"
        " **strong**, {{{{ variable }}}}, :::",
    ),
    # --- all of them together
    "no_template": Label(
        "没有 {name}；十种函件每种都要有中文和英文",
        "there is no {name}; each of the ten kinds has to exist in Chinese and English",
    ),
    "pair_differs": Label(
        "与 {other} 的{what}不一致：{given}；两种语言须一致",
        "the {what} differ from those of {other}: {given}; both languages must agree",
    ),
    "no_way": Label(
        "不勾选任何可选段时没有告诉消费者还可以找：{ways}；在固定段落里写明",
        "without any option the letter does not say that the consumer can also turn to: {ways};"
        " say it outside the options",
    ),
}


class TemplateError(ValueError):
    """A mistake in a template. `str()` is English and begins with file and line.

    `code` is one of MISTAKES; `given` fills its sentence; a Label in it is said in
    the language of the sentence.
    """

    def __init__(self, file: str, line: int, code: str, /, **given: object) -> None:
        self.file, self.line, self.code, self.given = file, line, code, given
        super().__init__(f"{file}:{line}: {self.sentence_for('en')}")

    def sentence_for(self, lang: str) -> str:
        """What is wrong and what to do, in "zh-hans" or "en"."""
        said = {k: v.in_(lang) if isinstance(v, Label) else v for k, v in self.given.items()}
        return MISTAKES[self.code].in_(lang).format(**said)

    def message_for(self, lang: str) -> str:
        """The same with file and line."""
        return f"{self.file}:{self.line}: {self.sentence_for(lang)}"
