"""What the web server loads before it has workers, so that they have it together: two workers that
each loaded it by themselves took twice the memory.
"""

from django.db import connections
from django.urls import reverse

from legal_rules import rulebook


def load() -> None:
    """Every view and address, and the law. Leaves no connection that two workers would share."""
    reverse("home")
    rulebook.current()
    connections.close_all()
