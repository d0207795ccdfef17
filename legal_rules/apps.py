"""The law as data and the engine that applies it; its tables keep the rulebooks that were used and
what counsel signed of them.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegalRulesConfig(AppConfig):
    name = "legal_rules"
    verbose_name = _("法律规则")

    def ready(self) -> None:
        from legal_rules import checks  # noqa: F401 registered by being imported
