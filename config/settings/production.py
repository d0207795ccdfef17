"""Behind HTTPS, with your own servers and keys. Refuses to start unsafely."""

from django.core.exceptions import ImproperlyConfigured

from config.refusals import refusals

if _refused := refusals():
    raise ImproperlyConfigured("\n".join(_refused))

from config.settings.base import *  # noqa: F403 makes keys where none are set
from config.settings.base import OIDC_ISSUER

if OIDC_ISSUER and not OIDC_ISSUER.startswith("https://"):
    raise ImproperlyConfigured("OIDC_ISSUER must begin with https:// in production.")

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, by HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# A name that browsers accept over HTTPS only, from this very host, for the whole site
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
THEME_COOKIE_NAME = "__Host-theme"
PLACES_COOKIE_NAME = "__Host-places"
MESSAGE_STORAGE = "config.cookies.HostMessages"
SESSION_COOKIE_SECURE = True  # and the words for the next page
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True  # and the theme
