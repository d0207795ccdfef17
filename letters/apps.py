"""What letters say, in Chinese and English, and how they look on paper."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = _("函件")

    def ready(self) -> None:
        from letters import checks  # noqa: F401 registered by being imported
