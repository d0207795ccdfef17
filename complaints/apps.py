from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = "投诉案件"

    def ready(self) -> None:
        """Hand the figures of the clocks to Prometheus; register the checks."""
        from complaints import checks, metrics  # noqa: F401 checks: by being imported

        metrics.register()
