"""Why a start ends."""


class CannotStart(Exception):
    """Says to the person at the terminal what is wrong and what to do."""
