"""What can go wrong with a case.

Every message is a sentence in the user's language that says what to do next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Unmet:
    """One reason why a step is refused: machine code, the sentence, and the part of the page that
    mends it.
    """

    code: str
    message: str
    anchor: str = ""


class CaseError(Exception):
    """Base of all refusals; `code` is stable for programs."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StepRefused(CaseError):
    """A step is not possible now; `unmet` lists every reason."""

    code = "step_refused"

    def __init__(self, message: str, unmet: Sequence[Unmet] = ()) -> None:
        super().__init__(message)
        self.unmet = list(unmet)


class NotAllowed(CaseError):
    """The person's role does not permit this."""

    code = "not_allowed"


class StaleVersion(CaseError):
    """Somebody else changed the case since it was read; nothing was written."""

    code = "stale_version"

    def __init__(self, message: str, current: int) -> None:
        super().__init__(message)
        self.current = current


class ContentChanged(StaleVersion):
    """What was to be signed is no longer what the person read; nothing was signed."""

    code = "content_changed"


class Invalid(CaseError):
    """Values that cannot be taken: field → sentences."""

    code = "invalid"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(_("；").join(m for messages in errors.values() for m in messages))
        self.errors = errors


class Held(Invalid):
    """The case is under a legal hold: it is to stay as it is."""

    code = "legal_hold"


class Gone(Invalid):
    """The file of the case was destroyed: nothing can be added to it or taken from it."""

    code = "destroyed"


class Duplicate(Invalid):
    """The same external number is registered already, as `number`."""

    code = "duplicate"

    def __init__(self, errors: dict[str, list[str]], number: str) -> None:
        super().__init__(errors)
        self.number = number
