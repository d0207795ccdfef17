"""Keys as settings write them."""

import base64
import binascii

from accounts.vault.errors import VaultError


def decoded(text: str, what: str) -> bytes:
    """The 32 bytes of a key in base64. Raises VaultError that names it."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise VaultError(f"{what} is not base64") from error
    if len(key) < 32:
        raise VaultError(f"{what} must have 32 bytes")
    return key[:32]
