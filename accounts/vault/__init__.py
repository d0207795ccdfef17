"""The vault of personal data: what is encrypted (`sealing`), how it is found again (`index`), how
it is shown (`masks`).
"""

from accounts.vault.errors import VaultError
from accounts.vault.index import blind_index, normalised
from accounts.vault.masks import COMPOUND_SURNAMES, masked
from accounts.vault.sealing import new_data_key, seal, seal_bytes, unseal, unseal_bytes

__all__ = [
    "COMPOUND_SURNAMES",
    "VaultError",
    "blind_index",
    "masked",
    "new_data_key",
    "normalised",
    "seal",
    "seal_bytes",
    "unseal",
    "unseal_bytes",
]
