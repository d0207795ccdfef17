"""`create_administrator USERNAME --name …`: an administrator, whose password is printed once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts import people
from accounts.models import User
from accounts.roles import Role


class Command(BaseCommand):
    """For the first one, or when nobody can sign in as administrator any more. Whoever may run it
    owns the server anyway; it is recorded.
    """

    help = "Makes an administrator and prints the password, once; it is changed at first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--email", default="", help="address for notices")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User(username=options["username"], name=options["name"], email=options["email"])
        try:
            user.full_clean(exclude=["password", "roles"])
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        if not user.name.strip():
            raise CommandError(_("请填写姓名"))
        _user, secret = people.create(
            username=user.username,
            name=user.name.strip(),
            roles=[Role.ADMINISTRATOR],
            memberships={},
            by=None,
            email=user.email,
        )
        self.stdout.write(secret)
