"""`manage.py rebuild_figures`: all figures anew from the cases, or a look whether they agree."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics import folding, library_days, rebuilding, sampling
from analytics.models import Touched


class Command(BaseCommand):
    help = "Counts every case again and makes all sums of figures anew from the cases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail when sums or some cases by chance differ from the count",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            library_days.compare()
            while folding.fold().more:
                pass
            wrong, of = sampling.different()
            if wrong:
                raise CommandError(
                    f"抽查 {of} 件案件，{wrong} 件与明细不符；请运行 manage.py rebuild_figures\n"
                    f"{wrong} of {of} cases by chance are counted otherwise now; run "
                    "manage.py rebuild_figures"
                )
            if number := rebuilding.different():
                raise CommandError(
                    f"{number} 个汇总数与逐件统计不符；请运行 manage.py rebuild_figures\n"
                    f"{number} sums differ from the count; run manage.py rebuild_figures"
                )
            if aside := Touched.objects.filter(failed_at__isnull=False).count():
                raise CommandError(
                    f"{aside} 项变更无法计入，已搁置；原因见工作进程的日志\n"
                    f"{aside} changes cannot be counted and are set aside; see the log"
                )
            self.stdout.write("汇总数与逐件统计一致 / sums and count agree")
            return
        cases = rebuilding.rebuild(self.stdout.write)
        self.stdout.write(f"已重新统计 {cases:,} 件案件 / counted {cases:,} cases again")
