"""The demo installation's teams and people. Invented."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import training
from accounts.models import Membership, Team, User
from accounts.roles import Role

TEAMS = ["客服一组", "客服二组", "12315 专班", "夜间值班组"]

# user name, name, roles, [(team, leads)]
PEOPLE: list[tuple[str, str, list[Role], list[tuple[str, bool]]]] = [
    ("agent", "陈晓雨", [Role.AGENT], [("客服一组", False), ("12315 专班", False)]),
    ("agent2", "何静", [Role.AGENT], [("客服二组", False)]),
    (
        "supervisor",
        "周启明",
        [Role.SUPERVISOR],
        [("客服一组", True), ("客服二组", True), ("12315 专班", True)],
    ),
    # Leads nobody who works the demo's cases: who may approve 紧急调阅 of theirs (C8).
    ("supervisor2", "孟岚", [Role.SUPERVISOR], [("夜间值班组", True)]),
    ("counsel", "林若衡", [Role.COUNSEL], []),
    ("counsel2", "沈知远", [Role.COUNSEL], []),
    ("auditor", "方慎言", [Role.AUDITOR], []),
    ("administrator", "吴一凡", [Role.ADMINISTRATOR], []),
    ("security", "纪安平", [Role.SECURITY], []),
]
TRAINED_FOR = timedelta(days=365)


@transaction.atomic
def ensure(passwords: dict[str, str]) -> None:
    """Create the demo teams and people that are missing; a person who exists keeps password and
    roles.
    """
    teams = {name: Team.objects.get_or_create(name=name)[0] for name in TEAMS}
    names = [username for username, *_rest in PEOPLE]
    User.objects.filter(username__in=names, email__endswith="@kesu.example", is_demo=False).update(
        is_demo=True  # of an installation that is older than the mark
    )
    for username, name, roles, memberships in PEOPLE:
        user, created = User.objects.get_or_create(
            username=username,
            defaults={
                "name": name,
                "email": f"{username}@kesu.example",
                "roles": [r.value for r in roles],
                "is_demo": True,
            },
        )
        if not created:
            continue
        user.set_password(passwords[username])
        user.save(update_fields=["password"])
        for team, leads in memberships:
            Membership.objects.create(user=user, team=teams[team], leads=leads)
    _trained()


def _trained() -> None:
    """Demo people who never had a training have passed one today."""
    today = timezone.localdate()
    names = [name for name, _n, roles, _m in PEOPLE if set(training.HANDLERS) & set(roles)]
    for user in User.objects.filter(username__in=names, training=None):
        training.enter(
            user,
            passed_on=today,
            valid_until=today + TRAINED_FOR,
            certificate_no="DEMO",
            by=None,
        )
