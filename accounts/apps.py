from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员"

    def ready(self) -> None:
        """Sign-ins are rows of their own; numbers of persons do not enter the record, whoever
        writes its details.
        """
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from accounts import sessions
        from accounts.masking import texts
        from accounts.vault import checks  # noqa: F401 registered by being imported
        from audit.record import register_mask

        user_logged_in.connect(sessions.began, dispatch_uid="accounts.sessions")
        user_logged_out.connect(sessions.left, dispatch_uid="accounts.sessions")
        register_mask(lambda detail: texts.split(detail)[0])
