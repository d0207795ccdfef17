"""Addresses of notices, of how one wishes to be told, and of the folder of e-mails."""

from django.urls import path

from correspondence.views import calls, mails, notices, wishes

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/count/", notices.notices_count, name="notices_count"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/<int:notice>/read/", notices.read_notice, name="read_notice"),
    path("notices/<int:notice>/open/", notices.open_notice, name="open_notice"),
    path("notices/wishes/<str:token>/", wishes.mail_wishes, name="mail_wishes"),
    path("settings/notices/", wishes.wishes, name="wishes"),
    path("health/calls/", calls.webhook_calls, name="webhook_calls"),
    path("settings/mail/", mails.mails, name="mails"),
    path("settings/mail/<str:name>/", mails.mail, name="mail"),
]
