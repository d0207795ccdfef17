"""What goes wrong in the vault."""


class VaultError(Exception):
    """A ciphertext does not open: wrong key, moved or changed."""


class KeyMissing(VaultError):
    """The key that a ciphertext names is not in the ring."""


class RingAway(VaultError):
    """The keys are kept by another machine, which does not answer now. Nothing is wrong with the
    data: the same call works when it is back.
    """
