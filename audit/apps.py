from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        """Register the checks; enter the ways out that need no other app."""
        from audit import (
            anchors,
            checks,  # noqa: F401 registered by being imported
            proving,
        )

        proving.MEANS |= anchors.MEANS
