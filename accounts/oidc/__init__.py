"""Signing in by the enterprise's own provider of identities (OpenID Connect Core 1.0, code flow).

`provider.py` talks to it, `claims.py` believes what it signed and nothing else, `people.py` says
who of this house that is, `local.py` what a password is still good for. State, PKCE and the
exchange of the code are django-allauth's; so is the table of links (`SocialAccount`: provider is
the issuer, uid the subject; nothing else the provider says is kept).
"""

from __future__ import annotations


class NotSignedIn(Exception):
    """The provider's answer signs nobody in; the message says why and what to do next."""
