"""The only code that opens a connection outward: its rules, its limits, and what comes back."""

from sources.fetching.egress import Egress
from sources.fetching.exchanges import Fetched, FetchError, Hop, Limits, Refused, Unreachable

__all__ = ["Egress", "FetchError", "Fetched", "Hop", "Limits", "Refused", "Unreachable"]
