"""The secrets of second factors lie sealed: under a key of the person, bound to the person, so that
a secret copied to somebody else's row opens nothing.

django-allauth's adapter is not told whose secret it seals; whoever calls it says so:

    with belonging_to(user.pk):
        RecoveryCodes.activate(user)
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from accounts import vault
from accounts.factor_models import FactorKey

_whose: ContextVar[int] = ContextVar("whose")


@contextmanager
def belonging_to(user: int) -> Iterator[None]:
    """Whose secrets are sealed and opened inside."""
    token = _whose.set(user)
    try:
        yield
    finally:
        _whose.reset(token)


class FactorAdapter(DefaultMFAAdapter):
    """How django-allauth's factors are kept and named here."""

    def encrypt(self, text: str) -> str:
        """Sealed for whom `belonging_to` names. Raises LookupError outside of it."""
        user = _whose.get()
        sealed = vault.seal(_key(user), FactorKey.context(user), "secret", text)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises VaultError for somebody else's, LookupError outside of `belonging_to`."""
        user = _whose.get()
        sealed = base64.b64decode(encrypted_text)
        return vault.unseal(_key(user), FactorKey.context(user), "secret", sealed)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """The user name, never an address."""
        return str(user.get_username())

    def get_totp_issuer(self) -> str:
        """Under which name the app of the person lists this site."""
        return str(settings.ENTERPRISE_NAME)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        """What the passkey shows of the person: the user name, never an address."""
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.get_username()}


def _key(user: int) -> bytes:
    """Made when first needed; two at once agree on one."""
    found = FactorKey.objects.filter(pk=user).first()
    if found is None:
        made = FactorKey(pk=user, data_key=vault.new_data_key(FactorKey.context(user)))
        FactorKey.objects.bulk_create([made], ignore_conflicts=True)
        found = FactorKey.objects.get(pk=user)
    return bytes(found.data_key)
