"""From what was measured to a table, ratios, and the goals of source checks."""

import re
import shutil
import statistics
import subprocess
from dataclasses import dataclass, field
from typing import Any

from measuring import machine
from measuring.report import Goal, Report

from checking import pages

_PACKAGES = ("django", "urllib3", "selectolax", "celery", "trafilatura", "requests", "aiohttp", "warcio", "rapidfuzz")
_STEADY_FROM = 2  # of ten steps: what a process loads and caches at first is not growth


@dataclass
class Measured:
    """All results of one run, by name and round."""

    database: str
    left_out: dict[str, str]
    rounds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    loaded: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, result: dict[str, Any]) -> None:
        """Keep one round's result."""
        self.rounds.setdefault(name, []).append(result)

    def each(self, name: str, key: str = "cpu") -> list[float]:
        """By round, `key` per check in milliseconds."""
        return [1_000 * one[key] / max(one["checks"], 1) for one in self.rounds.get(name, [])]

    def per_check(self, name: str, key: str = "cpu") -> float:
        """The median over the rounds of `key` per check, in milliseconds."""
        return statistics.median(self.each(name, key))

    def rates(self, name: str) -> list[float]:
        """By round, checks a second: ours until 99 % have their outcome."""
        return [one.get("rate", one["checks"] / max(one["wall"], 1e-9)) for one in self.rounds[name]]

    def ratio(self, name: str, other: str, key: str = "cpu") -> float:
        """The median over the rounds of one's `key` per check over the other's."""
        pairs = zip(self.each(name, key), self.each(other, key), strict=True)
        return statistics.median(one / two for one, two in pairs)


def report(measured: Measured, load: str, *, is_short: bool, at_once: int) -> Report:
    """The printable result."""
    result = Report("Source checks" + (", short form: indicative only" if is_short else ""))
    result.facts = {
        "machine": load,
        "versions": ", ".join([machine.versions(*_PACKAGES), measured.database, *map(_tool, _tools())]),
        "rounds": f"{len(measured.rounds['ours first'])}, interleaved; medians. At once: {at_once}, wget 1, naive 2",
    }
    if measured.left_out:
        left_out = ", ".join(f"{name} ({how})" for name, how in measured.left_out.items())
        result.facts["left out"] = left_out
    _tables(measured, result)
    result.goals = _goals(measured)
    result.notes = _notes(measured, is_short)
    result.raw = {
        "rounds": measured.rounds,
        "loaded": measured.loaded,
        "memory": measured.memory,
        "ledger": measured.ledger,
    }
    return result


def _tables(measured: Measured, result: Report) -> None:
    first = measured.per_check("ours first")
    rows = [
        [
            name,
            sum(one["checks"] for one in rounds),
            statistics.median(measured.rates(name)),
            measured.per_check(name),
            measured.per_check(name) / first,
        ]
        for name, rounds in measured.rounds.items()
    ]
    result.table("CPU and speed", ["", "checks", "per second", "CPU ms each", "of ours first"], rows)
    parts = [
        [
            name,
            *(measured.per_check(name, key) for key in ("own_cpu", "ledger_cpu")),
            max(measured.per_check(name) - measured.per_check(name, "own_cpu"), 0.0),
            measured.per_check(name, "database_cpu"),
        ]
        for name in measured.rounds
        if name.startswith("ours")
    ]
    head = ["CPU ms each", "worker", "of it leases and outcomes", "reading child", "PostgreSQL, besides"]
    result.table("Where ours goes", head, parts)
    if measured.ledger:
        ledger = measured.ledger
        rows = [
            ["lease_due, 500 at a time", ledger["leased_per_second"]],
            ["save() in a loop", ledger["saved_per_second"]],
            ["save() in a loop, with the host's turn", ledger["saved_with_turns_per_second"]],
        ]
        result.table("Leasing", ["", "rows a second"], rows)
        picks = [
            [f"of {int(size):,} rows", 1_000 * one["wall"], 1_000 * one["cpu"]] for size, one in ledger["picks"].items()
        ]
        result.table("Picking and leasing 50", ["", "ms", "CPU ms with the database's"], picks)
    if measured.memory:
        series = measured.memory["memory"]
        step = measured.memory["queued"] // len(series)
        mega = [[f"after {(i + 1) * step:,} checks", one / 1e6] for i, one in enumerate(series)]
        result.table("Memory of worker and reading child", ["", "MB"], mega)


def _goals(measured: Measured) -> list[Goal]:
    goals = []
    if "naive pipeline" in measured.rounds:
        times = measured.ratio("naive pipeline", "ours first")
        goals.append(Goal("first check, times less CPU than the naive pipeline", times, "at least", 15, " x"))
    if "aiohttp, live pages" in measured.rounds:
        goals.append(_unchanged(measured))
    loaded = measured.loaded
    false = loaded["outcomes"].get("unreachable", 0)
    name = f"false unreachable of {loaded['checks']:,} live pages, every core busy"
    goals.append(Goal(name, false, "at most", 0))
    pairs = zip(measured.rates("ours first, 0.5 % hang"), measured.rates("ours first"), strict=True)
    share = statistics.median(one / two for one, two in pairs)
    goals.append(Goal("checks a second with 0.5 % hanging hosts, of those without", share, "at least", 0.8))
    goals.append(Goal("leasing, times the rows of a save() loop", measured.ledger["ratio"], "at least", 50, " x"))
    (small, few), (large, many) = measured.ledger["picks"].items()
    name = f"picking of {int(large):,} rows, times the CPU of picking of {int(small):,}"
    goals.append(Goal(name, many["cpu"] / few["cpu"], "at most", 1.5, " x"))
    if measured.memory:
        series = measured.memory["memory"]
        growth = 100 * (series[-1] / series[_STEADY_FROM - 1] - 1)
        count = measured.memory["queued"]
        name = f"growth of memory from check {count * _STEADY_FROM // len(series):,} to {count:,}"
        goals.append(Goal(name, growth, "at most", 10, " %"))
    goals.append(Goal("outcomes that are not what the page was made to show", len(_wrong(measured)), "at most", 0))
    return goals


def _unchanged(measured: Measured) -> Goal:
    """Against 1.5 times the bare fetch and the rows together; the note has the stricter reading of the goal."""
    together, strict = [], []
    for ours, rows, get in zip(
        measured.each("ours unchanged"),
        measured.each("ours unchanged", "ledger_cpu"),
        measured.each("aiohttp, live pages"),
        strict=True,
    ):
        together.append(ours / (get + rows))
        strict.append((ours - rows) / get)
    note = f"without its rows {statistics.median(strict):.2f} x the GET alone"
    name = "unchanged page, times a bare aiohttp GET and its rows"
    return Goal(name, statistics.median(together), "at most", 1.5, " x", note)


def _wrong(measured: Measured) -> list[str]:
    everything = [one for rounds in measured.rounds.values() for one in rounds] + [measured.loaded, measured.memory]
    return list(dict.fromkeys(line for one in everything for line in one.get("wrong", [])))


def _notes(measured: Measured, is_short: bool) -> list[str]:
    size = statistics.mean(len(pages.page(number)) for number in range(50)) / 1_000
    notes = [
        f"Pages have {size:.0f} kB on the average; every page is on a host of its own, asked once a second at most.",
        "CPU is user and system time of the whole tree of processes, without starting up; the server's is not counted.",
        "Queueing is not counted: the naive sender's messages, our queued rows.",
        "Naive writes no rows at all. Ours has egress rules, leases, outcomes, WARC and reading child.",
        "Checks a second of ours: until 99 % have their outcome, since a host that hangs is waited for at the end.",
    ]
    if is_short:
        notes.append("Memory over 10,000 checks is measured in the full form only.")
    return notes + [f"Wrong: {line}" for line in _wrong(measured)[:5]]


def _tools() -> list[str]:
    return [name for name in ("curl", "wget") if shutil.which(name)]


def _tool(name: str) -> str:
    done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return f"{name} {found[0] if found else 'of unknown version'}"
