"""The admin site of the desk."""

from unfold.sites import UnfoldAdminSite


class DeskSite(UnfoldAdminSite):
    """Unfold's site; the home page is filled by factcheck.dashboard."""
