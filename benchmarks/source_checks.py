"""Measures source checks against a loopback web of article pages, beside curl, aiohttp, wget and a naive pipeline.

Usage: python benchmarks/source_checks.py [--short] [--rounds N] [--json FILE] [--profile]
Needs Linux. With DATABASE_URL a database of its own is made on that server, else SQLite is used; with REDIS_URL
the naive pipeline's messages go through that server, else through the broker that comes with the desk. Peers are
the packages of the group `bench` in pyproject.toml, curl and wget; what is missing is left out, and said.
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).absolute().parent.parent))

from checking import fetchers, naive, origin, pages, scratch
from checking.origin import Origin
from checking.results import Measured, report
from measuring import machine
from measuring.processes import BenchmarkError, run_module

AT_ONCE = 100
WARM = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Times are in seconds."""

    pages: int
    rounds: int
    naive: int
    wget: int
    loaded: int
    remembered: int
    due: int
    ledger: tuple[int, int]
    hang_seconds: float


FULL = Plan(2_000, 3, 2_000, 2_000, 3_000, 10_000, 100_000, (10_000, 1_000_000), 60)
SHORT = Plan(120, 1, 40, 15, 60, 0, 6_000, (10_000, 100_000), 3)


@dataclass(frozen=True, slots=True)
class Bench:
    """A running origin and an empty desk beside it."""

    plan: Plan
    web: Origin
    env: dict[str, str]
    directory: Path

    @property
    def log(self) -> Path:
        """What the measured processes write."""
        return self.directory / "bench.log"

    def call(self, module: str, **request: Any) -> Any:
        """Run a part of ours in a process of its own."""
        return run_module(f"checking.{module}", env=self.env, log=self.log, **request)

    def batches(self) -> dict[str, list[tuple[int, str]]]:
        """All sources that are needed, by batch: page numbers with their addresses."""
        everything = range(self.plan.pages)
        warm = list(range(self.plan.pages, self.plan.pages + WARM))
        found = {}
        for number in range(self.plan.rounds):
            found[f"warm-{number}"] = self._batch(f"warm-{number}", warm)
            found[f"round-{number}"] = self._batch(f"round-{number}", list(everything))
            found[f"hangs-{number}"] = self._batch(f"hangs-{number}", list(everything), with_hangs=True)
        live = [number for number in everything if pages.is_live(number)]
        found["warm-loaded"], found["warm-memory"] = self._batch("warm-loaded", warm), self._batch("warm-memory", warm)
        found["loaded"] = self._batch("loaded", [live[i % len(live)] for i in range(self.plan.loaded)])
        found["memory"] = self._batch("memory", [i % self.plan.pages for i in range(self.plan.remembered)])
        return found

    def _batch(self, name: str, numbers: list[int], *, with_hangs: bool = False) -> list[tuple[int, str]]:
        kinds = ["hang" if with_hangs and pages.hangs(number) else "page" for number in numbers]
        return [
            (number, f"{self.web.url(number, kind)}?{name}-{index}")
            for index, (number, kind) in enumerate(zip(numbers, kinds, strict=True))
        ]


def measure(bench: Bench, say: Callable[[str], None]) -> Measured:
    """All that needs the web, in rounds: ours, then each peer, then ours again."""
    plan, left_out = bench.plan, fetchers.missing()
    say("making the desk's rows")
    measured = Measured(database=bench.call("rows", batches=bench.batches()), left_out=dict(left_out))
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}: ours")
        for name, result in _ours(bench, number).items():
            measured.add(name, result)
        for name, peer in _peers(bench, number).items():
            if not name.startswith(tuple(left_out)):
                say(f"round {number + 1} of {plan.rounds}: {name}")
                measured.add(name, peer())
    say("live pages while every core is busy")
    passes: list[dict[str, Any]] = [{"batch": "loaded", "busy": machine.cores()}]
    [measured.loaded] = bench.call("worker", warm="warm-loaded", passes=passes)
    if plan.remembered:
        say(f"memory over {plan.remembered:,} checks")
        [measured.memory] = bench.call("worker", warm="warm-memory", passes=[{"batch": "memory", "steps": 10}])
    return measured


def measure_ledger(plan: Plan, web: Origin) -> Any:
    """Leasing and picking, on a desk of its own, since the number of rows is what matters."""
    with scratch.desk(_settings(web)) as desk:
        bench = Bench(plan, web, *desk)
        bench.call("rows", batches={"template": [(0, web.url(0))]})
        small, large = plan.ledger
        return bench.call("ledger", due=plan.due, saves=200, rounds=3, small=small, large=large)


def _ours(bench: Bench, number: int) -> dict[str, Any]:
    passes = [
        {"batch": f"round-{number}"},
        {"batch": f"round-{number}", "again": True},
        {"batch": f"round-{number}", "again": True},
        {"batch": f"hangs-{number}"},
    ]
    names = ("ours first", "ours unchanged, robots.txt fetched", "ours unchanged", "ours first, 0.5 % hang")
    return dict(zip(names, bench.call("worker", warm=f"warm-{number}", passes=passes), strict=True))


def _peers(bench: Bench, number: int) -> dict[str, Callable[[], dict[str, float]]]:
    plan, log = bench.plan, bench.log
    urls = [bench.web.url(page) for page in range(plan.pages)]
    live = [bench.web.url(page) for page in range(plan.pages) if pages.is_live(page)]
    work = [
        (bench.web.url(page), [quoted.exact for quoted in pages.quoted(page)])
        for page in range(min(plan.naive, plan.pages))
    ]
    return {
        "curl --parallel": partial(fetchers.curl, urls, at_once=AT_ONCE, directory=bench.directory, log=log),
        "aiohttp": partial(fetchers.aiohttp, urls, at_once=AT_ONCE, log=log),
        "aiohttp, live pages": partial(fetchers.aiohttp, live, at_once=AT_ONCE, log=log),
        "wget --warc-file": partial(fetchers.wget, urls[: plan.wget], directory=bench.directory, log=log),
        "naive pipeline": partial(naive.measure, work, directory=bench.directory / f"n{number}", log=log),
    }


def profile(bench: Bench) -> str:
    """Where our CPU time goes in a first and in an unchanged pass, fetching threads apart."""
    bench.call("rows", batches=bench.batches())
    path = bench.directory / "profile.txt"
    passes = [{"batch": "round-0"}, {"batch": "round-0", "again": True}]
    bench.call("worker", warm="warm-0", passes=passes, profile=str(path))
    return path.read_text(encoding="utf-8")


def main() -> int:
    """Measures and prints; a goal that is missed is no error."""
    options = _arguments()
    if not machine.is_supported():
        print("left out: it needs Linux, for /proc and for a loopback address a page.")
        return 0
    plan = SHORT if options.short else FULL
    plan = dataclasses.replace(plan, rounds=options.rounds or plan.rounds)
    before = machine.load()
    try:
        with origin.running(plan.pages + WARM, hang_seconds=plan.hang_seconds) as web:
            with scratch.desk(_settings(web)) as desk:
                bench = Bench(plan, web, *desk)
                if options.profile:
                    print(profile(bench))
                    return 0
                measured = measure(bench, _say)
            _say("the ledger alone")
            measured.ledger = measure_ledger(plan, web)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    result = report(measured, f"{before}; afterwards {machine.load()}", is_short=options.short, at_once=AT_ONCE)
    result.print()
    if options.json:
        result.write(options.json)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="under a minute: few pages, one round")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    parser.add_argument("--profile", action="store_true", help="print where our CPU time goes, and nothing else")
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr)


def _settings(web: Origin) -> dict[str, str]:
    """Everything on: one check a host and second, leases, WARC, the reading child. No confirmation falls due here."""
    return {
        "FACTCHECK_FETCH_ALLOW": web.allow,
        "FACTCHECK_FETCH_PARALLEL": str(AT_ONCE),
        "FACTCHECK_CONFIRM_AFTER_SECONDS": "86400",
    }


if __name__ == "__main__":
    sys.exit(main())
