"""The lines that everybody waits for: the address, and how to get in."""

import os

from quickstart import kept
from quickstart.places import Places
from quickstart.terminal import say, table


def show(url: str, places: Places) -> None:
    """Say where the site is and who may sign in, as `manage.py bootstrap` left it."""
    begun = kept.read(places.run / "begun.json", {})
    say(f"客诉 Kesu 已启动 / is running:  {url}")
    if begun.get("logins"):
        title = "演示账户 / demo logins  (用户名 user, 密码 password, 角色 role)"
        _block(title, table([tuple(row) for row in begun["logins"]], indent="    "))
    if begun.get("setup_code"):
        _block(
            "空白系统：请由第一位管理员设置 / empty: the first administrator sets it up",
            f"    {url}setup/   一次性口令 / code: {begun['setup_code']}",
        )
    _block(f"数据与日志 / data and logs: {places.state}", "  Ctrl-C 停止全部 / stops everything")
    if os.geteuid() == 0:
        say("  (root: 日常使用请换普通账户 / for daily use take an ordinary account)", timed=False)


def _block(title: str, text: str) -> None:
    say(f"\n  {title}\n{text}", timed=False)
