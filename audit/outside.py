"""What proves the record to somebody who does not trust this database: time stamps and anchors.

A stamp says that a digest existed at a time, signed by an authority; an anchor that a block's hash
was laid down outside: in a file, in an e-mail to counsel, in a stamp.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.kinds import Sealed
from audit.links import ANCHOR_NAMES_A_BLOCK

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Way(models.TextChoices):
    """How something is laid down outside."""

    FILE = "file", _("文件")
    MAIL = "mail", _("寄给法务的邮件")
    STAMP = "stamp", _("时间戳")


class Stamp(models.Model):
    """A time stamp (RFC 3161) over a SHA-256 digest. `what` names it by text: `block:17`.

    `token` is the authority's whole answer (DER), as `openssl ts -verify -in` takes it; time, name
    and number are copied from it.
    """

    what = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64)
    token = models.BinaryField()
    at = models.DateTimeField()  # the authority's clock
    received_at = models.DateTimeField()
    tsa = models.CharField(max_length=200)
    serial = models.CharField(max_length=64)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="stamp_is_append_only", operation=APPEND_ONLY),
            Sealed("stamp"),
        ]

    def __str__(self) -> str:
        return self.what


class Anchor(models.Model):
    """The last block of a day (Shanghai), laid down outside in one way. `where` says where: the
    file, the receivers, the authority.
    """

    block = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    day = models.DateField()
    how = models.CharField(max_length=10, choices=Way.choices)
    at = models.DateTimeField()
    where = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "how"], name="one_anchor_a_day")]
        triggers = [
            pgtrigger.Protect(name="anchor_is_append_only", operation=APPEND_ONLY),
            ANCHOR_NAMES_A_BLOCK,
            Sealed("anchor"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.how} {self.block}"


class Wanted(models.Model):
    """What is still to be laid down outside: tried again until it is; then the row is gone.

    `block` and `day` are set for anchors; other stamps have none. `last_error`: what `NotNow`
    says, or the kind of any other error.
    """

    how = models.CharField(max_length=10, choices=Way.choices)
    what = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    block = models.BigIntegerField(null=True)
    day = models.DateField(null=True)
    since = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["how", "what"], name="wanted_once")]
        indexes = [models.Index(fields=["not_before", "id"], name="wanted_next")]

    def __str__(self) -> str:
        return f"{self.how} {self.what}"
