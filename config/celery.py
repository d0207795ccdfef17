"""The Celery application and the beat table: every outside effect leaves through a task here."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_process_init

from config import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
app = Celery("kesu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def compare_keys(**_: Any) -> None:
    """A worker with another key than the database was sealed with does not start."""
    from accounts.vault import start  # models need the applications

    start.or_exit()


@worker_process_init.connect
def settle(**_: Any) -> None:
    """What was loaded at the start stays: looking through it for garbage again and again cost a
    sweep that makes thousands of rows a third of its time.
    """
    garbage.settle()
