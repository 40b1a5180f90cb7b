"""Peers that only fetch: curl, aiohttp and wget, each measured like our worker."""

import asyncio
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from measuring.machine import cpu_seconds
from measuring.processes import BenchmarkError, run_command, run_module

_SECONDS = 30


def curl(urls: Sequence[str], *, at_once: int, directory: Path, log: Path) -> dict[str, float]:
    """Fetch all in one process: `curl --parallel`, decoding what is compressed, writing to nowhere."""
    config = directory / "curl.txt"
    config.write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls), encoding="ascii")
    options = ["--silent", "--location", "--compressed", "--max-time", str(_SECONDS)]
    used = run_command(
        ["curl", "--parallel", "--parallel-max", str(at_once), *options, "--config", str(config)],
        cwd=directory,
        log=log,
    )
    return {"checks": len(urls), "cpu": used.cpu, "wall": used.wall}


def wget(urls: Sequence[str], *, directory: Path, log: Path) -> dict[str, float]:
    """Fetch one after the other and keep a WARC, as `wget --warc-file` does; it has no parallel form."""
    listing = directory / "wget.txt"
    listing.write_text("\n".join(urls), encoding="ascii")
    command = ["wget", "--quiet", "--no-config", "--tries=1", f"--timeout={_SECONDS}", "--output-document=/dev/null"]
    command += [f"--warc-file={directory / 'wget'}", "--no-warc-keep-log", f"--input-file={listing}"]
    used = run_command(command, cwd=directory, log=log)
    if not (directory / "wget.warc.gz").exists():
        raise BenchmarkError(f"wget wrote no WARC file; it ended with {used.exit_code}")
    return {"checks": len(urls), "cpu": used.cpu, "wall": used.wall}


def aiohttp(urls: Sequence[str], *, at_once: int, log: Path) -> dict[str, float]:
    """Fetch with one aiohttp session and read each body whole, decoded; imports and a first few are not counted."""
    found: dict[str, float] = run_module("checking.fetchers", env={}, log=log, urls=list(urls), at_once=at_once)
    return found


def missing() -> Mapping[str, str]:
    """Peers that cannot run here, and what to install for each."""
    tools = {name: f"install {name}" for name in ("curl", "wget") if shutil.which(name) is None}
    modules = {"aiohttp": "aiohttp", "naive": "requests"}
    packages = {
        peer: "pip install aiohttp requests, the group `bench` of pyproject.toml"
        for peer, module in modules.items()
        if find_spec(module) is None
    }
    return {**tools, **packages}


def main(urls: list[str], at_once: int) -> dict[str, Any]:
    """The aiohttp peer's own process."""
    return asyncio.run(_fetch_all(urls, at_once))


async def _fetch_all(urls: list[str], at_once: int) -> dict[str, Any]:
    from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

    async def fetch(url: str) -> None:
        try:
            async with session.get(url) as response:
                await response.read()
        except (ClientError, TimeoutError):
            return

    async with ClientSession(connector=TCPConnector(limit=at_once), timeout=ClientTimeout(_SECONDS)) as session:
        await asyncio.gather(*map(fetch, urls[:20]))
        cpu, began = cpu_seconds(os.getpid()), time.perf_counter()
        await asyncio.gather(*map(fetch, urls))
        wall = time.perf_counter() - began
    return {"checks": len(urls), "cpu": cpu_seconds(os.getpid()) - cpu, "wall": wall}
