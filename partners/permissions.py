"""What a key may do: the scope that a view asks for."""

from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class HasScope(BasePermission):
    """Lets a key in that has the view's `scope`, and anybody where the view is public and the desk allows it.

    A view must say `scope` (None: open to all) and `is_public`; one that says neither fails, closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True, or raise NotAuthenticated or PermissionDenied naming the scope that is wanting."""
        if view.scope is None:
            return True
        key: Any = request.auth
        if key is None:
            if view.is_public and settings.ANONYMOUS_READ:
                return True
            raise NotAuthenticated(f"This needs a key with the scope {view.scope.value}.")
        if view.scope not in key.scopes:
            raise PermissionDenied(f"This key lacks the scope {view.scope.value}. Ask the desk for it.")
        return True
