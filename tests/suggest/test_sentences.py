"""Sentences as people say them, and what they suggest: one table of what is found, one of what must
not be.
"""

from __future__ import annotations

from datetime import date

import pytest

from legal_rules.suggest import suggest

ON = date(2026, 11, 25)  # a Wednesday


def found(text: str) -> dict[str, list[object]]:
    """Fact → the values that are suggested, the likeliest first; lists of one are opened."""
    result: dict[str, list[object]] = {}
    for one in suggest(text, ON):
        value = one.value[0] if isinstance(one.value, list) else one.value
        result.setdefault(one.fact_id, []).append(value)
    return result


STATED = [
    # sums
    ("花了三千九百八十元买的", "tx_price_paid", "3980.00"),
    ("一共花了两万", "tx_price_paid", "20000.00"),
    ("我花3.98万买了辆车", "tx_price_paid", "39800.00"),
    ("付了1280块", "tx_price_paid", "1280.00"),
    ("付款３，９８０．５０元", "tx_price_paid", "3980.50"),
    ("实付¥99.9", "tx_price_paid", "99.90"),
    ("总价两千八", "tx_price_paid", None),  # no sign of money
    ("总价两千八百元", "tx_price_paid", "2800.00"),
    ("花了12块5买的", "tx_price_paid", "12.50"),
    ("花了3980买的胶囊", "tx_price_paid", "3980.00"),
    ("在店里交了押金200元", "tx_deposit_amount", "200.00"),
    ("充值680送680", "pp_amount", "680.00"),
    ("充值1000元送200元", "pp_bonus", "200.00"),
    ("去年办了张2980元的健身年卡", "pp_amount", "2980.00"),
    ("交了学费13595元", "pp_amount", "13595.00"),
    ("软件自动续费扣了25元", "ar_charged", "25.00"),
    ("儿子偷偷打赏主播8000元", "mn_amount", "8000.00"),
    ("结账时多收了我36元", "pr_overpaid", "36.00"),
    ("去医院花了医药费560元", "sf_medical", "560.00"),
    ("发票上写的是4999元", "tx_invoice_price", "4999.00"),
    # dates
    ("2026年3月1日买的手机", "tx_contract_date", "2026-03-01"),
    ("3月1日下单", "tx_contract_date", "2026-03-01"),
    ("11 月 9 日付款 3980 元", "tx_payment_date", "2026-11-09"),
    ("12月30日下的单，没收到，12月30日付款", "tx_payment_date", "2025-12-30"),
    ("二〇二六年三月一日在商场买了", "tx_contract_date", "2026-03-01"),
    ("上周三收到货就坏了", "tx_delivery_date", "2026-11-18"),
    ("昨天在超市买的馒头发霉了", "tx_contract_date", "2026-11-24"),
    ("三天前网购的", "tx_contract_date", "2026-11-22"),
    ("去年双十一后，2025-11-12付款", "tx_payment_date", "2025-11-12"),
    ("18年2月6日充值680元", "tx_payment_date", "2018-02-06"),
    ("11月9日接到推销电话，当天付款3980元", "tx_payment_date", "2026-11-09"),
    ("11月9日接到推销电话", "conduct_date", "2026-11-09"),
    ("11月17日提出退卡被拒", "rt_demand_date", "2026-11-17"),
    ("11月2日发现屏幕有裂纹", "q_defect_found_date", "2026-11-02"),
    ("2025年3月1日办卡，5月10日付了尾款", "tx_payment_date", "2025-05-10"),
    # counts
    ("同一个毛病修了三次", "q_repair_count", 3),
    ("快递延误了5天", "sp_delay_days", 5),
    ("我10岁的儿子用我手机充值", "mn_age", 10),
    ("孩子今年十二岁", "mn_age", 12),
    ("车才跑了1200公里发动机就异响", "q_car_mileage", 1200),
    ("我妈今年72岁，被骗买了床垫", "el_is_elderly", True),
    # channels and goods
    ("在直播间买的手串", "tx_channel", "网络直播间"),
    ("淘宝旗舰店买的", "tx_channel", "电商平台"),
    ("在商场专柜买的口红", "tx_channel", "实体店"),
    ("闲鱼上买的耳机", "tx_channel", "二手平台"),
    ("接到推销电话说有好产品", "tx_channel", "电话营销"),
    ("微信群里团长卖的", "tx_channel", "社交或私域"),
    ("买了一箱牛奶", "tx_category", "食品"),
    ("给老人买的保健品", "tx_category", "保健食品"),
    ("买的手机屏幕坏了", "tx_category", "移动电话"),
    ("在驾校报名交了钱", "tx_category", "教育培训"),
    ("订的酒店不让退", "tx_category", "旅游服务"),
    # what the seller said
    ("对方自称健康顾问，说胶囊能根治高血压", "fr_disease_claim", True),
    ("客服说吃了可以替代降压药", "fr_disease_claim", True),
    ("店员承诺七天内发货，结果一直没发", "sp_promise", True),
    ("他说包治百病，我信了", "fr_disease_claim", True),
    ("他说包治百病，我信了", "fr_induced", True),
    ("页面宣传最高品质", "fr_speaker", "平台页面"),
    ("主播说是正品", "fr_speaker", "主播"),
    ("商家虚假宣传", "fr_false_statement", True),
    ("说是全新的，收到却是翻新机", "fr_false_statement", True),
    ("鞋子和宣传的完全不一样", "fr_false_statement", True),
    ("卖家隐瞒了车子出过事故", "fr_material_omission", True),
    ("我有通话录音", "fr_record", "通话录音"),
    # goods
    ("牛奶已经过期了", "q_expired", True),
    ("超市卖的香肠过了保质期", "fd_seller_knew", "已过保质期仍销售"),
    ("吃出虫子来了", "fd_below_standard", True),
    ("奶粉没有中文标签", "fd_required_item_missing", True),
    ("卖给我的是假货", "fr_adulterated", True),
    ("还在保修期内就不管了", "q_in_warranty", True),
    ("已经过了保修期", "q_in_warranty", False),
    ("电饭煲突然炸开，盖子飞起来把我打伤了", "sf_caused_by_us", True),
    ("充电宝充电时起火", "q_safety_defect", True),
    ("我送检，检测结果不合格", "q_test_report", "单方委托"),
    ("三斤苹果缺斤少两", "q_quantity_short", True),
    ("店家改了生产日期", "fr_forged_mark", True),
    # trade
    ("服务条款里写着不退", "fc_is_standard_term", True),
    ("合同里这一条用小字写的，根本没提醒我", "fc_prominent", False),
    ("店里贴着售出概不退换", "fc_excludes_right", True),
    ("写着最终解释权归本店所有", "fc_final_interpretation", True),
    ("买机票默认勾选了保险", "ft_default_bundle", True),
    ("不交钱就不让走", "dg_search_freedom", True),
    ("取消不了自动续费", "ar_easy_cancel", False),
    ("续费前没有提醒我", "ar_notice_renewal", False),
    ("会员价比新用户还贵，大数据杀熟", "bd_diff_price", True),
    ("快递把包裹弄丢了", "sp_parcel_issue", "丢失"),
    ("健身房搬到另一个商场，让我去新店上课，要求退卡", "pp_moved_or_assigned", True),
    # persons
    ("未经我同意把我的照片发到朋友圈", "pi_no_consent", True),
    ("我的身份证号信息被泄露了", "pi_leak", "已发生"),
    ("员工把客户信息卖了", "pi_employee_sold", True),
    ("保安搜我的包，辱骂我", "dg_insult", True),
    ("说了不要再打，还一直打", "tm_contact_after_optout", True),
    ("儿子充值了3000元，我完全不知情", "mn_guardian_agreed", False),
    ("在商场滑倒骨折了", "sf_premises", True),
    ("在商场滑倒骨折了", "sf_injury", "一般伤害"),
    ("吃了以后拉肚子", "sf_injury", "轻微"),
    ("没有受伤", "sf_injury", "无"),
    # single sectors
    ("花1200元买了20节私教课", "pp_units_total", 20),
    ("健身卡只上了3节课", "pp_units_used", 3),
    ("办健身卡没签合同", "pp_no_written_contract", True),
    ("瑜伽馆闭店了，卡里余额不退", "bz_closed_or_moved", True),
    ("店家说已拆封不退", "rt_refused_as_opened", True),
    ("寄快递没有保价", "ex_insured", False),
    ("导游带我们去购物店", "tr_designated_shop", True),
    ("修了三次还是坏", "q_still_faulty", True),
    ("押金一直不退", "tx_deposit_returned", False),
    ("客服先退了我1268元", "tx_already_paid", "1268.00"),
    ("看了门诊，花了412元", "sf_medical", "412.00"),
    ("电话里保证血管堵塞全部打通", "fr_disease_claim", True),
    # demands
    ("要求退款", "rt_demand", "退款"),
    ("请退款", "rt_demand", "退款"),
    ("请你们解释，并退还459元", "rt_demand", "退款"),
    ("要么补发，要么退款", "rt_demand", "补足数量"),
    ("希望商家退货退款", "rt_demand", "退货"),
    ("要求退一赔三", "rt_demand", "惩罚性赔偿"),
    ("要求按食品安全法赔偿十倍", "rt_demand", "惩罚性赔偿"),
    ("要求赔礼道歉", "rt_demand", "道歉"),
    ("要求删除我的个人信息", "pi_request", "删除"),
    ("要求不要再打电话骚扰我", "rt_demand", "停止骚扰"),
    ("我要退货", "rt_demand", "退货"),
    ("要求换一台新的", "rt_demand", "换货"),
    ("我要求他们赔礼道歉，并赔偿损失5000元", "rt_demand", "道歉"),
    # several sums, two goods: the sum of what was paid
    ("买了手机壳30元、手机3999元，一共4029元", "tx_price_paid", "4029.00"),
    ("花2980元买了手机，运费12元", "tx_price_paid", "2980.00"),
    ("全套5500元，其中摄像600元", "tx_price_paid", "5500.00"),
    # traditional characters, mixed writing, slips of the pen
    ("要求退款並賠禮道歉", "rt_demand", "道歉"),
    ("對方說膠囊能根治糖尿病", "fr_disease_claim", True),
    ("花了三千九百八十元買的", "tx_price_paid", "3980.00"),
    ("在APP上 下单 ，付款 RMB 99.00 ，要求 退款 refund", "rt_demand", "退款"),
    ("付款 RMB 99.00", "tx_price_paid", "99.00"),
    ("在ＡＰＰ 付了１２８元", "tx_price_paid", "128.00"),
    ("花了1000員，不对，是1000元买的", "tx_price_paid", "1000.00"),
    ("😀😀花了 98 元买的😀", "tx_price_paid", "98.00"),
    ("第一行\r\n第二行花了98元", "tx_price_paid", "98.00"),
]

SILENT = [
    # negation
    ("客服没有说能治病", "fr_disease_claim"),
    ("他从来没说过可以根治高血压", "fr_disease_claim"),
    ("牛奶没有过期", "q_expired"),
    ("东西不是假货", "fr_adulterated"),
    ("我的信息没有泄露", "pi_leak"),
    ("没有骂人", "dg_insult"),
    ("商家并未承诺退款", "sp_promise"),
    ("没有搜身", "dg_search_freedom"),
    ("并非虚假宣传", "fr_false_statement"),
    ("没有录音", "fr_record"),
    ("没有发票", "tx_has_proof"),
    # demands say nothing about what happened
    ("要求三倍赔偿", "fr_false_statement"),
    ("要求三倍赔偿", "fraud"),
    ("要求查处虚假宣传", "fr_false_statement"),
    ("要求赔偿3980元", "tx_price_paid"),
    ("希望赔我两万", "tx_price_paid"),
    ("要求三倍赔偿", "mn_age"),
    # questions and suppositions
    ("这算不算虚假宣传？", "fr_false_statement"),
    ("是不是假货？", "fr_adulterated"),
    ("请问过期食品能不能退", "q_expired"),
    ("如果是假货怎么办", "fr_adulterated"),
    ("万一信息泄露了呢", "pi_leak"),
    ("担心吃了过敏", "sf_injury"),
    ("可以退款吗？", "rt_demand"),
    # the law is not the case
    ("根据《消费者权益保护法》，经营者有欺诈行为的应当三倍赔偿", "fraud"),
    ("国家规定不得使用格式条款免除责任", "fc_is_standard_term"),
    # others speak
    ("客服说产品没有过期", "q_expired"),
    ("店主说我是职业打假，买的时候早就知道", "fr_buyer_knew"),
    ("超市说我明知过期还买", "fr_buyer_knew"),
    ("商家要求我退货", "rt_demand"),
    ("现在我的客户要求退款", "rt_demand"),
    ("平台说内部查过没有泄露", "pi_leak"),
    # numbers that are no sums
    ("电话13800001234", "tx_price_paid"),
    ("我打了12315", "tx_price_paid"),
    ("身份证31010119900101123X", "tx_price_paid"),
    ("订单号2026112598765432", "tx_price_paid"),
    ("买了3块蛋糕", "tx_price_paid"),
    ("买了两台手机", "tx_price_paid"),
    ("花了近7000元", "tx_price_paid"),
    ("花了七八百块", "tx_price_paid"),
    ("花了两三万", "tx_price_paid"),
    ("花了3万多", "tx_price_paid"),
    ("每盒450元", "tx_price_paid"),
    ("25元/月的套餐", "tx_price_paid"),
    ("花了500美元", "tx_price_paid"),
    ("2000到5000元不等", "tx_price_paid"),
    # prices of something else
    ("付款时多出40元服务费", "tx_price_paid"),
    ("我买的比我朋友便宜120元", "tx_price_paid"),
    ("去医院花了286元", "tx_price_paid"),
    ("每包都有错字，每件赔一千，一共20000元", "tx_price_paid"),
    ("账户被盗付1299元", "tx_price_paid"),
    ("充电宝押金99元", "pp_amount"),
    ("检验费640元", "tx_price_paid"),
    ("运费花了20元", "rt_demand"),
    ("交了押金200元", "tx_price_paid"),
    ("别家才卖50元", "tx_price_paid"),
    ("退给我300元", "tx_price_paid"),
    # dates that are none
    ("2027年3月1日买的", "tx_contract_date"),
    ("12月3日买的", "tx_contract_date"),  # as likely still to come
    ("2026年2月30日买的", "tx_contract_date"),
    ("三月份买的", "tx_contract_date"),
    ("半个月前买的", "tx_contract_date"),
    ("每周三买菜", "tx_contract_date"),
    ("在3号线买的", "tx_contract_date"),
    ("3月4日收到退场短信", "tx_delivery_date"),
    ("10月29日办理退款", "tx_contract_date"),
    # somebody else's
    ("朋友说那家店卖假货吗", "fr_adulterated"),
    ("听说可以要到损失的两倍？", "rt_demand"),
    # words that only look like it
    ("换了三个教练", "q_replaced"),
    ("客服说介绍不符的可以退", "q_not_conform"),
    ("让我自己拆开看", "q_user_misuse"),
    ("对方说好，第二天又打", "sp_promise"),
    ("虫草含片", "fd_below_standard"),
    ("我是残疾人", "sf_injury"),
    ("优惠券过期了", "q_expired"),
    ("会员证过期", "q_expired"),
    ("刷我手机号登录", "tx_category"),
    ("坐地铁3号线去元旦晚会", "tx_price_paid"),
    ("不但不错而且便宜", "q_not_conform"),
    ("", "rt_demand"),
    ("你好，请问几点开门", "tx_channel"),
]


@pytest.mark.parametrize(("text", "fact", "value"), STATED)
def test_what_is_said_is_suggested(text: str, fact: str, value: object) -> None:
    assert (found(text).get(fact) or [None])[0] == value or value in found(text).get(fact, [])


@pytest.mark.parametrize(("text", "fact"), SILENT)
def test_what_is_not_said_is_not_suggested(text: str, fact: str) -> None:
    assert fact not in found(text)
