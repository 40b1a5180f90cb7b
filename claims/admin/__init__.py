"""The desk's pages for claims, people and topics; the apps above add their parts to the claim's page."""

from claims.admin import claim_actions, claim_page, claim_panels, people, topics

__all__ = ["claim_actions", "claim_page", "claim_panels", "people", "topics"]
