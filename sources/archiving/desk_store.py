"""The desk's own store of snapshots, in the storage that the settings name."""

from django.core.files.storage import storages

from sources.archiving.store import SnapshotStore


def desk_store() -> SnapshotStore:
    """Where the desk keeps snapshots: STORAGES["snapshots"]."""
    return SnapshotStore(storages["snapshots"])
