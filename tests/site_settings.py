"""What a web server or a worker that the tests start uses: the tests' own settings, but mails are
files, so that another process can read them, and static files come straight from their folders.
"""

from config.settings.base import STATE_DIR
from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
WHITENOISE_USE_FINDERS = True
