"""Brings an installation up to date: what `./run` does before the site starts, and what a
deployment does after new code.
"""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.vault import RingAway, start
from audit import grants
from quickstart import beginning, kept, owner, translations
from quickstart.models import Beginning


class Command(BaseCommand):
    """`manage.py bootstrap [--empty]`. Doing it twice does nothing twice."""

    help = "Migrate, compile translations, collect static files, and begin with the demo or empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="no demo people and cases")
        parser.add_argument("--report", type=Path, help="write how to get in here; else it is said")

    def handle(self, *args: Any, **options: Any) -> None:
        self.migrate()
        self.compare_keys()
        self.translate()
        self.collect()
        self.begin(empty=options["empty"], report=options["report"])

    def tell(self, text: str) -> None:
        """A line at once, also through a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def migrate(self) -> None:
        """Apply the migrations that are not applied; open the tables to the application."""
        with owner.speaking():
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.tell(f"建立数据表 / migrating the database ({len(plan)}) …")
            call_command("migrate", interactive=False, verbosity=0)
            return
        try:
            owner.open_tables()
        except grants.NotForTheApplication as refused:
            raise CommandError(str(refused)) from None

    def compare_keys(self) -> None:
        """Nothing starts with other keys than the database's own. Raises CommandError."""
        try:
            found = start.problems()
        except RingAway as away:
            raise CommandError(
                f"密钥服务没有应答，稍后再启动 / the key service does not answer; start again "
                f"later: {away}"
            ) from None
        if found:
            raise CommandError("\n".join(found))

    def translate(self) -> None:
        """Compile the catalogues that have changed."""
        if translations.compile_all(Path(p) for p in settings.LOCALE_PATHS):
            self.tell("编译译文 / compiled translations")

    def collect(self) -> None:
        """Collect the static files when one has changed."""
        stamp = settings.STATE_DIR / "static" / ".collected"
        fingerprint = static_fingerprint()
        if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
            return
        self.tell("收集静态文件 / collecting static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint, encoding="ascii")

    def begin(self, *, empty: bool, report: Path | None) -> None:
        """People and cases of the demo, or nothing. Raises CommandError."""
        try:
            installation = beginning.of_this_database(empty=empty)
        except beginning.DemoIsThere:
            raise CommandError(
                f"此数据库已有演示数据：请用另一个 STATE_DIR（或 DATABASE_URL）再运行 --empty。\n"
                f"This database has the demo data: use --empty with another STATE_DIR (or "
                f"DATABASE_URL). This one: {settings.STATE_DIR}"
            ) from None
        logins: list[list[str]] = []
        if installation.beginning == Beginning.DEMO:
            logins = beginning.demo_people()
            if not installation.demo_loaded_at:
                self.tell("载入演示数据 / loading the demo data …")
            beginning.demo_cases(installation)
        code = beginning.setup_code()
        if report:
            kept.write(report, {"logins": logins, "setup_code": code})
            return
        for login in logins:
            self.tell("  ".join(login))
        if code:
            self.tell(f"/setup/  一次性口令 / code: {code}")


def static_fingerprint() -> str:
    """Changes when a static file does, wherever it comes from."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            found.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()
