"""What is wrong and what to do first: measures, signals, causes and their cure (看板与分析)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = _("统计分析")

    def ready(self) -> None:
        """Keep the triggers that tell figures of changed cases as they are written; take in e-mails
        about reports that came back; keep the files that prove corrective actions.
        """
        from analytics import proving, report_mail, report_troubles, touching
        from complaints.actions import receiving
        from correspondence import bounces
        from evidence import checking

        bounces.OTHERS[report_mail.KIND] = report_troubles.returned
        pre_migrate.connect(touching.make_way, sender=self)
        checking.register(proving.named)
        receiving.register(proving.needs)
        post_migrate.connect(touching.install, sender=self)
