"""The closed lists of the table of deadlines: codes with their names in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from legal_rules.terms import Label

USES: Mapping[str, Label] = {
    "clock": Label("运行的时钟", "Running clock"),
    "window": Label("分析中计算的期间", "Window computed by the analysis"),
    "retention": Label("保存期限", "Retention period"),
    "none": Label("不设时钟", "No machine"),
}
NATURES: Mapping[str, Label] = {
    "statutory": Label("法定", "Statutory"),
    "promised": Label("承诺", "Promised"),
    "internal": Label("内部", "Internal"),
}
UNITS: Mapping[str, Label] = {
    "hour": Label("小时", "hours"),
    "working_hour": Label("个工作小时", "working hours"),
    "calendar_day": Label("日", "days"),
    "working_day": Label("个工作日", "working days"),
    "month": Label("个月", "months"),
    "year": Label("年", "years"),
    "immediate": Label("立即", "at once"),
}
OWED_BY: Mapping[str, Label] = {
    "enterprise": Label("本企业", "The enterprise"),
    "consumer": Label("消费者", "The consumer"),
    "regulator": Label("行政部门", "The regulator"),
    "authority": Label("执法机关", "The enforcing authority"),
    "guardian": Label("监护人", "The guardian"),
    "computing": Label("计算规则", "A rule of counting"),
}
CERTAINTIES: Mapping[str, Label] = {
    "verbatim": Label("逐字核对过条文", "Checked word for word against the text"),
    "excerpt": Label("只核对过部分条文或者页面", "Checked against an excerpt or a page only"),
    "secondary": Label("二手来源，没有原文", "A secondary source; the text is not here"),
    "memory": Label("凭记忆转录", "Transcribed from memory"),
}
SECTORS: Mapping[str, Label] = {
    "general": Label("各行业", "All trades"),
    "finance": Label("银行、保险、支付", "Banking, insurance, payment"),
    "telecom": Label("电信", "Telecommunications"),
    "express": Label("快递", "Express delivery"),
    "automotive": Label("汽车", "Motor vehicles"),
    "electronics": Label("手机、电脑、家电", "Phones, computers, appliances"),
    "prepaid": Label("预付式消费", "Prepaid consumption"),
    "ecommerce": Label("网络经营", "Online trade"),
    "platform": Label("网络交易平台", "Online platforms"),
    "livestream": Label("直播电商", "Livestream commerce"),
    "food": Label("食品", "Food"),
    "drug": Label("药品", "Medicines"),
    "tourism": Label("旅游", "Tourism"),
    "air": Label("航空运输", "Air transport"),
    "data": Label("个人信息与网络数据", "Personal information and data"),
    "minors": Label("未成年人", "Minors"),
    "advertising": Label("广告经营、发布", "Advertising agents and publishers"),
}
# What a case may have, as complaints/choices.py and accounts/roles.py name it.
CHANNELS: Mapping[str, Label] = {
    "phone": Label("电话", "telephone"),
    "web": Label("网站", "website"),
    "app": Label("App", "app"),
    "wechat": Label("微信", "WeChat"),
    "email": Label("电子邮件", "e-mail"),
    "letter": Label("来信", "letter"),
    "store": Label("门店", "shop"),
    "12315": Label("12315 转办", "12315 referral"),
    "media": Label("媒体", "media"),
    "import": Label("批量导入", "import"),
    "api": Label("接口", "API"),
}
CLAIMS: Mapping[str, Label] = {
    "refund": Label("退还价款", "refund"),
    "return": Label("退货", "return"),
    "replacement": Label("换货", "exchange"),
    "repair": Label("修理", "repair"),
    "redo": Label("重作", "redoing"),
    "compensation": Label("赔偿损失", "compensation"),
    "increased_damages": Label("增加赔偿", "increased damages"),
    "apology": Label("赔礼道歉", "apology"),
    "explanation": Label("解释说明", "explanation"),
    "stop_calls": Label("停止来电", "an end of calls"),
    "delete_data": Label("删除个人信息", "deletion of data"),
    "correction": Label("更正信息", "correction of data"),
    "other": Label("其他", "other"),
}
RISKS: Mapping[str, Label] = {
    "safety": Label("人身安全", "personal safety"),
    "group": Label("群体性", "a group of people"),
    "media": Label("媒体", "media"),
    "regulator": Label("监管", "the regulator"),
    "vulnerable": Label("老年人/未成年人/残疾人", "elderly, minors, disabled"),
    "personal_data": Label("个人信息泄露", "leak of personal data"),
}
HOLDS: Mapping[str, Label] = {
    "consumer": Label("等待消费者补充", "waiting for the consumer"),
    "expert": Label("等待鉴定、检测", "waiting for an expert"),
    "mediation": Label("调解组织调解期间", "mediation by a mediation body"),
    "third_party": Label("等待第三方", "waiting for a third party"),
}
ROLES: Mapping[str, Label] = {
    "agent": Label("客服专员", "an agent"),
    "supervisor": Label("客服主管", "a supervisor"),
    "counsel": Label("法务", "counsel"),
}
LIFECYCLE: Mapping[str, Label] = {  # the kinds of clocks that steps of a case start and end
    "accept": Label("决定是否受理", "the decision on acceptance"),
    "general_reply": Label("答复消费者", "the reply to the consumer"),
    "investigate": Label("调查核实", "the investigation"),
    "draft": Label("拟定方案", "the drafting of the proposal"),
    "counsel_review": Label("法务审核", "the review by counsel"),
    "consumer_reply": Label("消费者答复", "the consumer's answer"),
    "execution": Label("兑现方案", "the execution of the settlement"),
    "external_decision": Label("外部机构处理", "the handling by an outside body"),
}
LADDERS: Mapping[str, Label] = {
    "default": Label(
        "用去一半时提醒经办人，用去八成时提醒组长，届满时提醒主管",
        "the owner is told at half, the team leader at four fifths, the supervisor when it is due",
    ),
    "legal": Label(
        "用去一半时提醒经办人，用去八成时提醒组长，届满时提醒主管，其后一个工作日告知法务",
        "the owner is told at half, the team leader at four fifths, the supervisor when it is due, "
        "counsel one working day later",
    ),
    "immediate": Label(
        "开始时即告知经办人、组长、主管和法务",
        "owner, team leader, supervisor and counsel are told as it starts",
    ),
    "hours": Label(
        "开始时告知经办人和主管，用去一半时告知法务",
        "owner and supervisor are told as it starts, counsel at half",
    ),
}
