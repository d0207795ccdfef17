"""What the tests use: the same code paths, faster password hashes, throw-away servers from
quickstart's pytest plugin.
"""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import STATE_DIR

# Each process of a run has a database of its own, and so a store: the same bytes lie under the same
# name, and a file that one test alters or destroys would be whole again by another's; imported
# lists bear the number of their row, which both have
_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "")
EVIDENCE_DIR = STATE_DIR / f"evidence{_PROCESS and '-'}{_PROCESS}"
IMPORTS_DIR = STATE_DIR / f"imports{_PROCESS and '-'}{_PROCESS}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TRAINING_REQUIRED = False  # tests of it ask for it
SEND_UNDO_SECONDS = 0  # what a step sends is looked at right after it; undoing is tried with 30
# Thousands of tests sign in by one step; its own tests, and the sites that they start, ask for two
if "SECOND_FACTOR_ROLES" not in os.environ:
    SECOND_FACTOR_ROLES: list[str] = []
