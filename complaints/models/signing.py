"""The keys that sign what counsel signs, and signatures that no longer hold."""

import base64

import pgtrigger
from django.conf import settings
from django.db import models

from audit.kinds import Sealed
from complaints.models.resolution import Opinion

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class SigningKey(models.Model):
    """A public key (Ed25519, base64) that this installation signs with or signed with.

    `vouches`: id of an older key → signature of this key over that one.
    """

    key_id = models.CharField(max_length=16, primary_key=True)
    public_key = models.CharField(max_length=44)
    first_used_at = models.DateTimeField()
    vouches = models.JSONField(default=dict)

    class Meta:
        triggers = [pgtrigger.Protect(name="signing_key_is_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return self.key_id

    @property
    def raw(self) -> bytes:
        """The key itself; no bytes where it is not readable."""
        try:
            return base64.b64decode(self.public_key, validate=True)
        except ValueError:
            return b""


class Voided(models.Model):
    """From this moment on a signature holds no more, because what it covers changed.

    `changed`: the parts that changed, as `signing.differences` names them. `by`: whose act it was;
    nobody where the application found it.
    """

    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, related_name="voided")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    changed = models.JSONField(default=list)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="voiding_is_append_only", operation=_APPEND_ONLY),
            Sealed("voiding"),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.changed}"
