"""The provinces of China, and which one an address lies in. Pure.

Codes are the first two digits of GB/T 2260 (中华人民共和国行政区划代码): 31 provinces, autonomous
regions and municipalities under the central government, and Taiwan, Hong Kong and Macao.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Code → the name in use, in the order of the standard.
NAMES: dict[str, str | Promise] = {
    "11": _("北京"),
    "12": _("天津"),
    "13": _("河北"),
    "14": _("山西"),
    "15": _("内蒙古"),
    "21": _("辽宁"),
    "22": _("吉林"),
    "23": _("黑龙江"),
    "31": _("上海"),
    "32": _("江苏"),
    "33": _("浙江"),
    "34": _("安徽"),
    "35": _("福建"),
    "36": _("江西"),
    "37": _("山东"),
    "41": _("河南"),
    "42": _("湖北"),
    "43": _("湖南"),
    "44": _("广东"),
    "45": _("广西"),
    "46": _("海南"),
    "50": _("重庆"),
    "51": _("四川"),
    "52": _("贵州"),
    "53": _("云南"),
    "54": _("西藏"),
    "61": _("陕西"),
    "62": _("甘肃"),
    "63": _("青海"),
    "64": _("宁夏"),
    "65": _("新疆"),
    "71": _("台湾"),
    "81": _("香港"),
    "82": _("澳门"),
}
CHOICES = list(NAMES.items())
