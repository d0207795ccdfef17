"""What the two commands that replace keys have in common: new key, work, retiring, taking out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.vault import ciphers, index, keys, ring, rotation, start
from accounts.vault.errors import RingAway, VaultError
from accounts.vault.key_rows import VaultKey
from audit.record import record


def arguments(parser: CommandParser, what: str) -> None:
    """`--new` and `--take-out`, for keys that stand in a file which may be written."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--new", action="store_true", help=f"first put a new {what} in front, in the file of keys"
    )
    one.add_argument(
        "--take-out", action="store_true", help="take retired keys out of the file of keys"
    )


class Rotating:
    """One run. `turn` does the work; `verb` is what the record calls it."""

    def __init__(
        self, purpose: str, turn: Callable[[rotation.Say], rotation.Turned], verb: str, out: Any
    ) -> None:
        self.purpose, self.turn, self.verb, self.out = purpose, turn, verb, out
        self.source = ring.source() if purpose == VaultKey.Purpose.WRAP else index.source()

    def run(self, *, new: bool, take_out: bool) -> None:
        """Raises CommandError with what is left to do."""
        try:
            if take_out:
                self._take_out()
                return
            self._compare()
            if new:
                self._put_new_key_in_front()
                self._compare()  # and its known value is written down
            self._turn()
        except RingAway as error:
            raise CommandError(
                "密钥服务没有应答；稍后再运行，会接着做。\n"
                "The key service does not answer; run this again, it goes on where it stopped. "
                f"{error}"
            ) from None
        except (VaultError, rotation.StillNeeded, OSError) as error:
            raise CommandError(str(error)) from None

    def _say(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()

    def _compare(self) -> None:
        if found := start.problems():
            raise CommandError("\n".join(found))

    def _put_new_key_in_front(self) -> None:
        """Under a name that was never taken. Running processes notice the changed file."""
        text, key = self._file(), keys.fresh()
        if self.purpose == VaultKey.Purpose.INDEX:
            hashed = index.SM3 if ciphers.chosen() == ciphers.SM4_GCM else index.SHA256
            older = ",".join(_with_hash(text))
            self.source.write(f"{hashed}:{key},{older}")
        else:
            name = self._free_name(text)
            self.source.write(f"{name}:{key},{','.join(_with_name(text))}")
        self._say(
            f"新密钥已放在最前面，请立即另存一份：{self.source.place}\n"
            f"The new key is in front; keep a copy elsewhere now: {self.source.place}"
        )

    def _file(self) -> str:
        if self.source.text or not self.source.file:
            raise CommandError(
                f"{self.source.setting} 不在文件里：请自己增减密钥（新的放在最前面），"
                "重启所有进程，再运行本命令（不带 --new、--take-out）。\n"
                f"{self.source.setting} is no file: put the new key in front (or take the old one "
                "out) yourself, restart every process, and run this without --new or --take-out."
            )
        return self.source.read()

    def _free_name(self, text: str) -> str:
        taken = {*keys.named(text), *VaultKey.objects.values_list("name", flat=True)}
        numbers = [int(m[1]) for name in taken if (m := re.fullmatch(r"k(\d{1,9})", name))]
        return f"k{max(numbers, default=0) + 1}"

    def _turn(self) -> None:
        turned = self.turn(self._progress)
        now = timezone.now()
        if any(turned.done.values()):
            record(self.verb, "vault", None, now, {"rows": turned.done, "left": turned.held})
        for table, count in turned.done.items():
            self._say(f"{table}: {count}")
        if not turned.complete:
            raise CommandError(_left(turned))
        for name in rotation.retire(self.purpose, now):
            self._say(
                f"旧密钥 {name} 已停用：{_minutes()} 分钟后可以移除（备份还要用它的，另行保存）。\n"
                f"The old key {name} is retired: it may be taken out in {_minutes()} minutes (keep "
                "it elsewhere as long as backups need it)."
            )
        self._say("完成 / done")

    def _progress(self, table: str, done: int, total: int) -> None:
        self._say(f"{table}: {done} / {total}")

    def _take_out(self) -> None:
        """Raises CommandError for a key that is still needed, or was until a moment ago."""
        text = self._file()
        ready, soon = rotation.removable(timezone.now())
        gone = {row.name for row in ready if row.purpose == self.purpose}
        rotation.must_not_need(self.purpose, sorted(gone))
        waits = [row.name for row in soon if row.purpose == self.purpose]
        entries = _with_name(text) if self.purpose == VaultKey.Purpose.WRAP else _with_hash(text)
        left = [entry for entry in entries if self._name(entry) not in gone]
        if len(left) == len(entries):
            raise CommandError(self._why_nothing_goes(waits))
        if not left:
            raise CommandError(
                f"{self.source.setting} 里没有别的密钥了：请清除这项设置。\n"
                f"{self.source.setting} would be empty: unset it."
            )
        self.source.write(",".join(left))
        names = sorted(self._name(entry) for entry in entries if entry not in left)
        told = {"ring": self.purpose, "keys": names}
        record("vault.key_taken_out", "vault", None, timezone.now(), told)
        self._say(f"已移除 / taken out: {', '.join(names)}")

    def _name(self, entry: str) -> str:
        before, _, key = entry.partition(":")
        if self.purpose == VaultKey.Purpose.WRAP:
            return before
        return index.name_of(before, key)

    def _why_nothing_goes(self, waits: list[str]) -> str:
        if waits:
            names = ", ".join(waits)
            return (
                f"{names} 停用不到 {_minutes()} 分钟，可能还有请求在用；稍后再运行。\n"
                f"{names} was retired less than {_minutes()} minutes ago and may be in use; run "
                "this again later."
            )
        return (
            "没有可以移除的密钥：先运行本命令（不带 --take-out）轮换。\n"
            "No key may be taken out: run this without --take-out first."
        )


def _with_name(text: str) -> list[str]:
    return [f"{before or keys.FIRST}:{key}" for before, key in keys.parts(text)]


def _with_hash(text: str) -> list[str]:
    """Each with the hash that it works with, whatever the setting chooses for others."""
    return [
        f"{key.algorithm}:{part}"
        for key, (_before, part) in zip(index.index_keys(), keys.parts(text), strict=True)
    ]


def _minutes() -> int:
    return int(rotation.GRACE.total_seconds() // 60)


def _left(turned: rotation.Turned) -> str:
    if turned.damaged:
        rows = ", ".join(turned.damaged)
        return (
            f"有数据密钥用环里的任何密钥都打不开，旧密钥因此不停用：{rows}。\n"
            f"Data keys open with no key of the ring, so the old key is not retired: {rows}."
        )
    return (
        f"还有 {turned.held} 行被占用；再运行一次会接着做。\n"
        f"{turned.held} rows were held by others; run this again, it goes on."
    )
