"""Where no failed sign-in is taken for a while: an address from which many names were tried, or a
name that was tried from many addresses.
"""

from __future__ import annotations

from django.db import models


class SignInLock(models.Model):
    """One row for each that was ever locked; `times` counts the lock-outs that followed each other
    within a day, and each is twice as long as the one before.

    `subject`: `from:` and a network (one IPv4 address, or an IPv6 /64), or `name:` and the keyed
    hash of a name; what was typed is kept nowhere.
    """

    subject = models.CharField(max_length=80, unique=True)
    times = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} until {self.until:%Y-%m-%d %H:%M}"
