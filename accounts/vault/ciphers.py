"""The ciphers that seal: AES-256-GCM (NIST SP 800-38D) and SM4-GCM (GB/T 32907, GB/T 36624).

A code of one byte stands in each envelope, so that what one cipher sealed opens after the setting
chose another. Keys have 32 bytes; the 16 bytes of SM4 are derived by HKDF (RFC 5869) over SM3, so
that no two ciphers ever work with the same key.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from accounts.vault.errors import VaultError

AES_256_GCM, SM4_GCM = 1, 2
CODES = {"aes-256-gcm": AES_256_GCM, "sm4-gcm": SM4_GCM}  # as VAULT_ALGORITHM writes them
_NONCE, _TAG = 12, 16  # bytes


def chosen() -> int:
    """The code of the cipher that seals what is new. Raises VaultError for an unknown setting."""
    try:
        return CODES[settings.VAULT_ALGORITHM]
    except KeyError:
        known = ", ".join(CODES)
        raise VaultError(
            f"VAULT_ALGORITHM={settings.VAULT_ALGORITHM!r}: must be one of {known}"
        ) from None


def encrypt(code: int, key: bytes, plain: bytes, about: bytes) -> bytes:
    """Nonce (12 bytes), ciphertext and tag (16 bytes), bound to `about`."""
    nonce = os.urandom(_NONCE)
    if code == AES_256_GCM:
        return nonce + AESGCM(key).encrypt(nonce, plain, about)
    try:
        sealing = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce)).encryptor()
    except UnsupportedAlgorithm as error:
        raise VaultError("OpenSSL here has no SM4-GCM (VAULT_ALGORITHM)") from error
    sealing.authenticate_additional_data(about)
    return nonce + sealing.update(plain) + sealing.finalize() + sealing.tag


def decrypt(code: int, key: bytes, sealed: bytes, about: bytes) -> bytes:
    """The clear value. Raises VaultError when key, place or content is another."""
    nonce, body = sealed[:_NONCE], sealed[_NONCE:]
    if len(body) < _TAG:
        raise VaultError("the ciphertext was cut off")
    try:
        if code == AES_256_GCM:
            return AESGCM(key).decrypt(nonce, body, about)
        if code == SM4_GCM:
            mode = modes.GCM(nonce, body[-_TAG:])
            opening = Cipher(algorithms.SM4(_sm4_key(key)), mode).decryptor()
            opening.authenticate_additional_data(about)
            return opening.update(body[:-_TAG]) + opening.finalize()
    except InvalidTag as error:
        raise VaultError("wrong key, moved or changed") from error
    raise VaultError(f"sealed by a cipher that is not known here ({code})")


def _sm4_key(key: bytes) -> bytes:
    return HKDF(algorithm=SM3(), length=16, salt=None, info=b"kesu sm4-gcm").derive(key)
