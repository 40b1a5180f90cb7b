"""The desk's pages for sources, and what this app adds to a claim's page: its evidence."""

from sources.admin import checks, claim_actions, claim_parts, hosts, intake, outside_archives, snapshots, source_page

__all__ = ["checks", "claim_actions", "claim_parts", "hosts", "intake", "outside_archives", "snapshots", "source_page"]
