"""The machine under a benchmark: CPU and memory of a tree of processes, load, and what is installed (Linux)."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its descendants, also of those that ended and were waited for."""
    table = _processes()
    return sum(table[one][1] for one in _tree(pid, table)) / _TICKS


def own_cpu_seconds(pid: int) -> float:
    """User and system time of a process alone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and all its descendants."""
    pages = 0
    for one in _tree(pid, _processes()):
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1])
        except FileNotFoundError:  # it ended while we looked
            continue
    return pages * _PAGE


def _processes() -> dict[int, tuple[int, int]]:
    """Of every process: its parent, and the ticks it and its buried children used."""
    table = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = _stat(int(entry))
            except (FileNotFoundError, ProcessLookupError):
                continue
            table[int(entry)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return table


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may itself hold spaces and brackets: proc(5) counts them from 3."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _tree(pid: int, table: dict[int, tuple[int, int]]) -> set[int]:
    found, frontier = {pid}, {pid}
    while frontier:
        frontier = {one for one, (parent, _) in table.items() if parent in frontier} - found
        found |= frontier
    return found & table.keys()


def load() -> str:
    """The load averages of 1, 5 and 15 minutes, beside the number of cores."""
    return f"load {' '.join(f'{value:.2f}' for value in os.getloadavg())} on {cores()} cores"


def versions(*packages: str) -> str:
    """Python, the system and the named packages; those that are not installed are left out."""
    found = [f"Python {platform.python_version()}", f"{platform.system()} {platform.release()}"]
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def is_supported() -> bool:
    """Whether /proc and all of 127.0.0.0/8 are there, as on Linux."""
    return sys.platform == "linux"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
