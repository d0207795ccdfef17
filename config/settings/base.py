"""Settings shared by every way to run.

Each value that an installation may change comes from `config/env.py`. Longer than others on
purpose: a list to look things up in, the clocks of the beat among them.
"""

import os
import sys
from decimal import Decimal
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env
from config.state import PROJECT, embedded_servers, kept_file, kept_secret, made, state_dir

# Workbooks of strangers are read by the parser that refuses XML bombs, whatever else is installed
os.environ["OPENPYXL_LXML"] = "False"
BASE_DIR = PROJECT
STATE_DIR = state_dir()
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY") or kept_secret("secret_key")
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES")
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS")
INDUSTRIES = env.listed("INDUSTRIES")
# Answers the days off that a loaded notice has otherwise than the library (Holidays)
LEGAL_HOLIDAYS = "complaints.calendars.holidays"
# Up to which sum a role offers without asking, until somebody sets other limits (limits page);
# None: without limit
AUTHORITY_LIMITS = {"agent": Decimal(2_000), "supervisor": Decimal(20_000), "counsel": None}
SECOND_SIGNATURE_ABOVE = env.number("SECOND_SIGNATURE_ABOVE")
FALSE_ALARMS_PER_WEEK = env.number("FALSE_ALARMS_PER_WEEK")
SEND_UNDO_SECONDS = env.number("SEND_UNDO_SECONDS")
URGE_HOURS = max(0, env.number("URGE_HOURS"))
CASES_PER_PERSON = max(0, env.number("CASES_PER_PERSON"))
TRAINING_REQUIRED = env.flag("TRAINING_REQUIRED")
REVEALS_PER_TEN_MINUTES = env.number("REVEALS_PER_TEN_MINUTES")
REVEALS_PER_DAY = env.number("REVEALS_PER_DAY")
CONTACT_REVEALS_PER_DAY = env.number("CONTACT_REVEALS_PER_DAY")
PERSON_SEARCH_MISSES = env.number("PERSON_SEARCH_MISSES")
PERSON_SEARCH_MISSES_PER_DAY = env.number("PERSON_SEARCH_MISSES_PER_DAY")
ENTERPRISE_NAME = env.text("ENTERPRISE_NAME")
ENTERPRISE_CONTACT = env.text("ENTERPRISE_CONTACT")
OWN_NUMBERS = env.text("OWN_NUMBERS")
ENTERPRISE_DATA_CONTACT = env.text("ENTERPRISE_DATA_CONTACT")
DATA_PROTECTION_OFFICER = env.text("DATA_PROTECTION_OFFICER")

_embedded = embedded_servers()
DATABASE_URL = env.text("DATABASE_URL") or _embedded.get("DATABASE_URL", "")
# The role of DATABASE_URL owns no table; this one does. Only commands that alter tables use it.
OWNER_DATABASE_URL = env.text("OWNER_DATABASE_URL")
if not env.text("DATABASE_URL"):  # else the two would not belong together
    OWNER_DATABASE_URL = OWNER_DATABASE_URL or _embedded.get("OWNER_DATABASE_URL", "")
REDIS_URL = env.text("REDIS_URL") or _embedded.get("REDIS_URL", "")
if not (DATABASE_URL and REDIS_URL):
    sys.exit(
        "没有可用的数据库：请先运行 ./run，或设置 DATABASE_URL 与 REDIS_URL。\n"
        "No database: start ./run first, or set DATABASE_URL and REDIS_URL."
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "axes",
    "csp",
    "django_htmx",
    "django_prometheus",
    "rest_framework",
    "drf_spectacular",
    "audit",
    "accounts",
    "legal_rules",
    "reading_room",
    "evidence",
    "letters",
    "complaints",
    "correspondence",
    "analytics",
    "quickstart",
]
MIDDLEWARE = [
    "config.request_id.named",
    "config.middleware.bounded_browser",
    "config.middleware.behind_proxies",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the static files: a picture is opened by itself too
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.database_down",
    "config.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.api_slash",
    "config.middleware.no_blank_page",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.second_factor.every_step_passed",
    "config.middleware.bounded_input",
    "config.middleware.SignedInOnly",
    "config.middleware.own_password_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "complaints.views.gone.destroyed_files",
    "complaints.views.own_drafts.dropped_when_taken",
    "axes.middleware.AxesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.denials.recorded",
    "config.readings.noted",
    "config.masked.told",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.shell",
            ],
            "builtins": ["config.tags", "config.quick_tags"],
        },
    }
]

DATABASES = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True),
        "ATOMIC_REQUESTS": False,  # each action is its own transaction; a page never holds one open
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "kesu",
    }
}
SESSION_ENGINE = "accounts.sessions.store"
SESSION_COOKIE_AGE = env.number("SESSION_HOURS") * 3600
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES")
if SESSION_COOKIE_AGE <= 0 or SESSION_IDLE_MINUTES <= 0:
    sys.exit("SESSION_HOURS, SESSION_IDLE_MINUTES: 1 或更大 / 1 or more")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page
LANGUAGE_COOKIE_HTTPONLY = True
THEME_COOKIE_NAME = "theme"  # else as the language
PLACES_COOKIE_NAME = "places"  # where the latest cases stood in their lists
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.oidc.local.NoPasswords",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# None of allauth's own pages has an address here: it does the steps, the pages are ours
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # counted in the database, so that it holds while Redis is away
MFA_ADAPTER = "accounts.factor_secrets.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are up to half a minute wrong
MFA_RECOVERY_CODE_DIGITS = 12
# Whose role is named here gets in by a password and a second factor, or a passkey
SECOND_FACTOR_ROLES = env.listed("SECOND_FACTOR_ROLES")
SECOND_FACTOR_EXCUSES_DEMO = False  # the demo's people, in settings.dev alone
OIDC_ISSUER = env.web_address("OIDC_ISSUER", exact=True)
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_ID"), env.text("OIDC_CLIENT_SECRET")
OIDC_NAME, OIDC_SCOPES = env.text("OIDC_NAME"), env.text("OIDC_SCOPES").split()
OIDC_USERNAME_CLAIM, OIDC_PEOPLE = env.text("OIDC_USERNAME_CLAIM"), env.text("OIDC_PEOPLE")
OIDC_SECOND_FACTOR = env.listed("OIDC_SECOND_FACTOR")
SOCIALACCOUNT_ADAPTER = "accounts.oidc.calls.Adapter"
OIDC_ONLY, OIDC_BREAK_GLASS = env.flag("OIDC_ONLY"), env.listed("OIDC_BREAK_GLASS")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    sys.exit("设置了 OIDC_ISSUER 就必须设置 / is needed with OIDC_ISSUER: OIDC_CLIENT_ID")
if OIDC_ONLY and not (OIDC_ISSUER and OIDC_BREAK_GLASS):
    sys.exit("OIDC_ONLY: 还须设置 / needs OIDC_ISSUER, OIDC_BREAK_GLASS")
if OIDC_PEOPLE not in ("linked", "existing", "create"):
    sys.exit("OIDC_PEOPLE: linked, existing, create")
if "openid" not in OIDC_SCOPES:
    sys.exit("OIDC_SCOPES: openid …")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
SIGN_IN_TRIES = env.number("SIGN_IN_TRIES")
if SIGN_IN_TRIES <= AXES_FAILURE_LIMIT:
    sys.exit("SIGN_IN_TRIES: 6 或更大 / 6 or more")
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_HANDLER = "accounts.lockout.Handler"
AXES_USERNAME_CALLABLE = "accounts.lockout.kept_of"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
EVIDENCE_DIR = STATE_DIR / "evidence"
IMPORTS_DIR = STATE_DIR / "imports"  # lists that are being imported, and rows sent back
EVIDENCE_LIMIT = env.number("EVIDENCE_LIMIT_MB") * 1024 * 1024
EVIDENCE_STORE = env.text("EVIDENCE_STORE")
if EVIDENCE_STORE and not (EVIDENCE_STORE.startswith("s3://") and urlsplit(EVIDENCE_STORE).netloc):
    sys.exit("EVIDENCE_STORE 应写成 / must be s3://bucket/folder?endpoint=https://…")
if EVIDENCE_STORE and find_spec("boto3") is None:
    sys.exit("EVIDENCE_STORE: pip install -r requirements/s3.txt")
CLAMD_URL, CLAMD_AWAY = env.text("CLAMD_URL"), env.text("CLAMD_AWAY")
UPLOAD_LIMIT = env.number("UPLOAD_LIMIT_MB") * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["evidence.uploads.Small", "evidence.uploads.IntoStore"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

ANCHOR_DIR = env.text("ANCHOR_DIR") or str(STATE_DIR / "anchors")
TSA_URL = env.web_address("TSA_URL")
TSA_CERTIFICATES = env.text("TSA_CERTIFICATES")
if TSA_URL and not TSA_CERTIFICATES:
    sys.exit(
        "设置了 TSA_URL 就必须用 TSA_CERTIFICATES 指定时间戳服务机构的证书文件。\n"
        "TSA_CERTIFICATES, the file of the authority's certificates, is needed with TSA_URL."
    )

VAULT_ALGORITHM = env.text("VAULT_ALGORITHM")
VAULT_KMS = env.text("VAULT_KMS")
VAULT_KMS_URL, VAULT_KMS_TOKEN = env.text("VAULT_KMS_URL"), env.text("VAULT_KMS_TOKEN")
VAULT_KEYS, VAULT_KEYS_FILE = env.source("VAULT_KEYS")
if not (VAULT_KEYS or VAULT_KEYS_FILE or VAULT_KMS):
    VAULT_KEYS_FILE = str(kept_file("vault_key", 32))
BLIND_INDEX_KEY, BLIND_INDEX_KEY_FILE = env.source("BLIND_INDEX_KEY")
if not (BLIND_INDEX_KEY or BLIND_INDEX_KEY_FILE):
    BLIND_INDEX_KEY_FILE = str(kept_file("blind_index_key", 32))
SIGNING_KEY = env.text("SIGNING_KEY") or kept_secret("signing_key", 32)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True  # a killed worker's task is delivered again; tasks are idempotent
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONSUMER = "config.consumer:Consumer"
# KB. Typst keeps what it set of the last ten documents, 200 MB for a dossier of a thousand entries;
# a process that has grown so far makes room for a new one after its task.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "send what waits in the outbox": {"task": "correspondence.tasks.send_waiting", "schedule": 5.0},
    "send mails to colleagues": {"task": "correspondence.tasks.send_digests", "schedule": 10.0},
    "send mails about alarms": {"task": "correspondence.tasks.send_alarms", "schedule": 10.0},
    "look at saved views": {"task": "correspondence.tasks.look_at_views", "schedule": 600.0},
    "mail about saved views": {"task": "correspondence.tasks.mail_view_alerts", "schedule": 60.0},
    "call about access": {"task": "correspondence.tasks.call_about_access", "schedule": 10.0},
    "take in what came back": {"task": "correspondence.tasks.take_bounces", "schedule": 60.0},
    "call the webhook": {"task": "correspondence.tasks.call_webhook", "schedule": 10.0},
    "forget old calls": {"task": "correspondence.tasks.forget_calls", "schedule": 3600.0},
    "enforce deadlines": {"task": "complaints.tasks.enforce_deadlines", "schedule": 30.0},
    "tell who is back": {"task": "complaints.tasks.tell_returned", "schedule": 60.0},
    "archive finished files": {"task": "complaints.tasks.archive_finished", "schedule": 1800.0},
    "ask for reviews of access": {"task": "complaints.tasks.ask_for_reviews", "schedule": 300.0},
    "resume packages": {"task": "complaints.tasks.resume_packages", "schedule": 60.0},
    "read for the search": {"task": "complaints.tasks.read_for_search", "schedule": 10.0},
    "propose disposal": {"task": "complaints.tasks.propose_disposal", "schedule": 86400.0},
    "destroy what is agreed": {"task": "complaints.tasks.destroy_agreed", "schedule": 3600.0},
    "resume imports": {"task": "complaints.tasks.resume_imports", "schedule": 30.0},
    "resume recounts": {"task": "complaints.tasks.resume_recounts", "schedule": 30.0},
    "resume letters": {"task": "complaints.tasks.resume_letters", "schedule": 60.0},
    "resume trials": {"task": "complaints.tasks.resume_trials", "schedule": 60.0},
    "resume mass drafts": {"task": "complaints.tasks.resume_mass_drafts", "schedule": 60.0},
    "notice another rulebook": {"task": "complaints.tasks.notice_rulebook", "schedule": 300.0},
    "send reports": {"task": "analytics.tasks.send_reports", "schedule": 30.0},
    "sweep unfinished uploads": {"task": "evidence.tasks.sweep_uploads", "schedule": 3600.0},
    "fold changes into figures": {"task": "analytics.tasks.fold_changes", "schedule": 5.0},
    "seal the record": {"task": "audit.tasks.seal_what_waits", "schedule": 60.0},
    "verify the record": {"task": "audit.tasks.verify_at_night", "schedule": 300.0},
    "lay down anchors": {"task": "audit.tasks.lay_down_anchors", "schedule": 60.0},
    "make the months of the record": {"task": "audit.tasks.make_months", "schedule": 6 * 3600.0},
    "forget old drafts": {"task": "complaints.tasks.forget_old_drafts", "schedule": 3600.0},
    "notice lock-outs": {"task": "accounts.tasks.notice_lockouts", "schedule": 30.0},
    "mail about second factors": {"task": "accounts.tasks.mail_about_factors", "schedule": 10.0},
    "forget remembered answers": {"task": "accounts.tasks.forget_answers", "schedule": 3600.0},
    "look for signals": {"task": "analytics.tasks.look_for_signals", "schedule": 600.0},
    "tell about signals": {"task": "analytics.tasks.tell_about_signals", "schedule": 60.0},
    "forget ended sessions": {"task": "accounts.tasks.forget_sessions", "schedule": 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(made(STATE_DIR / "run") / "beat")  # beat makes no folder

_mail = urlsplit(env.text("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")
if _mail.scheme:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_TLS = _mail.scheme == "smtp" and EMAIL_PORT == 587
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "correspondence.mail_folder.FolderBackend"
    EMAIL_FILE_PATH = str(STATE_DIR / "mail")
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS")
BOUNCES_DIR = env.text("BOUNCES_DIR") or str(STATE_DIR / "mail-in")
EMAIL_TIMEOUT = 20  # seconds; a mail server that does not answer holds up a worker no longer

SITE_URL = env.web_address("SITE_URL") or f"http://{env.text('HOST')}:{env.number('PORT')}"
PRIVATE_TARGETS = env.listed("PRIVATE_TARGETS")
SMS_URL = env.web_address("SMS_URL")
WEBHOOK_URL = env.web_address("WEBHOOK_URL")
WEBHOOK_SECRET = env.text("WEBHOOK_SECRET")
if WEBHOOK_URL and not WEBHOOK_SECRET:
    sys.exit(
        "设置了 WEBHOOK_URL 就必须设置 WEBHOOK_SECRET（或 WEBHOOK_SECRET_FILE）。\n"
        "WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) is needed with WEBHOOK_URL."
    )

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.KeyAuthentication",
        "accounts.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.authentication.ScopedPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.StrictJSON"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.negotiation.OnlyJSON",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would tell names and texts of the code
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.PerCaller"],
    "DEFAULT_THROTTLE_RATES": {"caller": f"{env.number('API_CALLS_PER_MINUTE')}/min"},
    "EXCEPTION_HANDLER": "config.api_errors.as_problem",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `format` is no filter
    "UNICODE_JSON": True,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kesu 客诉 API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Complaint case management: register, step, facts, evidence, resolutions.",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["accounts.api.schema.without_own_views"],
    "POSTPROCESSING_HOOKS": [],  # closed lists stand where they are used
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_AUTHENTICATION": [],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "without_tokens": {"()": "config.logs.WithoutTokens"},
        "without_rows": {"()": "config.logs.WithoutRows"},
        "without_persons": {"()": "config.logs.WithoutPersons"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_tokens", "without_rows", "without_persons"],
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL")},
    "loggers": {"axes": {"level": "ERROR"}},
}
