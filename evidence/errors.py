"""Why a file cannot be taken."""


class FileRefused(Exception):
    """The file cannot be taken; the message says why and what to do.

    `status` is the HTTP status that fits.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class StoreAway(OSError):
    """The store of the files does not answer; nothing was written, and trying again is right."""
