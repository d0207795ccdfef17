"""What keeps the record from being laid down outside, and where it lies, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.outside import Anchor, Stamp, Wanted

_WHY: dict[str, str | Promise] = {
    "": gettext_lazy("马上办理"),
    "off": gettext_lazy("没有配置时间戳服务机构"),
    "away": gettext_lazy("时间戳服务机构没有应答，会自动重试"),
    "refused": gettext_lazy("时间戳服务机构拒绝了请求，会自动重试"),
    "certificates": gettext_lazy("读不出时间戳服务机构的证书文件，请检查设置 TSA_CERTIFICATES"),
    "invalid": gettext_lazy("时间戳服务机构的答复核验不通过，没有采用，会自动重试"),
    "differs": gettext_lazy("文件夹里已有同一天的文件，内容不同；没有覆盖，请查明是谁写的"),
    "nobody": gettext_lazy("法务的邮箱都拒收，会自动重试"),
}


def why(wanted: Wanted) -> str:
    """What kept it so far, and what to do."""
    code = wanted.last_error.partition(":")[0]
    if code in _WHY:
        return str(_WHY[code])
    return _("出错（%(error)s），会自动重试") % {"error": code}


def where(anchor: Anchor, stamp: Stamp | None) -> str:
    """Where an anchor lies."""
    if stamp is not None:
        return _("%(tsa)s，编号 %(serial)s") % {"tsa": stamp.tsa, "serial": stamp.serial}
    return anchor.where
