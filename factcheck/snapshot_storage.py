"""Where snapshots are kept: the entry of STORAGES that the environment asks for."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from factcheck.environment import env

BUCKET = "FACTCHECK_SNAPSHOT_BUCKET"
ENDPOINT = "FACTCHECK_SNAPSHOT_ENDPOINT"
REGION = "FACTCHECK_SNAPSHOT_REGION"
PREFIX = "FACTCHECK_SNAPSHOT_PREFIX"
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def snapshot_storage() -> dict[str, Any]:
    """A directory below the data directory, or a bucket where one is named. Raises ImproperlyConfigured."""
    given = {name: env.str(name, default="").strip() for name in (BUCKET, ENDPOINT, REGION, PREFIX)}
    if not any(given.values()):
        return {"BACKEND": "sources.archiving.atomic_files.AtomicDirectory"}
    faults = _faults(given)
    if faults:
        raise ImproperlyConfigured("Snapshots cannot be kept in a bucket: " + "; ".join(faults) + ".")
    return {
        "BACKEND": "sources.archiving.bucket.SnapshotBucket",
        "OPTIONS": {
            "bucket_name": given[BUCKET],
            "endpoint_url": given[ENDPOINT],
            "region_name": given[REGION] or "us-east-1",  # what services with an endpoint of their own go by
            "location": given[PREFIX],
        },
    }


def _faults(given: dict[str, str]) -> list[str]:
    """What is missing or wrong, each with its fix."""
    named = ", ".join(name for name, value in given.items() if value)
    absent = " and ".join(name for name in CREDENTIALS if not env.str(name, default=""))
    packages = " and ".join(name for name in ("storages", "boto3") if find_spec(name) is None)
    prefix = given[PREFIX].split("/")
    faults = {
        f"set {BUCKET} as well as {named}, or neither": not given[BUCKET],
        f"set {REGION} to the bucket's region, or {ENDPOINT} to a service that has none": not (
            given[REGION] or given[ENDPOINT]
        ),
        f"{ENDPOINT} must be an address such as https://s3.example, without a path": not _is_origin(given[ENDPOINT]),
        f"{PREFIX} must be a folder such as desk/snapshots, without a slash at either end": bool(given[PREFIX])
        and not all(part.strip(".") for part in prefix),
        f"set {absent}, the key that may read and write there": bool(absent),
        f"install the Python packages django-storages and boto3 ({packages} cannot be imported)": bool(packages),
    }
    return [fault for fault, is_present in faults.items() if is_present]


def _is_origin(address: str) -> bool:
    if not address:
        return True
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        return False
    return is_plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.path in {"", "/"}
