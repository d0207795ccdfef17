from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = "投诉案件"

    def ready(self) -> None:
        """Hand the figures of the clocks to Prometheus; register the checks; keep the function that
        destroys a file as its plan says.
        """
        from accounts.masking import originals
        from audit import kinds
        from complaints import (  # noqa: F401 checks
            checks,
            destroyed_rows,
            metrics,
            shredding_sql,
            vaulting,
        )
        from complaints.actions import leaving
        from evidence import checking

        metrics.register()
        leaving.register()
        originals.register(vaulting.keep)
        kinds.register_destruction(destroyed_rows.among)
        kinds.register_names(destroyed_rows.names)
        checking.register(destroyed_rows.packages)
        post_migrate.connect(shredding_sql.install, sender=self)
