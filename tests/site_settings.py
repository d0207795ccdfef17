"""What a web server or a worker that the tests start uses: the tests' own settings, but mails are
files, so that another process can read them, and static files come straight from their folders.
`MAIL_FOLDER`: the folder of an installation without a mail server, which its page shows.
`YEARS_NOT_PUBLISHED` takes the State Council's notices of these years away; `SWEEP_EVERY`: beat
calls nothing but the sweep, every so many seconds, and letters are left to others.
"""

import os

from complaints import workdays
from config.settings.base import STATE_DIR
from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
if _folder := os.environ.get("MAIL_FOLDER"):
    EMAIL_BACKEND, EMAIL_FILE_PATH = "correspondence.mail_folder.FolderBackend", _folder
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600  # kept, as an installation does

for _year in os.environ.get("YEARS_NOT_PUBLISHED", "").split():
    workdays.STATE = workdays.STATE.without(int(_year))

if _seconds := os.environ.get("SWEEP_EVERY"):
    CELERY_BEAT_SCHEDULE = {
        "sweep": {"task": "complaints.tasks.enforce_deadlines", "schedule": float(_seconds)}
    }
    CELERY_TASK_ROUTES = {"correspondence.tasks.*": {"queue": "letters"}}
