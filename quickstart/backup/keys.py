"""The keys of an installation: apart from its backups, and recognised without being told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from accounts.vault import index, keys, ring
from config import env, state
from quickstart import kept

# setting → its file in the state folder, for those that were not set but made
FILES = {
    "SECRET_KEY": "secret_key",
    "VAULT_KEYS": "vault_key",
    "BLIND_INDEX_KEY": "blind_index_key",
    "SIGNING_KEY": "signing_key",
}
NEEDED = ("VAULT_KEYS", "BLIND_INDEX_KEY", "SIGNING_KEY")  # without which a backup is not readable


class WrongKeys(Exception):
    """The keys here are not those of the backup; the text names them."""


def fingerprints(values: Mapping[str, str]) -> dict[str, list[str]]:
    """What tells the keys apart and gives none of them away: setting → beginnings of SHA-256."""
    return {
        name: [keys.fingerprint(key) for _, key in keys.parts(values[name]) if key]
        for name in NEEDED
    }


def here() -> dict[str, str]:
    """Setting → keys, of this installation as it is now. Keys of a service (VAULT_KMS) are not
    here: whoever restores is told by the known values of the database.
    """
    wrapping = ring.source()
    return {
        "VAULT_KEYS": wrapping.read() if wrapping.text or wrapping.file else "",
        "BLIND_INDEX_KEY": index.source().read(),
        "SIGNING_KEY": settings.SIGNING_KEY,
    }


def needed() -> dict[str, list[str]]:
    """The fingerprints of the keys without which a backup of now is not readable: the retired ones
    open nothing any more.
    """
    from accounts.models import VaultKey  # `./run` reads this file before there are applications

    rows = list(VaultKey.objects.values_list("fingerprint", "retired_at"))
    gone = {p for p, retired in rows if retired} - {p for p, retired in rows if not retired}
    found = fingerprints(here()).items()
    return {name: [p for p in prints if p not in gone] for name, prints in found}


def compare(wanted: Mapping[str, list[str]], here: Mapping[str, str]) -> None:
    """Raises WrongKeys unless every key of the backup is here; more may be."""
    present = fingerprints(here)
    wrong = [name for name in NEEDED if not set(wanted.get(name, [])) <= set(present[name])]
    if wrong:
        raise WrongKeys(
            f"{'、'.join(wrong)} 不是这份备份的密钥：请放好原来的密钥再恢复。\n"
            f"{', '.join(wrong)}: not the keys of this backup; put the former ones in place first."
        )


def made_here() -> dict[str, str]:
    """Setting → key, of those that were made at the first start and lie in the state folder."""
    folder = state.state_dir() / "keys"
    return {
        name: (folder / file).read_text(encoding="ascii")
        for name, file in FILES.items()
        if not env.text(name) and (folder / file).exists()
    }


def missing() -> list[str]:
    """The keys that are neither set nor in the state folder."""
    return [name for name in FILES if not env.text(name) and name not in made_here()]


def beside(backup: Path) -> Path:
    """Where the keys of a backup are written: to be carried to another place."""
    return backup.with_name(f"{backup.name}.keys")


def put_in_place(file: Path) -> None:
    """Keep the keys of a file in the state folder, where no setting and no file has them.

    Raises WrongKeys when others lie there, or when the file is none of ours.
    """
    folder = state.made(state.state_dir() / "keys")
    given = kept.read(file, None)
    if not isinstance(given, dict) or not given.keys() <= FILES.keys():
        raise WrongKeys(f"{file} 不是密钥文件 / is no file of keys.")
    new = {name: str(key) for name, key in given.items() if not env.text(name)}
    for name, key in new.items():
        target = folder / FILES[name]
        if target.exists() and target.read_text(encoding="ascii") != key:
            raise WrongKeys(f"{target} 是另一把密钥 / is another key; move it away first.")
    for name, key in new.items():
        (folder / FILES[name]).touch(mode=0o600)
        (folder / FILES[name]).write_text(key, encoding="ascii")
