import os

from django.core.wsgi import get_wsgi_application

from config import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()

from accounts.vault import start  # noqa: E402 models need the applications
from config import together  # noqa: E402

start.or_exit()
together.load()
garbage.settle()
