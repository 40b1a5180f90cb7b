"""What this app adds to a claim's page, and its own read-only pages: versions, the log, rating scales."""

from reviews.admin import claim_parts, correction_actions, draft_actions, records, round_actions

__all__ = ["claim_parts", "correction_actions", "draft_actions", "records", "round_actions"]
