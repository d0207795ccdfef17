"""Which browser it was, in two words: enough to know the own devices again.

Families only, no versions and no models: what a browser says of itself is a courtesy, not a proof.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that occurs counts: every browser also names those that it wants to be taken for.
_BROWSERS = (
    ("wxwork/", "WeCom"),
    ("MicroMessenger/", "WeChat"),
    ("DingTalk/", "DingTalk"),
    ("Lark/", "Lark"),
    ("QQBrowser/", "QQ Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def family(user_agent: str) -> str:
    """`Chrome · Windows`; "" for what no browser says."""
    found = (
        next((name for token, name in table if token in user_agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name)


def words(kept: str) -> str:
    """A kept family for the screen, in the active language."""
    named = {"WeCom": _("企业微信"), "WeChat": _("微信"), "DingTalk": _("钉钉"), "Lark": _("飞书")}
    browser, between, system = kept.partition(" · ")
    return f"{named.get(browser, browser)}{between}{system}" or _("未知的浏览器")
