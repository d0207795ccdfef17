"""The product as `./run` serves it, with static files straight from their folders."""

from config.settings.dev import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# the same as `SEND_UNDO_SECONDS=0`: cases are made in one go and nobody takes a letter back
SEND_UNDO_SECONDS = 0
LOGGING["loggers"] = {**LOGGING.get("loggers", {}), "audit.seal": {"level": "WARNING"}}  # noqa: F405 a line for each block

SECOND_FACTOR_ROLES: list[str] = []  # sessions are made, nobody signs in; asking it costs nothing
