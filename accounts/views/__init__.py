"""Pages about people: signing in, own settings, and what an administrator keeps in order."""

from accounts.views.sign_in import locked_out

__all__ = ["locked_out"]
