from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "correspondence"
    verbose_name = "往来"

    def ready(self) -> None:
        """Send when a step was taken; take the record's anchors to counsel."""
        from audit import proving
        from audit.outside import Way
        from complaints.advance import step_taken
        from correspondence import anchoring
        from correspondence.dispatch import SIGNAL, soon

        step_taken.connect(soon, dispatch_uid=SIGNAL)
        proving.MEANS[Way.MAIL] = anchoring.MEANS
