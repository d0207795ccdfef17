"""Every address of the installation."""

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView

from config import views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("today/", views.today_page, name="today"),
    path("", include("accounts.urls")),
    path("", include("complaints.urls")),
    path("", include("reading_room.urls")),  # after law/rules/, law/deadlines/
    path("", include("correspondence.urls")),
    path("", include("analytics.urls")),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("favicon.ico", views.favicon),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", login_not_required(ExportToDjangoView), name="metrics"),
]
if find_spec("config.api"):
    urlpatterns.append(path("api/", include("config.api")))
