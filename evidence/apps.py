from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "证据"

    def ready(self) -> None:
        """Have the stored files compared when the record is verified with them."""
        from audit.verify import register_files
        from evidence import checking, checks  # noqa: F401 - they register themselves

        register_files(checking.compare)
