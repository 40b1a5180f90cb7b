"""Where snapshots are kept: a directory, or an S3-compatible bucket on a service that we did not write."""

from __future__ import annotations

import base64
import runpy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from factcheck.snapshot_storage import snapshot_storage
from sources.archiving import Corrupt, Missing, SnapshotStore, Unresolved, desk_store
from sources.archiving.bucket import SnapshotBucket
from sources.archiving.verifying import UNREADABLE, Expected, fault_of
from sources.archiving.walking import files_of
from tests.sources.archives import ADDRESS, MONDAY, PAGE, exchange, flipped, gzipped, held, not_modified

SETTINGS = Path(__file__).resolve().parents[2] / "factcheck" / "settings.py"
KEYS = {"AWS_ACCESS_KEY_ID": "desk", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
WHOLE = {
    "FACTCHECK_SNAPSHOT_BUCKET": "desk-snapshots",
    "FACTCHECK_SNAPSHOT_ENDPOINT": "https://s3.example",
    "FACTCHECK_SNAPSHOT_PREFIX": "desk/kept",
    **KEYS,
}
NAMES = (*WHOLE, "FACTCHECK_SNAPSHOT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def given(environment: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        environment.setenv(name, value)


class TestSetting:
    def test_is_a_directory_unless_a_bucket_is_named(self, environment: pytest.MonkeyPatch) -> None:
        assert snapshot_storage() == {"BACKEND": "sources.archiving.atomic_files.AtomicDirectory"}

    def test_is_the_bucket_that_is_named(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, WHOLE)

        setting = snapshot_storage()

        assert setting["BACKEND"] == "sources.archiving.bucket.SnapshotBucket"
        assert setting["OPTIONS"] == {
            "bucket_name": "desk-snapshots",
            "endpoint_url": "https://s3.example",
            "region_name": "us-east-1",
            "location": "desk/kept",
        }

    def test_stands_in_the_settings(self, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
        given(environment, {**WHOLE, "FACTCHECK_DATA_DIR": str(tmp_path), "FACTCHECK_PRODUCTION": "false"})

        loaded = runpy.run_path(str(SETTINGS))

        assert loaded["STORAGES"]["snapshots"]["OPTIONS"]["bucket_name"] == "desk-snapshots"

    @pytest.mark.parametrize(
        ("changes", "fix"),
        [
            ({"FACTCHECK_SNAPSHOT_BUCKET": ""}, "set FACTCHECK_SNAPSHOT_BUCKET as well as FACTCHECK_SNAPSHOT_ENDPOINT"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": ""}, "set FACTCHECK_SNAPSHOT_REGION to the bucket's region"),
            ({"AWS_ACCESS_KEY_ID": ""}, "set AWS_ACCESS_KEY_ID, the key"),
            ({"AWS_SECRET_ACCESS_KEY": ""}, "set AWS_SECRET_ACCESS_KEY, the key"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": "s3.example"}, "such as https://s3.example"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": "ftp://s3.example"}, "such as https://s3.example"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": "https://u:p@s3.example"}, "such as https://s3.example"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": "https://s3.example/bucket"}, "without a path"),
            ({"FACTCHECK_SNAPSHOT_ENDPOINT": "https://s3.example:99999"}, "such as https://s3.example"),
            ({"FACTCHECK_SNAPSHOT_PREFIX": "/desk"}, "without a slash at either end"),
            ({"FACTCHECK_SNAPSHOT_PREFIX": "desk/../other"}, "a folder such as"),
        ],
    )
    def test_half_set_or_wrong_is_refused_with_the_fix(
        self, environment: pytest.MonkeyPatch, changes: dict[str, str], fix: str
    ) -> None:
        given(environment, {**WHOLE, **changes})

        with pytest.raises(ImproperlyConfigured, match="cannot be kept in a bucket") as refusal:
            snapshot_storage()

        assert fix in str(refusal.value)
        assert str(refusal.value).count(";") == 0  # that fault alone

    def test_all_faults_are_named_at_once(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, {"FACTCHECK_SNAPSHOT_PREFIX": "desk/"})

        with pytest.raises(ImproperlyConfigured) as refusal:
            snapshot_storage()

        for name in ("FACTCHECK_SNAPSHOT_BUCKET", "_REGION", "_PREFIX must", "AWS_ACCESS_KEY_ID and AWS_SECRET"):
            assert name in str(refusal.value)

    def test_a_missing_package_is_named(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, WHOLE)
        environment.setattr("factcheck.snapshot_storage.find_spec", lambda name: None if name == "boto3" else object())

        with pytest.raises(ImproperlyConfigured, match=r"install .* \(boto3 cannot be imported\)"):
            snapshot_storage()


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of an S3 service on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(environment: pytest.MonkeyPatch, service: str) -> Iterator[SnapshotBucket]:
    """An empty bucket with a prefix, that other things lie next to."""
    given(environment, KEYS)
    made = SnapshotBucket(
        bucket_name="desk-snapshots", region_name="us-east-1", endpoint_url=service, location="desk/kept"
    )
    client = made.connection.meta.client
    client.create_bucket(Bucket="desk-snapshots")
    client.put_object(Bucket="desk-snapshots", Key="desk/kept-elsewhere/warc/x", Body=b"not ours")
    yield made
    made.connection.Bucket("desk-snapshots").objects.all().delete()
    client.delete_bucket(Bucket="desk-snapshots")
    client.close()


def sent_by(bucket: SnapshotBucket) -> list[Any]:
    """The requests that go out from now on."""
    requests: list[Any] = []
    bucket.connection.meta.client.meta.events.register("before-send.s3", lambda request, **_: requests.append(request))
    return requests


class TestBucket:
    def test_keeps_and_gives_back_snapshots_and_revisits(self, bucket: SnapshotBucket) -> None:
        store = SnapshotStore(bucket)
        first = store.keep(gzipped(), metadata={"source": "17"})

        again = store.keep(gzipped(), known=held(first), metadata={})
        confirmed = store.keep(not_modified(), known=held(first), metadata={})

        assert (again.is_revisit, confirmed.is_revisit) == (True, True)
        for archived in (first, again, confirmed):
            kept = store.read(archived.path)
            assert (kept.body, kept.wire) == (PAGE, gzipped().wire)
            store.verify(archived.path, first.sha256)

    def test_a_file_is_one_put_that_carries_the_sha_256_of_its_bytes(self, bucket: SnapshotBucket) -> None:
        requests = sent_by(bucket)
        content = b"x" * 12_000_000  # django-storages would send this in parts

        bucket.save("warc/big", ContentFile(content))

        (put,) = requests
        assert put.method == "PUT"
        assert put.url.endswith("/desk-snapshots/desk/kept/warc/big")
        headers = {
            name.lower(): str(value, "ascii") if isinstance(value, bytes) else value
            for name, value in put.headers.items()
        }
        assert headers["x-amz-content-sha256"] == sha256(content).hexdigest()
        assert headers["x-amz-checksum-sha256"] == base64.b64encode(sha256(content).digest()).decode()
        assert "x-amz-trailer" not in headers

    def test_an_unchanged_page_costs_a_look_and_a_put(self, bucket: SnapshotBucket) -> None:
        store = SnapshotStore(bucket)
        first = store.keep(gzipped(), metadata={})
        requests = sent_by(bucket)

        store.keep(gzipped(), known=held(first), metadata={})

        assert [request.method for request in requests] == ["HEAD", "PUT"]

    def test_nothing_is_overwritten(self, bucket: SnapshotBucket) -> None:
        store = SnapshotStore(bucket)
        paths = {store.keep(exchange(), metadata={}).path for _ in range(5)}

        assert {file.path for file in files_of(bucket)} == paths
        assert len(paths) == 5

    def test_never_refers_to_what_is_not_there(self, bucket: SnapshotBucket) -> None:
        store = SnapshotStore(bucket)
        first = store.keep(gzipped(), metadata={})
        again = store.keep(gzipped(), known=held(first), metadata={})
        bucket.delete(first.path)
        bucket.delete(first.path)

        assert not store.keep(gzipped(), known=held(first), metadata={}).is_revisit
        with pytest.raises(Unresolved):
            store.read(again.path)
        with pytest.raises(Missing):
            store.read(first.path)

    def test_damage_is_noticed(self, bucket: SnapshotBucket) -> None:
        store = SnapshotStore(bucket)
        archived = store.keep(gzipped(), metadata={})
        damaged = flipped(store.bytes_of(archived.path), 700)
        bucket.save(archived.path, ContentFile(damaged))

        with pytest.raises(Corrupt):
            store.verify(archived.path, archived.sha256)

    def test_its_files_are_walked_a_page_at_a_time_in_order(
        self, bucket: SnapshotBucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sources.archiving.bucket.PAGE", 10)
        names = [f"warc/{number % 7}/{number}" for number in range(25)]
        for name in names:
            bucket.save(name, ContentFile(b"x"))
        requests = sent_by(bucket)

        files = list(files_of(bucket))

        assert [file.path for file in files] == sorted(names)
        assert len(requests) == 3
        assert abs(datetime.now(UTC) - files[0].written_at) < timedelta(minutes=5)
        assert abs(datetime.now(UTC) - bucket.get_modified_time("warc/0/0")) < timedelta(minutes=5)

    @pytest.mark.parametrize("name", ["../kept-elsewhere/warc/x", "/etc/hosts", "warc/../../x"])
    def test_names_do_not_lead_outside(self, bucket: SnapshotBucket, name: str) -> None:
        with pytest.raises((SuspiciousOperation, FileNotFoundError)):
            bucket.open(name)
        with pytest.raises(SuspiciousOperation):
            bucket.save(name, ContentFile(b"x"))

    def test_files_are_not_opened_for_writing(self, bucket: SnapshotBucket) -> None:
        with pytest.raises(ValueError, match="save"):
            bucket.open("warc/a", "wb")

    def test_what_the_service_refuses_is_an_error_of_the_system(self, bucket: SnapshotBucket, service: str) -> None:
        nowhere = SnapshotBucket(bucket_name="no-such-bucket", region_name="us-east-1", endpoint_url=service)

        with pytest.raises(OSError, match="refused to write"):
            SnapshotStore(nowhere).keep(exchange(), metadata={})
        with pytest.raises(OSError, match="refused to list"):
            list(files_of(nowhere))

    def test_a_service_that_does_not_answer_is_an_error_of_the_system(self, environment: pytest.MonkeyPatch) -> None:
        given(environment, KEYS)
        # Port 1 of loopback: nobody listens.
        silent = SnapshotBucket(bucket_name="desk", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")
        silent.client_config.retries = {"total_max_attempts": 1}
        wanted = Expected("warc/a", "0" * 64, 1, is_revisit=False, url=ADDRESS, fetched_at=MONDAY)

        with pytest.raises(OSError, match="could not write 'warc/a'"):
            silent.save("warc/a", ContentFile(b"x"))
        fault = fault_of(SnapshotStore(silent), wanted)
        assert fault is not None
        assert fault.kind == UNREADABLE

    def test_all_threads_share_one_client(self, bucket: SnapshotBucket) -> None:
        with ThreadPoolExecutor(4) as pool:
            clients = set(pool.map(lambda _: id(bucket.connection.meta.client), range(20)))

        assert len(clients) == 1

    def test_the_desks_store_is_the_bucket_that_the_environment_names(
        self, bucket: SnapshotBucket, environment: pytest.MonkeyPatch, service: str, settings: Any
    ) -> None:
        given(environment, {**WHOLE, "FACTCHECK_SNAPSHOT_ENDPOINT": service})
        settings.STORAGES = {**settings.STORAGES, "snapshots": snapshot_storage()}

        archived = desk_store().keep(exchange(), metadata={})

        assert isinstance(storages["snapshots"], SnapshotBucket)
        assert bucket.exists(archived.path)
