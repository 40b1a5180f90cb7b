"""Who is calling: `Authorization: Api-Key <prefix>.<secret>`."""

import hmac

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from claims.rules import InvalidTransition
from partners import rules, workflow
from partners.models import ApiKey, Partner

SCHEME = "Api-Key"
HEADER_MAX = 200
_NOBODYS_HASH = workflow.secret_hash("")


class KeyAuthentication(BaseAuthentication):
    """Sets `request.user` to the partner and `request.auth` to its key; both None without a header."""

    def authenticate(self, request: Request) -> tuple[Partner, ApiKey] | None:
        """Return partner and key; raise AuthenticationFailed for a header that is not a usable key."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        at = timezone.now()
        key = _known_key(*_parts(header))
        try:
            rules.check_is_usable(key, at)
        except InvalidTransition as ended:
            raise AuthenticationFailed(ended.reason) from ended
        workflow.note_use(key, at=at)
        return key.partner, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the client to use."""
        return SCHEME


def _parts(header: str) -> tuple[str, str]:
    scheme, _, text = header.strip().partition(" ")
    if scheme.casefold() != SCHEME.casefold():
        raise AuthenticationFailed(f"Use the header “Authorization: {SCHEME} <prefix>.<secret>”.")
    prefix, dot, secret = text.strip().partition(".")
    if not (prefix and dot and secret) or len(header) > HEADER_MAX or not text.isascii() or "\x00" in text:
        raise AuthenticationFailed("This is not a key: it has the form <prefix>.<secret>.")
    return prefix, secret


def _known_key(prefix: str, secret: str) -> ApiKey:
    """The key; an unknown prefix and a wrong secret take the same time and say the same."""
    key: ApiKey | None
    try:
        key = ApiKey.objects.select_related("partner").get(prefix=prefix)
    except ApiKey.DoesNotExist:
        key = None
    kept = key.secret_hash if key else _NOBODYS_HASH
    if not hmac.compare_digest(kept, workflow.secret_hash(secret)) or key is None:
        raise AuthenticationFailed("This key is not known here. Check that it is whole.")
    return key
