"""The vault of personal data: what is encrypted (`sealing`), how it is found again (`index`), how
it is shown (`masks`).
"""

from accounts.vault.errors import KeyMissing, RingAway, VaultError
from accounts.vault.index import (
    blind_index,
    blind_indexes,
    index_keys,
    lasting_hash,
    normalised,
)
from accounts.vault.masks import COMPOUND_SURNAMES, masked
from accounts.vault.sealing import new_data_key, seal, seal_bytes, unseal, unseal_bytes

__all__ = [
    "COMPOUND_SURNAMES",
    "KeyMissing",
    "RingAway",
    "VaultError",
    "blind_index",
    "blind_indexes",
    "index_keys",
    "lasting_hash",
    "masked",
    "new_data_key",
    "normalised",
    "seal",
    "seal_bytes",
    "unseal",
    "unseal_bytes",
]
