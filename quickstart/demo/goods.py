"""Who made it, in which lot, and by which script it was sold: what figures look for causes among.
All of it is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from quickstart.demo.dice import Dice

BRANDS = ("青禾", "禾悦", "小禾", "云帆", "星野")
# What the goods are → letters of the lot, and who supplies them. Services have neither.
SUPPLIERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "保健食品 代用茶": ("BJ", ("禾源生物科技", "禾源生物科技", "云栖食品厂")),
    "乳制品 主食 饮料 预制菜 烘焙 休闲食品 生鲜 生鲜肉类 水产 冷冻食品 粮油 调味品": (
        "SP",
        ("云栖食品厂", "东禾冷链", "平芜食品"),
    ),
    "小家电 智能家电 家电 空调器 洗衣机 电冰箱 电视机 智能家居": (
        "DQ",
        ("海桐电器制造", "青麦电子", "海桐电器制造"),
    ),
    "手机 平板电脑 计算机 智能设备 数码配件": ("SM", ("青麦电子", "橘禾通讯器材")),
    "服装 服饰 家纺 鞋类 箱包 饰品": ("FZ", ("翠禾服饰", "禾丰纺织")),
    "家具 厨具 玩具 日用品": ("JJ", ("云岭家居", "禾谷日用")),
    "保健器械 医疗器械 化妆品": ("YX", ("锦溪医疗器械", "禾港日化")),
}
_OF_KIND = {kind: made for kinds, made in SUPPLIERS.items() for kind in kinds.split()}
SOLD_BY_SCRIPT = ("telesales_fraud", "misrep_health", "spam", "elderly")


def circumstances(
    product: Mapping[str, Any], category: str, bought: date, key: str
) -> dict[str, str]:
    """Brand, batch, supplier and script version of one case, by the API's names; only what it has.
    Nobody wrote down the lot of every fourth.
    """
    dice = Dice("circumstances", key)
    name, kind = str(product["name"]), str(product.get("kind", ""))
    found = {"brand": next((brand for brand in BRANDS if name.startswith(brand)), "")}
    letters, suppliers = _OF_KIND.get(kind, ("", ()))
    if suppliers:
        found["supplier"] = Dice("supplier", name).pick(suppliers)
        if dice.chance(0.75):
            found["batch"] = f"{letters}-{bought:%y%m}-{dice.pick((1, 1, 1, 2, 3)):02d}"
    if category in SOLD_BY_SCRIPT:
        found["script_version"] = f"第 {dice.pick((7, 7, 7, 6, 5))} 版"
    return {field: value for field, value in found.items() if value}
