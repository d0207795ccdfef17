"""Invented complaints by the thousand, in Chinese, for the measurements that read texts.

Nobody wrote them. A text has a product, two or three of forty troubles, what the service did, a sum
or a number, and words of a long tail: pairs of characters whose frequency falls as 1/rank.
"""

from __future__ import annotations

import numpy as np

# ruff: noqa: SIM905 - one word beside the other is what can be read
PRODUCTS = (
    "空调 冰箱 洗衣机 手机 电视 热水器 扫地机器人 耳机 电饭煲 空气净化器 健身卡 网课 机票 酒店 "
    "门锁 床垫 电动车 奶粉 羽绒服 燃气灶"
).split()
TROUBLES = (
    "收到时包装破损 用了三天就坏了 噪音很大 无法开机 漏水严重 与宣传不符 迟迟不发货 少发配件 "
    "维修两次仍有问题 安装费乱收 退货被拒绝 退款没有到账 发票不开 保修期内要求收费 屏幕有划痕 "
    "电池不耐用 温度不准 异味刺鼻 颜色不对 尺寸不符 优惠券无法使用 价格比活动前还高 客服不回复 "
    "物流显示签收但没收到 门店关门 会员自动扣费 合同条款看不清 承诺的赠品没有 预约多次改期 "
    "师傅没有上门 系统一直报错 账号无法登录 课程质量差 教练离职 航班取消不退 房间不卫生 "
    "面料起球 螺丝松动 按键失灵 充电很慢"
).split()
SERVICE = (
    "打电话没有人接 客服让我等 商家说不是他们的责任 平台推给商家 要求出示检测报告 答应了又反悔 "
    "一直说在处理 只愿意赔优惠券 让我自己承担运费 说超过了七天"
).split()
WISHES = "要求退款 要求换货 希望尽快维修 要求赔偿损失 请依法处理 要求道歉 希望给个说法".split()
CHARACTERS = (
    "山水火木金土天地风云雨雪花草树叶石沙江河湖海春夏秋冬东西南北红黄蓝绿黑白青紫高低长短宽窄厚薄"
    "冷热干湿"
    "轻重快慢新旧好坏真假明暗强弱开关进出升降转停推拉提放装拆修补洗刷切割包裹连接分合增减存取查看听说读写"
)
LIST = [a + b for a in CHARACTERS for b in CHARACTERS if a != b][::7]
TAIL = (1 / np.arange(1, len(LIST) + 1)) / (1 / np.arange(1, len(LIST) + 1)).sum()


def complaint(random: np.random.Generator) -> str:
    """One text of 60 to 150 characters."""
    troubles = random.choice(TROUBLES, size=int(random.integers(2, 4)), replace=False)
    tail = random.choice(LIST, size=int(random.integers(6, 14)), p=TAIL)
    parts = [
        f"{random.integers(1, 13)}月{random.integers(1, 29)}日买了{random.choice(PRODUCTS)}",
        *troubles,
        "、".join(tail[:3]),
        str(random.choice(SERVICE)),
        "说是" + "和".join(tail[3:]),
        f"花了{random.integers(20, 9000)}元，订单{random.integers(10**9, 10**10)}",
        str(random.choice(WISHES)),
    ]
    return "，".join(parts) + "。"


def complaints(random: np.random.Generator, count: int) -> list[str]:
    """So many of them."""
    return [complaint(random) for _ in range(count)]
