from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        """Register the checks; guard what was migrated; enter the ways out of this app."""
        from audit import (
            anchors,
            checks,  # noqa: F401 registered by being imported
            guards,
            proving,
        )

        post_migrate.connect(guards.install, sender=self)
        proving.MEANS |= anchors.MEANS
