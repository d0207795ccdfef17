"""What the demo's people say again and again: quick texts of everybody, and macros of a team."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Team, User
from complaints.actions import macros, quick_texts
from complaints.models import MacroVersion, QuickText

EARLIER = timedelta(days=2)
TEAM = "客服一组"
# abbreviation, name, text
TEXTS = (
    (
        "kt",
        "电话开场",
        "您好，这里是{企业名称}客服，我是{承办人}。您反映的“{投诉事项}”由我负责办理，"
        "想和您核对几个细节，大约需要五分钟，您现在方便吗？",
    ),
    (
        "sl",
        "告知已受理",
        "{称呼}：您反映的“{投诉事项}”我们已经受理，编号 {案件编号}，由{承办人}办理。"
        "我们会在 {答复期限} 以前给您答复；这之前有新的情况，可以直接回复本信或者拨打 {联系方式}。",
    ),
    (
        "zp",
        "请补照片和凭证",
        "{称呼}：为了尽快查清“{投诉事项}”，请您补充：一、商品和包装的照片（能看清批号和生产日期）；"
        "二、购买凭证（小票、订单截图或者付款记录）。手头没有的不用勉强，告诉我们即可。"
        "案件编号 {案件编号}。",
    ),
    (
        "jd",
        "告知办理进度",
        "{称呼}：您的案件 {案件编号} 还在调查。我们已经向经办门店和供货方调取记录，"
        "有结果后第一时间告诉您，最迟不超过 {答复期限}。让您久等了，抱歉。",
    ),
    (
        "wj",
        "未接通留言",
        "{称呼}：今天给您打电话没有接通。我们想核对“{投诉事项}”的几个细节，请您方便时回电 "
        "{联系方式}，报编号 {案件编号} 就能转到{承办人}。",
    ),
)
# What each does: complaints/macros.py
MACROS = (
    {
        "name": "受理并告知",
        "kind": "reply",
        "text": TEXTS[1][2],
        "step": "accept",
    },
    {
        "name": "请补材料，三天后看",
        "kind": "reply",
        "text": TEXTS[2][2],
        "remind_days": "3",
        "remind_for": "消费者补照片和购买凭证",
    },
    {
        "name": "涉及人身安全，先加急",
        "kind": "internal_note",
        "text": "消费者称身体不适。已请其停用、就医并保留剩余商品和包装；同批次待查，优先办理。",
        "priority": "urgent",
    },
)


def keep(by: User, first_act: datetime) -> None:
    """Write them before the first case; nothing for those that are there."""
    now = first_act - EARLIER
    known = set(QuickText.objects.values_list("abbreviation", flat=True))
    for abbreviation, name, text in TEXTS:
        if abbreviation not in known:
            values = {"abbreviation": abbreviation, "name": name, "text": text}
            quick_texts.save({**values, "scope": quick_texts.EVERYBODY}, by=by, now=now)
    team = str(Team.objects.get(name=TEAM).pk)
    names = set(MacroVersion.objects.values_list("name", flat=True))
    for does in MACROS:
        if does["name"] not in names:
            macros.save({**does, "team": team}, by=by, now=now)
