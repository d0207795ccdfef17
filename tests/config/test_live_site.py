"""The site as it stands in production, asked by bytes on a socket, so that nothing is put in order
on the way: no address leads to a file outside, no error tells a detail, every answer has its
headers, and every cookie its flags (PRIVACY.md, Browser).
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.staticfiles import finders

from accounts import keys
from accounts.models import User
from accounts.session_models import Session
from config.state import PROJECT
from quickstart.lint import production
from tests import factories as f
from tests.cast import PASSWORD, Cast, assemble
from tests.live import Site
from tests.production_urls import SECRET

HOST = "kesu.example"
BEHIND = ("Host: kesu.example", "X-Forwarded-Proto: https", "Connection: close")
# name → what every answer says
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = ("default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'")
DETAIL = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|django|python/|gunicorn|psycopg|SELECT|/srv/|/tmp/"
    r"|settings\.|SECRET_KEY|DEBUG|Exception|OperationalError|RuntimeError",
    re.IGNORECASE,
)


class Answer:
    """Status, headers (lower case; each as often as it came) and text."""

    def __init__(self, raw: bytes) -> None:
        head, _empty, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = [(n.lower(), v) for n, _c, v in (line.partition(": ") for line in lines)]
        self.text = self.body.decode("utf-8", "replace")

    def all(self, name: str) -> list[str]:
        return [value for n, value in self.headers if n == name]


class Raw:
    """A site, asked by bytes."""

    def __init__(self, url: str) -> None:
        host, _colon, port = url.removeprefix("http://").partition(":")
        self.address = host, int(port)

    def ask(self, method: str, target: str, *headers: str, body: bytes = b"") -> Answer:
        """Ask for exactly this target; ISO 8859-1, so that any byte can stand in it."""
        length = (f"Content-Length: {len(body)}",) if body else ()
        head = "\r\n".join([f"{method} {target} HTTP/1.0", *BEHIND, *length, *headers, "", ""])
        with socket.create_connection(self.address, timeout=60) as line:
            line.sendall(head.encode("latin-1") + body)
            parts = []
            while part := line.recv(65536):
                parts.append(part)
        return Answer(b"".join(parts))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    people = assemble()
    hashed = Argon2PasswordHasher().encode(PASSWORD, "salt-of-this-test")  # tests hash faster
    User.objects.filter(pk=people.agent.pk).update(password=hashed)
    return people


@pytest.fixture
def site(cast: Cast, tmp_path: Path) -> Iterator[Raw]:
    files = {
        f"{n}_FILE": str(getattr(settings, f"{n}_FILE")) for n in ("VAULT_KEYS", "BLIND_INDEX_KEY")
    }
    chosen = {**production(), **dict.fromkeys(("VAULT_KEYS", "BLIND_INDEX_KEY"), ""), **files}
    chosen["DJANGO_SETTINGS_MODULE"] = "tests.production_site"
    chosen |= {"ALLOWED_HOSTS": f"{HOST},127.0.0.1", "TRUSTED_PROXIES": "1"}
    with Site(tmp_path, **chosen, SECOND_FACTOR_ROLES="auditor") as running:
        yield Raw(running.url)


def test_the_site_in_production_opens_no_file_tells_no_detail_and_guards_its_cookies(
    cast: Cast, site: Raw
) -> None:
    case = f.with_evidence(f.investigating(cast), cast.agent)
    cookies, told = signed_in(site, case.number)
    _key, key = keys.issue(cast.agent, ["complaints:read", "complaints:write"])
    wrong = [*outside(site, case.number, cookies), *errors(site, cookies, key), *told]
    assert not wrong, "\n".join(wrong)


# --- path traversal

FILES = ("etc/passwd", "config/settings/base.py", "manage.py", "keys/vault_key")
UPS = (
    *("../", "%2e%2e/", "%2e%2e%2f", "..%2f", "%252e%252e%252f", "..\\", "..%5c", "%2e%2e%5c"),
    *("....//", "..;/", "%c0%ae%c0%ae/", "\xe0\x80\xae\xe0\x80\xae/", ".%00./", "..%00/"),
)
FOLDERS = ("/static/", "/static/css/", "/", "/api/v1/", "/complaints/{n}/evidence/1/file/")
FOLDERS += ("/settings/mail/", "/law/", "/archive/{n}/export/")
ABSOLUTE = (
    "/static//etc/passwd",
    "//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/file:///etc/passwd",
)


def outside(site: Raw, number: str, cookies: str) -> Iterator[str]:
    """Addresses that lead to a file outside."""
    assert site.ask("GET", "/static/favicon.svg").status == 200
    assert finders.find("favicon.svg")
    signs = [b"root:", (PROJECT / "manage.py").read_bytes()[:60], b"DATABASES = {", b"MIDDLEWARE"]
    targets = [*ABSOLUTE]
    for folder in FOLDERS:
        start = folder.format(n=number)
        targets += [f"{start}{up * 6}{file}" for up in UPS for file in FILES[:2]]
        targets += [f"{start}{UPS[2] * depth}{FILES[2]}" for depth in (1, 2, 3)]
    for target in targets:
        answer = site.ask("GET", target, f"Cookie: {cookies}")
        if answer.status not in (301, 302, 308, 400, 404) or any(s in answer.body for s in signs):
            yield f"GET {target}: {answer.status} {answer.text[:100]}"


# --- errors

JSON_ASKED, PAGE = "Accept: application/json", "Accept: text/html"
CASES: list[tuple[str, str, int]] = [
    ("GET", "/complaints/?q=%00", 400),
    ("GET", "/users/", 403),
    ("GET", "/failing/refused/", 403),
    ("GET", "/complaints/TS26-999999/", 404),
    ("GET", "/nowhere/", 404),
    ("GET", "/language/", 405),
    ("GET", "/failing/bug/", 500),
    ("GET", "/failing/away/", 503),
    ("GET", "/failing/disk/", 503),
]
OF_PROGRAMS: list[tuple[str, str, int]] = [
    ("GET", "/api/v1/complaints/?colour=red", 400),
    ("GET", "/api/v1/audit/", 403),
    ("GET", "/api/v1/complaints/TS26-999999/", 404),
    ("GET", "/api/v1/nowhere/", 404),
    ("GET", "/api/failing/bug/", 500),
    ("GET", "/api/failing/away/", 503),
    ("GET", "/api/failing/disk/", 503),
]


def errors(site: Raw, cookies: str, key: str) -> Iterator[str]:
    """What is wrong with the pages and problems that say what went wrong."""
    for language, words in (("zh-hans", r"[\u4e00-\u9fff]{4}"), ("en", r"[a-z]{3} [a-z]{2}")):
        about = (f"Cookie: {cookies}", f"Accept-Language: {language}")
        asked = [(*case, PAGE) for case in CASES] + [(*case, JSON_ASKED) for case in OF_PROGRAMS]
        for method, target, status, accept in [*asked, *[(*case, JSON_ASKED) for case in CASES]]:
            answer = site.ask(method, target, accept, *about)
            text, label = shown(answer), f"{language} {accept} {target}"
            if answer.status != status:
                yield f"{label}: {answer.status}, not {status}"
            if found := DETAIL.search(text):
                yield f"{label} tells {found.group()!r}"
            if not re.search(words, text) or (
                language == "en" and re.search(r"[\u4e00-\u9fff]", text)
            ):
                yield f"{label} says nothing in {language}: {text[:200]}"
            yield from (f"{label}: {line}" for line in unprotected(answer))
        size = ("Content-Type: application/json", "Content-Length: 99999999")
        big = site.ask(
            "POST", "/api/v1/complaints/", *about[1:], *size, f"Authorization: Bearer {key}"
        )
        if big.status != 413 or DETAIL.search(shown(big)) or [*unprotected(big)]:
            yield f"too large: {big.status} {big.text[:300]} {[*unprotected(big)]}"


def shown(answer: Answer) -> str:
    """What a person reads: the text of a page without its head and addresses."""
    if answer.all("content-type")[:1] == ["application/problem+json"]:
        body = json.loads(answer.text)
        assert {"title", "status", "detail"} <= set(body)
        assert body["status"] == answer.status
        return f"{body['title']} {body['detail']}"
    body = re.sub(r"(?s)<(head|script|svg|form)\b.*?</\1>", " ", answer.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("中文", "")


def unprotected(answer: Answer) -> Iterator[str]:
    """Headers that are missing, doubled, or tell of the machine."""
    for name, value in HEADERS.items():
        if answer.all(name) != [value]:
            yield f"{name}: {answer.all(name)}"
    policy = " ".join(answer.all("content-security-policy"))
    if not all(part in policy for part in POLICY) or "unsafe" in policy:
        yield f"content-security-policy: {policy}"
    told = [n for n, _v in answer.headers if n in ("x-powered-by", "x-aspnet-version", "via")]
    server = [v for v in answer.all("server") if re.search(r"\d", v)]
    if told or server or SECRET[:20] in answer.text:
        yield f"tells {told} {server}"


# --- cookies

# name → scripts never read any of them
KNOWN = {
    *("__Host-session", "__Host-csrf", "__Host-language", "__Host-theme", "__Host-messages"),
    *("__Host-kesu_device", "__Host-places"),
}


def signed_in(site: Raw, number: str) -> tuple[str, list[str]]:
    """(the cookies of the agent in a browser, what is wrong with any cookie on the way)."""
    jar: dict[str, str] = {}
    seen: set[str] = set()
    wrong: list[str] = []

    def ask(method: str, target: str, **form: str) -> Answer:
        token, referer = form.pop("token", ""), form.pop("referer", "")
        sent = "&".join(f"{n}={v.replace(' ', '+')}" for n, v in form.items())
        body = f"csrfmiddlewaretoken={token}&{sent}".encode() if method == "POST" else b""
        kind = "Content-Type: application/x-www-form-urlencoded"
        said = "; ".join(f"{n}={v}" for n, v in jar.items())
        origin = (f"Origin: https://{HOST}", *([f"Referer: {referer}"] if referer else []))
        answer = site.ask(method, target, kind, *origin, f"Cookie: {said}", body=body)
        for line in answer.all("set-cookie"):
            name, _is, rest = line.partition("=")
            value, *flags = rest.split("; ")
            seen.add(name)
            jar[name] = value.strip('"')
            given = {flag.partition("=")[0].lower(): flag.partition("=")[2] for flag in flags}
            gone = given.get("max-age") == "0"
            safe = "secure" in given and given.get("path") == "/" and "domain" not in given
            safe = safe and given.get("samesite") == "Lax" and (gone or "httponly" in given)
            if not safe or name not in KNOWN:
                wrong.append(f"{method} {target} sets {name}: {sorted(given)}")
        return answer

    token = token_of(ask("GET", "/login/"))
    answer = ask("POST", "/login/", token=token, username="agent", password=PASSWORD)
    assert answer.status == 302, shown(answer)
    token = token_of(ask("GET", "/settings/"))
    for address, form in (("/language/", {"language": "zh-hans"}), ("/theme/", {"theme": "dark"})):
        assert ask("POST", address, token=token, **form).status == 302
    ask("POST", "/notices/read/", token=token)  # leaves words for the next page
    ask("GET", f"/complaints/{number}/", referer=f"https://{HOST}/complaints/?state=open")
    cookies = f"__Host-session={jar['__Host-session']}"
    assert Session.objects.exists()
    if seen != KNOWN:
        wrong.append(f"not met: {KNOWN - seen}")
    return cookies, wrong


def token_of(answer: Answer) -> str:
    """What its form sends back."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
    assert found, answer.text[:500]
    return found[1]
