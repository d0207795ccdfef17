"""Production settings: nothing is forgotten, and nothing unsafe starts."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import env, refusals
from config.state import PROJECT
from quickstart.lint import production
from tests.live import eventually

KEYS = ("SECRET_KEY", "VAULT_KEYS", "BLIND_INDEX_KEY", "SIGNING_KEY")
SERVERS = {"DATABASE_URL": "postgres://kesu@127.0.0.1:1/kesu", "REDIS_URL": "redis://127.0.0.1:1/0"}


def environment(state: Path, settings: dict[str, str]) -> dict[str, str]:
    """These settings and none of the tests' own."""
    own = {*env.VARIABLES, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    inherited = {n: v for n, v in os.environ.items() if n not in own}
    return {**inherited, "STATE_DIR": str(state), **settings}


def check(state: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy`."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env=environment(state, settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def complete() -> dict[str, str]:
    """What an installation has to set."""
    return {**production(), **SERVERS}


def test_a_complete_installation_has_nothing_to_be_warned_of(
    tmp_path: Path, complete: dict[str, str]
) -> None:
    done = check(tmp_path, complete)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "keys").exists(), "a key was made although all were given"


@pytest.mark.parametrize("name", [*KEYS, "DATABASE_URL"])
def test_it_does_not_start_without(name: str, tmp_path: Path, complete: dict[str, str]) -> None:
    del complete[name]
    done = check(tmp_path, complete)
    assert done.returncode != 0
    assert name in done.stderr


UNSAFE = [
    ({"DEBUG": "1"}, "DEBUG must be off"),
    ({"ALLOWED_HOSTS": "kesu.example,*"}, "ALLOWED_HOSTS must name the site, not \\*"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": "a" * 80}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": "django-insecure-" + "abcdefghijklmnop" * 5}, "SECRET_KEY is weak"),
    ({"VAULT_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}"}, "VAULT_KEYS is no random key"),
    ({"SIGNING_KEY": base64.b64encode(b"ab" * 16).decode()}, "SIGNING_KEY is no random key"),
    ({"BLIND_INDEX_KEY": "=VAULT_KEYS"}, "BLIND_INDEX_KEY and VAULT_KEYS are the same key"),
    ({"VAULT_KEYS": "", "VAULT_KEYS_FILE": "0644"}, "every account of this machine may read"),
    ({"SIGNING_KEY_FILE": "none", "SIGNING_KEY": ""}, "SIGNING_KEY_FILE: .* cannot be read"),
]


@pytest.mark.parametrize(("unsafe", "sentence"), UNSAFE)
def test_each_thing_alone_keeps_it_from_starting(
    unsafe: dict[str, str],
    sentence: str,
    complete: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    chosen = {**complete, **unsafe}
    for name, value in chosen.items():
        if value.startswith("="):
            chosen[name] = complete[value[1:]].rpartition(":")[2]
        elif name.endswith("_FILE"):
            file = tmp_path / name
            chosen[name] = str(file)
            if value.isdecimal():
                file.write_text(complete[name.removesuffix("_FILE")], encoding="ascii")
                file.chmod(int(value, 8))
    for name in env.VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    for name, value in complete.items():
        monkeypatch.setenv(name, value)
    assert refusals.refusals() == []
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    said = " ".join(refusals.refusals())
    assert re.search(sentence, said), said
    secret = complete["VAULT_KEYS"].rpartition(":")[2]
    assert secret not in said


def test_a_started_process_names_everything_that_is_unsafe_at_once(
    tmp_path: Path, complete: dict[str, str]
) -> None:
    file = tmp_path / "signing_key"
    file.write_text(complete.pop("SIGNING_KEY"), encoding="ascii")
    file.chmod(0o644)
    weak = {"DEBUG": "1", "ALLOWED_HOSTS": "*", "SECRET_KEY": "x", "SIGNING_KEY_FILE": str(file)}
    done = check(tmp_path, {**complete, **weak, "VAULT_KEYS": "k1:" + "A" * 43 + "="})
    assert done.returncode != 0
    for named in ("DEBUG", "ALLOWED_HOSTS", "SECRET_KEY is weak", "VAULT_KEYS is no", "chmod 600"):
        assert named in done.stderr, named
    assert not (tmp_path / "keys").exists()


def test_beat_starts_where_nothing_was_before(tmp_path: Path, complete: dict[str, str]) -> None:
    complete["REDIS_URL"] = os.environ["REDIS_URL"]
    state = tmp_path / "state"
    command = [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile", ""]
    beat = subprocess.Popen(command, cwd=PROJECT, env=environment(state, complete))  # noqa: S603
    try:
        eventually(lambda: list((state / "run").glob("beat*")))
        assert beat.poll() is None
    finally:
        beat.terminate()
        beat.wait(timeout=20)


def test_a_secret_may_come_from_a_file(tmp_path: Path, complete: dict[str, str]) -> None:
    secret = tmp_path / "secret"
    secret.write_text(complete.pop("SECRET_KEY") + "\n", encoding="ascii")
    secret.chmod(0o600)
    done = check(tmp_path, {**complete, "SECRET_KEY_FILE": str(secret)})
    assert done.returncode == 0, done.stderr


def test_cookies_are_accepted_over_https_from_this_host_alone(
    tmp_path: Path, complete: dict[str, str]
) -> None:
    say = "from django.conf import settings as s; print(*[getattr(s, n) for n in {names!r}])"
    names = [f"{of}_COOKIE_{n}" for of in ("SESSION", "CSRF") for n in ("NAME", "PATH", "DOMAIN")]
    names += ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", say.format(names=names)],
        cwd=PROJECT,
        env=environment(tmp_path, complete),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        *("__Host-session", "/", "None", "__Host-csrf", "/", "None"),
        *("True", "True", "True"),
    ]


def test_a_session_without_a_limit_does_not_start(tmp_path: Path, complete: dict[str, str]) -> None:
    for name in ("SESSION_IDLE_MINUTES", "SESSION_HOURS"):
        done = check(tmp_path, {**complete, name: "0"})
        assert done.returncode != 0
        assert name in done.stderr
