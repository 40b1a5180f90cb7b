"""The rows of the sources app."""

from sources.models.archive_copy import ArchiveCopy
from sources.models.check import Finding, Host, SourceCheck
from sources.models.citation import Candidate, Citation
from sources.models.robots import RobotsFile
from sources.models.source import Snapshot, Source

__all__ = ["ArchiveCopy", "Candidate", "Citation", "Finding", "Host", "RobotsFile", "Snapshot", "Source", "SourceCheck"]
