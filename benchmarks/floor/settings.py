"""A bare Django: standard middleware, database sessions, one file of addresses."""

from config.settings.dev import (  # noqa: F401
    AUTH_USER_MODEL,
    CACHES,
    DATABASES,
    LANGUAGE_CODE,
    SECRET_KEY,
    SESSION_COOKIE_AGE,
    SESSION_ENGINE,
    SESSION_IDLE_MINUTES,
    TIME_ZONE,
    USE_TZ,
)

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.floor.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "pgtrigger",
    "audit",
    "accounts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
