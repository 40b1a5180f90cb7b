"""The pipeline as one would first write it: a Celery task a URL, with the usual libraries, and no rows written.

`requests` fetches, trafilatura takes the main text, rapidfuzz looks for the quotation, warcio writes the WARC.
Its worker is measured whole, parent and two prefork children; whoever sends the messages is not.
"""

import hashlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import Celery
from measuring.machine import cpu_seconds
from measuring.processes import ROOT, BenchmarkError, environment, run_module

from factcheck import broker

PROCESSES = 2
_WAIT_SECONDS = 900

app = Celery("naive", broker=os.environ.get("BENCH_BROKER", ""))
app.conf.update(
    task_ignore_result=True,
    broker_transport_options={"global_keyprefix": os.environ.get("BENCH_PREFIX", "")},
    worker_hijack_root_logger=False,
)


@app.task(name="naive.check")
def check(url: str, quotations: list[str], path: str) -> None:
    """Fetch, read, look for the quotations, hash and archive one page."""
    import requests
    import trafilatura
    from rapidfuzz.fuzz import partial_ratio_alignment
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    response = requests.get(url, timeout=30)
    text = trafilatura.extract(response.text) if response.ok else None
    found = [partial_ratio_alignment(quotation, text or "", score_cutoff=70) for quotation in quotations]
    digest = hashlib.sha256(response.content).hexdigest()
    head = StatusAndHeaders(f"{response.status_code} {response.reason}", list(response.headers.items()), "HTTP/1.1")
    with Path(path + ".part").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        extra = {"X-SHA256": digest, "X-Found": str(sum(one is not None for one in found))}
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(response.content), http_headers=head, warc_headers_dict=extra
            )
        )
    os.rename(path + ".part", path)


def measure(work: list[tuple[str, list[str]]], *, directory: Path, log: Path) -> dict[str, float]:
    """Check every URL for its quotations, in processes of their own."""
    found: dict[str, float] = run_module("checking.naive", env={}, log=log, work=work, directory=str(directory))
    return found


def main(work: list[tuple[str, list[str]]], directory: str) -> dict[str, float]:
    """Start a worker and have it check everything; its imports and a first few checks are not counted."""
    kept = Path(directory)
    kept.mkdir()
    with _reachable_broker(kept) as address:
        env = environment({"BENCH_BROKER": address, "BENCH_PREFIX": f"bench-{os.getpid()}."})
        app.conf.broker_url, app.conf.broker_transport_options = address, {"global_keyprefix": env["BENCH_PREFIX"]}
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "checking.naive",
            "worker",
            "-P",
            "prefork",
            "--loglevel=ERROR",
        ]
        command += [f"--concurrency={PROCESSES}", "--without-gossip", "--without-mingle"]
        worker = subprocess.Popen(command, env=env, cwd=ROOT, stdout=sys.stderr)
        try:
            _run(work[:16], kept / "warm", worker)
            cpu, began = cpu_seconds(worker.pid), time.perf_counter()
            _run(work, kept / "checked", worker)
            return {"checks": len(work), "cpu": cpu_seconds(worker.pid) - cpu, "wall": time.perf_counter() - began}
        finally:
            worker.terminate()
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()


def _run(work: list[tuple[str, list[str]]], directory: Path, worker: "subprocess.Popen[bytes]") -> None:
    """Send all and wait until each has left its file."""
    directory.mkdir()
    for number, (url, quotations) in enumerate(work):
        check.delay(url, quotations, str(directory / f"{number}.warc.gz"))
    until = time.monotonic() + _WAIT_SECONDS
    while sum(entry.name.endswith(".gz") for entry in os.scandir(directory)) < len(work):
        if worker.poll() is not None or time.monotonic() > until:
            raise BenchmarkError("The naive pipeline's worker did not finish; see the log.")
        time.sleep(0.05)


@contextmanager
def _reachable_broker(directory: Path) -> Iterator[str]:
    """REDIS_URL with keys of our own, which are removed again; else the broker that comes with the desk."""
    if given := os.environ.get("REDIS_URL"):
        try:
            yield given
        finally:
            _forget(given, f"bench-{os.getpid()}.")
        return
    with broker.running(directory) as own:
        yield f"redis+socket://{own.socket}"


def _forget(address: str, prefix: str) -> None:
    import redis

    with redis.Redis.from_url(address) as client:
        keys: list[Any] = list(client.scan_iter(match=f"{prefix}*"))
        if keys:
            client.delete(*keys)
