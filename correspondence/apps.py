from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "correspondence"
    verbose_name = "往来"

    def ready(self) -> None:
        from complaints.advance import step_taken
        from correspondence.dispatch import SIGNAL, soon

        step_taken.connect(soon, dispatch_uid=SIGNAL)
