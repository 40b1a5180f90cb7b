"""When the log can be neither signed nor appended to."""

from claims.rules import InvalidTransition


class LogUnusable(InvalidTransition):
    """The log's key is lost, or its tree is not the one that was signed: an operator has to act; `reason` says how."""
