"""Which refusal an act meets: what happens before it is known stays as it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from complaints.errors import CaseError


def refusal(act: Any, *args: Any, **kwargs: Any) -> str:
    """Its kind and its sentence, undone; "DoesNotExist" for what is not there, "" where the act is
    done (and undone).
    """
    try:
        with transaction.atomic():
            act(*args, **kwargs)
            transaction.set_rollback(True)
    except CaseError as error:
        return f"{type(error).__name__}: {error.message}"
    except ObjectDoesNotExist:
        return "DoesNotExist"
    return ""
