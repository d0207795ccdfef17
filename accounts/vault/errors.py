"""What goes wrong in the vault."""


class VaultError(Exception):
    """A ciphertext does not open: wrong key, moved or changed."""
