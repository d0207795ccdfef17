"""The words of a comparison, Chinese and English."""

STATUS = {
    "applies": ("成立", "applies"),
    "does_not_apply": ("不成立", "does not apply"),
    "open": ("待查明", "open"),
    "displaced": ("让位于特别规定", "displaced by a special rule"),
    "": ("未涉及", "not concerned"),
}
RIGHT = {"infringed": ("受到侵害", "infringed"), "open": ("待查明", "open"), "": ("未见", "none")}
UNKNOWN = ("未查明", "unknown")
MARKS = {"presumed": ("（推定）", " (presumed)"), "provisional": ("（暂定）", " (provisional)")}
LABELS = {
    "date": ("行为日期", "Date of the conduct"),
    "category": ("类别", "Category"),
    "rulebook": ("规则版本", "Rulebook"),
    "right": ("消费者权利", "Right of the consumer"),
    "exposure": ("行政或者刑事风险", "Exposure"),
}
ANSWERED = ("新作答", "Answered"), ("已改答", "Changed"), ("已撤回", "Withdrawn")
RECOUNTED = ("按新载入的放假安排重新计算", "Counted anew by the days off that were loaded since")
DRAFT, SIGNED = ("草稿", "draft"), ("已由法务签署", "signed by counsel")
NONE = ("无", "none")
REWRITTEN = ("原因：规则已修改", "Because: the rule was changed")
FOLLOWS = ("原因：其他规则的结论已变化", "Because: other findings changed")
ASKS = ("尚需查明：", "Still to be found out: ")
BECAUSE = ("原因：", "Because: ")
OWED = ("无此义务", "not owed"), ("应当履行", "owed")
NO_SUM = ("无金额", "no sum")
EXACTLY = ("{} 元", "{} yuan")
AT_LEAST = ("不少于 {} 元", "at least {} yuan")
BETWEEN = ("{} 元至 {} 元", "{} to {} yuan")
BRACKETS = ("（{}）", " ({})")
IF_IT_HOLDS = ("，如成立", ", if it holds")
MORE = ("等 {} 项", " and {} more")
